"""What the documentation tells people to type does what it says.

Blocks marked `console` and `python` are run in the order of the page, in a directory of their own;
under a command stand parts of what it prints, in order. Blocks marked `sh` are not run. The
examples of `docs/researchers.md` are run in `tests/exports/test_researchers_guide.py`.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from rest_framework.authtoken.models import Token

from catalog.models import Dataset
from quadrat import embedded
from tests import make

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TIMEOUT_S = 60
MANAGE = ".venv/bin/python manage.py"


@dataclass(frozen=True)
class Workshop:
    """A directory to work in, and a data directory of its own."""

    folder: Path
    data: Path

    def environment(self) -> dict[str, str]:
        return os.environ | {"QUADRAT_DATA": str(self.data)}


@pytest.fixture(scope="module")
def workshop(tmp_path_factory) -> Iterator[Workshop]:
    folder = tmp_path_factory.mktemp("docs")
    birds = folder / "photos" / "Aves" / "Parus major"
    birds.mkdir(parents=True)
    for number in (1, 2):
        Image.new("RGB", (320, 240), (number, 90, 40)).save(birds / f"000{number}.jpg")
    # held for all commands, as starting the services for each would take seconds
    services = embedded.attach(folder / "var")
    yield Workshop(folder, folder / "var")
    services.detach()


def blocks(page: str) -> list[tuple[str, str]]:
    """The blocks of a page that can run, as (language, text)."""
    return BLOCK.findall((DOCS / page).read_text())


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """The commands of a console block, each with the parts of its output that are shown."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *shown = part.strip().splitlines()
        yield command, shown


def run(command: str, shown: list[str], *, folder: Path, environment: Mapping[str, str]) -> str:
    """Run one command as printed; its output must hold what is shown under it."""
    manage = f"{shlex.quote(sys.executable)} {shlex.quote(str(ROOT / 'manage.py'))}"
    done = subprocess.run(
        command.replace(MANAGE, manage),
        shell=True,
        cwd=folder,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    place = 0
    for part in shown:
        place = done.stdout.find(part, place)
        assert place >= 0, f"{command}\nshould print: {part}\nprints: {done.stdout}{done.stderr}"
        place += len(part)
    return done.stdout


@pytest.mark.services
@pytest.mark.parametrize("guide", ["quickstart.md", "organizers.md", "operations.md"])
def test_the_commands_do_what_the_page_says(workshop, guide, monkeypatch):
    monkeypatch.chdir(workshop.folder)
    found = blocks(guide)
    assert found
    for language, text in found:
        if language == "python":
            exec(compile(text, guide, "exec"), {})
            continue
        for command, shown in commands(text):
            assert command.startswith(MANAGE)
            run(command, shown, folder=workshop.folder, environment=workshop.environment())


def test_the_requests_do_what_the_page_says(live_server, ada, olga, tmp_path):
    if shutil.which("curl") is None:
        pytest.skip("the examples use curl, which is not installed")
    campaign = make.campaign(2, slug="birds")
    Dataset.objects.filter(pk=campaign.dataset_id).update(slug="meadow")
    environment = os.environ | {
        "SITE": live_server.url,
        "TOKEN": Token.objects.create(user=ada.user).key,
        "ORGANIZER": Token.objects.create(user=olga).key,
        "KEY": str(uuid.uuid4()),
        "OTHER": str(uuid.uuid4()),
    }
    found = blocks("api.md")
    assert len(found) >= 5
    for _, text in found:
        for command, shown in commands(text):
            said = json.loads(run(command, shown, folder=tmp_path, environment=environment))
            if "assignments" in said:
                environment["ID"] = said["assignments"][0]["id"]


def test_every_runnable_block_is_run():
    run_here = {"quickstart.md", "organizers.md", "operations.md", "api.md"}
    run_elsewhere = {"researchers.md"}
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md") if blocks(str(page))}
    assert pages == run_here | run_elsewhere
