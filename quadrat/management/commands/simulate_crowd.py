"""`manage.py simulate_crowd birds --workers 12 --seed 7`"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from annotate import comparing
from crowd.models import Campaign
from quadrat.job_worker import celery_worker_alive_or_own
from quadrat.simulated_crowd import HumansAtWork, Simulation, has_reference
from tallies import counting


class Command(BaseCommand):
    help = "Let simulated workers answer a campaign from its reference answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("campaign", help="slug of the campaign")
        parser.add_argument("--workers", type=int, default=12)
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument(
            "--until", type=float, default=1.0, help="share of tasks to bring to an end, 0 to 1"
        )

    def handle(self, **options: Any) -> None:
        campaign = Campaign.objects.filter(slug=options["campaign"]).first()
        if campaign is None:
            raise CommandError(f"There is no campaign {options['campaign']!r}.")
        if not has_reference(campaign):
            raise CommandError(
                "The images of this campaign came without reference answers, and simulated workers "
                "have nothing else to go by. Import a COCO file with boxes or a status."
            )
        simulation = Simulation(
            campaign, options["workers"], options["seed"], timezone.now, until=options["until"]
        )
        try:
            with celery_worker_alive_or_own():
                self._run(simulation)
        except HumansAtWork as error:
            raise CommandError(str(error)) from error

    def _run(self, simulation: Simulation) -> None:
        columns = (TextColumn("tasks finished"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, disable=not self.stderr.isatty()) as bar:
            job = bar.add_task("")
            n_answers = simulation.run(lambda done, of: bar.update(job, completed=done, total=of))
        comparing.compare_all()
        counting.count_all(simulation.campaign, now=timezone.now())
        states = simulation.campaign.tasks.values_list("state", flat=True)
        counts = {state: list(states).count(state) for state in sorted(set(states))}
        said = ", ".join(f"{n} {state}" for state, n in counts.items())
        self.stdout.write(f"{n_answers} answers; tasks: {said}.")
