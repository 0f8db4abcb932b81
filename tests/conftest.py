"""The people whom the tests know, and the settings that only tests need."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest
from rest_framework.test import APIClient

from crowd.models import User, Worker
from tests import make
from tests.site import browser, newcomer, site

__all__ = ["browser", "newcomer", "site"]

SHARED_PHOTOS = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "photos"


# The same examples on every run, on however slow a machine. New ones are searched for by
# `make test ARGS="--hypothesis-profile=search"`.
_ANY_SPEED = hypothesis.settings(
    deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("steady", _ANY_SPEED, derandomize=True)
hypothesis.settings.register_profile("search", _ANY_SPEED)
hypothesis.settings.load_profile("steady")


@pytest.fixture(autouse=True)
def _quick_and_private(settings, tmp_path):
    """Cheap passwords; files of one test never meet another's."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "images"
    settings.RELEASES_ROOT = tmp_path / "releases"
    settings.COPIES_ROOT = tmp_path / "datasets"


@pytest.fixture
def ada(db) -> Worker:
    """A careful worker."""
    return make.worker("ada")


@pytest.fixture
def ben(db) -> Worker:
    """A sloppy worker."""
    return make.worker("ben")


@pytest.fixture
def cyd(db) -> Worker:
    """A suspended worker."""
    return make.worker("cyd", status=Worker.Status.SUSPENDED)


@pytest.fixture
def olga(db) -> User:
    """An organizer."""
    return make.user("olga", role=User.Role.ORGANIZER)


@pytest.fixture
def root(db) -> User:
    """An administrator."""
    return make.user("root", role=User.Role.ADMINISTRATOR)


@pytest.fixture
def api():
    """Makes an API client that is signed in as somebody (a user or a worker; None: nobody)."""

    def client(who: User | Worker | None) -> APIClient:
        made = APIClient()
        if who is not None:
            user = who.user if isinstance(who, Worker) else who
            assert user is not None
            made.force_login(user)
        return made

    return client


@pytest.fixture
def shared_photos() -> Path:
    """Real photographs beside the checkout; a test that needs them is skipped without."""
    if not SHARED_PHOTOS.is_dir():
        pytest.skip("the shared photographs are not beside this checkout")
    return SHARED_PHOTOS
