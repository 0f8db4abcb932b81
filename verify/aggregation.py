"""Rows to the consensus core and back to rows; then retire the task or ask for one more."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from consensus import VOTE_METHOD, VoteConsensus, VoteItem, merge_items
from crowd import aggregating, retirement, versions
from crowd.aggregating import Aggregator, Estimation, Finding, Fitted
from crowd.models import Campaign, Outcome, Task
from crowd.retirement import Outlook
from verify import queries, screening, skill_fitting
from verify.differences import Seen, difference
from verify.models import ConsensusVerdict, Label, Verdict
from verify.question import ALIKE, costs, is_precaution

BATCH = 200


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is on one task, in the order received.

    rows: the verdicts of workers who are not excluded; voted: those of them who could tell.
    n_excluded: counted verdicts of excluded workers.
    """

    task: Task
    rows: list[Verdict]
    voted: list[Verdict]
    n_excluded: int

    @classmethod
    def of(cls, task: Task, verdicts: Iterable[Verdict]) -> Evidence:
        rows: list[Verdict] = []
        left_out: list[Verdict] = []
        for row in verdicts:
            (left_out if row.worker.is_excluded else rows).append(row)
        voted = [row for row in rows if row.outcome == Outcome.ANSWERED]
        return cls(task, rows, voted, sum(not row.is_extra for row in left_out))

    @property
    def ids(self) -> list[int]:
        return [row.pk for row in self.rows]

    def item(self) -> VoteItem:
        """As the consensus core reads it."""
        votes = [queries.vote(row) for row in self.voted]
        return VoteItem(votes, group=self.task.campaign.super_class)


class VerdictAggregator(Aggregator[ConsensusVerdict]):
    """Verification tasks."""

    kind = Campaign.Kind.VERIFY
    method = VOTE_METHOD
    answers = Verdict
    consensus = ConsensusVerdict

    def find(
        self, tasks: Sequence[Task], fitted: Fitted, *, now: datetime
    ) -> list[Finding[ConsensusVerdict]]:
        verdicts = self.read([task.pk for task in tasks])
        evidence = [Evidence.of(task, verdicts.get(task.pk, [])) for task in tasks]
        results = self.merge(evidence, fitted)
        ids = {one.task.pk: one.ids for one in evidence}
        stored = versions.Stored.of(ConsensusVerdict, ids)
        return [
            _finding(one, result, fitted, stored, method=self.method, now=now)
            for one, result in zip(evidence, results, strict=True)
        ]

    def read(self, task_ids: list[int]) -> Mapping[int, list[Verdict]]:
        """The verdicts of these tasks with their workers, in the order received."""
        return queries.current_verdicts(task_ids)

    def merge(self, evidence: Sequence[Evidence], fitted: Fitted) -> Iterable[VoteConsensus]:
        """The consensus of each task, at what a missed non-instance costs in its campaign."""
        fit = skill_fitting.fit_of(fitted)
        found: dict[int, VoteConsensus] = {}
        for missed_cost, places in _by_cost(evidence).items():
            merged = merge_items(
                [evidence[place].item() for place in places],
                labels=Label.values,
                fit=fit,
                costs=costs(missed_cost),
                alike=ALIKE,
            )
            found.update(zip(places, merged, strict=True))
        return [found[place] for place in range(len(evidence))]

    def write(self, versions_: list[ConsensusVerdict]) -> None:
        versions.supersede(ConsensusVerdict, versions_)

    def comparable(self) -> QuerySet[Verdict]:
        return queries.comparable()

    def estimate(self, rows: QuerySet[Verdict] | None = None) -> Estimation:
        return skill_fitting.estimate(rows)


VERDICTS = VerdictAggregator()


def aggregate_due(*, now: datetime, limit: int = BATCH) -> int:
    """Bring the consensus of up to `limit` stale verification tasks up to date; returns how many.

    Safe to run twice, at once and in any order, as for boxes.
    """
    return aggregating.aggregate(VERDICTS, now=now, limit=limit)


def seen(consensus: ConsensusVerdict) -> Seen:
    """A stored consensus as it is compared."""
    return Seen(consensus.label, consensus.probability, consensus.p_instance, consensus.is_settled)


def p_instance(result: VoteConsensus) -> float:
    """The probability that the animal itself is there."""
    return result.probabilities[Label.ANIMAL.value]


def _by_cost(evidence: Sequence[Evidence]) -> dict[float, list[int]]:
    """The places of the tasks of campaigns with the same cost."""
    places: dict[float, list[int]] = defaultdict(list)
    for place, one in enumerate(evidence):
        places[one.task.campaign.missed_cost].append(place)
    return places


def _finding(
    one: Evidence,
    result: VoteConsensus,
    fitted: Fitted,
    stored: versions.Stored[ConsensusVerdict],
    *,
    method: str,
    now: datetime,
) -> Finding[ConsensusVerdict]:
    outlook = _outlook(one, result, fitted)
    decision = retirement.decide(one.task, outlook)
    old = stored.current.get(one.task.pk)
    is_settled = decision.is_settled
    label = result.label if one.voted else ""
    new = Seen(label, result.probability, p_instance(result), is_settled)
    is_changed = bool(difference(seen(old) if old else None, new).reasons)
    version = None
    if is_changed or old is None or old.evidence != one.ids:
        number = old.version + 1 if old else 1
        alike = stored.alike(
            one.task.pk, one.ids, lambda row: not difference(seen(row), new).reasons
        )
        mark = _fingerprint(one, fitted, method)
        version = (
            versions.copied(alike, version=number, is_current=True, computed_at=now)
            if alike
            else _row(one, result, new, mark, number, method=method, now=now)
        )
    return Finding(
        one.task, outlook, decision, version, is_changed, based_on=old.version if old else 0
    )


def _fingerprint(one: Evidence, fitted: Fitted, method: str) -> str:
    return fitted.fingerprint(
        method=method,
        evidence=one.ids,
        workers={row.worker_id for row in one.voted},
        missed_cost=one.task.campaign.missed_cost,
    )


def _outlook(one: Evidence, result: VoteConsensus, fitted: Fitted) -> Outlook:
    n_voted = len(one.voted)
    return Outlook(
        risk=result.risk,
        n_looked=n_voted,
        n_unusable=len(one.rows) - n_voted,
        agreement=_pair_agreement(one.voted),
        n_excluded=one.n_excluded,
        n_compared=fitted.n_compared([row.worker_id for row in one.voted]),
        n_missing=screening.n_missing(one.voted) if one.task.is_flagged else 0,
        is_precaution=is_precaution(result.label, p_instance(result)),
    )


def _pair_agreement(voted: list[Verdict]) -> float | None:
    """Share of pairs of workers who gave the same label; None with fewer than two votes."""
    n_votes = len(voted)
    if n_votes < 2:
        return None
    counts = Counter(row.label for row in voted)
    return sum(n * (n - 1) for n in counts.values()) / (n_votes * (n_votes - 1))


def _row(
    one: Evidence,
    result: VoteConsensus,
    new: Seen,
    mark: str,
    number: int,
    *,
    method: str,
    now: datetime,
) -> ConsensusVerdict:
    return ConsensusVerdict(
        task=one.task,
        version=number,
        method=method,
        label=new.label,
        probability=result.probability,
        p_instance=p_instance(result),
        probabilities=dict(result.probabilities),
        votes=dict(sorted(Counter(row.label for row in one.voted).items())),
        n_votes=result.n_votes,
        n_unusable=len(one.rows) - len(one.voted),
        risk=result.risk,
        evidence=one.ids,
        fingerprint=mark,
        is_settled=new.is_settled,
        computed_at=now,
    )
