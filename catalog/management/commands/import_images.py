"""manage.py import_images: bring photographs, labels and reference answers into a data set."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, get_args

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from catalog.importers import formats
from catalog.importers.records import Reading, Unusable
from catalog.importers.report import Named, Report
from catalog.importers.save import save
from catalog.models import Split


class Command(BaseCommand):
    """Edge of the import: options in, report and exit code out."""

    help = (
        "Imports a folder of images or a COCO / iNat-style JSON file into a data set. Running it "
        "again changes nothing. Exits with 1 where not one image was imported."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("path", type=Path, help="a folder of images, or a JSON file")
        parser.add_argument("--dataset", required=True, metavar="SLUG", help="created when absent")
        parser.add_argument("--format", choices=get_args(formats.Format), default="auto")
        parser.add_argument("--split", choices=Split.values, help="the split of all these images")
        parser.add_argument(
            "--images", type=Path, metavar="DIR", help="what a JSON's file names are relative to"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, report, and fail where nothing was imported."""
        slug = options["dataset"]
        split = Split(options["split"]) if options["split"] else None
        try:
            validate_slug(slug)
            reading = formats.read(
                options["path"], form=options["format"], images=options["images"], split=split
            )
            report = _saved_with_progress(reading, slug)
        except ValidationError as error:
            raise CommandError(f"--dataset {slug!r}: {' '.join(error.messages)}") from error
        except Unusable as error:
            raise CommandError(str(error)) from error
        self._print(report, slug)
        if not report.n_kept:
            raise CommandError("No image was imported.")

    def _print(self, report: Report, slug: str) -> None:
        counts = f"{report.n_new} new, {report.n_unchanged} unchanged"
        if report.n_completed:
            counts += f", {report.n_completed} completed"
        self.stdout.write(f"Data set {slug}: {counts}, {report.n_refused} refused")
        for refusal in report.refusals:
            self.stdout.write(f"  refused  {_plain(refusal.file_name)}: {_plain(refusal.reason)}")
        for text, named in report.notes.items():
            self.stdout.write(f"  note     {_some(named)}: {_plain(text)}")


def _saved_with_progress(reading: Reading, slug: str) -> Report:
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("Importing", total=reading.total)
        return save(
            reading, slug, lambda n_items: progress.advance(bar, n_items), now=timezone.now()
        )


def _some(named: Named) -> str:
    shown = ", ".join(map(_plain, named.names))
    n_more = named.n - len(named.names)
    return f"{shown} and {n_more} more" if n_more else shown


def _plain(text: str) -> str:
    """Foreign text for a terminal: control characters and lone surrogates are escaped.

    >>> _plain("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )
