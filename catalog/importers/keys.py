"""What an archive calls something, within the length of a column."""

from __future__ import annotations

import hashlib

MAX_KEY_CHARACTERS = 200
MAX_DATE_CHARACTERS = 10


def key_of(text: str) -> str:
    """A key that fits its column: a longer one ends in its hash, so that it stays unique.

    >>> key_of("4711"), len(key_of("4711" * 100))
    ('4711', 200)
    """
    if len(text) > MAX_KEY_CHARACTERS:
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        text = text[: MAX_KEY_CHARACTERS - len(digest)] + digest
    return text.replace("\0", "")
