"""`manage.py plan_campaigns rehearsal --create`"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from catalog.models import Dataset
from crowd import planning
from crowd.errors import CrowdError
from crowd.models import Campaign
from crowd.planning import Assumptions, Plan
from dashboard.queries.pace import Pace, paces
from dashboard.templatetags.plans import hours, money
from simulation.power import Price, amount, count

Paces = Mapping[Campaign.Kind, Pace]
PRICE = 0.05
WIDTH = 120


class Command(BaseCommand):
    help = (
        "Proposes the campaigns of a data set: boxes for 9 super-classes on train and val, "
        "verification of Mammalia, Aves and Reptilia on test, with what they ask of the crowd. "
        "--create makes those that do not exist yet; run again, it makes the rest."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dataset", help="slug of the data set")
        parser.add_argument("--create", action="store_true", help="make the campaigns")
        parser.add_argument(
            "--only", nargs="+", metavar="SLUG", help="with --create: only these of the plan"
        )
        for kind in planning.ASKED:
            parser.add_argument(
                f"--{kind}-workers",
                type=count,
                default=planning.WORKERS,
                metavar="N",
                help=f"workers a photograph, to {kind} (default: %(default)s)",
            )
        parser.add_argument(
            "--price", type=amount, default=PRICE, help="for an answer (default: %(default)s)"
        )
        parser.add_argument("--hourly", type=amount, default=0.0, help="for an hour of work")
        parser.add_argument("--json", action="store_true", help="print the plan as JSON")

    def handle(self, **options: Any) -> None:
        dataset = Dataset.objects.filter(slug=options["dataset"]).first()
        if dataset is None:
            known = ", ".join(Dataset.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no data set {options['dataset']!r}; there is: {known}.")
        if options["only"] and not options["create"]:
            raise CommandError("--only says what --create makes; without it there is nothing.")
        found = paces()
        try:
            plan = planning.propose(dataset, _assumptions(options, found))
            if options["create"]:
                self._create(plan, options["only"])
                plan = planning.propose(dataset, plan.assumptions)
        except CrowdError as error:
            reasons = [said for each in (error.errors or {}).values() for said in each]
            raise CommandError(" ".join([error.detail, *reasons])) from error
        if options["json"]:
            self.stdout.write(json.dumps(as_json(plan), indent=2))
        else:
            self._print(plan, found)
        if not plan.proposals:
            raise CommandError(plan.reason)

    def _create(self, plan: Plan, only: list[str] | None) -> None:
        def say(campaign: Campaign) -> None:
            self.stderr.write(f"Campaign {campaign.slug}: {campaign.tasks.count()} tasks.")

        made = planning.create(plan, only, now=timezone.now(), on_created=say)
        self.stderr.write(f"{len(made)} campaigns made; {len(plan.proposals)} in the plan.")

    def _print(self, plan: Plan, found: Paces) -> None:
        if not plan.proposals:
            return
        table = Table(box=None, pad_edge=False)
        for heading in ("campaign", "photos", "on their way", "answers", "at most", "work", "cost"):
            table.add_column(heading, justify="left" if heading == "campaign" else "right")
        table.add_column("")
        for row in plan.proposals:
            table.add_row(row.slug, *_cells(row.effort, row.n_awaited), _exists(row))
        n_awaited = sum(row.n_awaited for row in plan.new)
        table.add_row(f"{len(plan.new)} new", *_cells(plan.effort, n_awaited), "")
        console = Console(width=WIDTH, highlight=False, color_system=None)
        with console.capture() as text:
            console.print(table)
        self.stdout.write(text.get())
        for kind, pace in found.items():
            self.stdout.write(_pace_words(kind, pace))


def _assumptions(options: dict[str, Any], found: Paces) -> Assumptions:
    return Assumptions(
        workers={kind: options[f"{kind}_workers"] for kind in planning.ASKED},
        seconds={kind: pace.seconds for kind, pace in found.items()},
        price=Price(options["price"], options["hourly"]),
    )


def _exists(row: planning.Proposal) -> str:
    """The state of the campaign that asks it already, and its name where that is another."""
    if row.existing is None:
        return ""
    named = "" if row.existing.slug == row.slug else f" as {row.existing.slug}"
    return f"{row.existing.status}{named}"


def _cells(effort: planning.Effort, n_awaited: int) -> list[str]:
    counts = (effort.n_images, n_awaited, effort.n_answers, effort.n_most)
    return [*(f"{n:,}" for n in counts), hours(effort.hours), money(effort.cost)]


def _pace_words(kind: Campaign.Kind, pace: Pace) -> str:
    source = (
        f"the mean of the newest {pace.n_answers} of this site"
        if pace.n_answers
        else "assumed, as in forecasts of a mixed crowd"
    )
    return f"An answer to {kind} takes {pace.seconds:.1f} s ({source})."


def as_json(plan: Plan) -> dict[str, Any]:
    """The plan as plain data; hours of attention, cost in the currency of the price."""
    assumed = plan.assumptions
    return {
        "dataset": plan.dataset.slug,
        "reason": plan.reason,
        "assumptions": {
            "workers": {kind.value: n for kind, n in assumed.workers.items()},
            "seconds": {kind.value: round(n, 2) for kind, n in assumed.seconds.items()},
            "price_per_answer": assumed.price.per_answer,
            "price_per_hour": assumed.price.per_hour,
        },
        "campaigns": [
            {
                "slug": row.slug,
                "kind": row.kind.value,
                "super_class": row.super_class.value,
                "split": row.split.value,
                "exists": row.existing.slug if row.existing else None,
                "n_awaited": row.n_awaited,
                **_numbers(row.effort),
            }
            for row in plan.proposals
        ],
        "new": {"n_campaigns": plan.effort.n_campaigns, **_numbers(plan.effort)},
    }


def _numbers(effort: planning.Effort) -> dict[str, Any]:
    return {
        "n_images": effort.n_images,
        "n_answers": effort.n_answers,
        "n_answers_at_most": effort.n_most,
        "hours": round(effort.hours, 2),
        "cost": round(effort.cost, 2),
    }
