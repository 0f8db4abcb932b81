"""The same proof on what is stored: whose photographs of a taxon are in which splits."""

from __future__ import annotations

import pytest

from catalog import leaks
from catalog.models import Dataset, Image, Observation, Observer
from catalog.splits import LeakCheck
from tests import make

pytestmark = pytest.mark.django_db


def observed(observer: str, *splits: str, species: str = "Parus major") -> Dataset:
    """One photograph in each of these splits, an observation each, all of one observer ('': ?)."""
    dataset = make.dataset()
    taxon, _ = dataset.taxa.get_or_create(name=species, super_class="Aves")
    who = Observer.objects.get_or_create(dataset=dataset, key=observer)[0] if observer else None
    for split in splits:
        key = str(Observation.objects.count())
        observation = Observation.objects.create(
            dataset=dataset, key=key, observer=who, taxon=taxon
        )
        Image.objects.create(
            dataset=dataset,
            file_name=f"{key}.jpg",
            taxon=taxon,
            super_class="Aves",
            split=split,
            observation=observation,
            state=Image.State.AWAITED,
            source_url="https://example.org/1.jpg",
        )
    return dataset


def test_observers_in_one_split_of_a_taxon_each_are_the_proof():
    observed("ana", "train", "train")
    observed("bo", "val")
    dataset = observed("cy", "test", "reserve", "")
    assert leaks.check(dataset) == LeakCheck(n_pairs=3, n_leaking=0, n_unknown=0)
    assert leaks.check(dataset).is_proved


def test_an_observer_may_be_in_several_splits_with_several_taxa():
    observed("ana", "train")
    dataset = observed("ana", "test", species="Pica pica")
    assert leaks.check(dataset) == LeakCheck(n_pairs=2, n_leaking=0, n_unknown=0)


@pytest.mark.parametrize(
    "splits", [("train", "val"), ("val", "test"), ("train", "reserve"), ("train", "val", "test")]
)
def test_an_observer_in_two_splits_of_a_taxon_is_a_leak(splits):
    observed("bo", "train")
    dataset = observed("ana", *splits)
    assert leaks.check(dataset) == LeakCheck(n_pairs=2, n_leaking=1, n_unknown=0)


def test_photographs_of_nobody_known_prove_nothing():
    observed("", "train", "test", "")
    make.images(2, split="train")
    dataset = observed("ana", "train")
    assert leaks.check(dataset) == LeakCheck(n_pairs=1, n_leaking=0, n_unknown=4)


def test_other_data_sets_are_not_looked_at():
    observed("ana", "train", "test")
    assert leaks.check(make.dataset("empty")) == LeakCheck(n_pairs=0, n_leaking=0, n_unknown=0)
