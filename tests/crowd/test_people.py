"""Getting in: invitations, names, passwords, leaving."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from crowd import people
from crowd.errors import Conflict, Invalid
from crowd.models import Invitation, User, Worker
from tests import make
from tests.make import NOON, PASSWORD

pytestmark = pytest.mark.django_db


def invite(**options):
    options = {"by": None, "role": User.Role.WORKER, "campaign": None, "now": NOON} | options
    return people.invite(**options)


def join(invitation, username="", password="", now=NOON):
    return people.join(invitation.token, username=username, password=password, now=now)


def test_a_worker_may_start_without_a_name():
    user = join(invite())
    assert user.role == User.Role.WORKER
    assert not user.has_usable_password()
    assert user.worker.pseudonym.startswith("w-")


def test_an_organizer_needs_a_name_and_a_password():
    invitation = invite(role=User.Role.ORGANIZER)
    with pytest.raises(Invalid):
        join(invitation)
    assert join(invitation, "olga", PASSWORD).is_organizer


def test_a_taken_name_is_refused_and_does_not_use_the_invitation_up(ada):
    invitation = invite(max_uses=1)
    with pytest.raises(Invalid), transaction.atomic():
        join(invitation, "ada", PASSWORD)
    assert join(invitation, "ida", PASSWORD).username == "ida"


def test_a_weak_password_is_refused():
    with pytest.raises(Invalid) as error:
        join(invite(), "ida", "123")
    assert error.value.errors["password"]


@pytest.mark.parametrize("name", ["ADA", "x" * 151, "new\nline", "nul\0", "left\u202eright", ""])
def test_a_name_that_is_taken_in_another_case_or_cannot_be_read_is_refused(ada, name):
    with pytest.raises(Invalid) as error:
        people.add_user(name, PASSWORD, role=User.Role.WORKER)
    assert error.value.errors["username"]


@pytest.mark.parametrize(("name", "password"), [("ﬁnn", PASSWORD), ("finn", "  a long one  ")])
def test_whoever_has_joined_can_sign_in_with_what_was_typed(client, name, password):
    invitation = invite(now=timezone.now())
    typed = {"username": name, "password": password}
    assert client.post(f"/join/{invitation.token}/", typed).status_code == 302
    client.post("/sign-out/")
    assert client.post("/sign-in/", typed).status_code == 302


@pytest.mark.parametrize(
    "spoilt", [{"is_revoked": True}, {"max_uses": 1, "n_uses": 1}, {"expires_at": NOON}]
)
def test_an_ended_invitation_lets_nobody_in(spoilt):
    invitation = invite()
    Invitation.objects.filter(pk=invitation.pk).update(**spoilt)
    with pytest.raises(Conflict):
        join(invitation, now=NOON + timedelta(seconds=1))
    assert User.objects.count() == 0


def test_deleting_the_login_keeps_the_answers_anonymous(ada):
    campaign = make.campaign(2)
    make.answer_everything(ada, campaign)
    ada.user.delete()
    worker = Worker.objects.get(pk=ada.pk)
    assert worker.user is None
    assert worker.annotations.count() == 2


def test_looking_at_an_invitation_creates_nobody(client):
    invitation = invite(campaign=make.campaign(1), now=timezone.now())
    assert client.get(f"/join/{invitation.token}/").status_code == 200
    assert User.objects.count() == 0


def test_the_button_leads_to_the_task_page(client):
    invitation = invite(campaign=make.campaign(1), now=timezone.now())
    reply = client.post(f"/join/{invitation.token}/")
    assert (reply.status_code, reply["Location"]) == (302, "/box/birds/")
    assert client.get("/box/birds/").status_code == 200
