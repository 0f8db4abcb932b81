"""`manage.py seed_demo`: what `make run` shows when the database is empty."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from quadrat import demo


class Command(BaseCommand):
    help = "Fill an empty database with the demo: scenes, campaigns, a simulated crowd."

    def handle(self, **options: Any) -> None:
        demo.seed(self._say)

    def _say(self, step: str) -> None:
        self.stdout.write(f"demo: {step}")
        self.stdout.flush()
