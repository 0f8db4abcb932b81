"""The Celery application. Jobs live in each app's ``jobs.py``: *task* is a word of the crowd."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quadrat.settings")

app = Celery("quadrat")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")
