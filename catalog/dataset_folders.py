"""Where a photograph lies in a data set's own rendition: `<SuperClass>/<Taxon>/<hash>.jpg`.

The layout of iNat2017. No two photographs ever share a path, and no two taxa a folder, on file
systems that tell capitals apart and on those that do not.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePath, PurePosixPath

from catalog.models import Dataset, Image, Taxon

UNIDENTIFIED = "_unidentified"
# longer than that of any photograph of an archive, so that the two are never the same
_HASH_DIGITS = 40
_ARCHIVE_HASH = re.compile("[0-9a-f]{32}")
_DIGEST_DIGITS = 12
_MOST_BYTES = 100
# `~` sets the digest apart, so no name has one of its own
_UNSAFE = re.compile(r'[<>:"/\\|?*~\x00-\x1f\x7f]|^[_. ]|[. ]$')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")

Folders = Mapping[int, str]


def folders(dataset: Dataset) -> Folders:
    """The name of each taxon's folder, by the taxon's id.

    It is the taxon's name where every file system takes that. Otherwise, and where two taxa differ
    in nothing but capitals, a digest of the name is added.
    """
    taxa = list(Taxon.objects.filter(dataset=dataset).values_list("pk", "super_class", "name"))
    names = {pk: safe_name(name) for pk, _, name in taxa}
    twins = Counter((super_class, names[pk].casefold()) for pk, super_class, _ in taxa)
    return {
        pk: names[pk]
        if twins[super_class, names[pk].casefold()] == 1
        else _with_digest(names[pk], name)
        for pk, super_class, name in taxa
    }


def path_of(image: Image, names: Folders) -> PurePosixPath:
    """Where the copy of an image lies, relative to the folder of the whole copy."""
    taxon = UNIDENTIFIED if image.taxon_id is None else names[image.taxon_id]
    return PurePosixPath(image.super_class or UNIDENTIFIED, taxon, f"{_hash(image)}.jpg")


def safe_name(name: str) -> str:
    """A name for a folder on any file system; different names have different ones.

    >>> safe_name("Parus major"), safe_name("Anas platyrhynchos/rubripes")
    ('Parus major', 'Anas platyrhynchos_rubripes~2dc6df983e9f')
    """
    plain = unicodedata.normalize("NFC", name)
    is_safe = name and plain == name and not (_UNSAFE.search(name) or _RESERVED.match(name))
    if is_safe and len(name.encode()) <= _MOST_BYTES:
        return name
    return _with_digest(_UNSAFE.sub("_", plain), name)


def _with_digest(safe: str, name: str) -> str:
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST_DIGITS]
    # the first characters that fit; a character cut in two is left out
    begin = safe.partition("~")[0].encode()[:_MOST_BYTES].decode(errors="ignore")
    return f"{begin}~{digest}"


def _hash(image: Image) -> str:
    """Of a photograph of an archive, which has an observation, the hash in its own file name."""
    stem = PurePath(image.file_name).stem
    if image.observation_id is not None and _ARCHIVE_HASH.fullmatch(stem):
        return stem
    return hashlib.sha256(image.file_name.encode()).hexdigest()[:_HASH_DIGITS]
