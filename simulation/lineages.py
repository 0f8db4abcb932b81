"""Invented taxa of all 13 super-classes, with the lineages that real archives give theirs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# (iconic taxon's id, kingdom, phylum, class, order, family, share of the taxa)
_GROUPS = (
    (47158, "Animalia", "Arthropoda", "Insecta", "Lepidoptera", "Nymphalidae", 0.24),
    (47126, "Plantae", "Tracheophyta", "Magnoliopsida", "Asterales", "Asteraceae", 0.34),
    (3, "Animalia", "Chordata", "Aves", "Passeriformes", "Paridae", 0.16),
    (40151, "Animalia", "Chordata", "Mammalia", "Carnivora", "Canidae", 0.05),
    (26036, "Animalia", "Chordata", "Squamata", "Squamata", "Lacertidae", 0.06),
    (20978, "Animalia", "Chordata", "Amphibia", "Anura", "Ranidae", 0.03),
    (47178, "Animalia", "Chordata", "", "Perciformes", "Percidae", 0.03),
    (47119, "Animalia", "Arthropoda", "Arachnida", "Araneae", "Salticidae", 0.02),
    (47115, "Animalia", "Mollusca", "Gastropoda", "Nudibranchia", "Chromodorididae", 0.02),
    (47170, "Fungi", "Basidiomycota", "Agaricomycetes", "Agaricales", "Amanitaceae", 0.03),
    (1, "Animalia", "Echinodermata", "Asteroidea", "Forcipulatida", "Asteriidae", 0.01),
    (48222, "Chromista", "Ochrophyta", "Phaeophyceae", "Fucales", "Fucaceae", 0.005),
    (47686, "Protozoa", "Mycetozoa", "Myxomycetes", "Physarales", "Physaraceae", 0.005),
)
_ANCESTORS = {
    47126: "48460/47126",
    47170: "48460/47170",
    48222: "48460/48222",
    47686: "48460/47686",
    1: "48460/1",
    47158: "48460/1/47120/372739/47158",
    47119: "48460/1/47120/245097/47119",
    47115: "48460/1/47115",
}
_VERTEBRATES = "48460/1/2/355675"
# what the rank of the n-th taxon of a hundred is
_RANKS = {7: "subspecies", 31: "hybrid", 57: "genus", 58: "genus", 83: "family"}


@dataclass(frozen=True, slots=True)
class InventedTaxon:
    """A taxon as both kinds of archives describe it; `ancestry` holds iNaturalist's ids."""

    key: int
    name: str
    rank: str
    kingdom: str
    phylum: str
    class_name: str
    order: str
    family: str
    genus: str
    ancestry: str


def invented_taxa(n_taxa: int) -> list[InventedTaxon]:
    """That many taxa of all 13 super-classes, the most frequent first; every number has its own.

    >>> [taxon.name for taxon in invented_taxa(2)]
    ['Bebaus baensis', 'Babaus beensis']
    """
    shares = np.array([group[-1] for group in _GROUPS])
    # each group in its share, spread evenly: the group that lags furthest behind is next
    counts = np.zeros(len(_GROUPS))
    taxa = []
    for number in range(n_taxa):
        group = int(np.argmax(shares * (number + 1) - counts))
        counts[group] += 1
        taxa.append(_taxon(number, group))
    return taxa


def _taxon(number: int, group: int) -> InventedTaxon:
    iconic, kingdom, phylum, class_name, order, family, _ = _GROUPS[group]
    rank = _RANKS.get(number % 100, "species")
    epithet = f"{_syllables(number)}ensis"
    # genera are shared; an observation of a genus is of one that no species of ours is in
    shared = _syllables(number // (20 * len(_GROUPS)))
    genus = f"{_syllables(group)}{epithet[:-4] if rank == 'genus' else shared}us".capitalize()
    name = {
        "family": family,
        "genus": genus,
        "hybrid": f"{genus} × {epithet}",
        "subspecies": f"{genus} {epithet} {epithet}",
    }.get(rank, f"{genus} {epithet}")
    above = _ANCESTORS.get(iconic, f"{_VERTEBRATES}/{iconic}")
    ancestry = f"{above}/{600_000 + group}/{700_000 + group}/{800_000 + number // 260}"
    return InventedTaxon(
        1_000_000 + number,
        name,
        rank,
        kingdom,
        phylum,
        class_name,
        order,
        family,
        "" if rank == "family" else genus,
        ancestry,
    )


def _syllables(number: int) -> str:
    consonants, vowels = "bdfgklmnprst", "aeiou"
    syllable = consonants[number // 5 % 12] + vowels[number % 5]
    return syllable if number < 60 else syllable + _syllables(number // 60 - 1)
