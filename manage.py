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
    run(sys.argv)


if __name__ == "__main__":
    main()
