"""``manage.py dataset_report``: what a data set is made of, beside what iNat2017 was."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.models import Dataset
from charts import Figure
from exports.snapshot import open_snapshot
from exports.statistics import count
from exports.statistics_figures import figures
from exports.statistics_json import as_json


class Command(BaseCommand):
    help = "Count a data set: classes, splits, boxes, sizes and non-instances, beside iNat2017."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dataset", help="slug of the data set")
        parser.add_argument("--json", action="store_true", help="all counts as JSON")

    def handle(self, **options: Any) -> None:
        dataset = Dataset.objects.filter(slug=options["dataset"]).first()
        if dataset is None:
            known = ", ".join(Dataset.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no data set {options['dataset']!r}; there is: {known}.")
        with open_snapshot() as snapshot:
            found = count(snapshot, dataset)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(found, dataset), indent=2))
            return
        if not found.n_images:
            raise CommandError(f"No photograph of {dataset.slug} is here yet.")
        for figure in figures(found):
            self.stdout.write("\n".join([*lines(figure), ""]))
        if found.n_not_here:
            self.stdout.write(f"Not counted, as they are not here: {found.n_not_here:,}")


def lines(figure: Figure) -> list[str]:
    """A figure's title, table and note; columns line up, numbers to the right."""
    table = [list(figure.table.heads), *figure.table.body, *figure.table.foot]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    written = [
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        ).rstrip()
        for row in table
    ]
    return [figure.title, *(f"  {line}" for line in written), f"  ({figure.note})"]
