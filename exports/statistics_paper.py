"""What Van Horn et al. report of iNat2017, to be read beside a data set's own figures.

Source: Van Horn et al., "The iNaturalist Species Classification and Detection Dataset", CVPR 2018
(below: the paper), and the data set's own description, the README of the 2017 competition in
visipedia/inat_comp on GitHub (below: the README). What is not certain is left out: the imbalance of
Table 1, the curves of Figures 2 and 4.
"""

from __future__ import annotations

from catalog.superclasses import SuperClass

CITATION = "Van Horn et al., CVPR 2018"
README = "the data set's README of 2017"

TABLE_2: dict[str, tuple[int, int, int, int | None]] = {
    SuperClass.PLANTAE: (2101, 158_407, 38_206, None),
    SuperClass.INSECTA: (1021, 100_479, 18_076, 106_304 + 16_732),
    SuperClass.AVES: (964, 214_295, 21_226, 283_931 + 17_314),
    SuperClass.REPTILIA: (289, 35_201, 5_680, 36_476 + 5_480),
    SuperClass.MAMMALIA: (186, 29_333, 3_490, 31_109 + 2_654),
    SuperClass.FUNGI: (121, 5_826, 1_780, None),
    SuperClass.AMPHIBIA: (115, 15_318, 2_385, 15_812 + 2_280),
    SuperClass.MOLLUSCA: (93, 7_536, 1_841, 8_566 + 1_571),
    SuperClass.ANIMALIA: (77, 5_228, 1_362, 6_643 + 1_143),
    SuperClass.ARACHNIDA: (56, 4_873, 1_086, 4_752 + 1_051),
    SuperClass.ACTINOPTERYGII: (53, 1_982, 637, 2_571 + 511),
    SuperClass.CHROMISTA: (9, 398, 144, None),
    SuperClass.PROTOZOA: (4, 308, 73, None),
}
"""Categories, training images, validation images and boxes by super-class, as in the README. Its
boxes add up to 544,900, while the paper counts 561,767; of validation images only those with a
single instance had their box published."""

MORE_THAN = {1: 0.12, 5: 0.013}
"""Share of images with more than so many instances (the paper, section 3.3)."""

SIZE_SHARES = (0.057, 0.236, 0.707)
"""Small, medium and large boxes at 800 px, with area = half the box (the paper, section 3.3)."""

MOST_NON_INSTANCES: dict[str, float] = {SuperClass.AVES: 0.011, SuperClass.REPTILIA: 0.011}
"""The share of non-instances stays below (the paper, section 3.2.1); that of Mammalia is higher."""
