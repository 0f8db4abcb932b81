"""`manage.py create_campaign birds --kind box --dataset field --super-class Aves`"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog import superclasses
from catalog.models import Dataset, Split
from crowd import campaigns
from crowd.asked import CHECK_RISK
from crowd.errors import CrowdError
from crowd.models import Campaign


class Command(BaseCommand):
    help = "Create a campaign with one task for each image of a super-class, or a check of boxes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="short name, used in addresses")
        parser.add_argument("--kind", required=True, choices=Campaign.Kind.values)
        parser.add_argument("--dataset", default="", help="slug of the data set")
        parser.add_argument("--super-class", default="", help="for example Aves")
        parser.add_argument(
            "--follows",
            metavar="SLUG",
            help="check: the campaign whose boxes are checked, instead of a data set",
        )
        parser.add_argument(
            "--check-risk",
            type=float,
            default=CHECK_RISK,
            metavar="RISK",
            help="check: ask about boxes from this risk on; default %(default)s",
        )
        parser.add_argument("--split", default="", choices=["", *Split.values])
        _add_how_many(parser)
        parser.add_argument(
            "--grid",
            action="store_true",
            dest="has_grid",
            help="verify: workers may screen many photos at once, where few lack the animal",
        )
        parser.add_argument(
            "--qualification",
            action="store_true",
            dest="has_qualification",
            help="workers pass a practice on drawn scenes before their first photo",
        )
        parser.add_argument(
            "--missed-cost",
            type=float,
            default=1.0,
            metavar="N",
            help="verify: a photo without the animal that slips through is N times as bad as a "
            "good photo left out; default 1",
        )
        _add_pay(parser)
        parser.add_argument("--instructions", default="")
        parser.add_argument("--seed", type=int, default=0, help="of the order of the tasks")

    def handle(self, **options: Any) -> None:
        what = _followed(options) if options["kind"] == "check" else _images(options)
        chosen = ("slug", "max_workers", "tau", "pilot_share", "missed_cost", "seed")
        asked = ("has_grid", "has_qualification", "instructions", "pay_per_answer", "pay_per_hour")
        try:
            campaign = campaigns.create(
                kind=Campaign.Kind(options["kind"]),
                **what,
                **_stopping(options),
                now=timezone.now(),
                **{name: options[name] for name in (*chosen, *asked)},
            )
        except CrowdError as error:
            raise CommandError(_in_words(error)) from error
        n_tasks = campaign.tasks.count()
        tasks = f"{n_tasks} tasks" if campaign.follows is None else "tasks follow within seconds"
        self.stdout.write(f"Campaign {campaign.slug}: {tasks}.")


def _add_how_many(parser: ArgumentParser) -> None:
    """How many workers are asked, and when that is enough."""
    parser.add_argument("--workers-per-task", type=int, help="default: 3")
    parser.add_argument(
        "--max-workers", type=int, help="default: two more than wanted; adaptive: five more"
    )
    parser.add_argument(
        "--adaptive", action="store_true", help="finish a photo as soon as its risk allows"
    )
    parser.add_argument("--min-workers", type=int, help="adaptive: at least so many; default 2")
    parser.add_argument(
        "--tau",
        type=float,
        help="risk at which a photo may be finished; default: "
        + ", ".join(f"{kind.value} {tau:g}" for kind, tau in campaigns.TAU.items()),
    )
    parser.add_argument(
        "--pilot-share", type=float, help="share of photos that get three answers in any case"
    )


def _add_pay(parser: ArgumentParser) -> None:
    """What they get."""
    for per in ("answer", "hour"):
        parser.add_argument(
            f"--pay-per-{per}",
            type=float,
            default=0.0,
            metavar="N",
            help="what workers get, in the site's currency; default 0, for volunteers",
        )


def _images(options: dict[str, Any]) -> dict[str, Any]:
    """What is asked about: the images of a super-class."""
    if options["follows"]:
        raise CommandError("--follows goes with --kind check.")
    dataset = Dataset.objects.filter(slug=options["dataset"]).first()
    if dataset is None:
        known = ", ".join(Dataset.objects.values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"There is no data set {options['dataset']!r}; known: {known}.")
    super_class = superclasses.find(options["super_class"])
    if super_class is None:
        known = ", ".join(superclasses.SuperClass.values)
        raise CommandError(f"{options['super_class']!r} is no super-class; known: {known}.")
    return {"dataset": dataset, "super_class": super_class, "split": options["split"]}


def _followed(options: dict[str, Any]) -> dict[str, Any]:
    """What is asked about: the boxes of another campaign."""
    followed = Campaign.objects.filter(slug=options["follows"] or "").first()
    if followed is None:
        known = Campaign.objects.filter(kind=Campaign.Kind.BOX).values_list("slug", flat=True)
        raise CommandError(
            f"A check follows a campaign of boxes (--follows); known: {', '.join(known) or 'none'}."
        )
    return {
        "dataset": followed.dataset,
        "super_class": superclasses.SuperClass(followed.super_class),
        "split": followed.split,
        "follows": followed,
        "check_risk": options["check_risk"],
    }


def _stopping(options: dict[str, Any]) -> dict[str, Any]:
    """How a task ends; each way has its own word for the number of answers."""
    fixed, least = options["workers_per_task"], options["min_workers"]
    if options["adaptive"]:
        if fixed is not None:
            raise CommandError("With --adaptive the number is the least: say --min-workers.")
        return {"stopping": Campaign.Stopping.ADAPTIVE, "workers_per_task": least}
    if least is not None:
        raise CommandError("--min-workers goes with --adaptive; else say --workers-per-task.")
    return {"stopping": Campaign.Stopping.FIXED, "workers_per_task": fixed}


def _in_words(error: CrowdError) -> str:
    reasons = [f"{name}: {' '.join(said)}" for name, said in (error.errors or {}).items()]
    return "\n".join([error.detail, *reasons])
