"""Store what an importer read; with what it calls, all there is here that writes to the database.

What is there stays: an image that was imported before only gains what its row leaves open.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, models, transaction

from catalog import queries
from catalog.fetch_lock import Pause
from catalog.importers import observations as observing
from catalog.importers.copying import BATCH, Copier
from catalog.importers.keys import key_of
from catalog.importers.prepare import Prepared, prepare
from catalog.importers.records import ImageRecord, Item, Reading, Refusal, Unusable
from catalog.importers.references import ReferenceAnswer, answers
from catalog.importers.report import Report
from catalog.importers.taxa import Taxa
from catalog.models import Dataset, Image, Reference
from catalog.superclasses import SuperClass

_BATCH = 32
_MAX_THREADS = 4
# so many new rows that the planner's idea of the tables is no longer true
_MANY = 5_000
# first key of the advisory locks that imports take; the second is the data set
_LOCK_SPACE = 0x51494D50


def save(
    reading: Reading,
    slug: str,
    on_done: Callable[[int], None] = lambda _: None,
    *,
    now: datetime,
    n_at_once: int = BATCH,
) -> Report:
    """Import everything read into the data set of that slug, which is created when absent.

    One short transaction a batch, so whatever a killed import has stored is whole, and importing
    the same again goes on where it ended. Photographs without a file are stored `n_at_once`
    together, due to be fetched `now` unless they are in reserve. `on_done` is told how many more
    items are through. Raises `Unusable` while another import into the data set is running.
    """
    dataset, _ = Dataset.objects.get_or_create(slug=slug, defaults={"name": slug})
    report = Report()
    n_threads = min(_MAX_THREADS, os.cpu_count() or 1)
    with (
        alone(dataset),
        Pause() as pause,
        ThreadPoolExecutor(n_threads) as pool,
        warnings.catch_warnings(),
    ):
        # Pillow's remarks about odd metadata would end up in the middle of the progress bar
        warnings.filterwarnings("ignore", module=r"PIL\.")
        taxa = Taxa(dataset)
        with Copier(dataset, taxa, report, on_done, now=now, n_at_once=n_at_once) as copier:
            for batch in _batches(reading):
                records = _sorted_out(batch, copier, report, on_done)
                if records:
                    copier.wait()
                    stored = _already_there(dataset, records, pause)
                    prepared = _prepare(dataset, records, stored, pool, report, on_done)
                    with transaction.atomic():
                        _write(dataset, prepared, stored, taxa, report)
        if report.n_new >= _MANY:
            _learn_statistics()
    report.n_awaited = dataset.images.filter(state=Image.State.AWAITED).count()
    report.n_held = dataset.images.filter(state=Image.State.HELD).count()
    return report


def _learn_statistics() -> None:
    """Tell the planner at once what autovacuum would tell it in minutes."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_observer, catalog_observation, catalog_image")


@contextmanager
def alone(dataset: Dataset) -> Iterator[None]:
    """Keeps other imports out of a data set; raises `Unusable` while one is running."""
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


def _sorted_out(
    batch: list[Item], copier: Copier, report: Report, on_done: Callable[[int], None]
) -> list[ImageRecord]:
    """The records of a batch whose file is here; the others are told, or wait to be copied."""
    records = []
    for item in batch:
        if isinstance(item, ImageRecord):
            if item.source is None:
                copier.add(item)
            else:
                records.append(item)
        elif isinstance(item, Refusal):
            report.refuse(item)
            on_done(1)
        else:
            report.note(item.text, item.file_name)
    return records


def _already_there(dataset: Dataset, records: list[ImageRecord], pause: Pause) -> dict[str, Image]:
    """The images of a batch that were imported before; none of them is fetched from now on."""
    names = [record.file_name for record in records]
    stored = queries.images_by_name(dataset, names)
    if any(image.state != Image.State.HERE for image in stored.values()):
        pause.begin()
        stored = queries.images_by_name(dataset, names)
    return stored


def _prepare(
    dataset: Dataset,
    records: list[ImageRecord],
    stored: Mapping[str, Image],
    pool: ThreadPoolExecutor,
    report: Report,
    on_done: Callable[[int], None],
) -> list[Prepared]:
    """Store the files of a batch; `stored` are the images of it that are already imported."""
    prepared = []
    # the threads only touch files: the connection belongs to this one
    for outcome in pool.map(
        lambda record: prepare(record, dataset.pk, stored.get(record.file_name)), records
    ):
        if isinstance(outcome, Refusal):
            report.refuse(outcome)
        else:
            prepared.append(outcome)
        on_done(1)
    return prepared


def _write(
    dataset: Dataset,
    batch: list[Prepared],
    stored: Mapping[str, Image],
    taxa: Taxa,
    report: Report,
) -> None:
    new_images: list[Image] = []
    new_references: list[Reference] = []
    records = [prepared.record for prepared in batch]
    taxa.learn(records)
    observations = observing.store(dataset, records, taxa)
    for prepared in batch:
        record = prepared.record
        found, notes = answers(record, *prepared.size)
        links = {
            "taxon_id": taxa.find(record),
            "observation_id": observations.get(key_of(record.observation.key))
            if record.observation
            else None,
        }
        image = stored.get(record.file_name)
        if image is None:
            image = _image(dataset, prepared, links)
            new_images.append(image)
            new_references += _references(image, found)
        elif _arrive(image, prepared) | _complete(image, record, links, found, notes):
            report.n_completed += 1
        else:
            report.n_unchanged += 1
        for text in (*record.notes, *notes):
            report.note(text, record.file_name)
    Image.objects.bulk_create(new_images)
    Reference.objects.bulk_create(new_references)
    report.n_new += len(new_images)


def _image(dataset: Dataset, prepared: Prepared, links: Mapping[str, int | None]) -> Image:
    record = prepared.record
    return Image(
        uid=prepared.uid,
        dataset=dataset,
        file_name=record.file_name,
        place=record.observation.place if record.observation else 0,
        **links,
        **_measured(prepared),
        **_described(record),
    )


def _measured(prepared: Prepared) -> dict[str, Any]:
    """What is known of an image once its file is here."""
    width, height = prepared.size
    display_width, display_height = prepared.display_size
    return {
        "width": width,
        "height": height,
        "display_width": display_width,
        "display_height": display_height,
        "sha256": prepared.sha256,
        "state": Image.State.HERE,
    }


def _arrive(image: Image, prepared: Prepared) -> bool:
    """Let an image that was awaited be here; whether it was not."""
    if image.state == Image.State.HERE:
        return False
    values = {**_measured(prepared), "fetch_due_at": None, "fetch_error": ""}
    for name, value in values.items():
        setattr(image, name, value)
    image.save(update_fields=list(values))
    return True


def _described(record: ImageRecord) -> dict[str, str]:
    return {
        "super_class": record.super_class or "",
        "split": record.split or "",
        "licence": record.licence,
        "licence_url": record.licence_url,
        "rights_holder": record.rights_holder,
        "source_url": record.source_url,
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
    links: Mapping[str, int | None],
    found: Mapping[SuperClass, ReferenceAnswer],
    notes: list[str],
) -> bool:
    """Fill in what a stored image leaves open; a contradiction is noted and changes nothing."""
    differing: list[str] = []
    has_changed = _fill(image, {**links, **_described(record)}, differing)
    known = {reference.super_class: reference for reference in image.references.all()}
    for super_class, answer in found.items():
        if super_class in known:
            has_changed |= _fill(known[super_class], _answered(answer), differing)
    missing = {each: answer for each, answer in found.items() if each not in known}
    Reference.objects.bulk_create(_references(image, missing))
    if differing:
        names = ", ".join(dict.fromkeys(name.removesuffix("_id") for name in differing))
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
