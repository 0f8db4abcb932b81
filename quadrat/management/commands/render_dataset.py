"""`manage.py render_dataset rehearsal --pixels 800`"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from catalog import dataset_copies
from catalog.dataset_copies import Unsuitable
from catalog.jobs import hint_copies
from catalog.models import Dataset, DatasetCopy
from crowd import photographs
from quadrat.job_worker import NoJobWorker, celery_worker_alive_or_own

POLL_S = 0.5
# so many looks without a photograph more, and the jobs are reminded: a message may have been lost
PATIENCE = 10


class Command(BaseCommand):
    help = (
        "Makes a data set's own rendition, <SuperClass>/<Taxon>/<hash>.jpg at 800 px at most, by "
        "Celery jobs. Killed and run again it goes on; run once more it adds what is new. Exits "
        "with 1 where a photograph could not be rendered."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dataset", help="slug of the data set")
        parser.add_argument(
            "--pixels",
            type=int,
            default=dataset_copies.PIXELS,
            help="width or height at most (default: %(default)s)",
        )

    def handle(self, **options: Any) -> None:
        dataset = Dataset.objects.filter(slug=options["dataset"]).first()
        if dataset is None:
            known = ", ".join(Dataset.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no data set {options['dataset']!r}; there is: {known}.")
        try:
            copy = photographs.render(dataset, pixels=options["pixels"], now=timezone.now())
            with celery_worker_alive_or_own():
                self._follow(copy)
        except (Unsuitable, NoJobWorker) as error:
            raise CommandError(str(error)) from error
        self._report(copy)

    def _follow(self, copy: DatasetCopy) -> None:
        columns = (TextColumn("copies"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        n_looks = 0
        with Progress(*columns, console=console, disable=not self.stderr.isatty()) as progress:
            bar = progress.add_task("", total=copy.n_images)
            hint_copies()
            while copy.state == DatasetCopy.State.RUNNING:
                time.sleep(POLL_S)
                n_before = copy.n_done
                copy.refresh_from_db()
                progress.update(bar, completed=copy.n_done, total=copy.n_images)
                n_looks = 0 if copy.n_done > n_before else n_looks + 1
                if n_looks % PATIENCE == PATIENCE - 1:
                    hint_copies()

    def _report(self, copy: DatasetCopy) -> None:
        if copy.state == DatasetCopy.State.FAILED:
            raise CommandError(f"{copy.error} Mend that and run the command again; it goes on.")
        counts = f"{copy.n_made} new, {copy.n_kept} unchanged, {copy.n_failed} failed"
        self.stdout.write(f"{dataset_copies.folder_of(copy)}: {counts}")
        for failure in copy.failures:
            self.stdout.write(f"  failed  {failure['file_name']!a}: {failure['reason']}")
        if copy.n_failed:
            raise CommandError(f"{copy.n_failed} photographs could not be rendered.")
