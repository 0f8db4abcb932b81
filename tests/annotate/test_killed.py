"""A process that dies while it goes over the consensus: what comes next carries on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from annotate.aggregation import BOXES
from annotate.models import Consensus
from crowd import refitting, workers
from crowd.models import Campaign, ConsensusVersion, Fit, Task, User
from tests import make
from tests.annotate.crowds import BIRD, Clock, aggregate, answer, near
from tests.make import NOON

ROOT = Path(__file__).resolve().parent.parent.parent

# Dies by its own hand inside the third chunk's transaction, after its rows were written.
DIE = """
import os, signal
import django
django.setup()
from datetime import timedelta
from django.utils import timezone
from annotate.aggregation import BoxAggregator
from crowd import refitting, remerging

class Doomed(BoxAggregator):
    n_written = 0

    def write(self, versions):
        super().write(versions)
        Doomed.n_written += 1
        if Doomed.n_written == 3:
            os.kill(os.getpid(), signal.SIGKILL)

remerging.CHUNK = 5
refitting.refit(Doomed(), clock=timezone.now)
"""


def run_and_die() -> int:
    at = connection.settings_dict
    address = f"postgres://{at['USER']}@{quote(str(at['HOST']), safe='')}/{at['NAME']}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "quadrat.settings",
        "DATABASE_URL": address,
        "REDIS_URL": settings.REDIS_URL,
    }
    done = subprocess.run(
        [sys.executable, "-c", DIE], cwd=ROOT, env=environment, timeout=60, check=False
    )
    return done.returncode


@pytest.mark.django_db(transaction=True)
def test_a_walk_that_was_killed_is_carried_on_and_ends_as_if_it_had_not_been():
    ada, eve, ida = (make.worker(name) for name in ("ada", "eve", "ida"))
    olga = make.user("olga", role=User.Role.ORGANIZER)
    clock = Clock(NOON)
    campaign = make.campaign(24, stopping=Campaign.Stopping.ADAPTIVE, workers_per_task=3)
    for number, worker in enumerate((ada, eve, ida)):
        answer(worker, campaign, near(BIRD, seed=number))
    aggregate(clock)
    refitting.refit(BOXES, clock=clock)
    workers.exclude(ada, by=olga, now=clock())
    n_rows = Consensus.objects.count()

    assert run_and_die() == -signal.SIGKILL
    half = ConsensusVersion.objects.get(made_at=None)
    assert (half.number, half.n_tasks, half.n_reopened) == (2, 10, 10)
    assert Task.objects.filter(state="open", n_excluded=1).count() == 10
    # an interrupted chunk has left nothing
    assert Consensus.objects.count() == n_rows + 10

    # with the fit that is stored, not a new one
    refitting.refit(BOXES, clock=clock)
    assert Fit.objects.count() == 2
    half.refresh_from_db()
    assert (half.n_tasks, half.n_reopened, half.n_changed) == (24, 24, 24)
    assert Consensus.objects.count() == n_rows + 24
    assert half.made_at is not None
    assert Consensus.objects.filter(is_current=True).count() == 24
    assert not Task.objects.filter(aggregate_due_at__isnull=False).exists()
