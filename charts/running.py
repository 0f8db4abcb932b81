"""Calls the renderer, for so long and no longer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class NotDrawn(RuntimeError):
    """The renderer failed, or took too long."""


def rendered(kind: str, spec: bytes = b"", *, limit_s: float) -> bytes:
    """What `charts.renderer` makes: "bundle", or "svg" or "png" of a spec in JSON.

    Raises NotDrawn.
    """
    command = [sys.executable, "-m", "charts.renderer", kind]
    try:
        done = subprocess.run(  # noqa: S603
            command, input=spec, cwd=ROOT, capture_output=True, timeout=limit_s, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NotDrawn(f"Drawing took longer than {limit_s:g} s and was given up.") from error
    if done.returncode or not done.stdout:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise NotDrawn(said[-1] if said else f"the renderer ended with {done.returncode}")
    return done.stdout
