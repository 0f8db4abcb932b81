"""What a first start shows: a living campaign in each state, and a way in for each role."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
STATES = (
    "import json; from crowd.models import Task; from tallies.models import WorkerTally; "
    # organizers' pages are full at the first look at them
    "assert WorkerTally.objects.filter(n_compared__gt=0).exists(); print(json.dumps("
    "list(Task.objects.values_list('campaign__slug', 'campaign__kind', 'state'))))"
)

pytestmark = pytest.mark.services


def test_the_demo_lives(tmp_path: Path) -> None:
    # where gold comes follows from the site's key, and who disputes what from that
    key = {"QUADRAT_SECRET_KEY": "the same demo each time"}
    environment = os.environ | key | {"QUADRAT_DATA": str(tmp_path / "var")}

    def manage(*words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "drawing" in manage("seed_demo")
    tasks = json.loads(manage("shell", "--no-imports", "-v0", "-c", STATES))
    states = Counter(state for _, _, state in tasks)
    assert min(states["retired"], states["disputed"], states["open"]) >= 3
    assert Counter(slug for slug, _, state in tasks if state == "gold") == {
        "birds": 4,
        "mammals-seen": 4,
    }
    assert {kind for _, kind, _ in tasks} == {"box", "verify", "check"}
    open_birds = [task for task in tasks if task[0] == "birds" and task[2] == "open"]
    assert len(open_birds) >= 15
    checked = Counter(state for slug, _, state in tasks if slug == "insects-checks")
    assert min(checked["retired"], checked["open"]) >= 1

    way_in = tmp_path / "var" / "demo.json"
    assert way_in.stat().st_mode & 0o077 == 0
    assert json.loads(way_in.read_text())["worker_link"].startswith("/join/")
    assert manage("seed_demo") == "", "a second time it changes nothing"
