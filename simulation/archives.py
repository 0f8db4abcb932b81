"""Invented archives in the shapes that GBIF and iNaturalist publish, of any size.

Taxa and observers follow Zipf's law, as real ones nearly do; an observation has one photograph
or more. Rows are written as they are drawn, so memory does not grow with the archive, and the
same arguments write the same bytes. Nothing in them exists: addresses are below `example.org`,
but for those of the Open Data, whose readers know where the photographs lie.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from simulation.lineages import InventedTaxon, invented_taxa

_CHUNK = 50_000
_MOST_PHOTOS = 8
_FIRST_KEY = 1_000_000_000
_LICENCES = ("by-nc/4.0", "by-nc/4.0", "by-nc/4.0", "by/4.0", "by-sa/4.0", "by-nc-nd/4.0")
_OPEN_LICENCES = ("CC-BY-NC", "CC-BY-NC", "CC-BY-NC", "CC-BY", "CC-BY-SA", "CC-BY-NC-ND")

OCCURRENCE_TERMS = (
    "http://rs.gbif.org/terms/1.0/gbifID",
    "http://purl.org/dc/terms/license",
    "http://purl.org/dc/terms/rightsHolder",
    "http://rs.tdwg.org/dwc/terms/datasetName",
    "http://rs.tdwg.org/dwc/terms/institutionCode",
    "http://rs.tdwg.org/dwc/terms/recordedBy",
    "http://rs.tdwg.org/dwc/terms/eventDate",
    "http://rs.tdwg.org/dwc/terms/decimalLatitude",
    "http://rs.tdwg.org/dwc/terms/decimalLongitude",
    "http://rs.tdwg.org/dwc/terms/coordinateUncertaintyInMeters",
    "http://rs.tdwg.org/dwc/terms/scientificName",
    "http://rs.tdwg.org/dwc/terms/kingdom",
    "http://rs.tdwg.org/dwc/terms/phylum",
    "http://rs.tdwg.org/dwc/terms/class",
    "http://rs.tdwg.org/dwc/terms/order",
    "http://rs.tdwg.org/dwc/terms/family",
    "http://rs.tdwg.org/dwc/terms/genus",
    "http://rs.gbif.org/terms/1.0/species",
    "http://rs.tdwg.org/dwc/terms/taxonRank",
    "http://rs.gbif.org/terms/1.0/taxonKey",
)
MEDIA_TERMS = (
    "http://rs.gbif.org/terms/1.0/gbifID",
    "http://purl.org/dc/terms/type",
    "http://purl.org/dc/terms/format",
    "http://purl.org/dc/terms/identifier",
    "http://purl.org/dc/terms/references",
    "http://purl.org/dc/terms/creator",
    "http://purl.org/dc/terms/license",
    "http://purl.org/dc/terms/rightsHolder",
)
OBSERVATION_COLUMNS = (
    "observation_uuid",
    "observer_id",
    "latitude",
    "longitude",
    "positional_accuracy",
    "taxon_id",
    "quality_grade",
    "observed_on",
)
PHOTO_COLUMNS = (
    "photo_uuid",
    "photo_id",
    "observation_uuid",
    "observer_id",
    "extension",
    "license",
    "width",
    "height",
    "position",
)
TAXON_COLUMNS = ("taxon_id", "ancestry", "rank_level", "rank", "name", "active")
OBSERVER_COLUMNS = ("observer_id", "login", "name")
_OCCURRENCE = "http://rs.tdwg.org/dwc/terms/Occurrence"
_MULTIMEDIA = "http://rs.gbif.org/terms/1.0/Multimedia"


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A chunk of observations: positions of taxa and observers, photographs of each."""

    first: int
    first_photo: int
    taxa: NDArray[np.int64]
    observers: NDArray[np.int64]
    n_photos: NDArray[np.int64]
    days: NDArray[np.int64]
    latitudes: NDArray[np.float64]
    longitudes: NDArray[np.float64]


def write_dwca(
    folder: Path, n_photos: int, seed: int, *, n_taxa: int = 2_000, n_observers: int = 5_000
) -> None:
    """Write a Darwin Core Archive as GBIF does: meta.xml, occurrence.txt and multimedia.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "meta.xml").write_text(meta_xml(), encoding="utf-8")
    taxa = invented_taxa(n_taxa)
    rows = [_lineage_columns(taxon) for taxon in taxa]
    with ExitStack() as stack:
        occurrences = _opened(stack, folder / "occurrence.txt", OCCURRENCE_TERMS)
        media = _opened(stack, folder / "multimedia.txt", MEDIA_TERMS)
        for drawn in _chunks(n_photos, seed, n_taxa, n_observers):
            occurrences.writelines(_occurrence_rows(drawn, rows))
            media.writelines(_media_rows(drawn))


def write_open_data(
    folder: Path, n_photos: int, seed: int, *, n_taxa: int = 2_000, n_observers: int = 5_000
) -> None:
    """Write the four tab-separated tables of iNaturalist Open Data; 7 in 10 are research grade."""
    folder.mkdir(parents=True, exist_ok=True)
    taxa = invented_taxa(n_taxa)
    with ExitStack() as stack:
        _write_taxa(stack, folder, taxa)
        _write_observers(stack, folder, n_observers)
        observations = _opened(
            stack,
            folder / "observations.csv",
            OBSERVATION_COLUMNS,
        )
        photos = _opened(
            stack,
            folder / "photos.csv",
            PHOTO_COLUMNS,
        )
        keys = [taxon.key for taxon in taxa]
        for drawn in _chunks(n_photos, seed, n_taxa, n_observers):
            observations.writelines(_observation_rows(drawn, keys))
            photos.writelines(_photo_rows(drawn))


def meta_xml(
    occurrence_terms: tuple[str, ...] = OCCURRENCE_TERMS,
    media_terms: tuple[str, ...] = MEDIA_TERMS,
) -> str:
    """The description of an archive: tabs, no quotes, a header line, the first column the id."""
    core = _table_xml("core", "id", "occurrence.txt", _OCCURRENCE, occurrence_terms)
    media = _table_xml("extension", "coreid", "multimedia.txt", _MULTIMEDIA, media_terms)
    return f'<archive xmlns="http://rs.tdwg.org/dwc/text/">\n{core}{media}</archive>\n'


def _chunks(n_photos: int, seed: int, n_taxa: int, n_observers: int) -> Iterator[_Drawn]:
    random = np.random.default_rng(seed)
    of_taxa, of_observers = _zipf(n_taxa), _zipf(n_observers)
    first = first_photo = 0
    while first_photo < n_photos:
        n_each = np.minimum(random.geometric(0.6, _CHUNK), _MOST_PHOTOS)
        left = n_photos - first_photo
        n_observations = min(_CHUNK, int(np.searchsorted(np.cumsum(n_each), left)) + 1)
        n_each = n_each[:n_observations]
        n_each[-1] -= max(0, int(n_each.sum()) - left)
        yield _Drawn(
            first,
            first_photo,
            np.searchsorted(of_taxa, random.random(n_observations)),
            np.searchsorted(of_observers, random.random(n_observations)),
            n_each,
            random.integers(0, 336, n_observations),
            random.uniform(-60, 70, n_observations),
            random.uniform(-180, 180, n_observations),
        )
        first += n_observations
        first_photo += int(n_each.sum())


def _zipf(n: int) -> NDArray[np.float64]:
    weights = 1 / np.arange(1, n + 1)
    cumulated: NDArray[np.float64] = np.cumsum(weights / weights.sum())
    cumulated[-1] = 1.0
    return cumulated


def _each(drawn: _Drawn) -> Iterator[tuple[int, int, int, int, float, float]]:
    """(number of the observation, taxon, observer, day, latitude, longitude) of each."""
    columns = (drawn.taxa, drawn.observers, drawn.days, drawn.latitudes, drawn.longitudes)
    listed = zip(*(column.tolist() for column in columns), strict=True)
    for number, row in enumerate(listed, start=drawn.first):
        yield number, *row


def _photographs(drawn: _Drawn) -> Iterator[tuple[int, int, int, int]]:
    """(number of the photograph, of its observation, place in it, observer) of each."""
    photo = drawn.first_photo
    listed = zip(drawn.n_photos.tolist(), drawn.observers.tolist(), strict=True)
    for number, (n_photos, observer) in enumerate(listed, start=drawn.first):
        for place in range(n_photos):
            yield photo, number, place, observer
            photo += 1


def _date(day: int) -> str:
    return f"2016-{day // 28 + 1:02}-{day % 28 + 1:02}"


def _lineage_columns(taxon: InventedTaxon) -> str:
    species = taxon.name if taxon.rank in ("species", "hybrid") else ""
    columns = (
        f"{taxon.name} Linnaeus, 1758",
        taxon.kingdom,
        taxon.phylum,
        taxon.class_name,
        taxon.order,
        taxon.family,
        taxon.genus,
        species,
        taxon.rank.upper(),
        str(taxon.key),
    )
    return "\t".join(columns)


def _occurrence_rows(drawn: _Drawn, lineages: list[str]) -> Iterator[str]:
    for number, taxon, observer, day, latitude, longitude in _each(drawn):
        yield (
            f"{_FIRST_KEY + number}\tCC_BY_NC_4_0\tobserver {observer}\t"
            "iNaturalist research-grade observations\tiNaturalist\t"
            f"observer {observer}\t{_date(day)}T12:00:00\t{latitude:.6f}\t{longitude:.6f}\t25\t"
            f"{lineages[taxon]}\n"
        )


def _media_rows(drawn: _Drawn) -> Iterator[str]:
    for photo, number, _, observer in _photographs(drawn):
        licence = _LICENCES[observer % len(_LICENCES)]
        yield (
            f"{_FIRST_KEY + number}\tStillImage\timage/jpeg\t"
            f"https://photos.example.org/photos/{photo + 1}/original.jpg\t"
            f"https://www.example.org/photos/{photo + 1}\tobserver {observer}\t"
            f"http://creativecommons.org/licenses/{licence}/\tobserver {observer}\n"
        )


def _uuid(kind: int, number: int) -> str:
    # spread like random ones, and no two alike
    spread = number * 0x9E3779B97F4A7C15 % 2**64
    return f"{spread >> 32:08x}-{spread >> 16 & 0xFFFF:04x}-4{kind:03x}-a000-{spread:016x}"[:36]


def _observation_rows(drawn: _Drawn, keys: list[int]) -> Iterator[str]:
    for number, taxon, observer, day, latitude, longitude in _each(drawn):
        grade = "research" if number % 10 < 7 else "needs_id"
        yield (
            f"{_uuid(1, number)}\t{observer + 1}\t{latitude:.10f}\t{longitude:.10f}\t25\t"
            f"{keys[taxon]}\t{grade}\t{_date(day)}\n"
        )


def _photo_rows(drawn: _Drawn) -> Iterator[str]:
    for photo, number, place, observer in _photographs(drawn):
        licence = _OPEN_LICENCES[observer % len(_OPEN_LICENCES)]
        extension = "jpeg" if photo % 9 == 0 else "jpg"
        yield (
            f"{_uuid(2, photo)}\t{photo + 1}\t{_uuid(1, number)}\t{observer + 1}\t{extension}\t"
            f"{licence}\t2048\t1365\t{place}\n"
        )


def _write_taxa(stack: ExitStack, folder: Path, taxa: list[InventedTaxon]) -> None:
    file = _opened(stack, folder / "taxa.csv", TAXON_COLUMNS)
    levels = {"subspecies": 5, "species": 10, "hybrid": 10, "genus": 20, "family": 30}
    for taxon in taxa:
        level = levels[taxon.rank]
        file.write(f"{taxon.key}\t{taxon.ancestry}\t{level}\t{taxon.rank}\t{taxon.name}\ttrue\n")


def _write_observers(stack: ExitStack, folder: Path, n_observers: int) -> None:
    file = _opened(stack, folder / "observers.csv", OBSERVER_COLUMNS)
    file.writelines(f"{n + 1}\tobserver{n}\tObserver {n}\n" for n in range(n_observers))


def _opened(stack: ExitStack, path: Path, columns: tuple[str, ...]) -> TextIO:
    file = stack.enter_context(path.open("w", encoding="utf-8", newline="\n"))
    file.write("\t".join(column.rpartition("/")[2] for column in columns) + "\n")
    return file


def _table_xml(element: str, key: str, name: str, row_type: str, terms: tuple[str, ...]) -> str:
    fields = "".join(
        f'    <field index="{index}" term="{term}"/>\n' for index, term in enumerate(terms)
    )
    return (
        f'  <{element} encoding="UTF-8" fieldsTerminatedBy="\\t" linesTerminatedBy="\\n" '
        f'fieldsEnclosedBy="" ignoreHeaderLines="1" rowType="{row_type}">\n'
        f"    <files><location>{name}</location></files>\n"
        f'    <{key} index="0"/>\n{fields}  </{element}>\n'
    )
