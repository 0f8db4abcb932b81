"""The methods that are compared: ours, the simple ones written here, and the peers' packages.

A method takes images and gives the boxes of each, (n, 4) as [x, y, w, h], and the seconds of
processor time. A peer with several sensible settings enters with each of them: tables show the one
that did best, chosen afterwards, which favours the peer.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from benchmarks.consensus_peers import PEERS, Peer, Unavailable
from benchmarks.consensus_scoring import FloatArray
from consensus import BoxImage, ImageConsensus, StoppingRule, merge_campaign
from consensus.geometry import edges_of, iou_matrix
from consensus.online import replay_boxes

Merge = Callable[[Sequence[BoxImage]], tuple[list[FloatArray], float]]
OURS = "quadrat"
SINGLE = "single worker"
GREEDY = "greedy IoU + median"
LINKS = (0.4, 0.5)
CUTS = ("most", "half")


@dataclass(frozen=True, slots=True)
class Method:
    """One row of a table. cut: which candidates stay, "most" of the workers or at least "half"."""

    name: str
    setting: str
    merge: Merge
    cut: str = "most"

    def says_something_new(self, n_answers: int) -> bool:
        """More than half and at least half are the same for odd numbers of answers."""
        return self.cut == "most" or n_answers % 2 == 0


def first(images: Sequence[BoxImage], n_answers: int) -> list[BoxImage]:
    """The same images with the first answers only."""
    return [BoxImage(image.answers[:n_answers], image.width, image.height) for image in images]


def boxes_of(found: Sequence[ImageConsensus]) -> list[FloatArray]:
    """The kept boxes of each consensus, (n, 4)."""
    return [np.array([box.xywh for box in one.boxes], dtype=float).reshape(-1, 4) for one in found]


def merge_ours(images: Sequence[BoxImage]) -> tuple[list[ImageConsensus], float]:
    """Our consensus with skills fitted to the same answers, and the seconds."""
    begun = time.process_time()
    found = list(merge_campaign(images)[1])
    return found, time.process_time() - begun


def replay_ours(
    images: Sequence[BoxImage], rule: StoppingRule
) -> tuple[list[ImageConsensus], list[int], float]:
    """Our consensus online: with the answers the rule asked for, how many those were, seconds."""
    begun = time.process_time()
    replayed = list(replay_boxes(images, rule=rule))
    seconds = time.process_time() - begun
    return [one.consensus for one in replayed], [one.n_used for one in replayed], seconds


def single(images: Sequence[BoxImage]) -> tuple[list[FloatArray], float]:
    """What the first worker drew."""
    return [np.reshape(image.answers[0].boxes_xywh, (-1, 4)) for image in images], 0.0


def greedy(images: Sequence[BoxImage], *, link: float, cut: str) -> tuple[list[FloatArray], float]:
    """Candidates that enough workers drew, each the median of its boxes."""
    begun = time.process_time()
    found = []
    for image in images:
        least = len(image.answers) / 2 + (0.25 if cut == "most" else 0)
        kept = [box for box, voters in candidates(image, link) if len(voters) >= least]
        found.append(np.array(kept, dtype=float).reshape(-1, 4))
    return found, time.process_time() - begun


def candidates(image: BoxImage, link: float) -> list[tuple[FloatArray, list[int]]]:
    """Boxes joined by descending IoU, one per worker: the median, and who drew it.

    Two groups are joined by any pair of boxes with at least `link`, unless they share a worker.
    """
    drawn = [np.reshape(answer.boxes_xywh, (-1, 4)) for answer in image.answers]
    boxes = np.concatenate([np.empty((0, 4)), *drawn])
    worker = np.repeat(np.arange(len(drawn)), [len(each) for each in drawn])
    edges = edges_of(boxes)
    iou = np.triu(iou_matrix(edges, edges) * (worker[:, None] != worker), k=1)
    one, other = np.nonzero(iou >= link)
    group = [[index] for index in range(len(boxes))]
    for pick in np.argsort(-iou[one, other], kind="stable"):
        ours, theirs = group[one[pick]], group[other[pick]]
        if ours is not theirs and not set(worker[ours]) & set(worker[theirs]):
            ours.extend(theirs)
            for index in theirs:
                group[index] = ours
    unique = {id(members): members for members in group}.values()
    return [(_median(edges[members]), worker[members].tolist()) for members in unique]


def _median(edges: FloatArray) -> FloatArray:
    middle = np.median(edges, axis=0)
    return np.asarray(np.hstack((middle[:2], middle[2:] - middle[:2])))


def dawid_skene(
    images: Sequence[BoxImage], *, peer: Peer, link: float
) -> tuple[list[FloatArray], float]:
    """Dawid-Skene on the same candidates, who drew a box and who did not."""
    begun = time.process_time()
    given = [
        [{"box": box.tolist(), "voters": voters} for box, voters in candidates(image, link)]
        for image in images
    ]
    matching = time.process_time() - begun
    found, seconds = peer.merge(images, {"candidates": given})
    return found, matching + seconds


def _settings(name: str, *, is_thorough: bool) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Label, cut and settings of a peer; its own default first."""
    if name == "zooniverse":
        if is_thorough:
            yield "default, 5 px", "most", {"metric": "euclidean", "eps": 5.0, "cut": "most"}
        for eps, cut in product((0.5, 0.4, 0.3) if is_thorough else (0.5,), CUTS):
            wanted = {"metric": "IoU", "eps": eps, "cut": cut, "average": "mean"}
            yield f"IoU, eps {eps}, {cut}", cut, wanted
    else:
        for iou, cut in product((0.55 if name == "wbf" else 0.5, 0.4), CUTS):
            yield f"IoU {iou}, {cut}", cut, {"iou": iou, "cut": cut}


def _methods_of(peer: Peer, *, is_thorough: bool) -> Iterator[Method]:
    name = PEERS[peer.name]
    if peer.name == "crowd_kit":
        merge = partial(dawid_skene, peer=peer, link=LINKS[0])
        yield Method(name, f"IoU {LINKS[0]}", merge)
        return
    for label, cut, settings in _settings(peer.name, is_thorough=is_thorough):
        yield Method(name, label, partial(peer.merge, settings=settings), cut)


@contextmanager
def everybody(*, is_thorough: bool = False) -> Iterator[list[Method]]:
    """All methods but ours and the single worker; a peer that fails is announced and left out.

    is_thorough: with settings that are known to be worse, too.
    """
    with ExitStack() as running:
        methods = [
            Method(GREEDY, f"IoU {link}, {cut}", partial(greedy, link=link, cut=cut), cut)
            for link, cut in product(LINKS, CUTS)
        ]
        versions = []
        for name, title in PEERS.items():
            try:
                peer = running.enter_context(Peer(name))
            except Unavailable as why:
                print(f"skipped {title}: {why}", file=sys.stderr)
                continue
            methods += _methods_of(peer, is_thorough=is_thorough)
            versions.append(f"{title} ({name.replace('_', '-')} {peer.version})")
        print("peers:", ", ".join(versions) or "none could be installed")
        yield methods
