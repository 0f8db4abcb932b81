"""Django imports this at start-up; it makes the Celery application the default one."""

from django.apps import AppConfig

from quadrat.celery import app

__all__ = ["QuadratConfig", "app"]


class QuadratConfig(AppConfig):
    name = "quadrat"
