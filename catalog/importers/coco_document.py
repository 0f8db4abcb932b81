"""Load a COCO or iNat-style JSON file and index its lists."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog import superclasses
from catalog.importers import lenient
from catalog.importers.records import Unusable
from catalog.superclasses import SuperClass

NAME_CHARACTERS = 200
URL_CHARACTERS = 500

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the file; `super_class` is None where the 13 have none of that name."""

    name: str
    super_class: SuperClass | None
    category_id: int | None


@dataclass(frozen=True, slots=True)
class Document:
    """The lists of a file, indexed by their ids as text; `n_stray` annotations have no image."""

    images: list[object]
    categories: Mapping[str, Category]
    licences: Mapping[str, tuple[str, str]]
    annotations: Mapping[str, list[Row]]
    n_stray: int
    shared_ids: frozenset[str]


def load(path: Path) -> Document:
    """The content of a JSON file. Raises `Unusable` where it is no COCO file that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise Unusable(f"{path} is not JSON: {str(error)[:200]}.{_hint(path)}") from error
    if not isinstance(content, dict) or not isinstance(content.get("images"), list):
        raise Unusable(
            f"{path} is no COCO file: it has no list of images. Expected is an object with "
            '"images", and where there are any "annotations", "categories" and "licenses".'
        )
    images = content["images"]
    n_of_id = Counter(lenient.key(lenient.mapping(row).get("id")) for row in images)
    annotations, n_stray = _by_image(content.get("annotations"), n_of_id)
    return Document(
        images=images,
        categories={key: _category(row) for key, row in _by_id(content.get("categories"))},
        licences={key: _licence(row) for key, row in _by_id(content.get("licenses"))},
        annotations=annotations,
        n_stray=n_stray,
        shared_ids=frozenset(key for key, n in n_of_id.items() if key is not None and n > 1),
    )


def _hint(path: Path) -> str:
    if path.name.lower() == "meta.xml":
        return " It describes an archive: give the folder that it lies in."
    return "" if path.suffix.lower() == ".json" else " If it is something else, say so by --format."


def _by_id(rows: object) -> list[tuple[str, Row]]:
    """Each row with its id; of two rows with one id the first."""
    found: dict[str, Row] = {}
    for row in map(lenient.mapping, lenient.rows(rows)):
        key = lenient.key(row.get("id"))
        if key is not None:
            found.setdefault(key, row)
    return list(found.items())


def _by_image(rows: object, known: Mapping[str | None, int]) -> tuple[dict[str, list[Row]], int]:
    found: dict[str, list[Row]] = {}
    n_stray = 0
    for row in map(lenient.mapping, lenient.rows(rows)):
        key = lenient.key(row.get("image_id"))
        if key is None or key not in known:
            n_stray += 1
        else:
            found.setdefault(key, []).append(row)
    return found, n_stray


def _category(row: Row) -> Category:
    # iNat2021 also names the Linnean class, and some files have the coarse groups as categories
    given = [lenient.text(row.get(field)) for field in ("supercategory", "class", "name")]
    super_class = next(filter(None, map(superclasses.find, given)), None)
    name = lenient.text(row.get("name"), NAME_CHARACTERS)
    return Category(name, super_class, lenient.integer(row.get("id")))


def _licence(row: Row) -> tuple[str, str]:
    url = lenient.text(row.get("url"))
    # a cut address would lead astray
    return (
        lenient.text(row.get("name"), NAME_CHARACTERS),
        url if len(url) <= URL_CHARACTERS else "",
    )
