"""Cloning campaigns, telling workers otherwise, putting campaigns away and bringing them back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crowd import campaign_life, campaigns, leases, people, queries
from crowd.errors import Conflict, Invalid
from crowd.models import AuditEntry, Campaign, Instructions, Task, User
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
RUNNING, PAUSED, CLOSED = Campaign.Status


def deeds(campaign: Campaign) -> list[str]:
    return list(
        AuditEntry.objects.filter(campaign=campaign).order_by("id").values_list("action", flat=True)
    )


def test_a_clone_has_the_settings_of_its_source_on_other_images(olga):
    source = make.campaign(
        3,
        slug="frogs",
        kind=Campaign.Kind.VERIFY,
        super_class="Amphibia",
        stopping=Campaign.Stopping.ADAPTIVE,
        workers_per_task=1,
        max_workers=6,
        tau=0.09,
        pilot_share=0.5,
        missed_cost=4.0,
        has_grid=True,
        seed=7,
        lease_s=900,
        instructions="Look under the leaves.",
    )
    other = make.dataset("marsh")
    make.images(2, super_class="Amphibia", of=other, split="test")
    make.images(4, super_class="Amphibia", of=other, split="train")
    made = campaign_life.clone(
        source, slug="frogs-2", dataset=other, split="test", by=olga, now=LATER
    )
    own = {"id", "slug", "dataset_id", "split", "created_by_id", "created_at"}
    settings = [
        {field.attname: getattr(row, field.attname) for field in Campaign._meta.concrete_fields}
        for row in (source, Campaign.objects.get(slug="frogs-2"))
    ]
    assert {name: value for name, value in settings[0].items() if name not in own} == {
        name: value for name, value in settings[1].items() if name not in own
    }
    assert (made.dataset, made.split, made.created_by) == (other, "test", olga)
    assert Task.objects.filter(campaign=made).count() == 2
    assert deeds(made) == ["create", "clone"]
    assert AuditEntry.objects.get(action="clone").detail == {"from": "frogs"}


def test_a_clone_that_cannot_be_leaves_nothing_behind(olga):
    source = make.campaign(1)
    with pytest.raises(Invalid) as refused:
        campaign_life.clone(
            source, slug="birds-2", dataset=make.dataset("empty"), split="", by=olga, now=LATER
        )
    assert "super_class" in refused.value.errors
    with pytest.raises(Invalid) as refused:
        campaign_life.clone(
            source, slug="birds", dataset=source.dataset, split="", by=olga, now=LATER
        )
    assert "slug" in refused.value.errors
    assert (Campaign.objects.count(), AuditEntry.objects.count()) == (1, 1)


def test_each_edit_of_the_instructions_is_a_version(olga):
    campaign = make.campaign(1, instructions="Every bird.")
    edit = campaign_life.edit_instructions
    assert edit(campaign, "  Every bird.\r\n", knowing=1, by=olga, now=LATER) is None
    made = edit(campaign, "Every bird,\r\nnests not.", knowing=1, by=olga, now=LATER)
    assert (made.number, made.text) == (2, "Every bird,\nnests not.")
    campaign.refresh_from_db()
    assert (campaign.instructions, campaign.n_instructions) == (made.text, 2)
    rows = [(row.number, row.text, row.written_by) for row in campaign_life.versions_of(campaign)]
    assert rows == [(2, "Every bird,\nnests not.", olga), (1, "Every bird.", None)]
    assert deeds(campaign) == ["create", "edit instructions"]


def test_two_who_edit_the_instructions_at_once_do_not_overwrite_each_other(olga, root):
    campaign = make.campaign(1)
    campaign_life.edit_instructions(campaign, "First.", knowing=1, by=olga, now=LATER)
    with pytest.raises(Conflict):
        campaign_life.edit_instructions(campaign, "Second.", knowing=1, by=root, now=LATER)
    with pytest.raises(Invalid):
        campaign_life.edit_instructions(campaign, "x" * 5001, knowing=2, by=root, now=LATER)
    assert Instructions.objects.count() == 2


def test_a_campaign_that_is_put_away_asks_nobody_and_comes_back_as_it_was(ada, olga):
    campaign = make.campaign(2)
    link = people.invite(by=olga, role=User.Role.WORKER, campaign=campaign, now=NOON)
    campaign_life.archive(campaign, by=olga, now=LATER)
    campaign_life.archive(campaign, by=olga, now=LATER)
    campaign.refresh_from_db()
    assert (campaign.status, campaign.archived_at) == (PAUSED, LATER)
    assert not queries.campaigns_to_work_on(ada)
    assert people.open_invitation(link.token, now=LATER) is None
    with pytest.raises(Conflict):
        leases.claim(ada, "birds", count=1, now=LATER)
    with pytest.raises(Conflict, match="Bring it back first"):
        campaigns.set_status(campaign, RUNNING, by=olga, now=LATER)
    campaign_life.bring_back(campaign, by=olga, now=LATER)
    campaign_life.bring_back(campaign, by=olga, now=LATER)
    campaigns.set_status(campaign, RUNNING, by=olga, now=LATER)
    assert people.open_invitation(link.token, now=LATER) == link
    assert leases.claim(ada, "birds", count=1, now=LATER)[0]
    assert deeds(campaign) == ["create", "invite", "archive", "bring back", "resume"]


def test_a_status_that_is_so_already_is_no_deed(olga):
    campaign = make.campaign(1)
    for status in (RUNNING, PAUSED, PAUSED, RUNNING, CLOSED):
        campaigns.set_status(campaign, status, by=olga, now=NOON)
    assert deeds(campaign) == ["create", "pause", "resume", "close"]
