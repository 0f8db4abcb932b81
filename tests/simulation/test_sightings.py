"""Photos to tell the animal itself from its traces."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.sightings import ANIMAL_CASES, CASES, SUPER_CLASSES, draw_sighting

SIZE = (160, 120)


def sighting(case: str, super_class: str = "Aves", seed: int = 10):
    return draw_sighting(super_class=super_class, case=case, seed=seed, size=SIZE)


@pytest.mark.parametrize("super_class", SUPER_CLASSES)
@pytest.mark.parametrize("case", CASES)
def test_a_case_shows_what_it_says(case, super_class):
    scene = sighting(case, super_class)
    assert scene.image.size == SIZE
    assert scene.reason == ("animal" if case in ANIMAL_CASES else case)
    assert len(scene.boxes_xywh) == (case in ANIMAL_CASES)


@pytest.mark.parametrize("seed", range(8))
def test_an_animal_is_cut_off_by_the_edge_of_the_photo(seed):
    ((x, y, w, h),) = sighting("part", seed=seed).boxes_xywh
    assert x == 0 or x + w == pytest.approx(SIZE[0])
    assert 0 <= y < y + h <= SIZE[1] + 1e-9
    assert w < 0.6 * SIZE[0]


def test_a_tiny_animal_is_tiny_and_a_hidden_one_not_all_there():
    (tiny,) = sighting("tiny").boxes_xywh
    (whole,) = sighting("animal").boxes_xywh
    assert tiny[2] * tiny[3] < 0.05 * SIZE[0] * SIZE[1] < whole[2] * whole[3]
    assert sighting("hidden", seed=13).boxes_xywh[0, 2] < 0.5 * SIZE[0]


def test_the_same_arguments_give_the_same_pixels():
    first, second = sighting("part"), sighting("part")
    assert np.array_equal(np.asarray(first.image), np.asarray(second.image))


@pytest.mark.parametrize(
    ("super_class", "case"), [("Insecta", "tracks"), ("Plantae", "animal"), ("Aves", "unicorn")]
)
def test_what_cannot_be_drawn_is_refused(super_class, case):
    with pytest.raises(ValueError, match=r"unknown case|no sightings"):
        sighting(case, super_class)
