"""The uids of images: the same on every run, and beyond guessing from the file name.

An import that was killed between files and rows finds its own files again.
"""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from django.conf import settings


class Uids:
    """The uids of a data set's images: a keyed hash of data set and file name."""

    def __init__(self, dataset_pk: int) -> None:
        # as django.utils.crypto.salted_hmac derives it, once instead of for each of millions
        self._key = hashlib.sha256(b"catalog.image" + settings.SECRET_KEY.encode()).digest()
        self._dataset = f"{dataset_pk}/"

    def of(self, file_name: str) -> UUID:
        """The uid of the image of that name (version 4 in form)."""
        return UUID(self.hex_of(file_name))

    def hex_of(self, file_name: str) -> str:
        """The same as 32 hexadecimal digits."""
        identity = (self._dataset + file_name).encode("utf-8", "surrogatepass")
        digest = bytearray(hmac.digest(self._key, identity, "sha256")[:16])
        digest[6] = digest[6] & 0x0F | 0x40
        digest[8] = digest[8] & 0x3F | 0x80
        return digest.hex()
