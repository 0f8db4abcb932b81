"""Fetching a file: what arrives, what is refused for good, and what is worth another try."""

from __future__ import annotations

import gzip
import shutil
import ssl
import threading
import time

import pytest

from catalog.addresses import is_public
from catalog.fetching import JSON, NotFetched, Terms, fetch
from tests.catalog import web
from tests.catalog.photographs import photo

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"


@pytest.fixture
def site():
    with web.Web().running() as running:
        running.answers["/photo.jpg"] = web.body(photo())
        yield running


def terms(site: web.Web, **options) -> Terms:
    return Terms(private_hosts=frozenset({site.host, f"{web.NAME}:{site.port}"}), **options)


def refusal(url: str, terms: Terms, **options) -> NotFetched:
    with pytest.raises(NotFetched) as caught:
        fetch(url, terms, **options)
    return caught.value


def test_a_photograph_arrives_as_it_is_and_the_server_hears_who_asks(site):
    assert fetch(site.url(), terms(site)) == photo()
    assert site.headers[0]["user-agent"].startswith("Quadrat/")
    assert site.headers[0]["accept-encoding"] == "identity"
    assert site.headers[0]["host"] == site.host


def test_a_server_that_does_not_know_the_type_may_still_have_a_photograph(site):
    for content_type in ("application/octet-stream", "binary/octet-stream", None):
        site.answers["/photo.jpg"] = web.body(photo(), content_type)
        assert fetch(site.url(), terms(site)) == photo()


def test_a_path_with_spaces_and_letters_of_any_script_is_asked_for_as_it_is_meant(site):
    site.answers["/a%20b/%E9%B3%A5.jpg"] = web.body(b"x")
    assert fetch(site.url("/a b/鳥.jpg?size=o r"), terms(site)) == b"x"
    assert site.asked == ["/a%20b/%E9%B3%A5.jpg?size=o%20r"]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0.0.0.0", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]
)
def test_our_own_machine_is_never_asked(site, host):
    error = refusal(site.url(host=host), Terms())
    assert error.is_final
    assert "QUADRAT_FETCH_PRIVATE_HOSTS" in str(error)
    assert site.asked == []


def test_an_exception_is_for_one_port_of_one_host(site):
    for allowed in ("127.0.0.1:1", f"127.0.0.2:{site.port}", "127.0.0.1"):
        assert refusal(site.url(), Terms(private_hosts=frozenset({allowed}))).is_final
    assert site.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff0e::1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:db8::1",
        "nonsense",
        "",
    ],
)
def test_what_is_not_plainly_public_is_refused(site, address):
    assert not is_public(address)
    mixed = Terms(resolver=lambda *_: ["8.8.8.8", address])
    assert refusal("http://photos.example.org/1.jpg", mixed).is_final


def test_public_addresses_are_public():
    public = ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::1"]
    assert all(is_public(address) for address in public)


def test_a_name_is_looked_up_once_and_the_connection_goes_where_the_first_answer_said(site):
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.1"] if len(asked) == 1 else ["10.255.255.1"]

    assert fetch(site.url(host=web.NAME), terms(site, resolver=rebinding)) == photo()
    assert asked == [(web.NAME, site.port)]
    assert site.headers[0]["host"] == f"{web.NAME}:{site.port}"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("file:///etc/passwd", "only http and https"),
        ("ftp://example.org/1.jpg", "only http and https"),
        ("photos/1.jpg", "only http and https"),
        ("http:///1.jpg", "without a host"),
        ("http://exa mple.org/1.jpg", "without a host"),
        ("http://example.org:99999/1.jpg", "cannot be read"),
        ("http://[::1/1.jpg", "cannot be read"),
        ("http://ada:secret@example.org/1.jpg", "user name"),
        ("http://example.org:22/1.jpg", "port 22"),
        ("http://example.org:25/1.jpg", "port 25"),
        ("http://example.org/" + "a" * 2000, "more than 2,000"),
    ],
)
def test_an_address_that_is_none_is_refused_for_good(url, why):
    error = refusal(url, Terms(resolver=lambda *_: pytest.fail("looked up")))
    assert error.is_final
    assert why in str(error)


def test_a_host_that_is_not_known_now_may_be_known_later():
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    error = refusal("http://photos.example.org/1.jpg", Terms(resolver=unknown))
    assert not error.is_final
    assert "photos.example.org is not known" in str(error)


def test_a_redirect_is_followed_and_looked_at_like_the_first_address(site):
    site.answers["/old.jpg"] = web.status(301, Location="/photo.jpg")
    assert fetch(site.url("/old.jpg"), terms(site)) == photo()
    for target in ("http://169.254.169.254/latest/meta-data/", "http://[::1]/", "file:///etc/x"):
        site.answers["/old.jpg"] = web.status(302, Location=target)
        assert refusal(site.url("/old.jpg"), terms(site)).is_final


def test_redirects_come_to_an_end(site):
    site.answers["/round.jpg"] = web.status(307, Location="/round.jpg")
    error = refusal(site.url("/round.jpg"), terms(site, max_redirects=3))
    assert error.is_final
    assert len(site.asked) == 4


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 451, 204, 206, 304])
def test_what_is_not_there_or_not_ours_is_not_asked_for_again(site, code):
    site.answers["/photo.jpg"] = web.status(code)
    error = refusal(site.url(), terms(site))
    assert error.is_final
    assert error.status == code
    assert str(code) in str(error)


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_asked_again(site, code):
    site.answers["/photo.jpg"] = web.status(code)
    error = refusal(site.url(), terms(site))
    assert not error.is_final
    assert error.pause_s == 0


@pytest.mark.parametrize(
    ("value", "pause_s"),
    [
        ("120", 120),
        ("Sat, 21 Nov 2026 12:10:00 GMT", 600),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0),
        ("soon", 0),
        ("-5", 0),
        ("", 0),
    ],
)
def test_the_pause_that_a_server_asks_for_is_understood(site, value, pause_s):
    answer = [b"HTTP/1.1 429 Too Many Requests", b"Date: Sat, 21 Nov 2026 12:00:00 GMT"]
    answer += [b"Content-Length: 0", b"Retry-After: " + value.encode(), b"", b""]
    site.answers["/photo.jpg"] = web.raw(b"\r\n".join(answer))
    assert refusal(site.url(), terms(site)).pause_s == pause_s


def test_a_web_page_is_no_photograph(site):
    site.answers["/photo.jpg"] = web.body(b"<html>Sign in</html>", "text/html; charset=utf-8")
    error = refusal(site.url(), terms(site))
    assert error.is_final
    assert "is text/html, not an image" in str(error)


def test_json_is_taken_where_json_is_wanted(site):
    site.answers["/photo.jpg"] = web.body(b"{}", "application/json; charset=utf-8")
    assert fetch(site.url(), terms(site), wanted=JSON) == b"{}"
    site.answers["/photo.jpg"] = web.body(photo())
    assert refusal(site.url(), terms(site), wanted=JSON).is_final


def test_what_was_packed_unasked_is_refused_unopened(site):
    bomb = gzip.compress(b"\0" * 10_000_000)
    site.answers["/photo.jpg"] = web.body(bomb, Content_Encoding="gzip")
    error = refusal(site.url(), terms(site, max_bytes=2**20))
    assert error.is_final
    assert "packed (gzip)" in str(error)


def test_a_file_that_says_it_is_too_large_is_not_read(site):
    site.answers["/photo.jpg"] = web.raw(HEAD + b"Content-Length: 9999999999\r\n\r\n")
    error = refusal(site.url(), terms(site, max_bytes=2**20))
    assert error.is_final
    assert "larger than 1 MB" in str(error)


def test_an_endless_file_is_read_up_to_the_limit(site):
    stop = threading.Event()
    site.answers["/photo.jpg"] = web.raw(HEAD + b"\r\n", b"\0" * 65536, stop=stop)
    try:
        error = refusal(site.url(), terms(site, max_bytes=2**20))
    finally:
        stop.set()
    assert error.is_final
    assert "larger than 1 MB" in str(error)


@pytest.mark.parametrize(
    "head", [HEAD + b"\r\n", HEAD, b"", HEAD + b"Transfer-Encoding: chunked\r\n\r\n"]
)
def test_a_server_that_sends_a_byte_now_and_then_is_cut_off(site, head):
    stop = threading.Event()
    site.answers["/photo.jpg"] = web.raw(head, b"1", pause_s=0.02, stop=stop)
    began = time.monotonic()
    try:
        error = refusal(site.url(), terms(site, total_s=0.4))
    finally:
        stop.set()
    assert not error.is_final
    assert "took longer than 0.4 s" in str(error)
    assert time.monotonic() - began < 5


def test_a_silent_server_is_given_up(site):
    stop = threading.Event()
    site.answers["/photo.jpg"] = web.raw(b"", pause_s=0.3, stop=stop)
    try:
        error = refusal(site.url(), terms(site, step_s=0.2))
    finally:
        stop.set()
    assert not error.is_final
    assert "timed out" in str(error)


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"Content-Length: 1000\r\n\r\nonly this",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n400\r\nonly this",
        b"not HTTP at all\r\n\r\n",
        b"",
        HEAD + b"X: 1\r\n" * 200 + b"\r\n",
    ],
)
def test_a_broken_answer_is_worth_another_try(site, answer):
    site.answers["/photo.jpg"] = web.raw(answer)
    assert not refusal(site.url(), terms(site)).is_final


def test_a_longer_body_than_promised_ends_where_it_was_promised_to(site):
    site.answers["/photo.jpg"] = web.raw(HEAD + b"Content-Length: 4\r\n\r\nfour and more")
    assert fetch(site.url(), terms(site)) == b"four"


def test_nobody_listening_is_worth_another_try():
    with web.Web().running() as gone:
        pass
    assert not refusal(gone.url(), terms(gone)).is_final


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificate")
def test_a_certificate_must_be_the_named_hosts_and_known(tmp_path):
    crt, key = web.certificate(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(crt, key)
    trusting = ssl.create_default_context(cafile=str(crt))
    with web.Web(server).running() as site:
        site.answers["/photo.jpg"] = web.body(photo())
        at_home = {"resolver": lambda *_: ["127.0.0.1"]}
        named = site.url(host=web.NAME)
        assert fetch(named, terms(site, tls=trusting, **at_home)) == photo()
        for url, tls in ((named, None), (site.url(), trusting)):
            error = refusal(url, terms(site, tls=tls, **at_home))
            assert "CERTIFICATE_VERIFY_FAILED" in str(error)
