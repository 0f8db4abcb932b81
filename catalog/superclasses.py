"""The 13 super-classes of iNat2017.

Source: Van Horn et al., "The iNaturalist Species Classification and Detection Dataset", CVPR 2018,
table 1 (the super-classes), section 3.3 (9 of them are boxed) and section 3.2.1 (the test images of
Mammalia, Aves and Reptilia are verified). The names of later editions (iNat2018, iNat2021) are
understood as aliases.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_noop as _


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
    """How a worker is asked for a super-class: whole sentences, as each language has its grammar.

    In English, and marked for translation; `crowd.words` translates. `parts` belong in a box.
    """

    plural: str
    box: str
    see: str
    check: str
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
    SuperClass.ACTINOPTERYGII: Words(
        plural="fish",
        box=_("Box all fish"),
        see=_("Can you see the fish itself?"),
        check=_("Check the boxes of fish"),
        parts=_("fins, tail, barbels"),
    ),
    SuperClass.AMPHIBIA: Words(
        plural="amphibians",
        box=_("Box all amphibians"),
        see=_("Can you see the amphibian itself?"),
        check=_("Check the boxes of amphibians"),
        parts=_("legs and toes"),
    ),
    SuperClass.ANIMALIA: Words(
        plural="animals",
        box=_("Box all animals"),
        see=_("Can you see the animal itself?"),
        check=_("Check the boxes of animals"),
        parts=_("arms, spines, tentacles"),
    ),
    SuperClass.ARACHNIDA: Words(
        plural="arachnids",
        box=_("Box all arachnids"),
        see=_("Can you see the arachnid itself?"),
        check=_("Check the boxes of arachnids"),
        parts=_("all eight legs, but not the web"),
    ),
    SuperClass.AVES: Words(
        plural="birds",
        box=_("Box all birds"),
        see=_("Can you see the bird itself?"),
        check=_("Check the boxes of birds"),
        parts=_("beak, tail, legs, spread wings"),
    ),
    SuperClass.CHROMISTA: Words(
        plural="chromists",
        box=_("Box all chromists"),
        see=_("Can you see the chromist itself?"),
        check=_("Check the boxes of chromists"),
        parts=_("blades and stalks"),
    ),
    SuperClass.FUNGI: Words(
        plural="fungi",
        box=_("Box all fungi"),
        see=_("Can you see the fungus itself?"),
        check=_("Check the boxes of fungi"),
        parts=_("cap and stalk"),
    ),
    SuperClass.INSECTA: Words(
        plural="insects",
        box=_("Box all insects"),
        see=_("Can you see the insect itself?"),
        check=_("Check the boxes of insects"),
        parts=_("antennae, legs, wings"),
    ),
    SuperClass.MAMMALIA: Words(
        plural="mammals",
        box=_("Box all mammals"),
        see=_("Can you see the mammal itself?"),
        check=_("Check the boxes of mammals"),
        parts=_("ears, horns or antlers, tail"),
    ),
    SuperClass.MOLLUSCA: Words(
        plural="molluscs",
        box=_("Box all molluscs"),
        see=_("Can you see the mollusc itself?"),
        check=_("Check the boxes of molluscs"),
        parts=_("shell, foot, tentacles"),
    ),
    SuperClass.PLANTAE: Words(
        plural="plants",
        box=_("Box all plants"),
        see=_("Can you see the plant itself?"),
        check=_("Check the boxes of plants"),
        parts=_("leaves, flowers, stem"),
    ),
    SuperClass.PROTOZOA: Words(
        plural="protozoans",
        box=_("Box all protozoans"),
        see=_("Can you see the protozoan itself?"),
        check=_("Check the boxes of protozoans"),
        parts=_("the whole body"),
    ),
    SuperClass.REPTILIA: Words(
        plural="reptiles",
        box=_("Box all reptiles"),
        see=_("Can you see the reptile itself?"),
        check=_("Check the boxes of reptiles"),
        parts=_("the whole tail"),
    ),
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
