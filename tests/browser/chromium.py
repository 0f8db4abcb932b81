"""Which Chromium the browser tests drive.

``python -m tests.browser.chromium`` makes sure there is one, or says what to install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Each new window would otherwise load two pages of the address bar, half of what a window costs.
# Chromium heeds one list only, so that the entries of Playwright's own that matter stand here too.
NOT_NEEDED = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
)
WHAT_TO_DO = """The browser tests need a Chromium. One of these will do:
    apt-get install chromium            (as root, on Debian or Ubuntu)
    .venv/bin/playwright install --with-deps chromium
    QUADRAT_BROWSER=/path/to/chrome make test
"""


def flags() -> list[str]:
    """What Chromium is started with: quiet on the network, and no sandbox where root forbids it."""
    return [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        f"--disable-features={','.join(NOT_NEEDED)}",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ]


def executable() -> str | None:
    """QUADRAT_BROWSER, else a Chromium on the PATH, else Playwright's own; None where none is."""
    given = os.environ.get("QUADRAT_BROWSER")
    if given:
        return shutil.which(given)
    on_path = (shutil.which(name) for name in NAMES)
    return next((path for path in on_path if path), None) or _of_playwright()


def _of_playwright() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> int:
    """Make sure that there is one; the exit code says whether there is."""
    if executable() is None and not os.environ.get("QUADRAT_BROWSER"):
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(command, check=False)
    if executable() is None:
        sys.stderr.write(WHAT_TO_DO)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(install())
