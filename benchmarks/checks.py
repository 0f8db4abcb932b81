"""One more drawing or two checks: what makes risky boxes better, and at what price?

    python -m benchmarks.checks [--images 1500] [--workers 40] [--seeds 3] [--risk 0.1]

Three simulated workers of each mix (`simulation.mixes`) draw on every image. Those whose consensus
has at least that risk then get

    drawing    one more worker who draws,
    drawings   and another one where the risk stays above the limit,
    checks     two workers who check (`simulation/checking.py`),
    both       the checks, and one more drawing where the risk stays above the limit.

Errors are false plus missed boxes an image at IoU .5, over all images and over those that are not
left for an organizer (risk at most the limit after all that). `rank` is Spearman's correlation of
risk and errors among the images that were risky. Hours are of attention, for 1,000 images, on top
of the three drawings. Whoever checks has not drawn on the image.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.consensus_methods import boxes_of
from benchmarks.consensus_risk import rank_correlation
from benchmarks.consensus_scoring import FloatArray, count, figures
from consensus import (
    BoxCheck,
    BoxFit,
    BoxImage,
    ImageConsensus,
    Vote,
    VoteFit,
    VoteItem,
    checked,
    fit_votes,
    merge_campaign,
    merge_images,
    merge_items,
)
from consensus.stopping import BOX_RULE
from simulation.answering import Scene
from simulation.checking import CheckReply, answer_check
from simulation.mixes import MIXES, draw_scenes, draw_takers, hire, names_of, work_boxes
from simulation.workers import WorkerProfile, active_seconds

N_DRAWINGS, N_MORE, N_CHECKS = 3, 2, 2
LABELS = ("yes", "no")
TAU = BOX_RULE.tau


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A simulated campaign: each image has five drawings and takers for two checks beyond them.

    takers: (images, 7). seconds: (images, 7) of each, if it is a drawing.
    """

    images: list[BoxImage]
    scenes: list[Scene]
    crowd: list[WorkerProfile]
    takers: np.ndarray
    seconds: FloatArray

    @classmethod
    def simulated(cls, n_images: int, n_workers: int, mix: str, seed: int) -> Site:
        crowd = hire(mix, n_workers, seed)
        most = N_DRAWINGS + N_MORE + N_CHECKS
        work = work_boxes(n_images, crowd, most, seed)
        return cls(
            work.images,
            draw_scenes(n_images, seed),
            crowd,
            draw_takers(n_images, n_workers, most, seed),
            work.seconds,
        )

    @property
    def truth(self) -> list[FloatArray]:
        return [scene.layout.boxes_xywh for scene in self.scenes]

    def drawn(self, n_answers: int) -> list[BoxImage]:
        """The images with their first answers."""
        return [BoxImage(i.answers[:n_answers], i.width, i.height) for i in self.images]


@dataclass(slots=True)
class Outcome:
    """What a strategy led to; `seconds` of attention beyond the first drawings."""

    found: list[ImageConsensus]
    seconds: float = 0.0
    n_answers: int = 0


def compare(site: Site, least_risk: float, seed: int) -> dict[str, Outcome]:
    """Each strategy on the same images."""
    fit, merged = merge_campaign(site.drawn(N_DRAWINGS))
    base = list(merged)
    risky = [index for index, found in enumerate(base) if found.risk >= least_risk]
    drawing = _drawing(site, fit, base, risky)
    still = [index for index in risky if drawing.found[index].risk > TAU]
    drawings = _drawing(site, fit, drawing.found, still, n_drawn=N_DRAWINGS + 1)
    drawings.seconds += drawing.seconds
    drawings.n_answers += drawing.n_answers
    replies, seconds = _checked(site, base, risky, seed)
    said = dict(zip(risky, _said(site, base, risky, replies), strict=True))
    checks = Outcome(list(base), seconds, len(risky) * N_CHECKS)
    for index in risky:
        checks.found[index] = checked(base[index], said[index], parameters=fit.parameters)
    left = [index for index in risky if checks.found[index].risk > TAU]
    both = _drawing(site, fit, checks.found, left)
    for index in left:
        both.found[index] = checked(both.found[index], said[index], parameters=fit.parameters)
    both.seconds += checks.seconds
    both.n_answers += checks.n_answers
    return {
        "nothing": Outcome(base),
        "drawing": drawing,
        "drawings": drawings,
        "checks": checks,
        "both": both,
    }


def _drawing(
    site: Site,
    fit: BoxFit,
    base: Sequence[ImageConsensus],
    chosen: Sequence[int],
    *,
    n_drawn: int = N_DRAWINGS,
) -> Outcome:
    """One more worker draws on the chosen images."""
    images = site.drawn(n_drawn + 1)
    again = merge_images(
        [images[index] for index in chosen], skills=fit.skills, parameters=fit.parameters
    )
    found = list(base)
    for index, consensus in zip(chosen, again, strict=True):
        found[index] = consensus
    seconds = float(site.seconds[list(chosen), n_drawn].sum())
    return Outcome(found, seconds, len(chosen))


def _checked(
    site: Site, base: Sequence[ImageConsensus], risky: Sequence[int], seed: int
) -> tuple[list[list[CheckReply]], float]:
    """The answers of two checkers to each risky image, and their seconds of attention."""
    rng = np.random.default_rng([seed, 0xCE])
    replies, seconds = [], 0.0
    for index in risky:
        scene, asked = site.scenes[index], [box.xywh for box in base[index].boxes]
        given = []
        for who in site.takers[index, -N_CHECKS:]:
            worker = site.crowd[who]
            truth, misled = scene.layout.boxes_xywh, scene.confusion
            given.append(answer_check(worker, asked, truth, rng, confusion=misled))
            # half a look at each box, and a whole one at the photo
            look = active_seconds(worker, 0, rng)
            seconds += look * (1 + len(asked) / 2)
        replies.append(given)
    return replies, seconds


def _said(
    site: Site,
    base: Sequence[ImageConsensus],
    risky: Sequence[int],
    replies: Sequence[Sequence[CheckReply]],
) -> Iterator[BoxCheck]:
    """What the checkers say together, with skills learned from nothing but these checks."""
    names = names_of(len(site.crowd))
    items: list[list[VoteItem]] = []
    for index, given in zip(risky, replies, strict=True):
        workers = [names[who] for who in site.takers[index, -N_CHECKS:]]
        columns = zip(*([*r.are_tight, bool(r.are_all_boxed)] for r in given), strict=True)
        votes = [
            [Vote(worker, LABELS[not yes]) for worker, yes in zip(workers, said, strict=True)]
            for said in columns
        ]
        items.append([*(VoteItem(v, "tight") for v in votes[:-1]), VoteItem(votes[-1], "all")])
    flat = [item for of_image in items for item in of_image]
    alone = VoteFit(skills=fit_votes(flat, LABELS).skills)
    merged = iter(merge_items(flat, labels=LABELS, fit=alone))
    for index, of_image in zip(risky, items, strict=True):
        p_yes = [next(merged).probabilities["yes"] for _ in of_image]
        yield BoxCheck([box.xywh for box in base[index].boxes], p_yes[:-1], p_yes[-1])


def rows(site: Site, outcomes: dict[str, Outcome], least_risk: float) -> Iterator[list[float]]:
    """Of each strategy: answers and hours more, errors, those not left over, the left share, F1 at
    .5 and .75, and how well the risk ranks."""
    risky = np.array([found.risk >= least_risk for found in outcomes["nothing"].found])
    for outcome in outcomes.values():
        counts = count(boxes_of(outcome.found), site.truth)
        row = figures(counts, answers=0.0, seconds=0.0)
        risk = np.array([found.risk for found in outcome.found])
        errors, is_left = counts.errors, risk > TAU
        n = len(risk)
        yield [
            outcome.n_answers / n,
            outcome.seconds / 3.6 / n,
            row.errors,
            float(errors[~is_left].sum() / n),
            float(is_left.mean()),
            row.f50,
            row.f75,
            rank_correlation(risk[risky], errors[risky]),
        ]


def main() -> None:
    """Print a table for each mix."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=1500)
    parser.add_argument("--workers", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--risk", type=float, default=0.1)
    options = parser.parse_args()
    head = ("answers", "hours", "errors", "unseen", "left", "F1@.5", "F1@.75", "rank")
    for mix in MIXES:
        table: dict[str, list[list[float]]] = defaultdict(list)
        for seed in range(options.seeds):
            site = Site.simulated(options.images, options.workers, mix, seed)
            outcomes = compare(site, options.risk, seed)
            for name, row in zip(outcomes, rows(site, outcomes, options.risk), strict=True):
                table[name].append(row)
        print(f"\n{mix}\n  {'':8} " + " ".join(f"{name:>7}" for name in head))
        for name, found in table.items():
            print(f"  {name:8} " + " ".join(f"{value:7.4f}" for value in np.mean(found, axis=0)))


if __name__ == "__main__":
    main()
