"""Rows to the consensus core and back to rows; then retire the task or ask for one more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial

from consensus import VOTE_METHOD, VoteConsensus, merge_votes
from crowd import aggregating, versions
from crowd.aggregating import Finding
from crowd.models import Campaign, Outcome, Task
from crowd.retirement import Outlook
from verify import queries, skill_fitting
from verify.models import ConsensusVerdict, Label, Verdict

# A label stands when the probability of being wrong is at most this: two against one does not.
SETTLED_RISK = 0.05
BATCH = 200


def aggregate_due(*, now: datetime, limit: int = BATCH) -> int:
    """Bring the consensus of up to `limit` stale verification tasks up to date; returns how many.

    Safe to run twice, at once and in any order, as for boxes.
    """
    return aggregating.aggregate(
        Campaign.Kind.VERIFY,
        now=now,
        limit=limit,
        prepare=partial(_prepare, now=now),
        write=partial(versions.supersede, ConsensusVerdict),
    )


def _prepare(tasks: list[Task], *, now: datetime) -> Callable[[Task], Finding[ConsensusVerdict]]:
    task_ids = [task.pk for task in tasks]
    verdicts = queries.current_verdicts(task_ids)
    known = skill_fitting.load(row.worker_id for rows in verdicts.values() for row in rows)
    before = versions.current(ConsensusVerdict, task_ids)

    def find(task: Task) -> Finding[ConsensusVerdict]:
        rows = verdicts.get(task.pk, [])
        voted = [row for row in rows if row.outcome == Outcome.ANSWERED]
        skills = {row.worker_id: known[row.worker_id] for row in voted if row.worker_id in known}
        result = merge_votes(
            [queries.vote(row) for row in voted],
            labels=Label.values,
            skills={str(worker_id): skill for worker_id, skill in skills.items()},
        )
        mark = versions.fingerprint(
            method=VOTE_METHOD, evidence=[row.pk for row in rows], skills=skills
        )
        old = before.get(task.pk)
        is_new = old is None or old.fingerprint != mark
        version = _row(task, rows, voted, result, mark, old, now=now) if is_new else None
        return Finding(task, _outlook(result, rows, voted), version)

    return find


def _outlook(result: VoteConsensus, rows: list[Verdict], voted: list[Verdict]) -> Outlook:
    return Outlook(
        is_settled=result.n_votes > 0 and result.risk <= SETTLED_RISK,
        n_unusable=len(rows) - len(voted),
        agreement=_pair_agreement(voted),
        risk=result.risk,
    )


def _pair_agreement(voted: list[Verdict]) -> float | None:
    """Share of pairs of workers who gave the same label; None with fewer than two votes."""
    n_votes = len(voted)
    if n_votes < 2:
        return None
    counts = Counter(row.label for row in voted)
    return sum(n * (n - 1) for n in counts.values()) / (n_votes * (n_votes - 1))


def _row(
    task: Task,
    rows: list[Verdict],
    voted: list[Verdict],
    result: VoteConsensus,
    mark: str,
    old: ConsensusVerdict | None,
    *,
    now: datetime,
) -> ConsensusVerdict:
    return ConsensusVerdict(
        task=task,
        version=old.version + 1 if old else 1,
        method=VOTE_METHOD,
        label=result.label if voted else "",
        probability=result.probability,
        p_instance=result.probabilities[Label.ANIMAL.value],
        probabilities=dict(result.probabilities),
        votes=dict(sorted(Counter(row.label for row in voted).items())),
        n_votes=result.n_votes,
        n_unusable=len(rows) - len(voted),
        risk=result.risk,
        evidence=[row.pk for row in rows],
        fingerprint=mark,
        computed_at=now,
    )
