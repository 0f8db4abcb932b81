"""Suspending automatically whoever answers too badly to be of use, and taking that back.

Two workers who never agree look alike: either may be the one who does not look. So nobody is judged
on the word of one other worker, or of two who agree with nobody else. A worker is suspended, and
the answers are left out, only where all of this holds:

1. by everybody's answers, the skill is below the floor;
2. by those of *witnesses* alone, at least two of them, even its favourable end is, after at least
   30 comparisons.

A witness is known to be good: the unfavourable end of the skill is above the floor, and at least
two others of whom that is true have answered the same photos, ten or more of them with each. Where
there are no witnesses it is for an organizer to say, or for later, when there are.

Gold needs no witnesses, as its answers are known: whose favourable end there is below the floor,
after at least five photos that show the animal or five that do not, is suspended as well.

Whoever was suspended automatically is judged again with each fit of the same kind of task, from all
answers as if they counted: let back in once the unfavourable end of the skill is above the floor
and gold says nothing against it, or, if it was gold alone that said so, once it does not any more.
An organizer's word goes before all that (`crowd/workers.py`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from crowd import gold_scores, intervals, workers
from crowd.aggregating import Aggregator, Estimation
from crowd.intervals import Interval
from crowd.models import Worker
from crowd.skills import Estimate

# With fewer comparisons nobody is judged.
LEAST_COMPARED = 30
# Who has met: this many photos that both have answered.
LEAST_MET = 10
# So much gold of one kind of truth.
LEAST_GOLD = 5
# So many witnesses it takes, and so many others who are good to be one.
LEAST_WITNESSES = 2
LEAST_PEERS = 2
ROWS_AT_ONCE = 5000

Figures = Mapping[str, Any]
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whom to suspend and whom to let back in, with the figures that say why."""

    below: Mapping[Worker, Figures] = field(default_factory=dict)
    above: Mapping[Worker, Figures] = field(default_factory=dict)


def judge(aggregator: Aggregator[V], estimation: Estimation) -> Judgement:
    """What follows from the answers; `estimation` is of those that count. Writes nothing."""
    floor = settings.SKILL_FLOORS[aggregator.kind]
    if floor <= 0:
        return Judgement()
    out = _excluded_automatically(aggregator)
    everybody = estimation
    if out:
        everybody = aggregator.estimate(_answers_of_all(aggregator))
    skills = everybody.fitted.skills
    failing = _failing_gold(aggregator, floor)
    below = _below(aggregator, skills, floor) | _below_by_gold(failing)
    return Judgement(below, _above(aggregator, skills, out, failing, floor))


def carry_out(judgement: Judgement, *, now: datetime) -> list[Worker]:
    """Suspend and let back in, in the caller's transaction; returns who was suspended."""
    workers.reinstate_automatically(judgement.above, now=now)
    return workers.suspend_automatically(judgement.below, now=now)


def _excluded_automatically(aggregator: Aggregator[V]) -> dict[Worker, Figures]:
    """Whom this kind of task got suspended, with the figures that said so."""
    rows = Worker.objects.filter(is_excluded=True, status_reason=Worker.Reason.AUTOMATIC)
    why = workers.why_suspended(rows.order_by("pk"))
    kind = aggregator.kind.value
    out = {worker: said for worker, said in why.items() if said.get("kind", kind) == kind}
    # what gold alone has said can be taken back without an answer to compare
    is_by_gold = any("n_gold" in said for said in out.values())
    if is_by_gold or aggregator.comparable().filter(worker__in=list(out)).exists():
        return out
    return {}


def _failing_gold(aggregator: Aggregator[V], floor: float) -> dict[int, Figures]:
    """Whom the gold that was answered places below the floor, by worker id."""
    found: dict[int, Figures] = {}
    for worker, of_worker in gold_scores.records(aggregator.kind).items():
        for record in of_worker:
            if record.n >= LEAST_GOLD and record.interval.high < floor:
                found[worker] = {
                    "kind": aggregator.kind.value,
                    "quality": record.quality,
                    "quality_sd": record.interval.deviation,
                    "floor": floor,
                    "n_gold": record.n,
                }
    return found


def _below_by_gold(failing: Mapping[int, Figures]) -> dict[Worker, Figures]:
    suspects = Worker.objects.filter(
        pk__in=failing, status=Worker.Status.ACTIVE, is_exempt=False
    ).order_by("pk")
    return {worker: failing[worker.pk] for worker in suspects}


def _above(
    aggregator: Aggregator[V],
    skills: Mapping[int, Estimate],
    out: Mapping[Worker, Figures],
    failing: Mapping[int, Figures],
    floor: float,
) -> dict[Worker, Figures]:
    """Whom to let back in."""
    back: dict[Worker, Figures] = {}
    for worker, why in out.items():
        skill = skills.get(worker.pk)
        if worker.pk in failing:
            continue
        if skill and _interval(skill).low > floor:
            back[worker] = _figures(aggregator, skill, floor)
        elif "n_gold" in why:
            back[worker] = {"kind": aggregator.kind.value, "floor": floor}
    return back


def _answers_of_all(aggregator: Aggregator[V]) -> QuerySet[Any, Any]:
    """As if nobody had been excluded automatically; an organizer's exclusions hold."""
    counts = Q(worker__is_excluded=False) | Q(worker__status_reason=Worker.Reason.AUTOMATIC)
    return aggregator.comparable().filter(counts)


def _below(
    aggregator: Aggregator[V], skills: Mapping[int, Estimate], floor: float
) -> dict[Worker, Figures]:
    """Whom the witnesses, too, place below the floor."""
    ids = [w for w, skill in skills.items() if skill.quality is not None and skill.quality < floor]
    suspects = Worker.objects.filter(pk__in=ids, status=Worker.Status.ACTIVE, is_exempt=False)
    found: dict[Worker, Figures] = {}
    if not suspects:
        return found
    good = {w for w, skill in skills.items() if _interval(skill).low > floor}
    witnesses = _witnesses(aggregator, good, [worker.pk for worker in suspects])
    for worker in suspects.order_by("pk"):
        heard = witnesses[worker.pk]
        if len(heard) < LEAST_WITNESSES:
            continue
        skill = _by_witnesses(aggregator, worker.pk, heard)
        if skill and skill.n_answers >= LEAST_COMPARED and _interval(skill).high < floor:
            figures = _figures(aggregator, skill, floor)
            found[worker] = {**figures, "n_witnesses": len(heard)}
    return found


def _witnesses(
    aggregator: Aggregator[V], good: set[int], suspects: Iterable[int]
) -> dict[int, set[int]]:
    """Of the good workers those who have met each suspect, and two more who are good.

    Every answer of these workers is read, in the order of the tasks, and none is kept.
    """
    met: dict[int, Counter[int]] = defaultdict(Counter)
    rows = _answers_of_all(aggregator).filter(worker__in=good.union(suspects))
    pairs = rows.order_by("task_id").values_list("task_id", "worker_id")
    with transaction.atomic():
        stream = pairs.iterator(chunk_size=ROWS_AT_ONCE)
        for _, of_task in groupby(stream, key=itemgetter(0)):
            here = {worker for _, worker in of_task}
            for worker in here:
                met[worker].update((here & good) - {worker})
    often = {w: {g for g, n in seen.items() if n >= LEAST_MET} for w, seen in met.items()}
    known = {w for w in good if len(often.get(w, ())) >= LEAST_PEERS}
    return {suspect: often.get(suspect, set()) & known for suspect in suspects}


def _by_witnesses(aggregator: Aggregator[V], suspect: int, witnesses: set[int]) -> Estimate | None:
    """The skill of one worker by the answers of the witnesses to the same photos."""
    rows = _answers_of_all(aggregator)
    of_suspect = rows.filter(worker=suspect).values("task")
    found = aggregator.estimate(rows.filter(worker__in={suspect, *witnesses}, task__in=of_suspect))
    return found.fitted.skills.get(suspect)


def _interval(skill: Estimate) -> Interval:
    """Nothing is known of whose skill is not in one number."""
    if skill.quality is None:
        return intervals.share(0.5, 0)
    return intervals.share(skill.quality, skill.n_answers)


def _figures(aggregator: Aggregator[V], skill: Estimate, floor: float) -> dict[str, Any]:
    return {
        "kind": aggregator.kind.value,
        "quality": skill.quality,
        "quality_sd": skill.quality_sd,
        "floor": floor,
        "n_compared": skill.n_answers,
    }
