"""`manage.py expect_quality --kind box --mix mixed --images 500 --answers 1 2 3 5 --price 0.04`"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crowd.models import Campaign
from dashboard.queries.pilots import pilot_of
from simulation.power import Plan, Price, add_arguments, plan_of, report


class Command(BaseCommand):
    help = "Forecast quality and cost of a campaign by simulation, before money is spent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser)
        parser.add_argument("--campaign", help="forecast with the workers known from this campaign")

    def handle(self, **options: Any) -> None:
        campaign = self._campaign(options["campaign"])
        if campaign is not None:
            options["kind"] = campaign.kind
        try:
            plan = plan_of(Namespace(**options))
        except ValueError as error:
            raise CommandError(f"{error}.") from error
        if campaign is not None:
            plan = self._as_in(campaign, plan)
        price = Price(options["price"], options["hourly"])
        said = report(plan, n_images=options["images"], price=price, n_seeds=options["seeds"])
        self.stdout.write(said)

    def _campaign(self, slug: str | None) -> Campaign | None:
        if slug is None:
            return None
        found = Campaign.objects.filter(slug=slug).first()
        if found is None:
            raise CommandError(f"There is no campaign {slug!r}.")
        return found

    def _as_in(self, campaign: Campaign, plan: Plan) -> Plan:
        pilot = pilot_of(campaign.slug)
        if pilot is None:
            raise CommandError(
                f"Too little is known of the workers of {campaign.slug} yet: three of them must "
                "have five answers each that others' can be compared with, and a fit must have run."
            )
        return replace(plan, crowd=pilot.crowd, layouts=pilot.layouts)
