"""One's own account: a guest becomes somebody, a password changes, a login goes for good."""

from __future__ import annotations

import pytest
from django.test import Client

from crowd import people
from crowd.errors import Conflict, Invalid
from crowd.models import User, Worker
from tests import make
from tests.make import PASSWORD

pytestmark = pytest.mark.django_db
ANOTHER = "another-long-one"


@pytest.fixture
def guest() -> User:
    return people.add_guest()


@pytest.fixture
def browser_of():
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


def test_a_guest_takes_a_name_and_can_come_back(guest, browser_of):
    here = browser_of(guest)
    reply = here.post("/account/", {"username": "ida", "password": PASSWORD}, follow=True)
    assert reply.status_code == 200
    assert "Saved" in reply.content.decode()

    elsewhere = Client()
    elsewhere.post("/sign-in/", {"username": "ida", "password": PASSWORD})
    assert elsewhere.get("/account/").context["worker"] == guest.worker


@pytest.mark.parametrize("name", ["", "ada", "a" * 151, "a\x00b"])
def test_a_name_that_will_not_do_changes_nothing(guest, ada, browser_of, name):
    reply = browser_of(guest).post("/account/", {"username": name, "password": PASSWORD})
    assert reply.status_code == 422
    kept = User.objects.get(pk=guest.pk)
    assert (kept.username, kept.has_usable_password()) == (guest.username, False)


def test_a_guest_is_warned_before_signing_out(guest, ada, browser_of):
    assert 'href="/account/#leave"' in browser_of(guest).get("/").content.decode()
    assert 'action="/sign-out/"' in browser_of(ada.user).get("/").content.decode()


def test_who_has_a_name_cannot_take_another(ada):
    with pytest.raises(Conflict):
        people.settle(ada.user, username="ida", password=PASSWORD)


def test_a_password_is_changed_by_who_knows_it(ada, browser_of):
    client = browser_of(ada.user)
    wrong = client.post("/account/", {"current": "not-the-one", "password": ANOTHER})
    assert wrong.status_code == 422
    assert User.objects.get(pk=ada.user.pk).check_password(PASSWORD)

    right = client.post("/account/", {"current": PASSWORD, "password": ANOTHER}, follow=True)
    assert right.redirect_chain == [("/account/", 302)]
    assert User.objects.get(pk=ada.user.pk).check_password(ANOTHER)


def test_a_weak_new_password_is_refused(ada):
    with pytest.raises(Invalid):
        people.change_password(ada.user, current=PASSWORD, new="123")


def test_the_page_leads_to_ones_own_work(ada, browser_of):
    html = browser_of(ada.user).get("/account/").content.decode()
    assert html.count('href="/my-work/"') == 2
    assert ada.pseudonym in html


def test_a_deleted_account_leaves_its_answers_without_a_name(ada, browser_of):
    make.answer_everything(ada, make.campaign(2))
    client = browser_of(ada.user)
    client.post("/account/delete/")
    assert User.objects.filter(username="ada").exists()

    assert client.post("/account/delete/", {"is_sure": "yes"}).status_code == 200
    assert not User.objects.filter(username="ada").exists()
    worker = Worker.objects.get(pk=ada.pk)
    assert worker.user is None
    assert worker.annotations.count() == 2
    assert client.get("/account/").status_code == 302


def test_the_last_administrator_stays(root):
    with pytest.raises(Conflict):
        people.forget(root)
    make.user("second", role=User.Role.ADMINISTRATOR)
    people.forget(root)
    assert not User.objects.filter(username="root").exists()
