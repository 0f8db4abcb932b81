"""Agreement on boxes: what is counted of a box campaign, from a sample and over all answers.

Boxes are [x, y, w, h] in pixels of the upright full-size image. The formulas are in
`consensus.alpha`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from django.db import connection

from annotate.models import MAX_BOXES
from consensus import BoxImage, BoxParameters
from consensus.alpha import BoxTable, CountTable, mean, ratio
from consensus.bootstrap import Statistic
from consensus.box_sums import BoxSums
from consensus.pairs import Pairs
from consensus.rows import read_block
from consensus.types import FloatArray, IntArray
from crowd.models import Campaign
from tallies import agreement_groups, agreement_sizes, agreement_steps
from tallies.agreement_content import Agreement, Confusion
from tallies.agreement_groups import Origin
from tallies.agreement_sample import BoxTask, Draw, box_tasks, draw

PARAMETERS = BoxParameters()
N_BINS = 20
N_OVERLAPS = 100

_OVERLAPS = """
SELECT least(floor(iou * %(n)s), %(n)s - 1)::int AS bin, count(*)
FROM annotate_comparison, unnest(ious) AS iou
WHERE campaign_id = %(campaign)s GROUP BY bin
"""
_COUNTS = """
SELECT least(n_boxes, %(most)s), least(n_objects, %(most)s), count(*)
FROM annotate_comparison WHERE campaign_id = %(campaign)s GROUP BY 1, 2
"""


@dataclass(slots=True)
class _Read:
    """What is kept of the images read, block by block; consensus boxes with their image."""

    sums: list[BoxSums] = field(default_factory=list)
    taxon: list[int | None] = field(default_factory=list)
    week: list[str] = field(default_factory=list)
    answer_unit: list[IntArray] = field(default_factory=list)
    answer_boxes: list[IntArray] = field(default_factory=list)
    pairs: list[FloatArray] = field(default_factory=list)
    fused: list[FloatArray] = field(default_factory=list)
    workers: set[int] = field(default_factory=set)

    @property
    def n_images(self) -> int:
        return len(self.taxon)

    def add(self, tasks: Sequence[BoxTask]) -> None:
        """One chunk."""
        names: dict[str, int] = {}
        rows = read_block([task.image for task in tasks], names, PARAMETERS)
        pairs = Pairs.of(rows)
        worker = np.array([int(name) for name in names], dtype=np.float64)[rows.answer_worker]
        self.pairs.append(
            np.stack([worker[pairs.first], worker[pairs.second], pairs.iou, pairs.equal])
        )
        self.answer_unit.append(rows.answer_image + self.n_images)
        drawn = np.bincount(rows.box_answer, minlength=len(rows.answer_image))
        self.answer_boxes.append(drawn)
        self.fused.append(agreement_sizes.fused(tasks, first_unit=self.n_images))
        self.sums.append(BoxSums.of_rows(rows, pairs))
        self.taxon.extend(task.taxon_id for task in tasks)
        self.week.extend(agreement_groups.week_of(task.last_at) for task in tasks)
        self.workers.update(worker_id for task in tasks for worker_id in task.workers)


def count(campaign: Campaign, *, most_images: int | None = None) -> Agreement:
    """Agreement of a box campaign."""
    drawn = draw(campaign, most_images=most_images)
    read = _Read()
    for tasks in box_tasks(drawn.task_ids):
        if tasks:
            read.add(tasks)
    return _summed(campaign, drawn, read)


def _summed(campaign: Campaign, drawn: Draw, read: _Read) -> Agreement:
    seed = campaign.seed
    tables = _Tables.of(read)
    origin = Origin(read.taxon, read.week)
    taxa, few = agreement_groups.taxa(tables.in_short, origin, seed=seed)
    first, second, iou, same = np.concatenate([np.zeros((4, 0)), *read.pairs], axis=1)
    pairs, n_pairs = agreement_groups.worst_pairs(
        first.astype(np.intp), second.astype(np.intp), same, iou
    )
    followed = _followed(drawn)
    return Agreement(
        n_eligible=drawn.n_eligible,
        n_images=read.n_images,
        n_workers=len(read.workers),
        figures=agreement_groups.figures(tables.all, np.arange(read.n_images), seed=seed),
        taxa=taxa,
        few=few,
        weeks=agreement_groups.weeks(tables.in_short, origin, seed=seed),
        pairs=pairs,
        n_pairs=n_pairs,
        n_followed=len(followed),
        steps=agreement_steps.of_boxes(followed, seed=seed),
        confusion=_counts(campaign),
        sizes=agreement_sizes.rows(read.fused, seed=seed),
        histograms={
            "matched_iou": _histogram(tables.boxes.sums.matched_iou),
            "count": _histogram(tables.boxes.sums.equal),
        },
        overlaps=_overlaps(campaign),
    )


@dataclass(frozen=True, slots=True)
class _Tables:
    """The sums of all images: boxes, numbers of boxes, and whether there is anything at all."""

    boxes: BoxTable
    numbers: CountTable
    presence: CountTable

    @classmethod
    def of(cls, read: _Read) -> _Tables:
        unit = np.concatenate([np.zeros(0, dtype=np.intp), *read.answer_unit])
        numbers = np.concatenate([np.zeros(0, dtype=np.intp), *read.answer_boxes])
        return cls(
            BoxTable.of_sums(BoxSums.joined(read.sums)),
            CountTable.of(numbers, unit, read.n_images),
            CountTable.of((numbers > 0).astype(np.intp), unit, read.n_images),
        )

    def all(self, _: IntArray) -> dict[str, Statistic]:
        """Every statistic, of all images."""
        sums = self.boxes.sums
        matched = ~np.isnan(sums.matched_iou)
        overlap = np.where(matched, sums.matched_iou, 0.0)
        return {
            "alpha": self.boxes.alpha,
            "iou": partial(mean, sums.iou),
            "matched_iou": lambda w: ratio(w @ overlap, w @ matched.astype(np.float64)),
            "count": partial(mean, sums.equal),
            "count_alpha": self.numbers.alpha,
            "presence": self.presence.share,
            "presence_alpha": self.presence.alpha,
        }

    def in_short(self, units: IntArray) -> dict[str, Statistic]:
        """What is said of a part."""
        part = BoxTable.of_sums(self.boxes.sums.taken(units))
        return {
            "alpha": part.alpha,
            "iou": partial(mean, part.sums.iou),
            "count": partial(mean, part.sums.equal),
        }


def _followed(drawn: Draw) -> list[BoxImage]:
    """The first images drawn, to follow answer by answer."""
    ids = drawn.task_ids[: agreement_steps.MOST_FOLLOWED]
    return [task.image for tasks in box_tasks(ids) for task in tasks]


def _histogram(values: FloatArray) -> list[int]:
    """Images in `N_BINS` equal bins from 0 to 1, the last with 1 itself."""
    counts, _ = np.histogram(values[~np.isnan(values)], bins=N_BINS, range=(0.0, 1.0))
    return [int(n) for n in counts]


def _overlaps(campaign: Campaign) -> list[int]:
    """Workers' boxes by their IoU with the consensus, in hundredths; empty before the first."""
    rows = dict(_rows(_OVERLAPS, campaign=campaign.pk, n=N_OVERLAPS))
    return [rows.get(number, 0) for number in range(N_OVERLAPS)] if rows else []


def _counts(campaign: Campaign) -> Confusion:
    """How many boxes workers drew against how many the consensus has."""
    table = np.zeros((MAX_BOXES + 1, MAX_BOXES + 1), dtype=np.intp)
    for drawn, wanted, n in _rows(_COUNTS, campaign=campaign.pk, most=MAX_BOXES):
        table[drawn, wanted] = n
    names = [str(number) for number in range(MAX_BOXES + 1)]
    return Confusion(names, names, table.tolist())


def _rows(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
