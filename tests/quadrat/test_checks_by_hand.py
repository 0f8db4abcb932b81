"""Checks from the command line: creating, simulating, and what cannot be done."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from annotate import aggregation, checking
from annotate.models import Inspection
from crowd.models import Campaign
from quadrat.simulated_crowd import Simulation
from tests import make
from tests.annotate.crowds import Clock

BIRDS = [[100.0, 100.0, 300.0, 200.0], [500.0, 300.0, 150.0, 150.0]]


def command(*arguments: str) -> None:
    call_command("create_campaign", *arguments)


def test_a_check_is_created_for_the_campaign_it_follows(db, capsys):
    drawn = make.campaign(2, split="train")
    command("look", "--kind", "check", "--follows", "birds", "--check-risk", "0.2")
    made = Campaign.objects.get(slug="look")
    assert (made.follows, made.dataset, made.split) == (drawn, drawn.dataset, "train")
    assert (made.check_risk, made.workers_per_task, made.max_workers) == (0.2, 2, 4)
    assert "tasks follow within seconds" in capsys.readouterr().out


def test_what_a_check_needs_is_said(db):
    make.campaign(2)
    with pytest.raises(CommandError, match="known: birds"):
        command("look", "--kind", "check")
    with pytest.raises(CommandError, match="goes with --kind check"):
        command("look", "--kind", "box", "--dataset", "of-birds", "--super-class", "Aves",
                "--follows", "birds")  # fmt: skip


def test_checks_are_not_recomputed(db):
    drawn = make.campaign(2)
    make.check_campaign(drawn)
    with pytest.raises(CommandError, match="nothing to recompute"):
        call_command("recompute_consensus", "birds-checks", "--dry-run")


def test_a_simulated_crowd_checks_what_another_one_has_drawn(db):
    clock = Clock()
    drawn = make.campaign(24, boxes_xywh=BIRDS, workers_per_task=2, max_workers=3)

    def wait() -> None:
        checking.aggregate_due(now=clock())
        aggregation.aggregate_due(now=clock())

    Simulation(drawn, 6, 3, clock, wait=wait).run(lambda _done, _of: None)
    checks = make.check_campaign(drawn, check_risk=0.01)
    before = drawn.tasks.filter(state="disputed").count()
    Simulation(checks, 12, 3, clock, wait=wait).run(lambda _done, _of: None)
    assert checks.tasks.exists()
    assert not checks.tasks.exclude(state="retired").exists()
    drew = set(drawn.tasks.values_list("image", "assignments__worker"))
    checked = set(Inspection.objects.values_list("task__image", "worker"))
    assert drew.isdisjoint(checked)
    assert drawn.tasks.filter(state="disputed").count() <= before
