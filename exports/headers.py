"""What stands before the images in each file of a release: info, licences, categories."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from catalog.models import Dataset
from exports import queries
from exports.profiles import Profile
from exports.queries import CategoryRecord, ImageRecord
from exports.writing import JsonFile

# of the files' format; raised when a field changes its meaning
FORMAT_VERSION = "1"
NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Header:
    """The same for every file of a release, so that ids mean the same in all of them.

    `taxon_ids` leads from a taxon to its category id, `stand_in_ids` from a super-class to the
    category of its images without a taxon.
    """

    dataset: Dataset
    profile: Profile
    methods: dict[str, list[str]]
    categories: list[CategoryRecord]
    licences: list[tuple[str, str]]
    taxon_ids: dict[int, int]
    stand_in_ids: dict[str, int]
    licence_ids: dict[tuple[str, str], int]

    def write(self, file: JsonFile, split: str, what: str) -> None:
        """No clock and no release number in here: the same input gives the same bytes."""
        file.member("info", self.info(split, what))
        file.array("licenses", self._licence_rows())
        file.array("categories", self._category_rows())

    def info(self, split: str, what: str) -> dict[str, object]:
        return {
            "description": f"{self.dataset.name}: {what}",
            "version": FORMAT_VERSION,
            "dataset": self.dataset.slug,
            "split": split,
            "profile": self.profile.name,
            "methods": self.methods,
        }

    def category_id(self, image: ImageRecord) -> int | None:
        """The image's taxon, else its super-class; None for an image with neither."""
        if image.taxon_id is not None:
            return self.taxon_ids[image.taxon_id]
        return self.stand_in_ids.get(image.super_class)

    def licence_id(self, image: ImageRecord) -> int:
        return self.licence_ids[image.licence, image.licence_url]

    def _licence_rows(self) -> list[dict[str, object]]:
        return [
            {"id": number, "name": name or NOT_STATED, "url": url}
            for number, (name, url) in enumerate(self.licences, start=1)
        ]

    def _category_rows(self) -> list[dict[str, object]]:
        return [
            {"id": number, "name": category.name, "supercategory": category.super_class}
            for number, category in enumerate(self.categories, self.profile.first_category_id)
        ]


def read_header(snapshot: BaseDatabaseWrapper, dataset: Dataset, profile: Profile) -> Header:
    """Read what all files of a release share."""
    categories = queries.categories(snapshot, dataset)
    licences = queries.licences(snapshot, dataset)
    numbered = list(enumerate(categories, profile.first_category_id))
    taxa = {found.taxon_id: number for number, found in numbered if found.taxon_id is not None}
    stand_ins = {
        found.name: number for number, found in numbered if found.name == found.super_class
    }
    return Header(
        dataset=dataset,
        profile=profile,
        methods=queries.methods(snapshot, dataset),
        categories=categories,
        licences=licences,
        taxon_ids=taxa,
        stand_in_ids=stand_ins,
        licence_ids={licence: number for number, licence in enumerate(licences, start=1)},
    )
