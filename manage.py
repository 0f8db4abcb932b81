#!/usr/bin/env python
"""The entry point of every command: `.venv/bin/python manage.py help` lists them."""

import os
import sys


def main() -> None:
    """Bring up what the command needs, then run it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quadrat.settings")
    try:
        from quadrat.bring_up import run
    except ImportError as error:
        sys.exit(f"{error}. Run `make install`, then use .venv/bin/python.")
    try:
        run(sys.argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # whoever read along has read enough, as in `manage.py help | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
