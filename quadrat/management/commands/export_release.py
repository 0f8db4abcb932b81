"""`manage.py export_release demo --output releases/demo`"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from annotate import jobs as annotate_jobs
from catalog.models import Dataset, Split
from crowd import hints
from crowd.errors import CrowdError
from exports import making, releases, staleness
from exports.folders import folder_of
from exports.models import Release
from exports.writing import copy_atomically
from quadrat.job_worker import NoJobWorker, celery_worker_alive_or_own
from verify import jobs as verify_jobs

POLL_S = 0.5


class Command(BaseCommand):
    help = "Freeze a data set as COCO files with the consensus, and the filtered test manifest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dataset", help="slug of the data set")
        parser.add_argument("--output", type=Path, required=True, help="folder for the files")
        parser.add_argument("--split", choices=Split.values, default="", help="only this split")
        parser.add_argument(
            "--profile", choices=Release.Profile.values, default=Release.Profile.COCO.value
        )
        parser.add_argument(
            "--allow-undecided",
            action="store_true",
            help="keep test images whose verification is undecided, instead of refusing",
        )
        parser.add_argument(
            "--wait",
            type=float,
            default=600,
            metavar="SECONDS",
            help="how long to wait until all answers are worked in (default: %(default)g)",
        )
        parser.add_argument(
            "--stale",
            action="store_true",
            help="do not wait: release the consensus as it stands, and record that",
        )

    def handle(self, **options: Any) -> None:
        dataset = Dataset.objects.filter(slug=options["dataset"]).first()
        if dataset is None:
            known = ", ".join(Dataset.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no data set {options['dataset']!r}; there is: {known}.")
        output: Path = options["output"]
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"Cannot write to {output}: {error.strerror}.") from error
        try:
            if not options["stale"]:
                self._wait_for_consensus(dataset, options["wait"])
        except NoJobWorker as error:
            raise CommandError(str(error)) from error
        except CrowdError as error:
            raise CommandError(error.detail) from error
        release = self._make(dataset, options)
        for file in release.files:
            copy_atomically(folder_of(release) / file["name"], output / file["name"])
            self.stdout.write(_line(file))
        if release.stale:
            self.stderr.write(f"Made without waiting. {release.stale}")
        self.stdout.write(f"Release {release.number} of {dataset.slug} is in {output}.")

    def _wait_for_consensus(self, dataset: Dataset, seconds: float) -> None:
        """Answers that have come in belong into the release, those left out do not: wait until the
        consensus says so."""
        stale = staleness.read(dataset)
        if not stale:
            return
        if seconds <= 0:
            staleness.refuse(stale)
        deadline = time.monotonic() + seconds
        self.stderr.write(f"Waiting at most {seconds:g} s: {stale.words()}")
        with celery_worker_alive_or_own(), self._bar("answers worked in") as bar:
            n_first = stale.n_images
            job = bar.add_task("", total=n_first or 1)
            while stale:
                if time.monotonic() > deadline:
                    staleness.refuse(stale)
                # a worker of our own has no beat beside it to sweep what is due
                for due in (annotate_jobs, verify_jobs):
                    hints.hint(due.aggregate_due)
                    hints.hint(due.refit)
                time.sleep(POLL_S)
                stale = staleness.read(dataset)
                bar.update(job, completed=max(0, n_first - stale.n_images))

    def _make(self, dataset: Dataset, options: dict[str, Any]) -> Release:
        with ExitStack() as stack, self._bar("release") as bar:
            job = bar.add_task("", total=1)
            try:
                # held before anybody else can see it: the beat job leaves it to this process
                with transaction.atomic():
                    release = releases.create(
                        dataset,
                        profile=options["profile"],
                        split=options["split"],
                        is_allowing_undecided=options["allow_undecided"],
                        is_allowing_stale=options["stale"],
                        now=timezone.now(),
                    )
                    stack.enter_context(making.holding(release.pk))
                return making.run(
                    release,
                    folder_of(release),
                    clock=timezone.now,
                    progress=lambda share: bar.update(job, completed=share),
                )
            except CrowdError as error:
                details = [said for reasons in (error.errors or {}).values() for said in reasons]
                raise CommandError(" ".join([error.detail, *details])) from error

    def _bar(self, what: str) -> Progress:
        columns = (TextColumn(what), BarColumn(), TaskProgressColumn())
        is_shown = self.stderr.isatty()
        return Progress(*columns, console=Console(stderr=True), disable=not is_shown)


def _line(file: dict[str, Any]) -> str:
    """Name, what is in it, hash: `train.json  images 3, annotations 4  sha256 ...`."""
    counts = ", ".join(f"{name} {n}" for name, n in file["counts"].items())
    return f"{file['name']}  {counts}  sha256 {file['sha256']}"
