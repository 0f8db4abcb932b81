"""Where the embedded services listen: UNIX sockets in one directory, known before they run."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from quadrat.embedded.trouble import EmbeddedError

DATABASE = "quadrat"
USER = "quadrat"
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"
# sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included
LONGEST_SOCKET_PATH = 103


@dataclass(frozen=True)
class Addresses:
    """The directory that PostgreSQL's clients call the host, and Valkey's socket."""

    postgres_host: Path
    redis_socket: Path

    @property
    def postgres_socket(self) -> Path:
        return self.postgres_host / POSTGRES_SOCKET

    @property
    def database_url(self) -> str:
        """For libpq and dj-database-url: the host is the percent-encoded socket directory."""
        return f"postgres://{USER}@{quote(str(self.postgres_host), safe='')}/{DATABASE}"

    @property
    def redis_url(self) -> str:
        """For redis-py."""
        return f"unix://{self.redis_socket}?db=0"

    @property
    def celery_url(self) -> str:
        """For Celery, which spells the same address differently."""
        return f"redis+socket://{self.redis_socket}?virtual_host=0"


def addresses(data_dir: Path) -> Addresses:
    """The addresses of the services of ``data_dir``, whether they run or not.

    The directory is named by the owner of the data and a hash of its resolved path, so that two
    checkouts never meet and root finds the services of the user it acts for.
    """
    resolved = data_dir.resolve()
    digest = hashlib.sha256(os.fsencode(resolved)).hexdigest()[:16]
    directory = _temporary_directory() / f"quadrat-{owner_of(resolved)}-{digest}"
    return Addresses(directory, directory / VALKEY_SOCKET)


def owner_of(path: Path) -> int:
    """The uid that owns ``path``; our own where it does not exist yet."""
    try:
        return path.stat().st_uid
    except FileNotFoundError:
        return os.geteuid()


def make_socket_directory(directory: Path, owners: set[int]) -> None:
    """Create ``directory`` with mode 0700, or check that it is one of ours.

    Raises EmbeddedError where somebody else has put something in its place: everyone may write in
    the temporary directory.
    """
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
            raise EmbeddedError(
                f"{directory} is in the way and belongs to user {found.st_uid}. "
                "Remove it, or choose another data directory with QUADRAT_DATA."
            ) from None
        directory.chmod(0o700)


def _temporary_directory() -> Path:
    # TMPDIR may differ between two terminals (nix-shell, pam_tmpdir), the address must not
    shared = Path("/tmp")  # noqa: S108
    candidates = [shared] if os.access(shared, os.W_OK | os.X_OK) else []
    candidates.append(Path(tempfile.gettempdir()))
    return candidates[0]
