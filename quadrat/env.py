"""Everything the site reads from its environment, in one place.

Each variable is documented in ``docs/operations.md``; a test compares the two.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent

_env = Env()

DATA_DIR = Path(_env.str("QUADRAT_DATA", "") or BASE_DIR / "var").resolve()
PORT = _env.int("PORT", 8000)
DATABASE_URL = _env.str("DATABASE_URL", "")
REDIS_URL = _env.str("REDIS_URL", "")
DEBUG = _env.bool("QUADRAT_DEBUG", False)
ALLOWED_HOSTS = _env.list("QUADRAT_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
TRUSTED_ORIGINS: list[str] = _env.list("QUADRAT_TRUSTED_ORIGINS", [])
IS_HTTPS = _env.bool("QUADRAT_HTTPS", False)
HAS_HASHED_STATIC = _env.bool("QUADRAT_HASHED_STATIC", True)
MAX_IMAGE_PIXELS = _env.int("QUADRAT_MAX_IMAGE_PIXELS", 120_000_000)
HAS_PSEUDO_LANGUAGES = _env.bool("QUADRAT_PSEUDO_LANGUAGES", False)
SKILL_FLOORS = {
    "box": _env.float("QUADRAT_SKILL_FLOOR_BOX", 0.35),
    "verify": _env.float("QUADRAT_SKILL_FLOOR_VERIFY", 0.5),
    "check": _env.float("QUADRAT_SKILL_FLOOR_CHECK", 0.5),
}
# the currency of all pay, and what an hour of attention should bring at least
CURRENCY = _env.str("QUADRAT_CURRENCY", "USD")
FAIR_PAY = _env.float("QUADRAT_FAIR_PAY", 12.0)
# photos of each simulated campaign of a forecast; 0: as many as make a good one
FORECAST_IMAGES = _env.int("QUADRAT_FORECAST_IMAGES", 0)
# servers of one's own ("host:port") that photographs may be fetched from
FETCH_PRIVATE_HOSTS: list[str] = _env.list("QUADRAT_FETCH_PRIVATE_HOSTS", [])
FETCH_PER_SECOND = _env.float("QUADRAT_FETCH_PER_SECOND", 2.0)
FETCH_MAX_MB = _env.float("QUADRAT_FETCH_MAX_MB", 64.0)
INAT_API = _env.str("QUADRAT_INAT_API", "https://api.inaturalist.org/v1")


def secret_key() -> str:
    """The signing key: ``QUADRAT_SECRET_KEY``, else one made once, kept in the data directory."""
    given = _env.str("QUADRAT_SECRET_KEY", "")
    return given or _kept_secret(DATA_DIR / "secret_key")


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    candidate = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        descriptor = os.open(candidate, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        # link() fails where the file exists: of two processes that start at once, one key wins
        with contextlib.suppress(FileExistsError):
            os.link(candidate, path)
        candidate.unlink()
    return path.read_text().strip()
