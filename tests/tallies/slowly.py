"""The figures of a campaign as plain Python finds them, answer by answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from statistics import fmean, median, pstdev
from typing import Any

from annotate.models import Annotation, Consensus, ConsensusBox
from crowd.models import Campaign, GoldScore
from dashboard.comparison import Fused, compare

SIGNS = (-1, -1, 1, 1)
Keyed = Callable[[Any, Any], Hashable]


def figures(campaign: Campaign, key: Keyed) -> dict[Hashable, Counter[str]]:
    """The columns of `tallies.models.Figures` of a box campaign by `key(worker id, time)`."""
    found: dict[Hashable, Counter[str]] = defaultdict(Counter)
    for answer in answers(campaign):
        add(found[key(answer.worker_id, answer.received_at)], answer)
    scores = GoldScore.objects.filter(gold__campaign=campaign, gold__withdrawn_at=None)
    for score in scores.exclude(is_good=None):
        totals = found[key(score.worker_id, score.scored_at)]
        totals["n_gold"] += 1
        totals["n_gold_good"] += bool(score.is_good)
    return found


def add(totals: Counter[str], answer: Annotation) -> None:
    boxes = list(answer.boxes.all())
    seconds = active_seconds(answer.timing)
    totals["n_answers"] += 1
    totals["n_empty"] += answer.outcome == "nothing"
    totals["n_unusable"] += answer.outcome in ("cant_tell", "problem")
    totals["n_boxes"] += len(boxes)
    totals["n_timed"] += seconds is not None
    totals["seconds"] += seconds or 0  # type: ignore[assignment]
    agreed = consensus_of(answer)
    if agreed is None:
        return
    said = compare({box.pk: (box.x, box.y, box.w, box.h) for box in boxes}, fused(agreed))
    totals["n_compared"] += 1
    totals["n_objects"] += said.n_objects
    totals["n_matched"] += len(said.ious)
    totals["n_missed"] += said.n_missed
    totals["n_extra"] += said.n_extra
    totals["n_loose"] += sum(iou < 0.75 for iou in said.ious)
    totals["iou_sum"] += sum(said.ious)  # type: ignore[assignment]


def active_seconds(timing: dict[str, float]) -> float | None:
    """Of attention; None where the browser did not tell."""
    if "active_ms" in timing:
        return timing["active_ms"] / 1000
    if "visible_ms" in timing:
        return (timing["visible_ms"] - timing.get("idle_ms", 0)) / 1000
    return None


def answers(campaign: Campaign) -> Iterable[Annotation]:
    rows = Annotation.objects.filter(task__campaign=campaign, is_current=True)
    return rows.exclude(task__state="gold").select_related("task").prefetch_related("boxes")


def consensus_of(answer: Annotation) -> Consensus | None:
    """The one that the answer is compared with."""
    agreed = Consensus.objects.filter(task=answer.task_id, is_current=True).first()
    if agreed is None or agreed.n_looked < 2 or answer.task.state == "excluded":
        return None
    if answer.pk not in agreed.evidence or answer.outcome in ("cant_tell", "problem"):
        return None
    return agreed


def fused(agreed: Consensus) -> list[Fused]:
    rows = ConsensusBox.objects.filter(consensus=agreed)
    return [Fused((row.x, row.y, row.w, row.h), frozenset(row.sources)) for row in rows]


def medians(campaign: Campaign, worker_id: int) -> tuple[float | None, float | None]:
    """Seconds an answer, and a box of answers with boxes."""
    own = [
        (seconds, answer.boxes.count())
        for answer in answers(campaign)
        if answer.worker_id == worker_id and (seconds := active_seconds(answer.timing)) is not None
    ]
    each = [seconds / n for seconds, n in own if n]
    return median([s for s, _ in own]) if own else None, median(each) if each else None


def habits(campaign: Campaign, worker_id: int) -> tuple[list[float], list[float], list[float]]:
    """Mean offset of each edge in pixels and as a share, and the standard deviation of that."""
    px: list[list[float]] = []
    share: list[list[float]] = []
    for answer in answers(campaign):
        agreed = consensus_of(answer) if answer.worker_id == worker_id else None
        for box in ConsensusBox.objects.filter(consensus=agreed) if agreed else []:
            for own in answer.boxes.filter(pk__in=box.sources):
                offsets = [
                    sign * (mine - crowds)
                    for sign, mine, crowds in zip(SIGNS, edges(own), edges(box), strict=True)
                ]
                px.append(offsets)
                share.append(
                    [o / side for o, side in zip(offsets, (box.w, box.h) * 2, strict=True)]
                )
    means = [[fmean(column) for column in zip(*rows, strict=True)] for rows in (px, share)]
    return means[0], means[1], [pstdev(column) for column in zip(*share, strict=True)]


def edges(box: Any) -> tuple[float, float, float, float]:
    return box.x, box.y, box.x + box.w, box.y + box.h


def hands(campaign: Campaign, worker_id: int, column: str) -> Counter[str]:
    """Boxes by how they were drawn, as far as that is known."""
    own = [answer for answer in answers(campaign) if answer.worker_id == worker_id]
    return Counter(
        how for answer in own for box in answer.boxes.all() if (how := getattr(box, column))
    )
