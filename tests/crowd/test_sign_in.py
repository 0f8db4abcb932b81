"""Signing in and being locked out for a while."""

from __future__ import annotations

import pytest

from tests.make import PASSWORD

pytestmark = pytest.mark.django_db


def sign_in(client, username, password):
    return client.post("/sign-in/", {"username": username, "password": password})


def test_the_eighth_wrong_password_locks_the_name_for_a_while(client, ada):
    for _ in range(7):
        assert sign_in(client, "ada", "wrong").status_code == 200
    locked = sign_in(client, "ada", "wrong")
    assert locked.status_code == 429
    assert "Too many wrong passwords" in locked.content.decode()
    assert sign_in(client, "ada", PASSWORD).status_code == 429


def test_signing_out_ends_the_session(client, ada):
    assert sign_in(client, "ada", PASSWORD).status_code == 302
    assert client.get("/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/").status_code == 302


def test_organizers_land_on_the_dashboard_even_from_a_guests_browser(client, ada, olga):
    client.force_login(ada.user)
    assert client.get("/sign-in/").status_code == 200
    assert sign_in(client, "olga", PASSWORD)["Location"] == "/dashboard/"
    client.post("/sign-out/")
    assert sign_in(client, "ada", PASSWORD)["Location"] == "/"
