"""What an occurrence says of its taxon: rank, name and super-class, or why it is not taken.

Genera and what is below them are taken, as iNaturalist's own exports for training do; of GBIF's
interpretation the accepted species counts, not the synonym that was recorded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from catalog import lineage
from catalog.superclasses import SuperClass

TAXON_COLUMNS = (
    "kingdom",
    "phylum",
    "class",
    "order",
    "family",
    "genus",
    "genericname",
    "species",
    "specificepithet",
    "infraspecificepithet",
    "taxonrank",
    "scientificname",
    "scientificnameauthorship",
    "acceptedscientificname",
    "taxonkey",
    "acceptedtaxonkey",
    "specieskey",
    "genuskey",
    "taxonid",
    "vernacularname",
)
_MAX_CHARACTERS = 200
_BINOMIAL = frozenset({"species", "hybrid"})
_TRINOMIAL = frozenset(
    {"subspecies", "variety", "form", "subvariety", "subform", "infraspecific_name", "infrahybrid"}
)
# groups of species below their genus; some share its name
GROUP_RANKS = frozenset(
    {"subgenus", "section", "subsection", "series", "subseries", "complex", "species_aggregate"}
)
_GENUS = frozenset({"genus", "genushybrid"})
_OTHERS = frozenset(
    {"cultivar", "cultivar_group", "strain", "morph", "natio", "infrasubspecific_name"}
)
_TAKEN = _BINOMIAL | _TRINOMIAL | GROUP_RANKS | _GENUS | _OTHERS
_SPELLINGS = {
    "sp": "species",
    "spp": "genus",
    "ssp": "subspecies",
    "subsp": "subspecies",
    "var": "variety",
    "varietas": "variety",
    "forma": "form",
    "f": "form",
    "aggregate": "species_aggregate",
    "agg": "species_aggregate",
    "infraspecies": "infraspecific_name",
    "gen": "genus",
    "fam": "family",
}
# a capital, then words without one; a hybrid's parents may have capitals again
_NAME = re.compile(
    r"×?\s?[^\W\d_a-z][\w-]*(?:\s\([^\W\d_a-z][\w-]*\))?"
    r"(?:\s(?:[×x]\s?[^\W\d_][\w-]*|[^\W\d_A-ZÀ-ÖØ-Þ][\w.-]*))*"
)
# words without a capital that begin an author's name
_AUTHOR = re.compile(
    r"\s(?:de|del|della|da|do|dos|du|des|la|le|van|von|vom|der|den|ten|zu|ex|et|in|auct\.?|al\.?|non|sensu|emend\.?|fil\.)(?:\s.*)?$"
)


@dataclass(frozen=True, slots=True)
class NamedTaxon:
    """A taxon as `taxon` of the staging has it."""

    key: str
    name: str
    rank: str
    super_class: SuperClass
    kingdom: str
    phylum: str
    class_name: str
    order: str
    family: str
    genus: str
    common_name: str


def named(columns: Mapping[str, str]) -> NamedTaxon | str:
    """The taxon that `TAXON_COLUMNS` mean, or the reason why an occurrence of it is not taken."""
    rank = _rank(columns)
    if not rank:
        return "is not identified to a genus (no rank, no name)"
    if rank not in _TAKEN:
        return f"is identified to {rank.replace('_', ' ')} only"
    name = _name(columns, rank)
    if not name:
        return "has no scientific name"
    found = lineage.super_class(
        kingdom=columns["kingdom"],
        phylum=columns["phylum"],
        class_name=columns["class"],
        order=columns["order"],
    )
    if found is None:
        kingdom = columns["kingdom"] or "no kingdom given"
        return f"belongs to none of the 13 super-classes ({kingdom[:40]})"
    if "×" in name and rank in _BINOMIAL | _TRINOMIAL:
        rank = "hybrid"
    return NamedTaxon(
        _key(columns, rank, name, found)[:_MAX_CHARACTERS],
        name[:_MAX_CHARACTERS],
        rank,
        found,
        columns["kingdom"][:100],
        columns["phylum"][:100],
        columns["class"][:100],
        columns["order"][:100],
        columns["family"][:100],
        (columns["genus"] or columns["genericname"])[:100],
        columns["vernacularname"][:_MAX_CHARACTERS],
    )


def without_author(name: str) -> str:
    """A scientific name without who described it.

    >>> without_author("Bombus rufocinctus Cresson, 1863"), without_author("Aus bus (L.) de Vries")
    ('Bombus rufocinctus', 'Aus bus')
    >>> without_author("Artibeus jamaicensis subsp. jamaicensis Leach, 1821")
    'Artibeus jamaicensis subsp. jamaicensis'
    """
    found = _NAME.match(" ".join(name.split()))
    return _AUTHOR.sub("", found.group()).strip() if found else ""


def _rank(columns: Mapping[str, str]) -> str:
    rank = "_".join(columns["taxonrank"].lower().replace(".", " ").split())
    rank = _SPELLINGS.get(rank, rank)
    if rank and rank != "unranked":
        return rank
    if columns["species"] or (columns["specificepithet"] and columns["genus"]):
        return "subspecies" if columns["infraspecificepithet"] else "species"
    return "genus" if columns["genus"] else rank


def _name(columns: Mapping[str, str], rank: str) -> str:
    plain = without_author(columns["scientificname"]) or columns["scientificname"]
    plain = plain.replace(" x ", " × ")
    if "×" in plain:
        return plain
    if rank in _BINOMIAL and columns["species"]:
        return columns["species"]
    if rank == "genus" and columns["genus"]:
        return columns["genus"]
    if rank in _TRINOMIAL:
        return _trinomial(columns) or plain
    # a group may share its name with a genus or species; both cannot have it
    return f"{plain} ({rank.replace('_', ' ')})" if rank in GROUP_RANKS and plain else plain


def _trinomial(columns: Mapping[str, str]) -> str:
    accepted = columns["acceptedtaxonkey"]
    if accepted and accepted != columns["taxonkey"]:
        return without_author(columns["acceptedscientificname"])
    genus = columns["genericname"] or columns["genus"]
    epithets = (columns["specificepithet"], columns["infraspecificepithet"])
    return " ".join((genus, *epithets)) if genus and all(epithets) else ""


def _key(columns: Mapping[str, str], rank: str, name: str, found: SuperClass) -> str:
    """GBIF's key of the accepted taxon, else the source's own, else the name."""
    if rank == "species" and columns["specieskey"]:
        return columns["specieskey"]
    if rank == "genus" and columns["genuskey"]:
        return columns["genuskey"]
    return (
        columns["acceptedtaxonkey"]
        or columns["taxonkey"]
        or columns["taxonid"]
        or f"{found.value}: {name}"
    )
