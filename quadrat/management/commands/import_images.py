"""`manage.py import_images PATH --dataset SLUG`: the catalog's command, and a line in the log."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from catalog.management.commands import import_images
from crowd import audit

LONGEST = 100
TOLD = ("format", "split", "policy", "splits", "seed")


class Command(import_images.Command):
    """The catalog knows no log of what organizers do; the command is the same."""

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        # the folder's name alone: where it lies on somebody's disk is nobody's business
        detail = {"from": str(options["path"]).rstrip("/").rpartition("/")[2][:LONGEST]}
        detail |= {name: options[name] for name in TOLD if options.get(name) is not None}
        subject = f"data set {options['dataset']}"
        audit.record(None, "import", subject, detail, now=timezone.now())
