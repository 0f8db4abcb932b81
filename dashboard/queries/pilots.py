"""Campaigns whose workers are known well enough for a forecast about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.db.models import Count, Max, Q

from annotate.models import Annotation, Consensus
from annotate.skill_fitting import skill_of as box_skill_of
from consensus import BOX_METHOD, VOTE_METHOD
from crowd import skills
from crowd.models import Campaign, Fit, Worker
from dashboard.queries.timing import active_seconds
from simulation.layouts import LayoutParameters
from simulation.pilot import boxer_like, layouts_like, paced, voter_like
from simulation.workers import WorkerProfile
from verify.models import Verdict
from verify.skill_fitting import skill_of as vote_skill_of

LEAST_WORKERS = 3
LEAST_COMPARED = 5  # answers compared with somebody else's, for a worker to count as known
SAMPLE = 500
METHODS = {Campaign.Kind.BOX: BOX_METHOD, Campaign.Kind.VERIFY: VOTE_METHOD}


@dataclass(frozen=True, slots=True)
class PilotRow:
    """A campaign that can stand for others: its known workers and the fit they are known from."""

    slug: str
    kind: str
    super_class: str
    n_workers: int
    fit_id: int | None


@dataclass(frozen=True, slots=True)
class Pilot:
    """The people and the images of a campaign, as far as they can be simulated."""

    crowd: tuple[WorkerProfile, ...]
    layouts: LayoutParameters


def pilots() -> list[PilotRow]:
    """All campaigns with enough workers at work whose skills are estimated, by name."""
    fits = dict(Fit.objects.values_list("kind").annotate(newest=Max("pk")))
    rows = []
    for kind, method in METHODS.items():
        known = Q(
            enrolments__worker__status=Worker.Status.ACTIVE,
            enrolments__worker__skills__kind=kind,
            enrolments__worker__skills__method=method,
            enrolments__worker__skills__n_answers__gte=LEAST_COMPARED,
        )
        found = Campaign.objects.filter(kind=kind).annotate(
            n_known=Count("enrolments__worker", filter=known, distinct=True)
        )
        rows += [
            PilotRow(row.slug, kind, row.super_class, row.n_known, fits.get(kind))
            for row in found.filter(n_known__gte=LEAST_WORKERS)
        ]
    return sorted(rows, key=lambda row: row.slug)


def pilot_of(slug: str) -> Pilot | None:
    """The workers and images of a campaign; None where too few of its workers are known."""
    campaign = Campaign.objects.filter(slug=slug).first()
    if campaign is None:
        return None
    kind = Campaign.Kind(campaign.kind)
    at_work = Worker.objects.filter(enrolments__campaign=campaign, status=Worker.Status.ACTIVE)
    known = {
        worker: estimate
        for worker, estimate in skills.load(
            kind, METHODS[kind], at_work.values_list("pk", flat=True)
        ).items()
        if estimate.n_answers >= LEAST_COMPARED
    }
    if len(known) < LEAST_WORKERS:
        return None
    if kind == Campaign.Kind.BOX:
        crowd = [boxer_like(box_skill_of(known[worker])) for worker in sorted(known)]
        n_boxes = _boxes_per_image(campaign)
        mean = float(np.mean(n_boxes)) if n_boxes else 1.0
        return Pilot(tuple(_at_their_pace(crowd, campaign, mean)), layouts_like(n_boxes))
    crowd = [voter_like(vote_skill_of(known[worker])) for worker in sorted(known)]
    return Pilot(tuple(_at_their_pace(crowd, campaign, 0.0)), LayoutParameters())


def _boxes_per_image(campaign: Campaign) -> list[int]:
    """How many boxes the newest consensuses have, of images that two workers looked at."""
    rows = Consensus.objects.filter(task__campaign=campaign, is_current=True, n_looked__gte=2)
    counted = rows.annotate(n_boxes=Count("boxes")).order_by("-pk")
    return list(counted.values_list("n_boxes", flat=True)[:SAMPLE])


def _at_their_pace(
    crowd: list[WorkerProfile], campaign: Campaign, mean_boxes: float
) -> list[WorkerProfile]:
    """The crowd, as slow or quick as the campaign's newest answers say."""
    answers = Annotation if campaign.kind == Campaign.Kind.BOX else Verdict
    newest = answers._default_manager.filter(task__campaign=campaign, is_current=True)
    seen = _known(active_seconds(timing) for timing in
                  newest.order_by("-pk").values_list("timing", flat=True)[:SAMPLE])  # fmt: skip
    usual = np.median([w.seconds_per_image + w.seconds_per_box * mean_boxes for w in crowd])
    return paced(crowd, float(np.median(seen) / usual)) if seen else crowd


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value]
