"""`manage.py add_gold birds --count 40`, or `manage.py add_gold birds known.txt`"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crowd import gold_making
from crowd.errors import CrowdError
from crowd.models import Campaign


class Command(BaseCommand):
    help = "Use photos whose answer is known (imported with the data set) to measure workers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="of the campaign")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--count", type=int, help="so many photos, drawn at random")
        which.add_argument(
            "file", nargs="?", type=Path, help="text file with one file name of a photo a line"
        )
        parser.add_argument("--seed", type=int, default=0, help="of the random draw")

    def handle(self, **options: Any) -> None:
        campaign = Campaign.objects.filter(slug=options["slug"]).first()
        if campaign is None:
            known = ", ".join(Campaign.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no campaign {options['slug']!r}; known: {known}.")
        try:
            n_made = _add(campaign, options)
        except CrowdError as error:
            reasons = [f"{why}: {' '.join(said)}" for why, said in (error.errors or {}).items()]
            # a count is refused for one reason alone, which the first line tells
            raise CommandError(
                "\n".join([error.detail, *(reasons if options["file"] else [])])
            ) from error
        self.stdout.write(f"Campaign {campaign.slug}: {n_made} more gold, {_total(campaign)} now.")


def _add(campaign: Campaign, options: dict[str, Any]) -> int:
    now = timezone.now()
    if options["file"] is None:
        if options["count"] < 1:
            raise CommandError("--count is at least 1.")
        return gold_making.add(campaign, count=options["count"], seed=options["seed"], now=now)
    try:
        lines = options["file"].read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{options['file']} cannot be read: {error}") from error
    names = [line.strip() for line in lines if line.strip()]
    if not names:
        raise CommandError(f"{options['file']} names no photo.")
    return gold_making.add_named(campaign, names, now=now)


def _total(campaign: Campaign) -> int:
    return campaign.gold.filter(withdrawn_at=None).count()
