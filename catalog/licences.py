"""Licences as archives write them, brought to one spelling.

Creative Commons licences come as addresses of several forms, as GBIF's constants and as
iNaturalist's codes; whatever else is written stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MAX_CHARACTERS = 200
_MAX_URL_CHARACTERS = 500
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_CC_URL = re.compile(
    r"(?:https?:)?(?://)?(?:www\.)?creativecommons\.org/"
    r"(?P<kind>licen[sc]es|publicdomain)/(?P<terms>[a-z-]+)"
    r"(?:/(?P<version>\d\.\d)(?:/(?P<place>[a-z]{2,3}))?)?(?:/(?:legalcode|deed)\S*)?/?",
    re.IGNORECASE,
)
# CC BY-NC 4.0, CC-BY-NC, cc_by_nc_4_0, CC0_1_0, CC0 1.0
_CC_CODE = re.compile(
    r"cc[ _-]?(?P<terms>0|zero|(?:by)(?:[ _-](?:nc|nd|sa))*)(?:[ _-]?v?(?P<version>\d[._]\d))?",
    re.IGNORECASE,
)
_TERMS = frozenset({"by", "by-nc", "by-nd", "by-sa", "by-nc-nd", "by-nc-sa"})
_PUBLIC_DOMAIN = frozenset({"pd", "public domain", "public_domain", "publicdomain"})
_UNKNOWN = frozenset({"unspecified", "unknown", "none", "null", "n/a"})
_RESERVED = re.compile(r"(?:copyright[ ,;:-]*)?(?:©\s*)?all rights reserved\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence's name, and its address where it has one; both '' where none is known."""

    name: str
    url: str


def normalised(text: str, *, version: str = "") -> Licence:
    """The licence a text means; `version` is that of a Creative Commons code without one.

    >>> normalised("http://creativecommons.org/licenses/by-nc/4.0/legalcode")
    Licence(name='CC BY-NC 4.0', url='https://creativecommons.org/licenses/by-nc/4.0/')
    >>> normalised("CC0_1_0").name, normalised("CC-BY-SA", version="4.0").name
    ('CC0 1.0', 'CC BY-SA 4.0')
    """
    text = " ".join(text.replace("\0", "").split())
    if text.casefold() in _UNKNOWN:
        return Licence("", "")
    if text.casefold() in _PUBLIC_DOMAIN:
        return Licence("Public domain", "")
    if _RESERVED.fullmatch(text):
        return Licence("All rights reserved", "")
    found = _CC_URL.fullmatch(text) or _CC_CODE.fullmatch(text)
    if found:
        named = _creative_commons(found.groupdict(), version)
        if named:
            return named
    address = _URL.search(text)
    url = address.group().rstrip(".,;)") if address else ""
    return Licence(text[:_MAX_CHARACTERS], url if len(url) <= _MAX_URL_CHARACTERS else "")


def _creative_commons(parts: dict[str, str | None], version: str) -> Licence | None:
    terms = re.sub(r"[ _]", "-", parts["terms"] or "").lower()
    version = (parts["version"] or version).replace("_", ".")
    if terms in ("0", "zero"):
        return Licence("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/")
    if terms == "mark":
        return Licence(
            "Public Domain Mark 1.0", "https://creativecommons.org/publicdomain/mark/1.0/"
        )
    if terms not in _TERMS:
        return None
    # a port to one country's law is a licence of its own
    place = (parts.get("place") or "").lower()
    name = " ".join(filter(None, ["CC", terms.upper(), version, place.upper()]))
    below = "".join(f"{part}/" for part in (terms, version, place) if part)
    return Licence(name, f"https://creativecommons.org/licenses/{below}" if version else "")
