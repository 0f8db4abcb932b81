"""The living demo: drawn field scenes, three campaigns, a simulated crowd, a way in for each role.

It is made once, when the database holds no campaign yet, and never touches anything else.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from annotate import aggregation as box_aggregation
from annotate import checking, comparing
from catalog.models import Dataset
from catalog.superclasses import SuperClass
from crowd import campaigns, gold_making, people, refitting
from crowd.models import Campaign, User
from quadrat import demo_scenes
from quadrat.simulated_crowd import Simulation
from simulation.dataset import write_dataset
from tallies import counting
from verify import aggregation as verify_aggregation

DATASET = "field-scenes"
# whose boxes are checked, from which risk on, and how many of these photos are left to a visitor
CHECKED, CHECK_RISK, CHECKED_SHARE = "insects", 0.003, 0.25
N_CHECKERS = 9


@dataclass(frozen=True, slots=True)
class DemoCampaign:
    """A campaign, how far the simulated crowd takes it, and how many of its photos are gold."""

    slug: str
    kind: Campaign.Kind
    super_class: SuperClass
    split: str
    until: float
    n_workers: int
    days_ago: float
    max_workers: int
    n_gold: int = 0
    seed: int = demo_scenes.SEED


# The birds' seed puts photos with one or two large birds where a visitor begins; the limit of three
# workers leaves some of the others disputed.
DEMO_CAMPAIGNS = [
    DemoCampaign(
        "birds", Campaign.Kind.BOX, SuperClass.AVES, "train", 0.42, 9, 2.5, 3, n_gold=4, seed=1464
    ),
    DemoCampaign("insects", Campaign.Kind.BOX, SuperClass.INSECTA, "train", 1.0, 7, 4, 4),
    DemoCampaign(
        "mammals-seen", Campaign.Kind.VERIFY, SuperClass.MAMMALIA, "test", 0.6, 8, 1.5, 4, n_gold=4
    ),
]


@dataclass(slots=True)
class Clock:
    """Demo time: it starts some days ago and reaches the present as the crowd works."""

    now: datetime
    step: timedelta
    end: datetime = field(default_factory=timezone.now)

    def __call__(self) -> datetime:
        self.now = min(self.now + self.step, self.end)
        return self.now


def seed(say: Callable[[str], None]) -> None:
    """Make the whole demo; `say` hears of each step. Does nothing where a campaign exists."""
    if Campaign.objects.exists():
        return
    folder = Path(settings.DATA_DIR) / "demo-scenes"
    wanted = demo_scenes.wishes()
    say(f"drawing {len(wanted)} field scenes")
    write_dataset(folder, demo_scenes.draw(wanted))
    call_command("import_images", str(folder / "scenes.json"), dataset=DATASET, verbosity=0)
    shutil.rmtree(folder)
    organizer, password = _organizer()
    for wish in DEMO_CAMPAIGNS:
        say(f"a simulated crowd works on {wish.slug}")
        _populate(wish, organizer)
    say(f"others check the boxes of {CHECKED}")
    _check_boxes(organizer)
    say("counting what has come of it")
    _count()
    _write_way_in(organizer, password)


def _organizer() -> tuple[User, str]:
    password = secrets.token_urlsafe(9)
    return people.add_user("organizer", password, role=User.Role.ORGANIZER), password


def _populate(wish: DemoCampaign, organizer: User) -> None:
    start = timezone.now() - timedelta(days=wish.days_ago)
    campaign = campaigns.create(
        slug=wish.slug,
        kind=wish.kind,
        dataset=Dataset.objects.get(slug=DATASET),
        super_class=wish.super_class,
        split=wish.split,
        max_workers=wish.max_workers,
        seed=wish.seed,
        by=organizer,
        now=start,
    )
    if wish.n_gold:
        gold_making.add(campaign, count=wish.n_gold, seed=wish.seed, by=organizer, now=start)
    n_calls = 2.6 * 3 * campaign.tasks.count() * wish.until
    clock = Clock(start, timedelta(days=wish.days_ago) / n_calls)
    Simulation(
        campaign, wish.n_workers, demo_scenes.SEED, clock, until=wish.until, wait=_aggregate
    ).run(_ignore_progress)
    _fit_skills()


def _check_boxes(organizer: User) -> None:
    """Some of the risky boxes are checked by now; the rest waits for whoever comes."""
    followed = Campaign.objects.select_related("dataset").get(slug=CHECKED)
    start = timezone.now() - timedelta(days=1)
    campaign = campaigns.create(
        slug=f"{CHECKED}-checks",
        kind=Campaign.Kind.CHECK,
        dataset=followed.dataset,
        super_class=SuperClass(followed.super_class),
        split=followed.split,
        follows=followed,
        check_risk=CHECK_RISK,
        by=organizer,
        now=start,
    )
    clock = Clock(start, timedelta(minutes=10))
    Simulation(
        campaign, N_CHECKERS, demo_scenes.SEED, clock, until=CHECKED_SHARE, wait=_aggregate
    ).run(_ignore_progress)
    _fit_skills()


def _ignore_progress(n_finished: int, n_tasks: int) -> None:
    """The demo is made in seconds; `say` is enough."""


def _aggregate() -> None:
    """The job's own call: while the demo is made, the Celery worker has not started yet."""
    now = timezone.now()
    checking.aggregate_due(now=now)
    box_aggregation.aggregate_due(now=now)
    verify_aggregation.aggregate_due(now=now)


def _fit_skills() -> None:
    refitting.refit(box_aggregation.BOXES, clock=timezone.now, is_forced=True)
    refitting.refit(verify_aggregation.VERDICTS, clock=timezone.now, is_forced=True)
    refitting.refit(checking.CHECKS, clock=timezone.now, is_forced=True)
    _aggregate()


def _count() -> None:
    """What organizers' pages show is there with the first look at them."""
    comparing.compare_all()
    for campaign in Campaign.objects.order_by("slug"):
        counting.count_all(campaign, now=timezone.now())


def _write_way_in(organizer: User, password: str) -> None:
    """What `up` prints; readable by the owner alone."""
    birds = Campaign.objects.get(slug=DEMO_CAMPAIGNS[0].slug)
    invitation = people.invite(
        by=organizer,
        role=User.Role.WORKER,
        campaign=birds,
        now=timezone.now(),
        life=timedelta(days=365),
    )
    way_in = {
        "organizer": {"username": organizer.username, "password": password},
        "worker_link": reverse("crowd:join", args=[invitation.token]),
    }
    path = Path(settings.DATA_DIR) / "demo.json"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(way_in, file)
