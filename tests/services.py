"""A pytest plugin: real services for the tests, in a directory that is thrown away.

It is loaded before pytest-django (see `addopts`), because the settings read where the services are.
The tests never use an operator's own: QUADRAT_DATA, DATABASE_URL and REDIS_URL are set aside.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from quadrat import embedded


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    data_dir = Path(tempfile.mkdtemp(prefix="quadrat-tests-"))
    for name in ("DATABASE_URL", "REDIS_URL", "QUADRAT_SECRET_KEY", "QUADRAT_HOSTS"):
        os.environ.pop(name, None)
    os.environ["QUADRAT_DATA"] = str(data_dir)
    os.environ["QUADRAT_HASHED_STATIC"] = "0"
    os.environ["QUADRAT_PSEUDO_LANGUAGES"] = "1"
    embedded.attach(data_dir, durable=False)
    (data_dir / "static").mkdir(exist_ok=True)
    return (yield)
