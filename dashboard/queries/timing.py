"""What an answer's own timing says."""

from __future__ import annotations

from typing import Any


def active_seconds(timing: dict[str, Any]) -> float | None:
    """Seconds that a worker was busy with an answer, from the browser's own count; None if unknown.

    >>> active_seconds({"visible_ms": 9000, "idle_ms": 2000}), active_seconds({})
    (7.0, None)
    """
    active = timing.get("active_ms")
    if active is None and timing.get("visible_ms") is not None:
        active = timing["visible_ms"] - (timing.get("idle_ms") or 0)
    return max(active, 0) / 1000 if active is not None else None
