"""What every importer hands to `save`: one record an image, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from catalog.models import Reference, Split
from catalog.superclasses import SuperClass

# what a verification may find instead of the animal; `verify.models.Label` without the animal
REASONS = ("tracks", "scat", "habitat", "remains")


class Unusable(ValueError):
    """The whole input cannot be imported; the message names the reason and the remedy."""


class Refused(ValueError):
    """One file, box or value of the input cannot be taken; the message says why."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An image that was not imported, and why."""

    file_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something about an input or an imported image that was left out, and why."""

    file_name: str
    text: str


@dataclass(frozen=True, slots=True)
class TaxonRecord:
    """A taxon as an archive describes it; `rank` in lower case, what is not known is ''."""

    source_key: str
    name: str
    super_class: SuperClass
    rank: str = ""
    kingdom: str = ""
    phylum: str = ""
    class_name: str = ""
    order_name: str = ""
    family: str = ""
    genus: str = ""
    common_name: str = ""


@dataclass(frozen=True, slots=True)
class ObservationRecord:
    """The observation a photograph belongs to, and the photograph's `place` in it, from 0.

    `observer` is '' where nobody is named. Latitude and longitude in degrees, WGS 84.
    """

    key: str
    observer: str = ""
    observed_on: str = ""
    latitude: float | None = None
    longitude: float | None = None
    uncertainty_m: float | None = None
    place: int = 0


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One image as an input describes it; its file has not been opened yet.

    `source` is the local file, None where the photograph has to be fetched from `source_url`.
    `file_name` is its identity in the data set. `taxon` (of archives) says more than `taxon_name`
    and `super_class`, which repeat it. `boxes_xywh` holds reference boxes by super-class,
    [x, y, w, h] in pixels of `claimed_size` (width, height), or of the upright image where the
    input claims no size; an empty list says that there is nothing to box. `status` and `reason`
    are about `super_class`.
    """

    source: Path | None
    file_name: str
    taxon_name: str = ""
    super_class: SuperClass | None = None
    category_id: int | None = None
    split: Split | None = None
    licence: str = ""
    licence_url: str = ""
    rights_holder: str = ""
    status: Reference.Status | None = None
    reason: str = ""
    boxes_xywh: Mapping[SuperClass, list[list[float]]] = field(default_factory=dict)
    claimed_size: tuple[int, int] | None = None
    notes: tuple[str, ...] = ()
    source_url: str = ""
    observation: ObservationRecord | None = None
    taxon: TaxonRecord | None = None


Item = ImageRecord | Refusal | Note


class Reading(Iterator[Item]):
    """The items of an input, one by one; `total` counts the images and refusals among them."""

    def __init__(self, total: int, items: Iterator[Item]) -> None:
        self.total = total
        self._items = items

    def __next__(self) -> Item:
        return next(self._items)
