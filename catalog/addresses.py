"""Which internet addresses belong to the public, and so may be asked for a photograph.

An archive names the servers its photographs are on, and may name our own: the database's, a
router's page, a cloud's metadata service. Everything that is not plainly public is refused.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote, urlsplit

MAX_URL_CHARACTERS = 2000
DEFAULT_PORTS = {"http": 80, "https": 443}
_LAST_SYSTEM_PORT = 1023
# RFC 6052, section 2.1: the last 32 bits are the IPv4 address that is meant
_NAT64 = IPv6Network("64:ff9b::/96")
_HOST = re.compile(r"[a-z0-9._-]{1,253}|[0-9a-f:.]{2,45}")
# what RFC 3986 lets stand in path and query, "%" for what is escaped already
_SAFE = "/%:=&?~+!$,;'@()*[]-._"

# host, port -> its addresses, in the order in which to try them; raises OSError
Resolver = Callable[[str, int], list[str]]


class BadAddress(ValueError):
    """Nothing is fetched from there; the message says why, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A URL taken apart; `target` is path and query as they go over the wire."""

    scheme: str
    host: str
    port: int
    target: str


def taken_apart(url: str) -> Place:
    """Where a URL leads. Raises `BadAddress`.

    >>> place = taken_apart("HTTPS://Photos.Example.org/a b/é.jpg?size=original")
    >>> place.host, place.port, place.target
    ('photos.example.org', 443, '/a%20b/%C3%A9.jpg?size=original')
    """
    if len(url) > MAX_URL_CHARACTERS:
        raise BadAddress(f"has an address of more than {MAX_URL_CHARACTERS:,} characters")
    try:
        parts = urlsplit(url.strip())
        host = _ascii_host(parts.hostname or "")
        port = parts.port
    except ValueError as error:
        raise BadAddress("has an address that cannot be read") from error
    if parts.scheme not in DEFAULT_PORTS:
        kind = parts.scheme[:20] or "none"
        raise BadAddress(f"has an address of the kind {kind}; only http and https are read")
    if not _HOST.fullmatch(host):
        raise BadAddress("has an address without a host that can be asked")
    if parts.username is not None or parts.password is not None:
        raise BadAddress("has an address with a user name in it, which is not sent")
    query = f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
    target = (quote(parts.path, safe=_SAFE) or "/") + query
    return Place(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme], target)


def _ascii_host(host: str) -> str:
    # raises UnicodeError, a ValueError, for what no host can be called
    return host if host.isascii() else host.encode("idna").decode("ascii")


def vetted(place: Place, private_hosts: frozenset[str], resolver: Resolver) -> list[str]:
    """The addresses of a host, all of which may be connected to.

    `private_hosts` ("host:port", lower case) may be anywhere. Raises `BadAddress`, and OSError
    where the host is not known.
    """
    is_excepted = f"{place.host}:{place.port}" in private_hosts
    is_usual_port = place.port in DEFAULT_PORTS.values() or place.port > _LAST_SYSTEM_PORT
    if not is_excepted and not is_usual_port:
        raise BadAddress(f"is on port {place.port}, where no web server is")
    found = resolver(place.host, place.port)
    if not is_excepted and not all(is_public(address) for address in found):
        raise BadAddress(
            f"{place.host} has an address that is not public; if it is a server of your own, name "
            f"{place.host}:{place.port} in QUADRAT_FETCH_PRIVATE_HOSTS"
        )
    return found


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host as this machine knows them. Raises OSError where there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def is_public(text: str) -> bool:
    """Whether an IPv4 or IPv6 address is one that everybody reaches; False where it is none.

    What carries an IPv4 address inside (mapped, 6to4, NAT64) is judged by that one.

    >>> is_public("8.8.8.8"), is_public("169.254.169.254"), is_public("::ffff:127.0.0.1")
    (True, False, False)
    >>> is_public("64:ff9b::808:808"), is_public("64:ff9b::a00:1"), is_public("fe80::1%eth0")
    (True, False, False)
    """
    try:
        address = _meant(ip_address(text))
    except ValueError:
        return False
    is_special = (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or address.is_loopback
        or address.is_link_local
        or (isinstance(address, IPv6Address) and address.is_site_local)
    )
    return address.is_global and not is_special


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
