"""The running site, as `make run` starts it, and people in real browsers."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from simulation.dataset import write_dataset
from simulation.scenes import draw_scene
from tests.browser import chromium

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_S = 90.0
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@dataclass
class Site:
    """`manage.py up` in a data directory of its own, and commands beside it."""

    environment: dict[str, str]
    port: int
    up: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def manage(self, *words: str) -> str:
        """Run a command; its output. Fails the test where the command fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, expression: str) -> Any:
        """The value of an expression over the site's models, as JSON."""
        program = (
            "import json; from annotate.models import *; from catalog.models import *; "
            "from crowd.models import *; from verify.models import *; "
            f"print(json.dumps({expression}))"
        )
        return json.loads(self.manage("shell", "--no-imports", "-v0", "-c", program))

    def wait_for(self, is_true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not is_true():
            assert time.monotonic() < deadline, "it did not come about in time"
            time.sleep(0.5)

    def wait_until_ready(self) -> None:
        def is_ready() -> bool:
            assert self.up is not None
            assert self.up.poll() is None, "the site stopped by itself"
            try:
                return urllib.request.urlopen(f"{self.address}/readyz", timeout=5).status == 200
            except (urllib.error.URLError, OSError):
                return False

        self.wait_for(is_ready)

    def celery_worker(self) -> psutil.Process:
        assert self.up is not None
        children = psutil.Process(self.up.pid).children()
        return next(child for child in children if "worker" in child.cmdline())

    def nothing_is_due(self) -> bool:
        return self.ask("Task.objects.filter(aggregate_due_at__isnull=False).count()") == 0


def scenes(folder: Path) -> Path:
    """Two birds' photos (one without any bird) and two test photos (one with tracks only)."""
    size = (800, 600)
    made = [
        (draw_scene(super_class="Aves", seed=11, size=size, n_animals=1), "train"),
        (draw_scene(super_class="Aves", seed=12, size=size, n_animals=0), "train"),
        (draw_scene(super_class="Mammalia", seed=13, size=size, n_animals=1), "test"),
        (draw_scene(super_class="Mammalia", seed=14, size=size, reason="tracks"), "test"),
        (draw_scene(super_class="Insecta", seed=15, size=size, n_animals=2), "train"),
        (draw_scene(super_class="Insecta", seed=16, size=size, n_animals=1), "train"),
    ]
    return write_dataset(folder, made)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole product on the scenes above, with a campaign of each kind."""
    folder = tmp_path_factory.mktemp("journeys")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environment = os.environ | {"QUADRAT_DATA": str(folder / "var"), "PORT": str(port)}
    environment.pop("QUADRAT_HASHED_STATIC", None)
    made = Site(environment, port)
    made.manage("import_images", str(scenes(folder / "scenes")), "--dataset", "scenes")
    for slug, kind, super_class in (
        ("birds", "box", "Aves"),
        ("insects", "box", "Insecta"),
        ("mammals", "verify", "Mammalia"),
    ):
        words = ["--kind", kind, "--dataset", "scenes", "--super-class", super_class]
        made.manage("create_campaign", slug, *words)
    log = (folder / "up.log").open("wb")
    made.up = subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        made.wait_until_ready()
        yield made
    finally:
        made.up.send_signal(signal.SIGINT)
        assert made.up.wait(timeout=60) == 0
        log.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    flags = [*QUIET, "--no-first-run", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium.executable(), args=flags)
        yield made
        made.close()


@pytest.fixture
def newcomer(site: Site, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Makes a person who joins a campaign by its invitation link, in a browser of their own; at
    the end nobody's console may hold an error."""
    contexts = []
    complaints: list[str] = []

    def join(campaign: str) -> Page:
        link = site.manage("invite", "--campaign", campaign).strip()
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        page.goto(site.address + link)
        page.get_by_role("button", name="Start", exact=True).click()
        page.locator("#photo img").wait_for()
        return page

    yield join
    for context in contexts:
        context.close()
    assert complaints == []


def shown(page: Page) -> str:
    """The uid of the photograph that a task page shows, once it is painted."""
    photo = page.locator("#photo img")
    photo.wait_for()
    page.wait_for_function("document.querySelector('#photo img')?.complete")
    found = re.search(r"/images/([0-9a-f-]{36})/", photo.get_attribute("src") or "")
    assert found, photo.get_attribute("src")
    return found.group(1)


def wait_for_another(page: Page, uid: str) -> None:
    """Until the page shows another photograph than this one, or says thanks."""
    page.wait_for_function(
        """uid => !document.querySelector('#note-done').hidden ||
                  !(document.querySelector('#photo img')?.src ?? uid).includes(uid)""",
        arg=uid,
    )
