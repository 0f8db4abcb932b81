"""What `up` prints when the site is ready."""

from __future__ import annotations

import json
from pathlib import Path


def address_of_site(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def greeting(port: int, data_dir: Path) -> str:
    """Where to go, how to sign in, how to stop, where the data lies."""
    address = address_of_site(port)
    rows = [("Open", f"{address}/"), *_demo_rows(address, data_dir / "demo.json")]
    rows += [("Data", f"{short(data_dir)}/"), ("Stop", "Ctrl-C; nothing is lost")]
    lines = [f"  {name:<11}{value}" for name, value in rows]
    return "\n".join(["", "Quadrat is ready.", "", *lines, ""])


def short(path: Path) -> str:
    """The path as somebody in the present directory would type it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _demo_rows(address: str, way_in: Path) -> list[tuple[str, str]]:
    if not way_in.exists():
        return []
    demo = json.loads(way_in.read_text())
    organizer = demo["organizer"]
    return [
        ("Worker", f"{address}{demo['worker_link']}   (open this first: draw a box)"),
        ("Organizer", f"{organizer['username']} / {organizer['password']}   at {address}/sign-in/"),
    ]
