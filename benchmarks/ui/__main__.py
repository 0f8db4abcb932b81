"""The pages in a real browser: speed, weight, exactness and reach, in one table.

    python -m benchmarks.ui
    python -m benchmarks.ui --only speed weight

It draws photographs, starts the whole product on them in a directory of its own, as `make run`
does, and drives a headless Chromium. The rows without a wish are floors, an empty page that does
the least that any page must do, and another editor's weight (`--peer`, fetched from npm).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from benchmarks.ui import hand, reach, speed, weight
from benchmarks.ui.targets import Target, show
from benchmarks.ui.world import World, world

PARTS = ("hand", "weight", "reach", "speed")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--peer", action="store_true", help="fetch another editor to compare with")
    arguments = parser.parse_args()
    with world() as made:
        found = list(_measured(made, arguments.only, with_peer=arguments.peer))
    show(found)


def _measured(made: World, parts: list[str], *, with_peer: bool) -> Iterator[Target]:
    measures = {
        "hand": lambda: hand.measure(made),
        "weight": lambda: weight.measure(made, with_peer=with_peer),
        "reach": lambda: reach.measure(made),
        "speed": lambda: speed.measure(made),
    }
    for part in PARTS:
        if part not in parts:
            continue
        for target in measures[part]():
            sys.stderr.write(f"{target.what}: {target.measured}\n")
            yield target


if __name__ == "__main__":
    main()
