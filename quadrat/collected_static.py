"""Static files are collected again only when one of them has changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from quadrat import modules, static_storage

# another reader of the API's description, which no page uses
UNUSED = ["redoc"]


def is_stale() -> bool:
    """Whether a static file, or how they are stored, has changed since they were collected."""
    note = _note()
    return not note.exists() or note.read_text() != _fingerprint()


def collect() -> None:
    """Collect them into STATIC_ROOT, hashed and compressed."""
    fingerprint = _fingerprint()
    call_command(
        "collectstatic", interactive=False, clear=True, ignore_patterns=UNUSED, verbosity=0
    )
    _note().write_text(fingerprint)


def _fingerprint() -> str:
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for program in (static_storage, modules):
        digest.update(Path(str(program.__file__)).read_bytes())
    for finder in get_finders():
        for name, storage in finder.list(UNUSED):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _note() -> Path:
    return Path(settings.DATA_DIR) / "run" / "static-files"
