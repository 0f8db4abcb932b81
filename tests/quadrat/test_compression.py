"""What is compressed on its way, and what is not."""

from __future__ import annotations

import gzip

from django.test import Client


def get(client: Client, path: str):
    return client.get(path, headers={"Accept-Encoding": "gzip, br"})


def test_a_page_is_a_third_of_its_size_on_the_way(db):
    client = Client()
    plain = client.get("/sign-in/")
    reply = get(client, "/sign-in/")
    assert reply.headers["Content-Encoding"] == "gzip"
    assert b"</html>" in gzip.decompress(reply.content)
    assert len(reply.content) < len(plain.content) / 2


def test_a_short_reply_goes_as_it_is(db):
    assert "Content-Encoding" not in get(Client(), "/healthz").headers
