"""Dawid and Skene's model (1979) by `crowd-kit`, on candidates somebody else has matched.

A candidate is an item; every worker of its image has voted on it, "yes" with a box or "no"
without. Settings: `candidates`, per image a list of {"box": [x, y, w, h], "voters": [index of an
answer, ...]}. A candidate whose probability of "yes" is over a half stays.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import pandas as pd  # type: ignore[import-untyped]
from crowdkit.aggregation import DawidSkene  # type: ignore[import-not-found]

from benchmarks.peers.lines import Boxes, Image, serve


def merge(images: list[Image], settings: dict[str, Any]) -> list[Boxes]:
    """The candidates of every image that Dawid-Skene believes in."""
    votes = [
        (f"{number}/{index}", answer["worker"], "yes" if place in candidate["voters"] else "no")
        for number, (image, candidates) in enumerate(
            zip(images, settings["candidates"], strict=True)
        )
        for index, candidate in enumerate(candidates)
        for place, answer in enumerate(image["answers"])
    ]
    table = pd.DataFrame(votes, columns=["task", "worker", "label"])
    found = DawidSkene(n_iter=100).fit_predict_proba(table) if votes else pd.DataFrame({"yes": []})
    yes = found["yes"].to_dict() if "yes" in found else {}
    return [
        [c["box"] for index, c in enumerate(candidates) if yes.get(f"{number}/{index}", 0.0) > 0.5]
        for number, candidates in enumerate(settings["candidates"])
    ]


if __name__ == "__main__":
    serve(merge, version("crowd-kit"))
