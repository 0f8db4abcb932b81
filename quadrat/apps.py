"""Django imports this at start-up; it makes the Celery application the default one."""

from django.apps import AppConfig
from django.conf import settings

from quadrat import env
from quadrat.celery import app
from quadrat.languages import catalogs, extraction, pseudo

__all__ = ["QuadratConfig", "app"]


class QuadratConfig(AppConfig):
    name = "quadrat"

    def ready(self) -> None:
        """Compile the translations that have changed, so that no program has to be run for it."""
        catalogs.compile_stale()
        if env.HAS_PSEUDO_LANGUAGES:
            pseudo.write(settings.LOCALE_PATHS[-1], extraction.worker_messages())
