"""The two locks of a data directory, and what each says.

``users.lock``     shared by everyone who needs the services; the guardian leaves when it can have
                   it alone. The kernel releases it when a process dies, however it dies.
``guardian.lock``  held by the guardian for its life, and holding its process number. Whoever
                   starts a guardian takes it first and hands the open file on, so that there is
                   no moment without an owner.

Opened files are not inherited across ``exec``: children of a user are not users.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from quadrat.embedded.addresses import owner_of
from quadrat.embedded.trouble import EmbeddedError

POLL_S = 0.02


def run_directory(data_dir: Path) -> Path:
    return data_dir / "run"


def log_directory(data_dir: Path) -> Path:
    return data_dir / "log"


def failure_note(data_dir: Path) -> Path:
    """Where a guardian that gives up says why."""
    return run_directory(data_dir) / "failed"


def prepare_directories(data_dir: Path) -> None:
    """Make the data directory and what the guardian needs in it."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        for directory in (run_directory(data_dir), log_directory(data_dir)):
            directory.mkdir(mode=0o700, exist_ok=True)
            give_to_owner(directory, data_dir)
    except OSError as error:
        raise _not_writable(data_dir, error) from error


def open_lock(data_dir: Path, name: str) -> int:
    """A file descriptor of the lock file ``name``, not locked yet."""
    path = run_directory(data_dir) / name
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        give_to_owner(path, data_dir)
    except OSError as error:
        raise _not_writable(data_dir, error) from error
    return descriptor


def try_lock(descriptor: int, *, shared: bool = False) -> bool:
    """Take the lock at once, or say that somebody else has it."""
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_for_lock(descriptor: int, *, shared: bool, timeout_s: float) -> bool:
    """Take the lock within ``timeout_s``; False where that was not possible."""
    deadline = time.monotonic() + timeout_s
    while not try_lock(descriptor, shared=shared):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def give_to_owner(path: Path, data_dir: Path) -> None:
    """Root working in a user's data directory leaves nothing there that the user cannot open."""
    owner = data_dir.stat()
    if os.geteuid() == 0 and owner_of(path) != owner.st_uid:
        os.chown(path, owner.st_uid, owner.st_gid)


def _not_writable(data_dir: Path, error: OSError) -> EmbeddedError:
    return EmbeddedError(
        f"The data directory {data_dir} cannot be used ({error.strerror}). It belongs to user "
        f"{owner_of(data_dir)}, this is user {os.geteuid()}: run the command as its owner, or "
        "choose another directory with QUADRAT_DATA."
    )
