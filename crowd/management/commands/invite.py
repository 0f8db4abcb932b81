"""`manage.py invite --campaign birds`"""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from crowd import people
from crowd.models import Campaign, User


class Command(BaseCommand):
    help = "Make an invitation link and print its path."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--role", default=User.Role.WORKER, choices=User.Role.values)
        parser.add_argument("--campaign", help="where the link leads; default: the list of tasks")
        parser.add_argument("--days", type=int, default=30)
        parser.add_argument("--max-uses", type=int)

    def handle(self, **options: Any) -> None:
        campaign = None
        if options["campaign"]:
            campaign = Campaign.objects.filter(slug=options["campaign"]).first()
            if campaign is None:
                raise CommandError(f"There is no campaign {options['campaign']!r}.")
        invitation = people.invite(
            by=None,
            role=User.Role(options["role"]),
            campaign=campaign,
            now=timezone.now(),
            life=timedelta(days=options["days"]),
            max_uses=options["max_uses"],
        )
        self.stdout.write(reverse("crowd:join", args=[invitation.token]))
