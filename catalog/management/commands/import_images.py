"""manage.py import_images: bring photographs, labels and reference answers into a data set."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from django.utils import timezone
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from catalog import leaks
from catalog.importers import formats, staged, told
from catalog.importers.formats import FORMS, STAGED, Form
from catalog.importers.records import Unusable
from catalog.importers.report import Report
from catalog.importers.save import save
from catalog.importers.staged import Wish
from catalog.models import Dataset, Split
from catalog.selection import policies

# what only makes sense where observations and observers are known
_OF_ARCHIVES = ("policy", "set", "splits", "seed", "n_test")


class Command(BaseCommand):
    """Edge of the import: options in, report and exit code out."""

    help = (
        "Imports photographs into a data set: a folder of images, COCO / iNat-style JSON, a Darwin "
        "Core Archive, a GBIF table, iNaturalist Open Data or a query to the iNaturalist API. "
        "Running it again changes nothing. Exits with 1 where not one image was imported."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("path", help="a file, a folder, or an address of the iNaturalist API")
        parser.add_argument("--dataset", required=True, metavar="SLUG", help="created when absent")
        parser.add_argument("--format", choices=("auto", *FORMS), default="auto")
        parser.add_argument("--split", choices=Split.values, help="the split of all these images")
        parser.add_argument(
            "--images",
            type=Path,
            metavar="DIR",
            help="what a JSON's file names are relative to; photographs of an archive that are "
            "found here need not be fetched",
        )
        of_archives = parser.add_argument_group("archives")
        of_archives.add_argument(
            "--policy", choices=sorted(policies()), help="which taxa and photographs are taken"
        )
        of_archives.add_argument(
            "--set", action="append", metavar="NAME=VALUE", help="a parameter of the policy"
        )
        of_archives.add_argument("--splits", choices=staged.SPLITS, help="how they are split")
        of_archives.add_argument("--seed", type=int, help="of the splits and the policy; 0")
        of_archives.add_argument(
            "--n-test", type=int, metavar="N", help="test images; the others are held in reserve"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, report, and fail where nothing was imported."""
        slug = options["dataset"]
        try:
            validate_slug(slug)
            form: Form = (
                formats.detect(options["path"])
                if options["format"] == "auto"
                else options["format"]
            )
            _check(form, options)
            report = (
                self._from_archive(_wish(form, options), slug)
                if form in STAGED
                else self._from_files(form, options)
            )
        except ValidationError as error:
            raise CommandError(f"--dataset {slug!r}: {' '.join(error.messages)}") from error
        except Unusable as error:
            raise CommandError(str(error)) from error
        if report is None or not report.n_kept:
            raise CommandError("No image was imported.")

    def _from_files(self, form: Form, options: dict[str, Any]) -> Report:
        slug = options["dataset"]
        split = Split(options["split"]) if options["split"] else None
        reading = formats.read(
            Path(options["path"]), form=form, images=options["images"], split=split
        )
        with _bars() as bars:
            report = save(reading, slug, bars.count("Importing", reading.total), now=timezone.now())
        self._tell(told.of_images(report, slug, is_by_reason=False))
        return report

    def _from_archive(self, wish: Wish, slug: str) -> Report | None:
        with _bars() as bars:
            outcome = staged.run(wish, slug, bars, now=timezone.now())
        self._tell(told.of_archive(wish, outcome))
        if outcome.report is not None:
            self._tell(told.of_images(outcome.report, slug, is_by_reason=True))
            if outcome.splits is not None:
                self.stdout.write(leaks.check(Dataset.objects.get(slug=slug)).sentence())
        return outcome.report

    def _tell(self, lines: Iterator[str]) -> None:
        for line in lines:
            self.stdout.write(line)


def _check(form: Form, options: dict[str, Any]) -> None:
    """Raises `Unusable` where an option makes no sense for the format."""
    if form in STAGED:
        if options["split"]:
            raise Unusable(
                "--split is for images without observations; --splits splits an archive."
            )
        for name in ("seed", "n_test"):
            is_drawn = options["splits"] or (name == "seed" and options["policy"])
            if options[name] is not None and not is_drawn:
                raise Unusable(f"--{name.replace('_', '-')} belongs to --splits.")
        return
    given = [name for name in _OF_ARCHIVES if options[name] is not None]
    if given:
        raise Unusable(
            f"--{given[0].replace('_', '-')} is for archives that list observations; "
            f"{options['path']} is {formats.NAMES[form]}."
        )


def _wish(form: Form, options: dict[str, Any]) -> Wish:
    images = options["images"]
    if images is not None and not images.is_dir():
        raise Unusable(f"{images} is no folder of images.")
    pairs = [text.partition("=") for text in options["set"] or ()]
    for name, sign, value in pairs:
        if not (name and sign and value):
            raise Unusable(f"--set wants NAME=VALUE, not {name + sign + value!r}.")
    return Wish(
        given=options["path"],
        form=form,
        images=images,
        policy=options["policy"] or "",
        parameters={name.replace("-", "_"): value for name, _, value in pairs},
        splits=options["splits"] or "",
        seed=options["seed"] or 0,
        n_test=options["n_test"],
    )


class _Bars:
    """A bar for each step of an import."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._steps: dict[str, Any] = {}

    def share(self, words: str, share: float | None) -> None:
        """Show that a step is done to this share; without one that it is under way."""
        if words not in self._steps:
            self._steps[words] = self._progress.add_task(words, total=None)
        if share is not None:
            self._progress.update(self._steps[words], total=1.0, completed=share)

    def count(self, words: str, total: int) -> Callable[[int], None]:
        """Begin a step of so many items; the answer is told how many more are through."""
        step = self._progress.add_task(words, total=total)
        return lambda n_items: self._progress.advance(step, n_items)


@contextmanager
def _bars() -> Iterator[_Bars]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(show_speed=True),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        yield _Bars(progress)
