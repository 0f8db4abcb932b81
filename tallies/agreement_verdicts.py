"""Agreement on verdicts: what is counted of a verification campaign."""

from __future__ import annotations

from collections import Counter

import numpy as np
from django.db import connection

from consensus.alpha import CountTable, LabelTable
from consensus.bootstrap import Statistic
from consensus.pairs import later
from consensus.types import IntArray
from crowd.models import Campaign, Outcome
from tallies import agreement_groups, agreement_steps
from tallies.agreement_content import Agreement, Confusion
from tallies.agreement_groups import Origin
from tallies.agreement_sample import LABELS, VerdictTask, draw, verdict_tasks
from verify.models import Label

CANT_TELL = Outcome.CANT_TELL.value
NO_LABEL = "undecided"

# A consensus of one answer is that answer.
_CONFUSION = """
SELECT CASE WHEN verdict.outcome = 'answered' THEN verdict.label ELSE verdict.outcome END,
    consensus.label, count(*)
FROM crowd_task task
JOIN verify_consensusverdict consensus ON consensus.task_id = task.id AND consensus.is_current
JOIN verify_verdict verdict ON verdict.task_id = task.id AND verdict.is_current
WHERE task.campaign_id = %s AND task.state NOT IN ('gold', 'excluded') AND consensus.n_votes >= 2
    AND verdict.outcome IN ('answered', 'cant_tell')
GROUP BY 1, 2
"""


def count(campaign: Campaign, *, most_images: int | None = None) -> Agreement:
    """Agreement of a verification campaign."""
    drawn = draw(campaign, most_images=most_images)
    tasks = [task for chunk in verdict_tasks(drawn.task_ids) for task in chunk]
    tables = _Tables(tasks)
    origin = Origin(
        [task.taxon_id for task in tasks],
        [agreement_groups.week_of(task.last_at) for task in tasks],
    )
    seed = campaign.seed
    taxa, few = agreement_groups.taxa(tables.in_short, origin, seed=seed)
    pairs, n_pairs = agreement_groups.worst_pairs(*_pairs(tasks), None)
    first_drawn = set(drawn.task_ids[: agreement_steps.MOST_FOLLOWED])
    followed = [task for task in tasks if task.task_id in first_drawn]
    return Agreement(
        n_eligible=drawn.n_eligible,
        n_images=len(tasks),
        n_workers=len({worker for task in tasks for worker, _ in task.votes}),
        figures=agreement_groups.figures(tables.all, np.arange(len(tasks)), seed=seed),
        taxa=taxa,
        few=few,
        weeks=agreement_groups.weeks(tables.in_short, origin, seed=seed),
        pairs=pairs,
        n_pairs=n_pairs,
        n_followed=len(followed),
        steps=agreement_steps.of_verdicts(campaign, followed, seed=seed),
        confusion=_confusion(campaign),
    )


class _Tables:
    """Labels of all images, and whether they say that the animal is there."""

    def __init__(self, tasks: list[VerdictTask]) -> None:
        self._labels = LabelTable.of([label for _, label in task.votes] for task in tasks)
        n_votes = [len(task.votes) for task in tasks]
        is_animal = [label == Label.ANIMAL for task in tasks for _, label in task.votes]
        unit = np.repeat(np.arange(len(tasks)), n_votes)
        self._animals = CountTable.of(np.array(is_animal, dtype=np.intp), unit, len(tasks))

    def all(self, units: IntArray) -> dict[str, Statistic]:
        """Every statistic of these images."""
        labels, animals = self._labels.taken(units), self._animals.taken(units)
        return {
            "alpha": labels.alpha,
            "kappa": labels.kappa,
            "share": labels.share,
            "instance_alpha": animals.alpha,
            "instance": animals.share,
        }

    def in_short(self, units: IntArray) -> dict[str, Statistic]:
        """What is said of a part."""
        labels = self._labels.taken(units)
        return {"alpha": labels.alpha, "share": labels.share}


def _pairs(tasks: list[VerdictTask]) -> tuple[IntArray, IntArray, np.ndarray]:
    """Both workers of every pair of votes on an image, and whether they say the same."""
    n_votes = np.array([len(task.votes) for task in tasks], dtype=np.intp)
    votes = [vote for task in tasks for vote in task.votes]
    worker = np.array([worker for worker, _ in votes], dtype=np.intp)
    label = np.array([LABELS.index(label) for _, label in votes], dtype=np.intp)
    first, second, _ = later(np.repeat(np.cumsum(n_votes), n_votes))
    return worker[first], worker[second], (label[first] == label[second]).astype(np.float64)


def _confusion(campaign: Campaign) -> Confusion:
    """Answers against the consensus."""
    with connection.cursor() as cursor:
        cursor.execute(_CONFUSION, [campaign.pk])
        found = Counter({(given, agreed): n for given, agreed, n in cursor.fetchall()})
    rows, columns = [*LABELS, CANT_TELL], [*LABELS, ""]
    counts = [[found[given, agreed] for agreed in columns] for given in rows]
    return Confusion(rows, [*LABELS, NO_LABEL], counts)
