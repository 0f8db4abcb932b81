"""Static files are collected again only when one of them has changed."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import re
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from quadrat import modules, static_storage

# another reader of the API's description, which no page uses
UNUSED = ["redoc"]
# a page that is open during an upgrade still asks for what it loads later, by its old name
KEPT_FOR = timedelta(days=30)
# written anew by every collection, so that one that was broken off leaves no half of them
LOADED_LATER = re.compile(r"\.[0-9a-f]{12}\.(?:js|css)(?:\.br|\.gz)?$")


def is_stale() -> bool:
    """Whether a static file, or how they are stored, has changed since they were collected."""
    note = _note()
    return not note.exists() or note.read_text() != _fingerprint()


def collect(*, now: datetime) -> None:
    """Collect them into STATIC_ROOT, hashed and compressed; what pages may still ask for stays."""
    fingerprint = _fingerprint()
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    _mark_served(root, now)
    _clear(root, now)
    call_command("collectstatic", interactive=False, ignore_patterns=UNUSED, verbosity=0)
    _note().write_text(fingerprint)


def _mark_served(root: Path, now: datetime) -> None:
    """A file's time is when it was last served by its name, not when it was written."""
    manifest = root / "staticfiles.json"
    if not manifest.exists():
        return
    for name in json.loads(manifest.read_text())["paths"].values():
        for path in root.glob(f"{glob.escape(name)}*"):
            os.utime(path, (now.timestamp(), now.timestamp()))


def _clear(root: Path, now: datetime) -> None:
    since = (now - KEPT_FOR).timestamp()
    for path in root.rglob("*"):
        is_kept = LOADED_LATER.search(path.name) and path.stat().st_mtime >= since
        if path.is_file() and not is_kept:
            path.unlink()


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
