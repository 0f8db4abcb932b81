"""The taxa of a data set while images are imported into it."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.importers.records import ImageRecord, TaxonRecord
from catalog.models import Dataset, Taxon

# what an archive tells of a taxon, and how much of it is kept
_TOLD = {
    "source_key": 200,
    "rank": 40,
    "kingdom": 100,
    "phylum": 100,
    "class_name": 100,
    "order_name": 100,
    "family": 100,
    "genus": 100,
    "common_name": 200,
}
_MAX_NAME = 200

Name = tuple[str, str]


class Taxa:
    """Finds the row of a record's taxon by super-class and name, and makes it where there is none.

    An archive may know one taxon under several keys; the first one's is kept.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._by_name: dict[Name, int] = {}
        self._is_told: set[Name] = set()
        rows = Taxon.objects.filter(dataset=dataset).order_by("pk")
        self._remember(rows.only("super_class", "name", "source_key").iterator())

    def find(self, record: ImageRecord) -> int | None:
        """The id of the record's taxon; None where it has none, or it is not known yet."""
        if not record.taxon_name or record.super_class is None:
            return None
        return self._by_name.get((record.super_class.value, _cut(record.taxon_name, _MAX_NAME)))

    def learn(self, records: Iterable[ImageRecord]) -> None:
        """Make rows for taxa that are not known yet, and say of those that are what an archive
        tells, where nothing was told before; inside a transaction of the caller's."""
        planned: dict[Name, Taxon] = {}
        for record in records:
            if not record.taxon_name or record.super_class is None:
                continue
            name = (record.super_class.value, _cut(record.taxon_name, _MAX_NAME))
            if name not in self._by_name and name not in planned:
                planned[name] = self._planned(name, record)
                self._is_told |= {name} if record.taxon else set()
            elif record.taxon is not None and name not in self._is_told:
                silent = Taxon.objects.filter(pk=self._by_name[name], source_key="")
                silent.update(**_described(record.taxon))
                self._is_told.add(name)
        self._remember(Taxon.objects.bulk_create(planned.values()))

    def _planned(self, name: Name, record: ImageRecord) -> Taxon:
        return Taxon(
            dataset=self._dataset,
            super_class=name[0],
            name=name[1],
            category_id=record.category_id,
            **_described(record.taxon),
        )

    def _remember(self, taxa: Iterable[Taxon]) -> None:
        for taxon in taxa:
            name = (taxon.super_class, taxon.name)
            self._by_name[name] = taxon.pk
            if taxon.source_key:
                self._is_told.add(name)


def _described(told: TaxonRecord | None) -> dict[str, str]:
    if told is None:
        return {}
    return {name: _cut(getattr(told, name), longest) for name, longest in _TOLD.items()}


def _cut(text: str, longest: int) -> str:
    return text[:longest].replace("\0", "")
