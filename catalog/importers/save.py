"""Store what an importer read: the only module here that writes to the database.

What is there stays: an image that was imported before only gains what its row leaves open.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

from django.db import connection, models, transaction

from catalog import queries
from catalog.importers.prepare import Prepared, prepare
from catalog.importers.records import ImageRecord, Item, Note, Reading, Refusal, Unusable
from catalog.importers.references import ReferenceAnswer, answers
from catalog.models import Dataset, Image, Reference, Taxon
from catalog.superclasses import SuperClass

_BATCH = 32
_MAX_THREADS = 4
# first key of the advisory locks that imports take; the second is the data set
_LOCK_SPACE = 0x51494D50

Taxa = dict[tuple[SuperClass, str], Taxon]


@dataclass
class Report:
    """What an import did; every image counts once."""

    n_new: int = 0
    n_unchanged: int = 0
    n_completed: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def n_kept(self) -> int:
        """Images that are in the data set after the import."""
        return self.n_new + self.n_unchanged + self.n_completed


def save(reading: Reading, slug: str, on_done: Callable[[int], None] = lambda _: None) -> Report:
    """Import everything read into the data set of that slug, which is created when absent.

    One short transaction a batch; `on_done` is told how many more items are through. Raises
    `Unusable` while another import into the data set is running.
    """
    dataset, _ = Dataset.objects.get_or_create(slug=slug, defaults={"name": slug})
    report = Report()
    n_threads = min(_MAX_THREADS, os.cpu_count() or 1)
    with _alone(dataset), ThreadPoolExecutor(n_threads) as pool, warnings.catch_warnings():
        # Pillow's remarks about odd metadata would end up in the middle of the progress bar
        warnings.filterwarnings("ignore", module=r"PIL\.")
        taxa: Taxa = {}
        for batch in _batches(reading):
            prepared, stored = _prepare(dataset, batch, pool, report, on_done)
            with transaction.atomic():
                _write(dataset, prepared, stored, taxa, report)
    return report


@contextmanager
def _alone(dataset: Dataset) -> Iterator[None]:
    keys = [_LOCK_SPACE, dataset.pk]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", keys)
        if cursor.fetchone() != (True,):
            raise Unusable(f"Another import into {dataset.slug} is running; wait for its end.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", keys)


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def _prepare(
    dataset: Dataset,
    batch: list[Item],
    pool: ThreadPoolExecutor,
    report: Report,
    on_done: Callable[[int], None],
) -> tuple[list[Prepared], dict[str, Image]]:
    """Store the files of a batch; also returns the images of it that are already imported."""
    report.notes += [item for item in batch if isinstance(item, Note)]
    refused = [item for item in batch if isinstance(item, Refusal)]
    report.refusals += refused
    on_done(len(refused))
    records = [item for item in batch if isinstance(item, ImageRecord)]
    stored = queries.images_by_name(dataset, [record.file_name for record in records])
    prepared = []
    # the threads only touch files: the connection belongs to this one
    for outcome in pool.map(
        lambda record: prepare(record, dataset.pk, stored.get(record.file_name)), records
    ):
        if isinstance(outcome, Refusal):
            report.refusals.append(outcome)
        else:
            prepared.append(outcome)
        on_done(1)
    return prepared, stored


def _write(
    dataset: Dataset,
    batch: list[Prepared],
    stored: Mapping[str, Image],
    taxa: Taxa,
    report: Report,
) -> None:
    new_images: list[Image] = []
    new_references: list[Reference] = []
    for prepared in batch:
        record = prepared.record
        found, notes = answers(record, *prepared.size)
        taxon = _taxon(dataset, record, taxa)
        image = stored.get(record.file_name)
        if image is None:
            image = _image(dataset, prepared, taxon)
            new_images.append(image)
            new_references += _references(image, found)
        elif _complete(image, record, taxon, found, notes):
            report.n_completed += 1
        else:
            report.n_unchanged += 1
        report.notes += [Note(record.file_name, text) for text in (*record.notes, *notes)]
    Image.objects.bulk_create(new_images)
    Reference.objects.bulk_create(new_references)
    report.n_new += len(new_images)


def _taxon(dataset: Dataset, record: ImageRecord, taxa: Taxa) -> Taxon | None:
    if not record.taxon_name or record.super_class is None:
        return None
    key = (record.super_class, record.taxon_name)
    if key not in taxa:
        taxa[key], _ = Taxon.objects.get_or_create(
            dataset=dataset,
            super_class=record.super_class,
            name=record.taxon_name,
            defaults={"category_id": record.category_id},
        )
    return taxa[key]


def _image(dataset: Dataset, prepared: Prepared, taxon: Taxon | None) -> Image:
    width, height = prepared.size
    display_width, display_height = prepared.display_size
    return Image(
        uid=prepared.uid,
        dataset=dataset,
        file_name=prepared.record.file_name,
        taxon=taxon,
        width=width,
        height=height,
        display_width=display_width,
        display_height=display_height,
        sha256=prepared.sha256,
        **_described(prepared.record),
    )


def _described(record: ImageRecord) -> dict[str, str]:
    return {
        "super_class": record.super_class or "",
        "split": record.split or "",
        "licence": record.licence,
        "licence_url": record.licence_url,
        "rights_holder": record.rights_holder,
    }


def _references(image: Image, found: Mapping[SuperClass, ReferenceAnswer]) -> list[Reference]:
    return [
        Reference(image=image, super_class=super_class, **_answered(answer))
        for super_class, answer in found.items()
    ]


def _answered(answer: ReferenceAnswer) -> dict[str, object]:
    return {
        "boxes_xywh": answer.boxes_xywh,
        "status": answer.status or "",
        "reason": answer.reason,
    }


def _complete(
    image: Image,
    record: ImageRecord,
    taxon: Taxon | None,
    found: Mapping[SuperClass, ReferenceAnswer],
    notes: list[str],
) -> bool:
    """Fill in what a stored image leaves open; a contradiction is noted and changes nothing."""
    differing: list[str] = []
    has_changed = _fill(image, {"taxon": taxon, **_described(record)}, differing)
    known = {reference.super_class: reference for reference in image.references.all()}
    for super_class, answer in found.items():
        if super_class in known:
            has_changed |= _fill(known[super_class], _answered(answer), differing)
    missing = {each: answer for each, answer in found.items() if each not in known}
    Reference.objects.bulk_create(_references(image, missing))
    if differing:
        names = ", ".join(dict.fromkeys(differing))
        notes.append(f"was imported with another {names}: kept as it was")
    return has_changed or bool(missing)


def _fill(row: models.Model, wanted: Mapping[str, object], differing: list[str]) -> bool:
    filled = []
    for name, value in wanted.items():
        current = getattr(row, name)
        if value in (None, "") or value == current:
            continue
        if current in (None, ""):
            setattr(row, name, value)
            filled.append(name)
        else:
            differing.append(name)
    if filled:
        row.save(update_fields=filled)
    return bool(filled)
