"""Other people's methods, run in environments of their own under `.venv-peers`.

A peer that will not install or start is left out, and the reason is printed. What an adapter is
told and answers is described in `benchmarks.peers.lines`.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.consensus_scoring import FloatArray
from consensus import BoxImage

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = ROOT / ".venv-peers"
PEERS = {
    "wbf": "weighted box fusion",
    "zooniverse": "Zooniverse",
    "datumaro": "Datumaro intersect",
    "crowd_kit": "Dawid-Skene",
}
INSTALL_S = 900


class Unavailable(Exception):
    """The peer cannot be run here; the text says why."""


class Peer:
    """One adapter, started on entering and kept for all data sets."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.version = ""
        self._process: subprocess.Popen[str] | None = None
        self._complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed on exit

    def __enter__(self) -> Peer:
        """Install what is missing and start; raises Unavailable."""
        python = _installed(self.name)
        self._process = subprocess.Popen(
            [str(python), "-m", f"benchmarks.peers.{self.name}"],
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
        )
        self.version = str(self._read()["ready"])
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.communicate()
        self._complaints.close()

    def merge(
        self, images: Sequence[BoxImage], settings: dict[str, Any]
    ) -> tuple[list[FloatArray], float]:
        """Fused boxes per image, and the seconds of processor time it took."""
        if self._process is None or self._process.stdin is None:
            raise Unavailable(f"{self.name} has not been started")
        job = {"settings": settings, "images": [_plain(image) for image in images]}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        reply = self._read()
        boxes = [np.array(each, dtype=float).reshape(-1, 4) for each in reply["boxes"]]
        return boxes, float(reply["seconds"])

    def _read(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process and self._process.stdout else ""
        if not line:
            self._complaints.seek(0)
            last = self._complaints.read().strip().splitlines()[-1:]
            raise Unavailable(f"its adapter ended: {' '.join(last)}")
        reply: dict[str, Any] = json.loads(line)
        return reply


def _plain(image: BoxImage) -> dict[str, Any]:
    return {
        "width": image.width,
        "height": image.height,
        "answers": [
            {"worker": answer.worker, "boxes": np.asarray(answer.boxes_xywh).tolist()}
            for answer in image.answers
        ],
    }


def _installed(name: str) -> Path:
    """The peer's Python; its environment is made anew when its requirements change."""
    needs = Path(__file__).parent / "peers" / f"{name}.txt"
    home = ENVIRONMENTS / name
    python, stamp = home / "bin" / "python", home / "installed"
    wanted = hashlib.sha256(needs.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"installing {PEERS[name]} into .venv-peers/{name} ...", file=sys.stderr)
    try:
        venv.create(home, clear=True, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as failed:
        raise Unavailable(f"no environment could be made: {failed}") from failed
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        done = subprocess.run(
            [*pip, "-r", str(needs)], capture_output=True, text=True, timeout=INSTALL_S, check=False
        )
    except subprocess.TimeoutExpired as slow:
        raise Unavailable(f"not installed after {INSTALL_S} s") from slow
    if done.returncode:
        raise Unavailable(f"pip: {done.stderr.strip().splitlines()[-1]}")
    stamp.write_text(wanted)
    return python
