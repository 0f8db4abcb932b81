"""`python -m consensus` as a process: its streams, signals and pipes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest

from tests.consensus.test_command_line import AGREED, CAT, NEAR, image, lines
from tests.test_docs import ROOT

PROGRAM = [sys.executable, "-m", "consensus"]


def many_images(path, n):
    with path.open("w") as file:
        for number in range(n):
            file.write(lines(image(number, ("ada", CAT), ("ben", NEAR))))


def test_standard_streams_of_a_process_of_its_own():
    done = subprocess.run(
        [*PROGRAM, "boxes", "-", "-"],
        input=lines(AGREED).encode() + b"{",
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"standard input, line 2: not JSON")
    done = subprocess.run(
        [*PROGRAM, "boxes", "-", "-"],
        input=lines(AGREED).encode(),
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout)["image_id"] == "a"


def test_a_reader_may_leave_early(tmp_path):
    source = tmp_path / "in.jsonl"
    many_images(source, 3000)
    command = f"{' '.join(PROGRAM)} boxes {source} - | head -n 1"
    done = subprocess.run(
        command, shell=True, cwd=ROOT, capture_output=True, check=False, timeout=60
    )
    assert json.loads(done.stdout)["image_id"] == 0
    assert done.stderr == b""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_command_leaves_nothing(tmp_path, number, status):
    source, target = tmp_path / "in.jsonl", tmp_path / "out" / "out.jsonl"
    target.parent.mkdir()
    many_images(source, 20_000)
    process = subprocess.Popen([*PROGRAM, "boxes", source, target], cwd=ROOT, stderr=-1)
    deadline = time.monotonic() + 50
    while not list(target.parent.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.005)
    assert [path.name for path in target.parent.iterdir()] != [target.name]
    process.send_signal(number)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == status
    assert b"Traceback" not in stderr
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("command", ["{} boxes {} /dev/stdout | cat", "{} boxes {} >(cat)"])
def test_results_can_go_to_a_pipe_by_its_name(tmp_path, command):
    source = tmp_path / "in.jsonl"
    many_images(source, 3)
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command.format(' '.join(PROGRAM), source)}"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert len(done.stdout.splitlines()) == 3


@pytest.mark.parametrize("listener", ["2>&-", "2> >(exec true)"])
def test_a_result_needs_nobody_to_read_the_messages(tmp_path, listener):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(lines(image("a", ("ada", [1, 1, 0, 0], CAT), ("ben", CAT))))
    command = f"{' '.join(PROGRAM)} boxes {source} {target} {listener}"
    subprocess.run(["bash", "-c", command], cwd=ROOT, check=True, timeout=60)
    assert json.loads(target.read_text())["n_annotations"] == 2
