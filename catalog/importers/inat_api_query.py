"""What is asked of the iNaturalist API, and how somebody may write it down."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from catalog.importers.records import Unusable

PER_PAGE = 200
_HOSTS = frozenset({"api.inaturalist.org", "www.inaturalist.org", "inaturalist.org"})
# set by the pages themselves, or for looking at them only
_OURS = frozenset({"page", "per_page", "order", "order_by", "id_above", "id_below", "only_id"})
_FOR_LOOKING = frozenset({"subview", "view", "ttl", "fields", "locale"})
# without one of these it would be all of iNaturalist
_NARROWING = (
    *("taxon_id", "taxon_name", "iconic_taxa", "place_id", "lat", "swlat", "nelat"),
    *("user_id", "user_login", "ident_user_id", "project_id", "list_id", "id"),
    *("on", "observed_on", "created_on", "d1", "d2", "created_d1", "year", "month"),
)
_USUAL = {"quality_grade": "research", "photos": "true"}


@dataclass(frozen=True, slots=True)
class Query:
    """Parameters of the API's /observations, sorted by name."""

    parameters: tuple[tuple[str, str], ...]

    def page(self, above: int) -> str:
        """The query string of the page behind the observation with that id."""
        paging = [("per_page", PER_PAGE), ("order_by", "id"), ("order", "asc"), ("id_above", above)]
        return urlencode([*self.parameters, *paging])

    @property
    def digest(self) -> str:
        """Stands for this query in names of files."""
        return hashlib.sha256(urlencode(self.parameters).encode()).hexdigest()[:16]


def looks_like_one(text: str, base: str) -> bool:
    """Whether somebody means a query to the API: an address of iNaturalist, or name=value.

    >>> looks_like_one("taxon_id=3&place_id=7", ""), looks_like_one("archive.zip", "")
    (True, False)
    """
    parts = urlsplit(text)
    if parts.scheme in ("http", "https"):
        return _is_of_the_api(text, base)
    return "=" in text and all(name.isidentifier() for name, _ in parse_qsl(text.lstrip("?")))


def parse(text: str, base: str) -> Query:
    """The query of an address of the API or of iNaturalist's own pages, or of name=value&...

    Only research grade with photographs, unless it says otherwise. Raises `Unusable`.

    >>> parse("https://www.inaturalist.org/observations?taxon_id=3&subview=grid", "").parameters
    (('photos', 'true'), ('quality_grade', 'research'), ('taxon_id', '3'))
    """
    if "://" in text:
        if not _is_of_the_api(text, base):
            raise Unusable(
                f"{text[:200]} is no query to the iNaturalist API; it begins with "
                "https://api.inaturalist.org/v1/observations?"
            )
        text = urlsplit(text).query
    given = parse_qsl(text.strip().lstrip("?"), keep_blank_values=False)
    asked = [(name, value) for name, value in given if name not in _OURS | _FOR_LOOKING]
    names = {name.removesuffix("[]") for name, _ in asked}
    if not names.intersection(_NARROWING):
        raise Unusable(
            "This query asks for everything there is; name at least a taxon_id, place_id, user_id "
            "or project_id."
        )
    asked += [(name, value) for name, value in _USUAL.items() if name not in names]
    return Query(tuple(sorted(asked)))


def _is_of_the_api(text: str, base: str) -> bool:
    parts = urlsplit(text)
    ours = urlsplit(base).netloc
    is_known = parts.hostname in _HOSTS or (bool(ours) and parts.netloc == ours)
    return is_known and parts.path.rstrip("/").endswith("/observations")
