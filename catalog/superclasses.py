"""The 13 super-classes of iNat2017.

Source: Van Horn et al., "The iNaturalist Species Classification and Detection Dataset", CVPR 2018,
table 1 (the super-classes), section 3.3 (9 of them are boxed) and section 3.2.1 (the test images of
Mammalia, Aves and Reptilia are verified). The names of later editions (iNat2018, iNat2021) are
understood as aliases.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices


class SuperClass(TextChoices):
    """iNaturalist's coarse groups, written as the paper writes them."""

    ACTINOPTERYGII = "Actinopterygii"
    AMPHIBIA = "Amphibia"
    ANIMALIA = "Animalia"
    ARACHNIDA = "Arachnida"
    AVES = "Aves"
    CHROMISTA = "Chromista"
    FUNGI = "Fungi"
    INSECTA = "Insecta"
    MAMMALIA = "Mammalia"
    MOLLUSCA = "Mollusca"
    PLANTAE = "Plantae"
    PROTOZOA = "Protozoa"
    REPTILIA = "Reptilia"


@dataclass(frozen=True, slots=True)
class Words:
    """How a worker is asked for a super-class: "Box all birds", "one bird"."""

    singular: str
    plural: str
    parts: str


BOXED = frozenset(
    {
        SuperClass.ACTINOPTERYGII,
        SuperClass.AMPHIBIA,
        SuperClass.ANIMALIA,
        SuperClass.ARACHNIDA,
        SuperClass.AVES,
        SuperClass.INSECTA,
        SuperClass.MAMMALIA,
        SuperClass.MOLLUSCA,
        SuperClass.REPTILIA,
    }
)
VERIFIED = frozenset({SuperClass.AVES, SuperClass.MAMMALIA, SuperClass.REPTILIA})

WORDS = {
    SuperClass.ACTINOPTERYGII: Words("fish", "fish", "fins, tail, barbels"),
    SuperClass.AMPHIBIA: Words("amphibian", "amphibians", "legs and toes"),
    SuperClass.ANIMALIA: Words("animal", "animals", "arms, spines, tentacles"),
    SuperClass.ARACHNIDA: Words("arachnid", "arachnids", "all eight legs, but not the web"),
    SuperClass.AVES: Words("bird", "birds", "beak, tail, legs, spread wings"),
    SuperClass.CHROMISTA: Words("chromist", "chromists", "blades and stalks"),
    SuperClass.FUNGI: Words("fungus", "fungi", "cap and stalk"),
    SuperClass.INSECTA: Words("insect", "insects", "antennae, legs, wings"),
    SuperClass.MAMMALIA: Words("mammal", "mammals", "ears, horns or antlers, tail"),
    SuperClass.MOLLUSCA: Words("mollusc", "molluscs", "shell, foot, tentacles"),
    SuperClass.PLANTAE: Words("plant", "plants", "leaves, flowers, stem"),
    SuperClass.PROTOZOA: Words("protozoan", "protozoans", "the whole body"),
    SuperClass.REPTILIA: Words("reptile", "reptiles", "the whole tail"),
}

_ALIASES = {
    "amphibians": SuperClass.AMPHIBIA,
    "animals": SuperClass.ANIMALIA,
    "arachnids": SuperClass.ARACHNIDA,
    "birds": SuperClass.AVES,
    "insects": SuperClass.INSECTA,
    "mammals": SuperClass.MAMMALIA,
    "mollusks": SuperClass.MOLLUSCA,
    "molluscs": SuperClass.MOLLUSCA,
    "plants": SuperClass.PLANTAE,
    "ray-finned fishes": SuperClass.ACTINOPTERYGII,
    "reptiles": SuperClass.REPTILIA,
}


def find(name: str) -> SuperClass | None:
    """The super-class of that name, in any case and under the later editions' names.

    >>> find("aves"), find("Birds"), find("Dinosauria")
    (SuperClass.AVES, SuperClass.AVES, None)
    """
    wanted = name.strip().casefold()
    for super_class in SuperClass:
        if super_class.value.casefold() == wanted:
            return super_class
    return _ALIASES.get(wanted)
