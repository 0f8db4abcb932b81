"""How adapters are spoken to: a line of JSON in, a line of JSON out; the standard library only.

In: {"settings": {...}, "images": [{"width": W, "height": H, "answers": [{"worker": id,
"boxes": [[x, y, w, h], ...]}, ...]}, ...]}. Out: {"boxes": [[[x, y, w, h], ...] per image],
"seconds": s}, the seconds of merging alone. A first line {"ready": version} says that everything
is imported.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

Image = dict[str, Any]
Boxes = list[list[float]]


def serve(merge: Callable[[list[Image], dict[str, Any]], list[Boxes]], version: str) -> None:
    """Answer every line of standard input until it ends."""
    out = sys.stdout
    sys.stdout = sys.stderr  # what a library prints must not get between the lines
    print(json.dumps({"ready": version}), file=out, flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        begun = time.process_time()
        boxes = merge(job["images"], job["settings"])
        seconds = time.process_time() - begun
        print(json.dumps({"boxes": boxes, "seconds": seconds}), file=out, flush=True)


def least(n_answers: int, cut: str) -> int:
    """Workers who must agree: more than half of them, or at least half.

    >>> [least(n, "most") for n in (1, 2, 3, 5)], [least(n, "half") for n in (1, 2, 3, 5)]
    ([1, 2, 2, 3], [1, 1, 2, 3])
    """
    return n_answers // 2 + 1 if cut == "most" else (n_answers + 1) // 2
