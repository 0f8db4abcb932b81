"""Read a COCO or iNat-style JSON file.

Understood beyond plain COCO: annotations without a box are labels (iNat2017, 2018, 2021);
`rights_holder` per image; image-level `super_class`, `split`, `status`, `reason` and
`boxes_complete`. Whatever a single entry gets wrong costs that entry only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from catalog import superclasses
from catalog.importers import lenient, paths
from catalog.importers.coco_document import NAME_CHARACTERS, Category, Document, Row, load
from catalog.importers.records import (
    REASONS,
    ImageRecord,
    Item,
    Note,
    Reading,
    Refusal,
    Refused,
    Unusable,
)
from catalog.models import Reference, Split
from catalog.superclasses import SuperClass

_SPLITS: Mapping[str, Split] = {
    "train": Split.TRAIN,
    "training": Split.TRAIN,
    "val": Split.VAL,
    "valid": Split.VAL,
    "validation": Split.VAL,
    "test": Split.TEST,
    "testing": Split.TEST,
    "reserve": Split.RESERVE,
}


def read(path: Path, *, images: Path | None = None, split: Split | None = None) -> Reading:
    """Every image the JSON file lists; file names are relative to `images`, else to the file.

    `split` overrides what the file says of its images. Raises `Unusable` where the file cannot
    be read, is no JSON, or has no list of images.
    """
    document = load(path)
    root = path.parent if images is None else images
    if not root.is_dir():
        raise Unusable(f"{root} is no folder of images.")
    return Reading(len(document.images), _items(document, path.name, root, split))


def _items(document: Document, name: str, root: Path, split: Split | None) -> Iterator[Item]:
    if document.n_stray:
        yield Note(name, f"{document.n_stray} annotations belong to no image listed: left out")
    taken: dict[Path, str] = {}
    for place, row in enumerate(map(lenient.mapping, document.images), start=1):
        given = row.get("file_name")
        try:
            file_name = paths.check_name(given)
            source = paths.locate(root, file_name)
            if source in taken:
                raise Refused(f"is listed twice (the same file as {taken[source]})")
        except Refused as refused:
            called = given if isinstance(given, str) and given else f"{name}, image {place}"
            yield Refusal(called, str(refused))
        else:
            taken[source] = file_name
            yield _record(document, row, source, file_name, split)


def _record(
    document: Document, row: Row, source: Path, file_name: str, split: Split | None
) -> ImageRecord:
    notes: list[str] = []
    annotations = _annotations(document, row, notes)
    super_class = _super_class(row, annotations, notes)
    taxon = _taxon(annotations, super_class, notes)
    status, reason = _status(row, super_class, notes)
    boxes = _boxes(row, annotations, notes)
    if super_class and boxes.get(super_class) and status == Reference.Status.NON_INSTANCE:
        notes.append("status 'non_instance' contradicts its boxes: status left out")
        status, reason = None, ""
    if super_class and _has_none(row, super_class, status, annotations):
        boxes[super_class] = []
    licence, licence_url = _licence(document, row)
    return ImageRecord(
        source=source,
        file_name=file_name,
        taxon_name=taxon.name if taxon else "",
        super_class=super_class,
        category_id=taxon.category_id if taxon else None,
        split=split or _split(row, notes),
        licence=licence,
        licence_url=licence_url,
        rights_holder=lenient.text(row.get("rights_holder")),
        status=status,
        reason=reason,
        boxes_xywh=boxes,
        claimed_size=_claimed_size(row, notes),
        notes=tuple(dict.fromkeys(notes)),
    )


Annotated = list[tuple[Row, Category]]


def _annotations(document: Document, row: Row, notes: list[str]) -> Annotated:
    """The image's annotations with their categories."""
    key = lenient.key(row.get("id"))
    if key is None:
        if document.annotations:
            notes.append("has no id: labels and boxes left out")
        return []
    if key in document.shared_ids:
        notes.append("shares its id with another image: labels and boxes left out")
        return []
    found = []
    for annotation in document.annotations.get(key, []):
        category = document.categories.get(lenient.key(annotation.get("category_id")) or "")
        if category is None:
            shown = lenient.shown(annotation.get("category_id"))
            notes.append(f"category {shown} is not listed in the file: left out")
            continue
        if category.super_class is None:
            notes.append(
                f"category {lenient.shown(category.name)} belongs to none of the 13 "
                "super-classes: left out"
            )
        found.append((annotation, category))
    return found


def _taxon(
    annotations: Annotated, super_class: SuperClass | None, notes: list[str]
) -> Category | None:
    """The category all annotations agree on, if it belongs to the image's super-class."""
    categories = {category for _, category in annotations}
    if len(categories) != 1:
        return None
    (category,) = categories
    if not category.name or category.super_class is None:
        return None
    if category.super_class != super_class:
        notes.append(
            f"category {lenient.shown(category.name)} is {category.super_class}, the image "
            f"{super_class}: category left out"
        )
        return None
    return category


def _super_class(row: Row, annotations: Annotated, notes: list[str]) -> SuperClass | None:
    given = lenient.text(row.get("super_class")) or lenient.text(row.get("supercategory"))
    super_class = superclasses.find(given)
    if super_class:
        return super_class
    if given:
        notes.append(f"super_class {lenient.shown(given)} is none of the 13: left out")
    found = {category.super_class for _, category in annotations} - {None}
    return found.pop() if len(found) == 1 else None


def _boxes(
    row: Row, annotations: Annotated, notes: list[str]
) -> dict[SuperClass, list[list[float]]]:
    """The boxes by super-class, in pixels of the claimed size; none where not all are told."""
    boxes: dict[SuperClass, list[list[float]]] = {}
    crowded = set()
    for annotation, category in annotations:
        if not _has_box(annotation) or category.super_class is None:
            continue
        if annotation.get("iscrowd"):
            crowded.add(category.super_class)
        try:
            box = lenient.box(annotation["bbox"])
        except Refused as refused:
            notes.append(f"{refused}: left out")
        else:
            boxes.setdefault(category.super_class, []).append(box)
    for super_class in crowded & boxes.keys():
        notes.append(f"has a crowd region of {super_class}: boxes left out, as they are not all")
        del boxes[super_class]
    if boxes and row.get("boxes_complete") is False:
        notes.append("boxes_complete is false: boxes left out, as they are not all")
        return {}
    return boxes


def _has_box(annotation: Row) -> bool:
    return annotation.get("bbox") not in (None, [])


def _has_none(
    row: Row,
    super_class: SuperClass,
    status: Reference.Status | None,
    annotations: Annotated,
) -> bool:
    """Whether the file says outright that there is nothing of the super-class to box."""
    is_boxed = any(
        _has_box(annotation) and category.super_class == super_class
        for annotation, category in annotations
    )
    if is_boxed or status == Reference.Status.INSTANCE:
        return False
    return status == Reference.Status.NON_INSTANCE or row.get("boxes_complete") is True


def _status(
    row: Row, super_class: SuperClass | None, notes: list[str]
) -> tuple[Reference.Status | None, str]:
    given = lenient.text(row.get("status"))
    if not given:
        return None, ""
    if given not in Reference.Status.values:
        notes.append(f"status {lenient.shown(given)} is not instance or non_instance: left out")
        return None, ""
    if super_class is None:
        notes.append("has a status without a super_class: status left out")
        return None, ""
    reason = lenient.text(row.get("reason"))
    if reason and reason not in {*REASONS, "animal"}:
        notes.append(f"reason {lenient.shown(reason)} is none of {', '.join(REASONS)}: left out")
        reason = ""
    status = Reference.Status(given)
    return status, reason if status == Reference.Status.NON_INSTANCE else ""


def _split(row: Row, notes: list[str]) -> Split | None:
    given = lenient.text(row.get("split"))
    split = _SPLITS.get(given.casefold())
    if given and split is None:
        notes.append(f"split {lenient.shown(given)} is not train, val or test: left out")
    return split


def _licence(document: Document, row: Row) -> tuple[str, str]:
    """Name and address of the licence an image names by id, or in words."""
    given = row.get("license")
    listed = document.licences.get(lenient.key(given) or "")
    return listed or (lenient.text(given, NAME_CHARACTERS), "")


def _claimed_size(row: Row, notes: list[str]) -> tuple[int, int] | None:
    width, height = row.get("width"), row.get("height")
    claimed = lenient.size(width, height)
    if claimed is None and (width is not None or height is not None):
        notes.append(f"width and height {lenient.shown([width, height])} are no size: left out")
    return claimed
