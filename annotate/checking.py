"""The crowd's answer to checks: rows to the consensus core and back to rows.

What a settled check says goes into the consensus of the boxes (`consensus/checks.py`), so that the
box task is due whenever it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from django.db.models import OuterRef, QuerySet, Subquery

from annotate import check_fitting, check_queries
from annotate.models import Check, ConsensusCheck, Inspection
from consensus import VOTE_METHOD, VoteConsensus, VoteFit, VoteItem, merge_items
from crowd import aggregating, retirement, versions
from crowd.aggregating import Aggregator, Estimation, Finding, Fitted
from crowd.differences import Difference, Reason
from crowd.models import Campaign, Outcome, Task
from crowd.retirement import Decision, Outlook

BATCH = 200
# less than this, and nobody would notice (as for boxes and verdicts)
SCORE_SHIFT = 0.05
EVEN = 0.5


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is on one check, in the order received.

    rows: the inspections of workers who are not excluded; voted: those of them who could tell.
    n_excluded: counted inspections of excluded workers.
    """

    task: Task
    n_boxes: int
    rows: list[Inspection]
    voted: list[Inspection]
    n_excluded: int

    @classmethod
    def of(cls, task: Task, n_boxes: int, inspections: Iterable[Inspection]) -> Evidence:
        rows: list[Inspection] = []
        left_out: list[Inspection] = []
        for row in inspections:
            (left_out if row.worker.is_excluded else rows).append(row)
        voted = [row for row in rows if row.outcome == Outcome.ANSWERED]
        return cls(task, n_boxes, rows, voted, sum(not row.is_extra for row in left_out))

    @property
    def ids(self) -> list[int]:
        return [row.pk for row in self.rows]

    def items(self) -> list[VoteItem]:
        """As the consensus core reads it."""
        return check_queries.items(self.voted, self.n_boxes)


@dataclass(frozen=True, slots=True)
class Result:
    """p_yes: of each question, by the votes alone. risk: how probable it is that the most doubtful
    one is answered wrongly, with what is usual in mind."""

    p_yes: list[float]
    risk: float


class CheckAggregator(Aggregator[ConsensusCheck]):
    """Checks of boxes."""

    kind = Campaign.Kind.CHECK
    method = VOTE_METHOD
    answers = Inspection
    consensus = ConsensusCheck

    def find(
        self, tasks: Sequence[Task], fitted: Fitted, *, now: datetime
    ) -> list[Finding[ConsensusCheck]]:
        inspections = check_queries.current_inspections([task.pk for task in tasks])
        boxes = dict(Check.objects.filter(task__in=tasks).values_list("task", "boxes"))
        evidence = [
            Evidence.of(task, len(boxes[task.pk]), inspections.get(task.pk, [])) for task in tasks
        ]
        results = _merged(evidence, fitted)
        stored = versions.Stored.of(ConsensusCheck, {one.task.pk: one.ids for one in evidence})
        return [
            _finding(one, result, fitted, stored, method=self.method, now=now)
            for one, result in zip(evidence, results, strict=True)
        ]

    def write(self, versions_: list[ConsensusCheck]) -> None:
        """Store new versions; the boxes of those that speak, or spoke until now, are due again."""
        tasks = [row.task_id for row in versions_]
        spoke = ConsensusCheck.objects.filter(task__in=tasks, is_current=True, is_settled=True)
        speaking = {row.task_id for row in versions_ if row.is_settled}
        speaking |= set(spoke.values_list("task", flat=True))
        versions.supersede(ConsensusCheck, versions_)
        if speaking:
            _mark_boxes_due(speaking, now=max(row.computed_at for row in versions_))

    def comparable(self) -> QuerySet[Inspection]:
        return check_queries.comparable()

    def estimate(self, rows: QuerySet[Inspection] | None = None) -> Estimation:
        return check_fitting.estimate(rows)


CHECKS = CheckAggregator()


def aggregate_due(*, now: datetime, limit: int = BATCH) -> int:
    """Bring the consensus of up to `limit` stale checks up to date; returns how many.

    Safe to run twice, at once and in any order, as for boxes.
    """
    return aggregating.aggregate(CHECKS, now=now, limit=limit)


def difference(old: ConsensusCheck | None, new: ConsensusCheck) -> Difference:
    """What a reader would notice; None stands for a check without any consensus."""
    if old is None:
        return Difference(frozenset({Reason.FIRST}))
    pairs = list(zip(_answers(old), _answers(new), strict=True))
    shift = max(abs(before - after) for before, after in pairs)
    is_so = {
        Reason.LABEL: any((before > EVEN) != (after > EVEN) for before, after in pairs),
        Reason.SCORE: shift > SCORE_SHIFT,
        Reason.DOUBT: old.is_settled != new.is_settled,
    }
    return Difference(frozenset(reason for reason, holds in is_so.items() if holds), shift=shift)


def _answers(row: ConsensusCheck) -> list[float]:
    return [*row.p_tight, row.p_all_boxed]


def _mark_boxes_due(check_tasks: Iterable[int], *, now: datetime) -> None:
    """Ask for a fresh consensus of the box tasks that these checks are about."""
    of_photo = Task.objects.filter(image=OuterRef("image"), campaign=OuterRef("campaign__follows"))
    drawn = of_photo.exclude(state=Task.State.GOLD).values("pk")[:1]
    tasks = Task.objects.filter(pk__in=list(check_tasks)).annotate(drawn=Subquery(drawn))
    due = [pk for pk in tasks.values_list("drawn", flat=True) if pk is not None]
    retirement.lock(due)
    retirement.mark_due(due, now=now)


def _merged(evidence: Sequence[Evidence], fitted: Fitted) -> list[Result]:
    fit = check_fitting.fit_of(fitted)
    items = [one.items() for one in evidence]
    flat = [item for of_task in items for item in of_task]
    alone = _merge(flat, check_fitting.without_prior(fit))
    usual = _merge(flat, fit)
    results = []
    for of_task in items:
        n = len(of_task)
        p_yes = [found.probabilities[check_queries.YES] for found in islice(alone, n)]
        results.append(Result(p_yes, max(found.risk for found in islice(usual, n))))
    return results


def _merge(items: list[VoteItem], fit: VoteFit) -> Iterable[VoteConsensus]:
    return iter(merge_items(items, labels=check_queries.LABELS, fit=fit))


def _finding(
    one: Evidence,
    result: Result,
    fitted: Fitted,
    stored: versions.Stored[ConsensusCheck],
    *,
    method: str,
    now: datetime,
) -> Finding[ConsensusCheck]:
    outlook = _outlook(one, result, fitted)
    decision = _decision(one.task, outlook)
    old = stored.current.get(one.task.pk)
    number = old.version + 1 if old else 1
    new = _row(one, result, number, is_settled=decision.is_settled, method=method, now=now)
    is_changed = bool(difference(old, new).reasons)
    version = None
    if is_changed or old is None or old.evidence != one.ids:
        new.fingerprint = _fingerprint(one, fitted, method)
        version = new
    return Finding(
        one.task, outlook, decision, version, is_changed, based_on=old.version if old else 0
    )


def _decision(task: Task, outlook: Outlook) -> Decision:
    """As for verdicts, but nobody decides on a check: one that stays in doubt says just that, and
    the boxes go to the organizers where they need to."""
    decision = retirement.decide(task, outlook)
    if decision.state == Task.State.DISPUTED:
        return replace(decision, state=Task.State.RETIRED)
    return decision


def _outlook(one: Evidence, result: Result, fitted: Fitted) -> Outlook:
    n_voted = len(one.voted)
    return Outlook(
        risk=result.risk,
        n_looked=n_voted,
        n_unusable=len(one.rows) - n_voted,
        agreement=_pair_agreement(one.voted),
        n_excluded=one.n_excluded,
        n_compared=fitted.n_compared([row.worker_id for row in one.voted]),
    )


def _pair_agreement(voted: list[Inspection]) -> float | None:
    """Share of pairs of workers who answered a question alike, over the questions; None with fewer
    than two workers."""
    n_votes = len(voted)
    if n_votes < 2:
        return None
    answers = [[*row.are_tight, bool(row.are_all_boxed)] for row in voted]
    n_yes: list[int] = [sum(said) for said in zip(*answers, strict=True)]
    alike = [n * (n - 1) + (n_votes - n) * (n_votes - n - 1) for n in n_yes]
    return sum(alike) / (len(n_yes) * n_votes * (n_votes - 1))


def _fingerprint(one: Evidence, fitted: Fitted, method: str) -> str:
    workers = {row.worker_id for row in one.voted}
    return fitted.fingerprint(method=method, evidence=one.ids, workers=workers)


def _row(
    one: Evidence, result: Result, number: int, *, is_settled: bool, method: str, now: datetime
) -> ConsensusCheck:
    return ConsensusCheck(
        task=one.task,
        version=number,
        method=method,
        p_tight=result.p_yes[:-1],
        p_all_boxed=result.p_yes[-1],
        n_votes=len(one.voted),
        n_unusable=len(one.rows) - len(one.voted),
        risk=result.risk,
        evidence=one.ids,
        fingerprint="",
        is_settled=is_settled,
        computed_at=now,
    )
