"""`python -m consensus`: answers in, consensus out, without the site."""

from __future__ import annotations

import signal
import sys

from consensus.command_line import main

if __name__ == "__main__":
    # an ordinary exit, so that a half-written file is removed
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    sys.exit(main())
