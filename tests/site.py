"""The running site, as `make run` starts it, and people in real browsers.

One site for the whole run (starting it takes half a minute); `tests/conftest.py` makes these
fixtures known. Each test works in campaigns that no other test counts on.
"""

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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    StorageState,
    ViewportSize,
    sync_playwright,
)

from quadrat import embedded
from simulation.dataset import write_dataset
from simulation.scenes import draw_scene
from tests import make
from tests.browser import chromium

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 90.0
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass
class Site:
    """`manage.py up` in a data directory of its own, and commands beside it."""

    environment: dict[str, str]
    port: int
    up: subprocess.Popen[bytes] | None = None
    invitations: dict[str, str] = field(default_factory=dict)
    session: StorageState | None = None

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

    def invitation(self, campaign: str) -> str:
        """The path of an invitation link, one for all who join the campaign."""
        if campaign not in self.invitations:
            self.invitations[campaign] = self.manage("invite", "--campaign", campaign).strip()
        return self.invitations[campaign]

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What a statement finds in the site's database; quicker than `ask`."""
        host = embedded.addresses(Path(self.environment["QUADRAT_DATA"])).postgres_host
        connection = psycopg2.connect(host=str(host), user="quadrat", dbname="quadrat")
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

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
                reply = urllib.request.urlopen(f"{self.address}/readyz", timeout=5)
            except (urllib.error.URLError, OSError):
                return False
            return bool(reply.status == 200)

        self.wait_for(is_ready)

    def celery_worker(self) -> psutil.Process:
        return self._program("worker")

    def web(self) -> psutil.Process:
        return self._program("granian")

    def _program(self, word: str) -> psutil.Process:
        assert self.up is not None
        children = psutil.Process(self.up.pid).children()
        return next(child for child in children if word in child.cmdline())

    def nothing_is_due(self) -> bool:
        return not self.rows("SELECT 1 FROM crowd_task WHERE aggregate_due_at IS NOT NULL LIMIT 1")


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


def garden(folder: Path) -> Path:
    """Reptiles' photos for the tests of the pages; one is larger than its display copy."""
    sizes = [(800, 600), (2600, 1950), (600, 800)]
    made = [
        (draw_scene(super_class="Reptilia", seed=21 + i, size=size, n_animals=1), None)
        for i, size in enumerate(sizes)
    ]
    return write_dataset(folder, made)


PREPARE = """
from django.core.management import call_command
for slug, kind, dataset, super_class, n in (
    ("birds", "box", "scenes", "Aves", 3),
    ("insects", "box", "scenes", "Insecta", 3),
    ("mammals", "verify", "scenes", "Mammalia", 3),
    ("reptiles", "box", "garden", "Reptilia", 20),
    ("lizards", "box", "garden", "Reptilia", 20),
    ("geckos", "box", "garden", "Reptilia", 20),
    ("skinks", "box", "garden", "Reptilia", 20),
    ("traces", "verify", "garden", "Reptilia", 20),
):
    call_command(
        "create_campaign", slug, kind=kind, dataset=dataset, super_class=super_class,
        workers_per_task=n, max_workers=max(n, 5),
    )
call_command("create_user", "olga", role="organizer", password=%r)
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole product on the scenes above, with campaigns of each kind and an organizer, olga."""
    folder = tmp_path_factory.mktemp("site")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environment = os.environ | {"QUADRAT_DATA": str(folder / "var"), "PORT": str(port)}
    environment.pop("QUADRAT_HASHED_STATIC", None)
    environment.pop("QUADRAT_PSEUDO_LANGUAGES", None)
    made = Site(environment, port)
    made.manage("import_images", str(scenes(folder / "scenes")), "--dataset", "scenes")
    made.manage("import_images", str(garden(folder / "garden")), "--dataset", "garden")
    made.manage("shell", "--no-imports", "-v0", "-c", PREPARE % make.PASSWORD)
    log = (folder / "up.log").open("wb")
    made.up = subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=environment | {"QUADRAT_PSEUDO_LANGUAGES": "1"},
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
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=chromium.executable(), args=chromium.flags()
        )
        yield made
        made.close()


class People:
    """Makes people, each in a browser of their own, and keeps what their consoles complain of."""

    def __init__(self, site: Site, browser: Browser) -> None:
        self.site = site
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        self.expected: list[str] = []

    def __call__(self, campaign: str, **options: Any) -> Page:
        """A newcomer who joins a campaign by its invitation link, with a photo before them."""
        page = self.page(**options)
        page.goto(self.site.address + self.site.invitation(campaign))
        page.get_by_role("button", name="Start", exact=True).click()
        begin(page)
        return page

    def organizer(self, **options: Any) -> Page:
        """Olga, signed in; she keeps her session through the whole run."""
        if self.site.session:
            return self.page(storage_state=self.site.session, **options)
        page = self.page(**options)
        page.goto(f"{self.site.address}/sign-in/")
        page.get_by_label("Name").fill("olga")
        page.get_by_label("Password").fill(make.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()
        self.site.session = page.context.storage_state()
        return page

    def page(self, **options: Any) -> Page:
        """A visitor whom nobody knows yet."""
        context = self.browser.new_context(**{"viewport": DESKTOP, **options})
        self.contexts.append(context)
        context.on("page", self.listen)
        return context.new_page()

    def listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self.hear)

    def hear(self, said: ConsoleMessage) -> None:
        if said.type == "error" and not any(words in said.text for words in self.expected):
            self.complaints.append(said.text)


@pytest.fixture
def newcomer(site: Site, browser: Browser) -> Iterator[People]:
    """Makes people; at the end nobody's console may hold an error but those that are expected."""
    people = People(site, browser)
    yield people
    for context in people.contexts:
        context.close()
    # whoever has gone holds no photo: it is free for the next one in a moment, not in ten minutes
    site.rows("UPDATE crowd_assignment SET lease_until = now() WHERE state = 'leased'")
    assert people.complaints == []


def shown(page: Page) -> str:
    """The uid of the photograph that a task page shows, once it is painted."""
    photo = page.locator("#photo img")
    photo.wait_for()
    page.wait_for_function("() => document.querySelector('#photo img')?.complete")
    found = re.search(r"/images/([0-9a-f-]{36})/", photo.get_attribute("src") or "")
    assert found, photo.get_attribute("src")
    return found.group(1)


def begin(page: Page) -> str:
    """Past the cards that a newcomer sees first; the uid of the first photograph."""
    start = page.get_by_role("button", name="To the photos")
    start.click()
    start.wait_for(state="hidden")
    return shown(page)


def wait_for_another(page: Page, uid: str) -> None:
    """Until the page shows another photograph than this one, or says thanks."""
    page.wait_for_function(
        """uid => !document.querySelector('#note-done').hidden ||
                  !(document.querySelector('#photo img')?.src ?? uid).includes(uid)""",
        arg=uid,
    )
