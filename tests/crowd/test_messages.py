"""Messages to single workers: written by organizers, shown until they are read."""

from __future__ import annotations

import pytest
from django.test import Client

from crowd import messages, people
from crowd.errors import Conflict, Invalid
from crowd.models import AuditEntry, Campaign, Message
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def birds() -> Campaign:
    return make.campaign(1, slug="birds")


@pytest.fixture
def at_home(ada) -> Client:
    client = Client()
    client.force_login(ada.user)
    return client


def test_a_message_is_shown_until_it_is_read(at_home, birds, ada, olga):
    made = messages.write(ada, birds, "Tails, too.\r\nThank you <3", by=olga, now=NOON)
    for page in ("/", "/box/birds/", "/my-work/"):
        html = at_home.get(page).content.decode()
        assert "A word from the organizers" in html, page
        assert "Thank you &lt;3" in html, page
    reply = at_home.post(f"/messages/{made.pk}/read/", {"next": "/my-work/"})
    assert reply["Location"] == "/my-work/"
    for page in ("/", "/box/birds/", "/my-work/"):
        assert "Tails, too." not in at_home.get(page).content.decode(), page
    made.refresh_from_db()
    assert made.read_at > NOON


def test_reading_leads_nowhere_else(at_home, birds, ada, olga):
    made = messages.write(ada, birds, "Well done.", by=olga, now=NOON)
    reply = at_home.post(f"/messages/{made.pk}/read/", {"next": "https://elsewhere.example/"})
    assert reply["Location"] == "/"


def test_a_message_is_its_workers_alone(birds, ada, ben, olga):
    made = messages.write(ada, birds, "Well done.", by=olga, now=NOON)
    client = Client()
    client.force_login(ben.user)
    assert client.post(f"/messages/{made.pk}/read/").status_code == 404
    assert "Well done." not in client.get("/").content.decode()
    assert messages.unread(ada).count() == 1


def test_the_first_reading_counts(birds, ada, olga):
    made = messages.write(ada, birds, "Well done.", by=olga, now=NOON)
    assert messages.mark_read(ada, made.pk, now=NOON)
    assert messages.mark_read(ada, made.pk, now=NOON.replace(hour=13))
    made.refresh_from_db()
    assert made.read_at == NOON


@pytest.mark.parametrize("text", ["", " \r\n ", "a" * 2001, "nul\0"])
def test_no_text_and_too_much_is_refused(birds, ada, olga, text):
    with pytest.raises(Invalid):
        messages.write(ada, birds, text, by=olga, now=NOON)
    assert not Message.objects.exists()


def test_the_log_says_that_a_message_was_written_and_not_what(birds, ada, olga):
    messages.write(ada, birds, "Tails, too.", by=olga, now=NOON)
    entry = AuditEntry.objects.get(action="write to worker")
    assert (entry.actor, entry.campaign, entry.detail) == (olga, birds, {})
    assert entry.subject == f"worker {ada.pseudonym}"


def test_messages_go_with_the_login_and_nobody_can_be_written_to_then(birds, ada, olga):
    messages.write(ada, birds, "Tails, too.", by=olga, now=NOON)
    people.forget(ada.user)
    ada.refresh_from_db()
    assert not Message.objects.exists()
    with pytest.raises(Conflict):
        messages.write(ada, birds, "Are you there?", by=olga, now=NOON)
