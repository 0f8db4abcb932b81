"""Read a query's pages from the iNaturalist API, politely, and keep them.

At most one request a second, and a pause whenever the API asks for one, as its terms want it
(https://www.inaturalist.org/pages/api+recommended+practices). Each page is kept as a file as soon
as it is read, cut down to what an import needs; whoever is killed goes on after the last one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from catalog.fetching import JSON, NotFetched, Terms, fetch
from catalog.importers.inat_api_query import Query
from catalog.importers.records import Unusable
from catalog.staging import Progress

PAUSE_S = 1.0
MOST_TRIES = 6
_LONGEST_PAUSE_S = 600.0
_COMPLETE = "complete"
_WORDS = "Asking iNaturalist"
_TAXON = ("id", "name", "rank", "ancestor_ids", "is_active", "iconic_taxon_name")
_RANKS = frozenset({"kingdom", "phylum", "class", "order", "family", "genus"})

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Manners:
    """How the API is asked: on what terms, with how long a pause between two requests at least."""

    base: str
    terms: Terms
    pause_s: float = PAUSE_S
    wait: Callable[[float], None] = time.sleep


def complete(query: Query, folder: Path, manners: Manners, on_progress: Progress) -> None:
    """Have all pages of a query in the folder: those that are there are not asked for again.

    Raises `Unusable` where the API does not answer; what was read stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / _COMPLETE).exists():
        return
    above, n_read = _where_it_stopped(folder)
    is_last = False
    while not is_last:
        page, n_left = _ask(query, above, manners, n_read)
        if page:
            last = max(row["id"] for row in page)
            if last <= above:
                raise Unusable("The iNaturalist API answers with the same page again and again.")
            _keep(folder, last, page)
            above, n_read = last, n_read + len(page)
        is_last = n_left <= len(page)
        if not is_last:
            manners.wait(manners.pause_s)
        on_progress(_WORDS, n_read / max(1, n_read + n_left - len(page)))
    (folder / _COMPLETE).touch()


def rows(folder: Path) -> Iterator[Row]:
    """The observations kept, by their ids."""
    for path in _pages(folder):
        with path.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def _pages(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9]*.jsonl"))


def _where_it_stopped(folder: Path) -> tuple[int, int]:
    """The id after which to go on, and how many observations are there."""
    pages = _pages(folder)
    if not pages:
        return 0, 0
    return int(pages[-1].stem), sum(1 for _ in rows(folder))


def _keep(folder: Path, last: int, page: list[Row]) -> None:
    """Write a page whole or not at all, under the id it ends with."""
    path = folder / f"{last:020}.jsonl"
    candidate = path.with_suffix(".new")
    candidate.write_text("".join(f"{json.dumps(row)}\n" for row in page), encoding="utf-8")
    candidate.replace(path)


def _ask(query: Query, above: int, manners: Manners, n_read: int) -> tuple[list[Row], int]:
    """A page, and how many observations there are from it on."""
    url = f"{manners.base.rstrip('/')}/observations?{query.page(above)}"
    kept = f"The {n_read:,} observations read so far are kept: run the same command to go on."
    for n_tries in range(1, MOST_TRIES + 1):
        try:
            answer = json.loads(fetch(url, manners.terms, wanted=JSON))
        except NotFetched as error:
            if error.is_final or n_tries == MOST_TRIES:
                raise Unusable(f"The iNaturalist API: {error}. {kept}") from error
            pause_s = max(error.pause_s, manners.pause_s * 2**n_tries)
        except ValueError as error:
            if n_tries == MOST_TRIES:
                raise Unusable(f"The iNaturalist API sends no JSON. {kept}") from error
            pause_s = manners.pause_s * 2**n_tries
        else:
            return _page(answer)
        if pause_s > _LONGEST_PAUSE_S:
            raise Unusable(f"The iNaturalist API asks for a pause of {pause_s:,.0f} s. {kept}")
        manners.wait(pause_s)
    raise AssertionError("the last try returns or raises")


def _page(answer: object) -> tuple[list[Row], int]:
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(results, list):
        raise Unusable("The iNaturalist API answers in another shape than expected.")
    page = [_cut(each) for each in results if isinstance(each, dict) and _is_id(each.get("id"))]
    if results and not page:
        raise Unusable("The iNaturalist API answers with observations that have no ids.")
    total = answer.get("total_results")
    # without a total there may be more as long as something comes
    return page, total if _is_id(total) else len(page) + bool(page)


def _is_id(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _cut(result: Mapping[str, Any]) -> Row:
    """What an import needs of an observation; comments, votes and the rest are not kept."""
    taxon = _mapping(result.get("taxon"))
    user = _mapping(result.get("user"))
    accuracy = result.get("public_positional_accuracy", result.get("positional_accuracy"))
    return {
        **{name: result.get(name) for name in ("id", "uuid", "quality_grade", "observed_on")},
        "taxon": {name: taxon.get(name) for name in _TAXON}
        | {"common_name": taxon.get("preferred_common_name"), "above": _above(taxon, result)},
        "user": {name: user.get(name) for name in ("id", "login", "name")},
        "coordinates": _mapping(result.get("geojson")).get("coordinates"),
        "uncertainty_m": accuracy,
        "photos": [
            {name: photo.get(name) for name in ("id", "url", "license_code")}
            | {"size": photo.get("original_dimensions")}
            for photo in map(_mapping, _list(result.get("photos")))
        ],
    }


def _above(taxon: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    """The names of the taxon's ancestors by rank; only identifications spell them out."""
    identified = [
        _mapping(_mapping(each).get("taxon")) for each in _list(result.get("identifications"))
    ]
    same = [each for each in (taxon, *identified) if each.get("id") == taxon.get("id")]
    for each in same:
        ancestors = list(map(_mapping, _list(each.get("ancestors"))))
        if ancestors:
            return {one["rank"]: one.get("name") for one in ancestors if one.get("rank") in _RANKS}
    return {}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
