"""`manage.py count_tallies --campaign birds`"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from annotate import comparing
from crowd.models import Campaign
from tallies import counting
from tallies.counting import Topic


class Command(BaseCommand):
    help = "Count the figures of organizers' pages from the answers, due or not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--campaign", help="slug of the only one to count")

    def handle(self, **options: Any) -> None:
        slug = options["campaign"]
        campaigns = Campaign.objects.filter(slug=slug) if slug else Campaign.objects.all()
        if slug and not campaigns.exists():
            raise CommandError(f"There is no campaign {slug!r}.")
        n_compared = comparing.compare_all()
        self.stdout.write(f"{n_compared} photos compared with their consensus")
        for campaign in campaigns.order_by("slug"):
            self._count(campaign)

    def _count(self, campaign: Campaign) -> None:
        def told(topic: Topic, took_s: float) -> None:
            self.stdout.write(f"{campaign.slug}: {topic.name} counted in {took_s:.1f} s")

        counting.count_all(campaign, now=timezone.now(), told=told)
