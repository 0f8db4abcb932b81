"""The taxon that an occurrence's columns mean."""

import pytest

from catalog.importers.naming import TAXON_COLUMNS, NamedTaxon, named, without_author

TIT = dict.fromkeys(TAXON_COLUMNS, "") | {
    "kingdom": "Animalia",
    "phylum": "Chordata",
    "class": "Aves",
    "genus": "Parus",
    "taxonrank": "SPECIES",
    "scientificname": "Parus major Linnaeus, 1758",
}


def taxon(**changes):
    found = named(TIT | changes)
    assert isinstance(found, NamedTaxon)
    return found


def test_a_synonym_counts_as_the_accepted_species():
    found = taxon(
        scientificname="Porphyrula martinica (Linnaeus, 1766)",
        species="Porphyrio martinica",
        taxonkey="2474414",
        acceptedtaxonkey="5228136",
        specieskey="5228136",
    )
    assert (found.key, found.name, found.rank) == ("5228136", "Porphyrio martinica", "species")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"genericname": "Parus", "specificepithet": "major", "infraspecificepithet": "newtoni"},
         "Parus major newtoni"),
        ({"taxonkey": "1", "acceptedtaxonkey": "2", "acceptedscientificname": "Parus major L."},
         "Parus major"),
        ({"scientificname": "Parus major subsp. newtoni (Pražák, 1894)"},
         "Parus major subsp. newtoni"),
    ],
)  # fmt: skip
def test_what_is_below_a_species_has_its_whole_accepted_name(changes, name):
    found = taxon(taxonrank="SUBSPECIES", **changes)
    assert (found.name, found.rank) == (name, "subspecies")


@pytest.mark.parametrize(
    "name", ["Anas acuta × Anas platyrhynchos", "Rosa x damascena Mill.", "×Agropogon lutosus"]
)
def test_a_hybrid_is_known_by_its_sign(name):
    found = taxon(scientificname=name, species="Parus major")
    assert found.rank == "hybrid" and "×" in found.name and "Mill" not in found.name


def test_a_group_does_not_share_the_name_of_its_genus_or_species():
    assert taxon(taxonrank="complex").name == "Parus major (complex)"
    assert taxon(taxonrank="SPECIES_AGGREGATE").name == "Parus major (species aggregate)"
    assert taxon(taxonrank="SUBGENUS", scientificname="Parus L.").name == "Parus (subgenus)"
    assert taxon(taxonrank="GENUS", scientificname="Parus L.").name == "Parus"


def test_a_rank_that_is_not_given_follows_from_the_names():
    assert taxon(taxonrank="", species="Parus major").rank == "species"
    assert taxon(taxonrank="UNRANKED", scientificname="Parus").rank == "genus"
    assert "not identified to a genus" in named(TIT | {"taxonrank": "", "genus": ""})


@pytest.mark.parametrize("rank", ["FAMILY", "order", "Subfamily", "tribe", "KINGDOM"])
def test_what_is_above_genera_is_not_taken(rank):
    assert named(TIT | {"taxonrank": rank}) == f"is identified to {rank.lower()} only"


def test_without_keys_the_name_is_the_key_and_long_ones_are_cut():
    assert taxon().key == "Aves: Parus major"
    long = taxon(taxonrank="species", species="P" * 900, vernacularname="v" * 900)
    assert len(long.name) == len(long.key) == len(long.common_name) == 200


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Salix alba var. vitellina (L.) Stokes", "Salix alba var. vitellina"),
        ("Bombus (Pyrobombus) impatiens Cresson, 1863", "Bombus (Pyrobombus) impatiens"),
        ("Aus bus van der Hoeven", "Aus bus"),
        ("Parus", "Parus"),
        ("", ""),
        ("  \t ", ""),
        ("12345", ""),
    ],
)
def test_authors_are_left_out(written, name):
    assert without_author(written) == name
