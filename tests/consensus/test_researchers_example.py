"""The commands in `docs/researchers.md` do what the page says."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys

from tests.test_docs import ROOT, blocks, commands

PYTHON = ".venv/bin/python "


def test_the_commands_for_your_own_answers_print_what_the_guide_shows(tmp_path):
    (console,) = [text for language, text in blocks("researchers.md") if language == "console"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    n_run = 0
    for command, shown in commands(console):
        if command.startswith("cat "):
            (tmp_path / command.removeprefix("cat ")).write_text("\n".join(shown) + "\n")
            continue
        done = subprocess.run(
            command.replace(PYTHON, f"{shlex.quote(sys.executable)} "),
            shell=True,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        said, place = done.stderr + done.stdout, 0
        for part in shown:
            assert part in said[place:], f"{command}\nshould print: {part}\nprints: {said[place:]}"
            place = said.index(part, place) + len(part)
        n_run += 1
    assert n_run == 5
