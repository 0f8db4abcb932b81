"""Fetch one file from the web: a photograph, or an answer of an interface.

Where an address comes out of somebody's archive, it must not lead to our own machines: only http
and https, only public addresses (`catalog/addresses.py`), and the connection goes to the very
address that was looked at, so that a name which answers differently the second time gains nothing.
Each redirect is looked at like the first address. Size and time are limited as a whole, and
nothing is unpacked. No database here.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from urllib.parse import urljoin

from catalog.addresses import (
    DEFAULT_PORTS,
    BadAddress,
    Place,
    Resolver,
    resolve,
    taken_apart,
    vetted,
)

USER_AGENT = "Quadrat/0.1 (fetches photographs for data sets)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WORTH_ANOTHER_TRY = frozenset({408, 425, 429})
_CHUNK_BYTES = 64 * 1024


class NotFetched(Exception):
    """There is no file; the message says why, and what to do where something can be done.

    `is_final`: asking again will not help. `pause_s`: the server asks to be left alone this long.
    `status` is its answer's, 0 where it gave none.
    """

    def __init__(
        self, message: str, *, is_final: bool, pause_s: float = 0.0, status: int = 0
    ) -> None:
        super().__init__(message)
        self.is_final = is_final
        self.pause_s = pause_s
        self.status = status


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is fetched: its name in messages, and the beginnings of the content types it may have.

    Servers that do not know a file's type say nothing, or one of `UNKNOWN_TYPES`.
    """

    name: str
    types: tuple[str, ...]
    accept: str


UNKNOWN_TYPES = ("", "application/octet-stream", "binary/octet-stream")
IMAGE = Wanted("an image", ("image/", *UNKNOWN_TYPES), "image/*")
JSON = Wanted("JSON", ("application/json", "text/json"), "application/json")


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms files are fetched.

    `private_hosts` ("host:port", lower case) may have addresses that are not public. Of a file at
    most `max_bytes` are read; `total_s` is for everything, redirects included; `step_s` for
    connecting, and for each silence of the server.
    """

    private_hosts: frozenset[str] = frozenset()
    max_bytes: int = 64 * 2**20
    total_s: float = 120.0
    step_s: float = 20.0
    max_redirects: int = 5
    resolver: Resolver = resolve
    tls: ssl.SSLContext | None = field(default=None, compare=False)


def fetch(url: str, terms: Terms, *, wanted: Wanted = IMAGE) -> bytes:
    """The bytes of the file at that address. Raises `NotFetched`."""
    deadline = time.monotonic() + terms.total_s
    for _ in range(terms.max_redirects + 1):
        try:
            answer = _ask(taken_apart(url), terms, wanted, deadline)
        except BadAddress as error:
            raise _refused(str(error)) from error
        if isinstance(answer, bytes):
            return answer
        url = urljoin(url, answer)
    raise _refused(f"is redirected more than {terms.max_redirects} times")


class _Pinned(http.client.HTTPConnection):
    """A connection to one of the given addresses, whatever the host's name leads to meanwhile."""

    def __init__(self, place: Place, addresses: list[str], terms: Terms, deadline: float) -> None:
        super().__init__(place.host, place.port, timeout=terms.step_s)
        # what the header Host leaves out depends on it
        self.default_port = DEFAULT_PORTS[place.scheme]
        self._addresses = addresses
        self._deadline = deadline
        self._tls = (terms.tls or _usual_tls()) if place.scheme == "https" else None

    def connect(self) -> None:
        plain = self._connected()
        try:
            tls = self._tls
            self.sock = tls.wrap_socket(plain, server_hostname=self.host) if tls else plain
        except BaseException:
            plain.close()
            raise

    def _connected(self) -> socket.socket:
        trouble: OSError = OSError("has no address")
        for address in self._addresses:
            left_s = min(self.timeout or 0.0, self._deadline - time.monotonic())
            if left_s <= 0:
                break
            try:
                return socket.create_connection((address, self.port), left_s)
            except OSError as error:
                trouble = error
        raise trouble


@cache
def _usual_tls() -> ssl.SSLContext:
    # reading the certificates of the authorities takes longer than many a photograph
    return ssl.create_default_context()


def _ask(place: Place, terms: Terms, wanted: Wanted, deadline: float) -> bytes | str:
    """The file, or the address that the server sends us on to."""
    try:
        addresses = vetted(place, terms.private_hosts, terms.resolver)
    except (OSError, UnicodeError) as error:
        message = f"{place.host} is not known ({_named(error)}); is the network there?"
        raise NotFetched(message, is_final=False) from error
    connection = _Pinned(place, addresses, terms, deadline)
    try:
        connection.connect()
        return _in_time(connection, place, terms, wanted, deadline)
    except (OSError, http.client.HTTPException) as error:
        message = f"{place.host} cannot be read ({_named(error)})"
        raise NotFetched(message, is_final=False) from error
    finally:
        connection.close()


def _in_time(
    connection: _Pinned, place: Place, terms: Terms, wanted: Wanted, deadline: float
) -> bytes | str:
    answer: bytes | str = b""
    with _cut_off(connection.sock, deadline) as is_cut:
        try:
            answer = _answer(connection, place, terms, wanted)
        except (OSError, http.client.HTTPException):
            if not is_cut.is_set():
                raise
    # a file of unknown length that is cut off looks whole
    if is_cut.is_set():
        raise NotFetched(f"took longer than {terms.total_s:g} s", is_final=False)
    return answer


@contextmanager
def _cut_off(connected: socket.socket, deadline: float) -> Iterator[threading.Event]:
    """Shut the socket at the deadline: a server that sends a byte now and then is never silent."""
    is_cut = threading.Event()

    def cut() -> None:
        is_cut.set()
        # not the method of a TLS socket, which would change what the other thread is reading;
        # it fails where the socket is closed already
        with suppress(OSError):
            socket.socket.shutdown(connected, socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, deadline - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield is_cut
    finally:
        timer.cancel()


def _answer(
    connection: http.client.HTTPConnection, place: Place, terms: Terms, wanted: Wanted
) -> bytes | str:
    headers = {
        "User-Agent": USER_AGENT,
        "Accept": wanted.accept,
        # a few packed kilobytes can hold gigabytes, so nothing is to be packed
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    connection.request("GET", place.target, headers=headers)
    with connection.getresponse() as response:
        location = response.headers.get("Location")
        if response.status in _REDIRECTS and location:
            return location
        if response.status != http.client.OK:
            raise _unwilling(response)
        _check_headers(response, terms, wanted)
        return _body(response, terms)


def _unwilling(response: http.client.HTTPResponse) -> NotFetched:
    status = response.status
    is_worth_it = status in _WORTH_ANOTHER_TRY or status >= 500
    reason = http.client.responses.get(status, "")
    message = f"the server answered {status} {reason}".rstrip()
    return NotFetched(message, is_final=not is_worth_it, pause_s=_pause_s(response), status=status)


def _pause_s(response: http.client.HTTPResponse) -> float:
    """Seconds of a Retry-After (RFC 9110, section 10.2.3): a number, or a date to take the
    server's own date from; 0 where there is none that can be read."""
    value = (response.headers.get("Retry-After") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value)
        since = parsedate_to_datetime(response.headers.get("Date") or "")
        return max(0.0, (until - since).total_seconds())
    except (TypeError, ValueError):
        return 0.0


def _check_headers(response: http.client.HTTPResponse, terms: Terms, wanted: Wanted) -> None:
    content_type = response.headers.get_content_type() if response.headers["Content-Type"] else ""
    if not _is_one_of(content_type, wanted.types):
        raise _refused(f"is {content_type}, not {wanted.name}")
    encoding = (response.headers.get("Content-Encoding") or "identity").strip().lower()
    if encoding != "identity":
        raise _refused(f"is packed ({encoding[:20]}), which was not asked for")
    if response.length is not None and response.length > terms.max_bytes:
        raise _refused(_too_large(terms))


def _is_one_of(content_type: str, types: tuple[str, ...]) -> bool:
    return any(
        content_type.startswith(each) if each.endswith("/") else content_type == each
        for each in types
    )


def _body(response: http.client.HTTPResponse, terms: Terms) -> bytes:
    n_promised = response.length
    read = bytearray()
    # one read of the socket at a time, so that size and end are seen as they come
    while n_promised is None or len(read) < n_promised:
        chunk = response.read1(_CHUNK_BYTES)
        if not chunk:
            break
        read += chunk
        if len(read) > terms.max_bytes:
            raise _refused(_too_large(terms))
    if n_promised is not None and len(read) < n_promised:
        raise http.client.IncompleteRead(b"", n_promised - len(read))
    return bytes(read)


def _refused(message: str) -> NotFetched:
    return NotFetched(message, is_final=True)


def _too_large(terms: Terms) -> str:
    n_megabytes = terms.max_bytes / 2**20
    return f"is larger than {n_megabytes:g} MB; QUADRAT_FETCH_MAX_MB sets the limit"


def _named(error: Exception) -> str:
    text = " ".join(str(error).split())[:120]
    return text or type(error).__name__
