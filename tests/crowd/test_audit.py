"""The record of what organizers do: nobody changes it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from crowd import audit, campaign_life, people
from crowd.models import AuditEntry, Instructions, User
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [AuditEntry, Instructions])
def test_the_database_refuses_to_change_or_delete_what_is_written(olga, model):
    campaign = make.campaign(1)
    campaign_life.edit_instructions(campaign, "Nests not.", knowing=1, by=olga, now=NOON)
    time = {AuditEntry: "at", Instructions: "written_at"}[model]
    who = {AuditEntry: "actor", Instructions: "written_by"}[model]
    rows, before = model.objects.all(), list(model.objects.values())
    changes = [{time: NOON - timedelta(days=1)}, {who: make.user("eve")}, {who: None, time: NOON}]
    # moving all rows by a day, giving them to somebody else, and hiding a change behind a deletion
    for change in [*changes[:2], changes[2] | {time: NOON + timedelta(days=1)}]:
        with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
        rows._raw_delete("default")
    assert list(model.objects.values()) == before


def test_what_somebody_did_stays_when_the_login_goes(olga):
    campaign = make.campaign(1)
    campaign_life.edit_instructions(campaign, "Nests not.", knowing=1, by=olga, now=NOON)
    people.forget(olga)
    assert Instructions.objects.get(number=2).written_by is None
    assert AuditEntry.objects.get(action="edit instructions").actor is None


def test_an_organizer_who_is_made_is_recorded_without_a_name(olga):
    made = people.appoint("petra", None, role=User.Role.ORGANIZER, by=olga, now=NOON)
    link = people.invite(by=olga, role=User.Role.ORGANIZER, campaign=None, now=NOON)
    quim = people.join(link.token, username="quim", password=make.PASSWORD, now=NOON)
    rows = AuditEntry.objects.order_by("id").values_list("actor", "action", "subject")
    assert list(rows) == [
        (olga.pk, "create", f"user {made.pk}"),
        (olga.pk, "invite", f"invitation {link.pk}"),
        (quim.pk, "join", f"user {quim.pk}"),
    ]
    assert not AuditEntry.objects.filter(subject__contains="petra").exists()


def test_a_worker_who_joins_is_no_deed(olga):
    link = people.invite(by=olga, role=User.Role.WORKER, campaign=None, now=NOON)
    people.join(link.token, username="", password="", now=NOON)
    assert AuditEntry.objects.count() == 1


def test_an_entry_for_each_of_several_things(olga):
    campaign = make.campaign(1)
    audit.record_all(olga, "wave", ["task 1", "task 2"], {}, now=NOON, campaign=campaign)
    assert AuditEntry.objects.filter(action="wave", campaign=campaign, at=NOON).count() == 2
