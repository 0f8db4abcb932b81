"""Generated answers of the iNaturalist API's shape, served on the loopback interface."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.catalog import web

GREAT_TIT = {
    "id": 203153,
    "name": "Parus major",
    "rank": "species",
    "rank_level": 10,
    "ancestor_ids": [48460, 1, 2, 355675, 3, 7251, 14886, 203153],
    "iconic_taxon_name": "Aves",
    "preferred_common_name": "Great Tit",
    "is_active": True,
}


def photo(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "license_code": "cc-by-nc",
        "url": f"https://static.inaturalist.org/photos/{number}/square.JPG?1500000000",
        "attribution": "(c) ada, some rights reserved (CC BY-NC)",
        "original_dimensions": {"width": 2048, "height": 1365},
        "flags": [],
    } | fields


def observation(number: int, **fields: Any) -> dict[str, Any]:
    """One result, with one photograph of the id 10 * `number`."""
    return {
        "id": number,
        "uuid": str(uuid.UUID(int=number)),
        "quality_grade": "research",
        "taxon": GREAT_TIT,
        "user": {"id": 7 + number % 3, "login": "ada", "name": "Ada L."},
        "observed_on": "2026-05-01",
        "geojson": {"type": "Point", "coordinates": ["8.25", "47.5"]},
        "positional_accuracy": 12,
        "photos": [photo(10 * number)],
        "comments": [{"body": "what a bird"}],
    } | fields


class Naturalist(web.Web):
    """The API with these observations; `queries` are what it was asked."""

    def __init__(self, observations: Iterable[dict[str, Any]] = (), per_page: int = 200) -> None:
        super().__init__()
        self.observations = {each["id"]: each for each in observations}
        self.most_per_page = per_page
        self.base = f"http://{self.host}/v1"
        self.answers["/v1/observations"] = self.answer

    @property
    def queries(self) -> list[dict[str, str]]:
        asked = [parse_qs(urlsplit(path).query) for path in self.asked]
        return [{name: ",".join(values) for name, values in each.items()} for each in asked]

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        query = self.queries[-1]
        found = sorted(each for each in self.observations if each > int(query["id_above"]))
        page = found[: min(int(query["per_page"]), self.most_per_page)]
        answer = {
            "total_results": len(found),
            "page": 1,
            "per_page": len(page),
            "results": [self.observations[each] for each in page],
        }
        web.body(json.dumps(answer).encode(), "application/json; charset=utf-8")(request)
