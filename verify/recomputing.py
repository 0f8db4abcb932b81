"""Recomputing the consensus of verification tasks (see `crowd/recomputing.py`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.db.models import Model

from consensus import VOTE_METHOD, Vote, VoteConsensus, VoteItem, VoteParameters
from consensus.parameters import described, with_values
from consensus.vote_methods import VOTE_METHODS
from crowd import recomputing, versions
from crowd.aggregating import Finding, Fitted
from crowd.differences import Difference
from crowd.models import Outcome, Task
from crowd.recomputing import Recipe, Replay, Replayed
from verify import skill_fitting
from verify.aggregation import VERDICTS, Evidence, VerdictAggregator, seen
from verify.differences import difference
from verify.models import ConsensusVerdict, Label, Verdict
from verify.question import ALIKE, costs

# Methods that learn from all votes together.
LEARNING = frozenset({"dawid-skene"})
# stands for a task without votes
NOBODY = 0


@dataclass(frozen=True, slots=True)
class NoParameters:
    """Of a method without any constants."""


PARAMETERS = {
    name: VoteParameters() if name == VOTE_METHOD else NoParameters() for name in VOTE_METHODS
}
METHODS: Mapping[str, str] = {name: described(values) for name, values in PARAMETERS.items()}
"""The methods there are, with their constants."""


class ReplayAggregator(VerdictAggregator):
    """Verification tasks merged as a recipe says."""

    def __init__(self, recipe: Recipe, name: str) -> None:
        self.method = name
        self._recipe = recipe
        self._found: dict[int, dict[int, VoteConsensus]] = {}

    def read(self, task_ids: list[int]) -> Mapping[int, list[Verdict]]:
        rows = Verdict.objects.filter(task__in=task_ids)
        as_it_was = recomputing.taken(rows, Recipe(as_of=self._recipe.as_of))
        by_task: dict[int, list[Verdict]] = defaultdict(list)
        for row in as_it_was.select_related("worker").order_by("received_at", "id"):
            by_task[row.task_id].append(row)
        for found in by_task.values():
            recomputing.leave_out(found, self._recipe)
        return by_task

    def merge(self, evidence: Sequence[Evidence], fitted: Fitted) -> Iterable[VoteConsensus]:
        if self.method == VOTE_METHOD:
            return super().merge(evidence, fitted)
        return self._by_name(evidence, costs(evidence[0].task.campaign.missed_cost))

    def _by_name(
        self, evidence: Sequence[Evidence], prices: Mapping[str, float]
    ) -> Iterable[VoteConsensus]:
        """By a method that needs no stored skills; from the whole campaign at once where it learns
        from all votes together, as Dawid and Skene's does."""
        method = partial(VOTE_METHODS[self.method], labels=Label.values, costs=prices, alike=ALIKE)
        if self.method not in LEARNING:
            return method([one.item() for one in evidence])
        campaign_id = evidence[0].task.campaign_id
        if campaign_id not in self._found:
            task_ids, items = self._campaign_items(campaign_id)
            found = method([*items, VoteItem([])])
            self._found[campaign_id] = dict(zip([*task_ids, NOBODY], found, strict=True))
        of_task = self._found[campaign_id]
        return [of_task.get(one.task.pk, of_task[NOBODY]) for one in evidence]

    def _campaign_items(self, campaign_id: int) -> tuple[list[int], list[VoteItem]]:
        rows = Verdict.objects.filter(
            task__campaign=campaign_id, outcome=Outcome.ANSWERED, worker__is_excluded=False
        )
        in_order = recomputing.taken(rows, self._recipe).order_by("task_id", "received_at", "id")
        votes: dict[int, list[Vote]] = defaultdict(list)
        for task_id, worker, label in in_order.values_list("task_id", "worker_id", "label"):
            votes[task_id].append(Vote(str(worker), label))
        return list(votes), [VoteItem(found) for found in votes.values()]


class VerdictReplay(Replay[ConsensusVerdict]):
    """A recipe for verification tasks; its constants take effect where skills are estimated, so a
    recipe that changes one has new skills. Raises ValueError for a method or a constant that does
    not exist."""

    ordinary = VERDICTS

    def __init__(self, recipe: Recipe) -> None:
        name = recipe.method or VOTE_METHOD
        self.recipe = recipe
        plain = recomputing.chosen(PARAMETERS, name, METHODS)
        self._changed = with_values(plain, recipe.changes)
        self.aggregator = ReplayAggregator(recipe, name)

    @property
    def has_new_skills(self) -> bool:
        return self.recipe.has_new_skills or bool(self.recipe.changes)

    def fitted(self) -> Fitted:
        if self.aggregator.method != VOTE_METHOD:
            return Fitted({}, {})
        if not self.has_new_skills:
            return VERDICTS.fitted()
        rows = recomputing.taken(
            Verdict.objects.filter(outcome=Outcome.ANSWERED, worker__is_excluded=False),
            self.recipe,
        )
        return skill_fitting.estimate(rows, parameters=cast(VoteParameters, self._changed)).fitted

    def stored(self, task_ids: Sequence[int]) -> Mapping[int, Model]:
        return versions.current(ConsensusVerdict, task_ids)

    def replayed(
        self, finding: Finding[ConsensusVerdict], old: Model | None
    ) -> Replayed[ConsensusVerdict]:
        before = cast(ConsensusVerdict | None, old)
        row = finding.version
        if row is None:
            # neither the answers nor the result have changed
            line = _line(finding.task, before) if before else {}
            return Replayed(finding, Difference(), line)
        found = difference(seen(before) if before else None, seen(row))
        return Replayed(finding, found, _line(finding.task, row))


def _line(task: Task, row: ConsensusVerdict) -> dict[str, Any]:
    """A consensus in the format of `python -m consensus votes`."""
    return {
        "item_id": str(task.image.uid),
        "file_name": task.image.file_name,
        "group": task.campaign.super_class,
        "label": row.label,
        "probability": row.probability,
        "n_votes": row.n_votes,
        "evidence": row.evidence,
        "risk": row.risk,
        "finished": row.is_settled,
    }
