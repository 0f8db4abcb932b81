"""The super-class a lineage belongs to.

The 13 super-classes are iNaturalist's iconic taxa (Van Horn et al. 2018, section 3.1 and table 1);
other sources name the same groups by kingdom, phylum, class and order. Their classes differ:
GBIF counts Squamata, Testudines and Crocodylia as classes of their own, and gives fishes the class
Actinopterygii, Actinopteri, Teleostei or, in its newer backbones, none at all: then the order
tells.
"""

from __future__ import annotations

from catalog.superclasses import SuperClass

# iNaturalist's ids of its iconic taxa
ICONIC = {
    1: SuperClass.ANIMALIA,
    3: SuperClass.AVES,
    20978: SuperClass.AMPHIBIA,
    26036: SuperClass.REPTILIA,
    40151: SuperClass.MAMMALIA,
    47115: SuperClass.MOLLUSCA,
    47119: SuperClass.ARACHNIDA,
    47126: SuperClass.PLANTAE,
    47158: SuperClass.INSECTA,
    47170: SuperClass.FUNGI,
    47178: SuperClass.ACTINOPTERYGII,
    47686: SuperClass.PROTOZOA,
    48222: SuperClass.CHROMISTA,
}

_REPTILES = (
    "squamata",
    "testudines",
    "crocodylia",
    "crocodilia",
    "sphenodontia",
    "rhynchocephalia",
)
# orders of ray-finned fishes, in the spellings of GBIF's backbones and of Eschmeyer's catalogue
_FISHES = tuple(
    """
    acanthuriformes acipenseriformes acropomatiformes albuliformes alepocephaliformes amiiformes
    anabantiformes anguilliformes argentiniformes ateleopodiformes atheriniformes aulopiformes
    batrachoidiformes beloniformes beryciformes blenniiformes callionymiformes caproiformes
    carangaria carangiformes centrarchiformes characiformes chaetodontiformes cichliformes
    clupeiformes cypriniformes cyprinodontiformes dactylopteriformes elopiformes ephippiformes
    esociformes galaxiiformes gadiformes gasterosteiformes gobiesociformes gobiiformes
    gonorynchiformes gymnotiformes hiodontiformes holocentriformes icosteiformes istiophoriformes
    kurtiformes labriformes lampriformes lepidogalaxiiformes lepisosteiformes lophiiformes
    lutjaniformes moroniformes mugiliformes mulliformes myctophiformes notacanthiformes
    ophidiiformes osmeriformes osteoglossiformes ovalentaria pempheriformes perciformes
    percopsiformes pholidichthyiformes pleuronectiformes polymixiiformes polypteriformes
    priacanthiformes saccopharyngiformes salmoniformes scombriformes scombrolabraciformes
    scorpaeniformes siluriformes spariformes stomiiformes stylephoriformes synbranchiformes
    syngnathiformes terapontiformes tetraodontiformes trachichthyiformes trachiniformes
    uranoscopiformes zeiformes
    """.split()  # noqa: SIM905 - eighty quoted names would hide them
)
_CLASSES = {
    "aves": SuperClass.AVES,
    "amphibia": SuperClass.AMPHIBIA,
    "mammalia": SuperClass.MAMMALIA,
    "reptilia": SuperClass.REPTILIA,
    **dict.fromkeys(_REPTILES, SuperClass.REPTILIA),
    "insecta": SuperClass.INSECTA,
    "arachnida": SuperClass.ARACHNIDA,
    **dict.fromkeys(
        (
            "actinopterygii",
            "actinopteri",
            "teleostei",
            "holostei",
            "chondrostei",
            "cladistia",
            "cladistii",
        ),
        SuperClass.ACTINOPTERYGII,
    ),
}
_ORDERS = {
    **dict.fromkeys(_REPTILES, SuperClass.REPTILIA),
    **dict.fromkeys(_FISHES, SuperClass.ACTINOPTERYGII),
}
_KINGDOMS = {
    "plantae": SuperClass.PLANTAE,
    "fungi": SuperClass.FUNGI,
    "chromista": SuperClass.CHROMISTA,
    "protozoa": SuperClass.PROTOZOA,
}


def super_class(
    *, kingdom: str = "", phylum: str = "", class_name: str = "", order: str = ""
) -> SuperClass | None:
    """The super-class of a lineage, in any case; None for bacteria, viruses and unknown life.

    >>> super_class(kingdom="Animalia", phylum="Chordata", class_name="Squamata")
    SuperClass.REPTILIA
    >>> super_class(kingdom="Animalia", phylum="Chordata", order="Perciformes")
    SuperClass.ACTINOPTERYGII
    >>> super_class(kingdom="Animalia", phylum="Chordata", class_name="Elasmobranchii")
    SuperClass.ANIMALIA
    """
    kingdom, phylum, class_name, order = (
        part.strip().casefold() for part in (kingdom, phylum, class_name, order)
    )
    # names are unique among animals only: a plant's order may be called like an animal's class
    if kingdom in _KINGDOMS:
        return _KINGDOMS[kingdom]
    if kingdom not in ("animalia", "metazoa", ""):
        return None
    if class_name in _CLASSES:
        return _CLASSES[class_name]
    if phylum == "mollusca":
        return SuperClass.MOLLUSCA
    if not class_name and order in _ORDERS:
        return _ORDERS[order]
    return SuperClass.ANIMALIA if kingdom else None


def iconic(ancestry: str, key: str = "") -> SuperClass | None:
    """The super-class of an iNaturalist taxon: its nearest iconic ancestor, itself included.

    `ancestry` holds ids from the root downwards with slashes between.

    >>> iconic("48460/1/2/355675/3/7251", "14886"), iconic("48460/67333")
    (SuperClass.AVES, None)
    """
    for part in reversed([*ancestry.split("/"), key]):
        if part.isascii() and part.isdigit() and int(part) in ICONIC:
            return ICONIC[int(part)]
    return None
