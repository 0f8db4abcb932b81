"""The Celery worker stands still, is killed, comes back: nothing that was answered is lost."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.site import ROOT, Site

pytestmark = pytest.mark.services

ANSWERED = "Annotation.objects.filter(task__campaign__slug='insects').count()"


def test_everything_catches_up_by_itself(site: Site):
    worker = site.celery_worker()
    for process in (worker, *worker.children(recursive=True)):
        process.send_signal(signal.SIGSTOP)
    crowd = subprocess.Popen(
        [sys.executable, "-c", ANSWER_ALL], cwd=ROOT, env=site.environment, stderr=subprocess.PIPE
    )
    _, complaint = crowd.communicate(timeout=60)
    assert crowd.returncode == 0, complaint.decode()
    assert site.ask(ANSWERED) == 6
    assert not site.nothing_is_due()

    for process in (*worker.children(recursive=True), worker):
        process.kill()
    site.wait_for(site.nothing_is_due)

    assert site.celery_worker().pid != worker.pid
    consensus = "Consensus.objects.filter(task__campaign__slug='insects', is_current=True)"
    assert site.ask(f"list({consensus}.values_list('n_looked', flat=True))") == [3, 3]


ANSWER_ALL = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "quadrat.settings"
from quadrat import bring_up
bring_up.attach_services()
import django
django.setup()
from crowd.models import Campaign, Worker
from django.utils import timezone
from tests import make
campaign = Campaign.objects.get(slug="insects")
for _ in range(3):
    worker = Worker.objects.create()
    make.answer_everything(
        worker, campaign, make.annotation([[100, 100, 200, 150]]), now=timezone.now()
    )
"""
