"""A whole product of its own to measure: importing this makes a throwaway data directory, starts
the services in it and sets Django up. With QUADRAT_BENCH_DATA set it is that directory instead, and
stays."""

from __future__ import annotations

import atexit
import http.client
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from quadrat import embedded

ROOT = Path(__file__).resolve().parent.parent
KEPT = os.environ.get("QUADRAT_BENCH_DATA")
DATA_DIR = Path(KEPT) if KEPT else Path(tempfile.mkdtemp(prefix="quadrat-bench-"))
CSRF = secrets.token_hex(16)

os.environ |= {"QUADRAT_DATA": str(DATA_DIR), "DJANGO_SETTINGS_MODULE": "quadrat.settings"}
os.environ.pop("DATABASE_URL", None)
os.environ.pop("REDIS_URL", None)
if KEPT:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
else:
    atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)
embedded.attach(DATA_DIR)
django.setup()

from django.contrib.auth import (  # noqa: E402
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
)
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from catalog.models import Dataset  # noqa: E402
from catalog.superclasses import SuperClass  # noqa: E402
from crowd import campaigns, people  # noqa: E402
from crowd.models import Campaign, Enrolment, Worker  # noqa: E402

FILL = """
INSERT INTO catalog_dataset (slug, name, created_at) VALUES ('bench', 'bench', now());
INSERT INTO catalog_image (uid, dataset_id, file_name, super_class, split, width, height,
    display_width, display_height, licence, licence_url, rights_holder, sha256, imported_at)
SELECT gen_random_uuid(), d.id, lpad(n::text, 8, '0') || '.jpg', 'Aves', 'train', 800, 600,
    800, 600, 'CC0', '', 'nobody', md5(n::text) || md5(n::text), now()
FROM catalog_dataset d, generate_series(1, %(n_tasks)s) n
"""


def fill(n_tasks: int) -> Campaign:
    """Tables, images without files, and a box campaign with that many tasks."""
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"n_tasks": n_tasks})
    campaign = campaigns.create(
        slug="bench",
        kind=Campaign.Kind.BOX,
        dataset=Dataset.objects.get(),
        super_class=SuperClass.AVES,
        now=timezone.now(),
    )
    vacuum()
    return campaign


def vacuum() -> None:
    """What autovacuum does now and then: plans are known to flip after it."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def furthest_cursor() -> int:
    """The place in the campaign that no worker has come past."""
    return max(Enrolment.objects.values_list("cursor", flat=True))


def worker_ids() -> list[int]:
    return list(Worker.objects.values_list("pk", flat=True))


def sign_in(n_workers: int) -> list[str]:
    """Cookie headers of that many signed-in workers, by writing what signing in writes."""
    cookies = []
    for _ in range(n_workers):
        user = people.add_guest()
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "crowd.sign_in.UserWithWorkerBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        cookies.append(f"sessionid={session.session_key}; csrftoken={CSRF}")
    return cookies


@contextmanager
def running() -> Iterator[int]:
    """`manage.py up` on a free port, until the block ends; yields the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    log = (DATA_DIR / "up.log").open("wb")
    up = subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=os.environ | {"PORT": str(port)},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        _await_ready(port, up)
        yield port
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(timeout=60)


def _await_ready(port: int, up: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            connection_ = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection_.request("GET", "/readyz")
            if connection_.getresponse().status == 200:
                return
        except OSError:
            pass
        if up.poll() is not None:
            break
        time.sleep(0.2)
    raise RuntimeError((DATA_DIR / "up.log").read_text())
