"""Two invented languages that show what is not marked for translation, and what does not fit.

English with accents, half as long again and more, once from left to right (en-XA) and once from
right to left (ar-XB). They are made anew at each start and only where they are asked for
(`QUADRAT_PSEUDO_LANGUAGES`).
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog

from quadrat.languages.catalogs import write_compiled

LANGUAGES = {"en-xa": "Èñĝļîšĥ", "ar-xb": "Ŕîĝĥţ ţô ļéƒţ"}
LONGER_BY = 0.4

_ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "åƀçðéƒĝĥîĵķļɱñôþǫŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÔÞǪŔŠŢÛṼŴẊÝŽ",
)
# what the code or the browser fills in or reads: %(name)s, {name}, <b>, &hellip;
_KEPT = re.compile(r"(%\(\w+\)[sd]|%%|\{\w+\}|</?[a-z][^>]*>|&\w+;)")


def stretch(text: str) -> str:
    """The text with accents and 40 % more letters, its placeholders and tags as they are.

    >>> stretch("Box {number} added")
    'Ɓôẋ {number} åððéð ôôô'
    """
    parts = _KEPT.split(text)
    accented = "".join(
        part if at % 2 else part.translate(_ACCENTED) for at, part in enumerate(parts)
    )
    n_letters = sum(len(part) for part in parts[::2])
    n_more = math.ceil(LONGER_BY * n_letters)
    # words that a line can be broken between, as in a real language
    return accented + (" ôôôôô" * n_more)[:n_more].rstrip()


def write(folder: Path, messages: Catalog) -> None:
    """Write the invented languages' catalogs of these messages into a folder of locales."""
    invented = Catalog(domain="django", charset="utf-8")
    for message in messages:
        if message.id:
            invented.add(message.id, _stretched(message.id), context=message.context)
    for locale in ("en_XA", "ar_XB"):
        write_compiled(invented, folder / locale / "LC_MESSAGES" / "django.mo")


def information() -> dict[str, dict[str, Any]]:
    """What Django wants to know of a language that it has never heard of."""
    return {
        code: {"bidi": code.startswith("ar"), "code": code, "name": name, "name_local": name}
        for code, name in LANGUAGES.items()
    }


def _stretched(message: Any) -> Any:
    return stretch(message) if isinstance(message, str) else tuple(map(stretch, message))
