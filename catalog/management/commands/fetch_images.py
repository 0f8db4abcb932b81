"""manage.py fetch_images: fetch the photographs that a data set still waits for."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from catalog import arrivals, awaited
from catalog.models import Dataset, Image

_LOOK_AGAIN_S = 1.0


class Command(BaseCommand):
    """Edge of the fetching: options in, counts and exit code out."""

    help = (
        "Fetches the photographs that a data set still waits for, each once, and says why others "
        "did not come. The site does the same by itself while it runs. Exits with 1 where not one "
        "photograph of the data set is here."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("dataset", metavar="DATASET", help="the data set's slug")
        parser.add_argument(
            "--retry-failed", action="store_true", help="also what could not be fetched before"
        )
        parser.add_argument(
            "--reserve", action="store_true", help="also the test photographs held in reserve"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Fetch, report, and fail where nothing is here."""
        dataset = Dataset.objects.filter(slug=options["dataset"]).first()
        if dataset is None:
            raise CommandError(f"There is no data set {options['dataset']!r}.")
        if options["retry_failed"]:
            awaited.retry_failed(dataset, now=timezone.now())
        if options["reserve"]:
            awaited.want_held(dataset, now=timezone.now())
        awaited.ask_now(dataset, now=timezone.now())
        trouble = _fetch_with_progress(dataset)
        n_here = self._print(dataset)
        if trouble:
            raise CommandError(f"Stopped: the photographs' files {trouble}.")
        if not n_here:
            raise CommandError("No photograph is here.")

    def _print(self, dataset: Dataset) -> int:
        reasons = awaited.reasons(dataset)
        n_here = dataset.images.filter(state=Image.State.HERE).count()
        count = dict.fromkeys(Image.State.values, 0)
        for reason in reasons:
            count[reason.state] += reason.n_images
        self.stdout.write(
            f"Data set {dataset.slug}: {n_here:,} photographs here, "
            f"{count[Image.State.AWAITED]:,} on their way, {count[Image.State.FAILED]:,} failed"
        )
        for reason in reasons:
            words = "failed    " if reason.state == Image.State.FAILED else "on its way"
            text = reason.text or "has its turn while the site runs, or when this is run again"
            self.stdout.write(f"  {words} {reason.n_images:>9,}  {text}")
        n_held = dataset.images.filter(state=Image.State.HELD).count()
        if n_held:
            self.stdout.write(
                f"  in reserve {n_held:>9,}  not fetched before they are wanted (--reserve)"
            )
        return n_here


def _fetch_with_progress(dataset: Dataset) -> str:
    """Fetch until nothing of the data set can be fetched now; the trouble that ended it, if any."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    n_all = _n_untried(dataset)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("Fetching", total=n_all)
        while n_left := _n_untried(dataset):
            progress.update(bar, completed=n_all - n_left)
            done = arrivals.fetch_due(
                clock=timezone.now, on_done=lambda n: progress.advance(bar, n)
            )
            if done.is_idle or done.trouble:
                return done.trouble
            if done.is_elsewhere:
                # the site is at it, and fetches ours as well
                time.sleep(_LOOK_AGAIN_S)
        progress.update(bar, completed=n_all)
    return ""


def _n_untried(dataset: Dataset) -> int:
    """How many photographs have neither come nor been missed since they were asked for."""
    untried = Q(state=Image.State.AWAITED, fetch_error="")
    return Image.objects.filter(untried, dataset=dataset).count()
