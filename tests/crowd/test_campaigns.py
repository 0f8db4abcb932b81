"""Campaigns as they are made: how they stop, and which of their tasks are pilots."""

from __future__ import annotations

import io
import math

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from crowd.errors import Invalid
from crowd.models import Campaign, Task
from tests import make

pytestmark = pytest.mark.django_db

ADAPTIVE = Campaign.Stopping.ADAPTIVE


@pytest.fixture
def field(db):
    of = make.dataset("field")
    make.images(50, of=of)
    return of


def command(*options: str) -> str:
    out = io.StringIO()
    call_command(
        "create_campaign",
        "birds",
        "--kind=box",
        "--dataset=field",
        "--super-class=Aves",
        *options,
        stdout=out,
    )
    return out.getvalue()


def test_a_campaign_is_fixed_unless_it_is_said_otherwise():
    campaign = make.campaign(1)
    assert (campaign.stopping, campaign.workers_per_task, campaign.max_workers) == ("fixed", 3, 5)
    assert (campaign.tau, campaign.pilot_share, campaign.missed_cost) == (0.14, 0, 1)


def test_an_adaptive_campaign_wants_two_answers_at_least_and_no_pilots():
    campaign = make.campaign(30, stopping=ADAPTIVE)
    assert (campaign.workers_per_task, campaign.max_workers, campaign.tau) == (2, 7, 0.14)
    assert set(Task.objects.values_list("n_wanted", "is_pilot")) == {(2, False)}


def test_where_one_answer_may_be_enough_some_tasks_are_pilots_spread_evenly():
    campaign = make.campaign(100, stopping=ADAPTIVE, workers_per_task=1)
    pilots = list(campaign.tasks.filter(is_pilot=True).values_list("position", "n_wanted"))
    assert pilots == [(p, 3) for p in (12, 24, 37, 49, 62, 74, 87, 99)]
    assert set(campaign.tasks.filter(is_pilot=False).values_list("n_wanted", flat=True)) == {1}


def test_a_limit_below_three_leaves_no_room_for_pilots():
    campaign = make.campaign(100, stopping=ADAPTIVE, workers_per_task=1, max_workers=2)
    assert campaign.pilot_share == 0
    assert not campaign.tasks.filter(is_pilot=True).exists()


@pytest.mark.parametrize(
    ("options", "field_name"),
    [
        ({"workers_per_task": 4, "max_workers": 3}, "max_workers"),
        ({"workers_per_task": 0}, "workers_per_task"),
        ({"tau": 0}, "tau"),
        ({"tau": 1.5}, "tau"),
        ({"missed_cost": 0.5, "kind": "verify"}, "missed_cost"),
        ({"missed_cost": float("nan"), "kind": "verify"}, "missed_cost"),
        ({"missed_cost": float("inf"), "kind": "verify"}, "missed_cost"),
        ({"missed_cost": 2.0, "kind": "box"}, "missed_cost"),
        ({"pilot_share": -0.1}, "pilot_share"),
        ({"pilot_share": 0.1, "workers_per_task": 2, "max_workers": 2}, "pilot_share"),
    ],
)
def test_numbers_that_do_not_fit_are_refused_by_name(options, field_name):
    with pytest.raises(Invalid) as refusal:
        make.campaign(1, stopping=ADAPTIVE, **options)
    assert list(refusal.value.errors) == [field_name]


def test_the_command_makes_an_adaptive_campaign(field):
    options = ("--adaptive", "--tau=0.05", "--min-workers=1", "--max-workers=4")
    assert command(*options) == "Campaign birds: 50 tasks.\n"
    campaign = Campaign.objects.get()
    made = (campaign.stopping, campaign.tau, campaign.workers_per_task, campaign.max_workers)
    assert made == ("adaptive", 0.05, 1, 4)
    assert Task.objects.filter(is_pilot=True).count() == 4


def test_the_command_says_what_a_miss_costs(field):
    call_command(
        "create_campaign",
        "deer",
        *("--kind=verify", "--dataset=field", "--super-class=Aves", "--missed-cost=10"),
        stdout=io.StringIO(),
    )
    campaign = Campaign.objects.get()
    assert (campaign.missed_cost, campaign.tau) == (10, 0.05)


@pytest.mark.parametrize(("kind", "cost"), [("box", 2), ("verify", 0.9), ("verify", math.nan)])
def test_the_database_keeps_costs_that_make_no_sense_out(kind, cost):
    campaign = make.campaign(1, kind=Campaign.Kind(kind))
    with pytest.raises(IntegrityError, match="campaign_cost_is_of_verdicts"):
        Campaign.objects.filter(pk=campaign.pk).update(missed_cost=cost)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--min-workers=2"], "goes with --adaptive"),
        (["--adaptive", "--workers-per-task=2"], "say --min-workers"),
        (["--adaptive", "--min-workers=3", "--max-workers=2"], "upper limit, 2, is below the 3"),
        (["--tau=7"], "between 0 and 1"),
        (["--missed-cost=3"], "Only verification looks for photos without the animal"),
    ],
)
def test_the_command_says_what_does_not_fit(field, options, said):
    with pytest.raises(CommandError, match=said):
        command(*options)
