"""From a lineage to one of the 13 super-classes."""

import pytest

from catalog import lineage
from catalog.superclasses import SuperClass


@pytest.mark.parametrize(
    ("kingdom", "phylum", "class_name", "order", "expected"),
    [
        ("Animalia", "Chordata", "Testudines", "", "Reptilia"),
        ("Animalia", "Chordata", "Reptilia", "Squamata", "Reptilia"),
        ("Animalia", "Chordata", "", "Crocodylia", "Reptilia"),
        ("Animalia", "Chordata", "Sphenodontia", "", "Reptilia"),
        ("Animalia", "Chordata", "Actinopteri", "Perciformes", "Actinopterygii"),
        ("Animalia", "Chordata", "", "Cypriniformes", "Actinopterygii"),
        ("ANIMALIA", "CHORDATA", "AVES", "", "Aves"),
        ("Animalia", "Arthropoda", "Malacostraca", "Decapoda", "Animalia"),
        ("Animalia", "Chordata", "Ascidiacea", "", "Animalia"),
        ("Animalia", "Mollusca", "", "", "Mollusca"),
        ("Plantae", "Tracheophyta", "Liliopsida", "Poales", "Plantae"),
        ("Fungi", "", "", "", "Fungi"),
        ("Chromista", "Ochrophyta", "", "", "Chromista"),
        ("Protozoa", "Mycetozoa", "", "", "Protozoa"),
        ("Bacteria", "", "", "", None),
        ("incertae sedis", "", "", "", None),
        ("", "", "", "", None),
    ],
)
def test_each_lineage_has_its_super_class(kingdom, phylum, class_name, order, expected):
    found = lineage.super_class(kingdom=kingdom, phylum=phylum, class_name=class_name, order=order)
    assert (found and found.value) == expected


def test_the_nearest_iconic_ancestor_counts():
    assert lineage.iconic("48460/1/2/355675/40151/42414", "46001") is SuperClass.MAMMALIA
    assert lineage.iconic("48460", "1") is SuperClass.ANIMALIA
    assert lineage.iconic("", "47126") is SuperClass.PLANTAE
    assert lineage.iconic("48460/x//", "131236") is None
    assert set(lineage.ICONIC.values()) == set(SuperClass)
