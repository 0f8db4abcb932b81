"""Splits that keep observers apart: the paper's rule, and the same rule in plain Python."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import splits
from catalog.importers.records import Unusable
from catalog.staging import Staging
from tests.catalog.staged import Shot, chosen, fill, observers

FEW = settings(max_examples=15, deadline=None)
# Skewed on purpose: most observers have one observation, a few have many photographs.
SHOTS = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from([f"o{n}" for n in range(12)] + ["é", ""]),
        st.integers(0, 3),
        st.sampled_from([1, 1, 1, 2, 5, 40]),
    ),
    max_size=60,
    unique_by=lambda row: row[:3],
).map(
    lambda rows: [
        Shot(taxon, observer, f"{taxon}-{observer}-{which}", place)
        for taxon, observer, which, n_photos in rows
        for place in range(n_photos)
    ]
)


@pytest.fixture(scope="module")
def staging() -> Iterator[Staging]:
    """One for all these tests: `fill` empties it."""
    with Staging.open(memory_mb=200) as made:
        yield made


def assigned(staging: Staging, shots: list[Shot], *, seed: int = 1, **options) -> dict[str, str]:
    fill(staging, shots, shuffle=options.pop("shuffle", 0))
    staging.choose_all()
    splits.assign(staging, seed=seed, **options)
    return chosen(staging)


def lot(seed: int, key: str) -> int:
    """The second half of an MD5, low byte first: what duckdb calls md5_number_lower."""
    return int.from_bytes(hashlib.md5(f"{seed}|{key}".encode()).digest()[8:], "little")


def by_hand(shots: list[Shot], seed: int) -> dict[str, str]:
    """The rule as the paper tells it, one observer after the other."""
    photos: dict[str, dict[str, list[Shot]]] = defaultdict(lambda: defaultdict(list))
    found = {shot.key: "" for shot in shots}
    for shot in shots:
        if shot.observer:
            photos[shot.taxon][shot.observer].append(shot)
    for of_taxon in photos.values():
        order = sorted(
            of_taxon,
            key=lambda who: (
                len({shot.observation for shot in of_taxon[who]}),
                lot(seed, who),
                who,
            ),
        )
        n_test = len(order) * 40 // 100
        split_of = dict.fromkeys(order[:n_test], "test")
        rest = order[n_test:]
        available = sum(len(of_taxon[who]) for who in rest)
        n_val = 0
        while len(rest) > 1 and n_val <= 30 and n_val * 100 < available * 33:
            who = rest.pop(0)
            split_of[who] = "val"
            n_val += len(of_taxon[who])
        split_of |= dict.fromkeys(rest, "train")
        for who, shots_of in of_taxon.items():
            found |= {shot.key: split_of[who] for shot in shots_of}
    return found


def test_the_papers_example_of_twenty_observers_gives_8_test_4_validation_and_8_train(staging):
    found = assigned(staging, observers("a", [1] * 20))
    assert Counter(found.values()) == {"test": 8, "val": 4, "train": 8}


def test_forty_percent_of_the_observers_is_rounded_down(staging):
    shots = [shot for n in range(1, 8) for shot in observers(f"t{n}", [1] * n)]
    found = assigned(staging, shots)
    n_test = Counter(key.partition("-")[0] for key, split in found.items() if split == "test")
    assert n_test == {"t3": 1, "t4": 1, "t5": 2, "t6": 2, "t7": 2}


def test_those_with_the_fewest_observations_go_to_test_and_the_next_to_validation(staging):
    found = assigned(staging, observers("a", [5, 4, 3, 2, 1], n_photos=2))
    split_of = {key[2:5]: split for key, split in found.items()}
    # train-val: 3, 4 and 5 observations, 24 photographs; after the first there are 6, under 33 %
    assert split_of == {"004": "test", "003": "test", "002": "val", "001": "val", "000": "train"}


def test_observations_count_for_the_order_and_not_photographs(staging):
    many_photos = [Shot("a", "one", "a-one-0", place) for place in range(50)]
    two_observations = [Shot("a", "two", f"a-two-{n}") for n in range(2)]
    three_observations = [Shot("a", "three", f"a-three-{n}") for n in range(3)]
    found = assigned(staging, many_photos + two_observations + three_observations)
    assert {split for key, split in found.items() if "one" in key} == {"test"}


def test_validation_ends_with_the_observer_who_takes_it_past_30_photographs(staging):
    # 40 observers: 16 test; 24 with 7 photographs each, 168 in all, of which 33 % is 55.4
    found = assigned(staging, observers("a", [1] * 40, n_photos=7))
    assert Counter(found.values())["val"] == 35


def test_exactly_30_photographs_in_validation_are_not_yet_more_than_30(staging):
    found = assigned(staging, observers("a", [1] * 40, n_photos=6))
    assert Counter(found.values())["val"] == 36


def test_validation_ends_once_33_percent_of_train_and_validation_are_in_it(staging):
    # 30 are not in test; 9 are under 33 % of 30, 10 are above, and far from 30 photographs
    found = assigned(staging, observers("a", [1] * 50))
    assert Counter(found.values()) == {"test": 20, "val": 10, "train": 20}


def test_the_last_observer_stays_in_train_however_few_the_others_are(staging):
    shots = observers("a", [1] * 19 + [200])
    fill(staging, shots)
    staging.choose_all()
    report = splits.assign(staging, seed=1)
    # eleven single photographs are under 33 % of 211: the bare rule takes the twelfth observer too
    assert report.n_photos == {"train": 200, "val": 11, "test": 8, "reserve": 0}
    assert (report.n_taxa, report.n_kept) == (1, 1)


def test_an_only_observer_is_train(staging):
    assert set(assigned(staging, observers("a", [3])).values()) == {"train"}


def test_an_observer_may_be_in_different_splits_for_different_taxa(staging):
    found = assigned(staging, observers("a", [1, 5, 5]) + observers("b", [5, 5, 1]))
    assert found["a-000-0/0"] == "test"
    assert found["b-000-0/0"] != "test"


def test_photographs_of_unknown_observers_are_in_no_split_and_reported(staging):
    shots = [*observers("a", [1, 1, 1]), Shot("a", "", "a-nobody")]
    fill(staging, shots)
    staging.choose_all()
    report = splits.assign(staging, seed=1)
    assert chosen(staging)["a-nobody/0"] == ""
    assert report.left_out == {splits.UNKNOWN_OBSERVER: 1}
    assert splits.leaks(staging) == splits.LeakCheck(n_pairs=3, n_leaking=0, n_unknown=0)


def test_only_chosen_photographs_count(staging):
    fill(staging, observers("a", [1] * 5) + observers("b", [1] * 5))
    staging.sql.execute('INSERT INTO chosen ("row") SELECT "row" FROM photo WHERE key LIKE \'a-%\'')
    splits.assign(staging, seed=1)
    assert Counter(chosen(staging).values()) == {"test": 2, "val": 1, "train": 2}


def test_two_keys_of_one_name_are_one_taxon(staging):
    shots = observers("a", [1] * 5) + observers("b", [3] * 5)
    fill(staging, shots, names={"a": "Avis una", "b": "Avis una"})
    staging.choose_all()
    assert splits.assign(staging, seed=1).n_taxa == 1
    assert splits.leaks(staging) == splits.LeakCheck(n_pairs=5, n_leaking=0, n_unknown=0)


@FEW
@given(shots=SHOTS, seed=st.integers(0, 2**40))
def test_the_windows_say_what_plain_python_says(staging, shots, seed):
    assert assigned(staging, shots, seed=seed) == by_hand(shots, seed)
    check = splits.leaks(staging)
    assert check.n_pairs == len({(shot.taxon, shot.observer) for shot in shots if shot.observer})
    assert (check.n_leaking, check.n_unknown) == (0, 0)


@FEW
@given(shots=SHOTS, orders=st.tuples(st.integers(0, 99), st.integers(100, 199)))
def test_the_order_of_the_rows_changes_nothing(staging, shots, orders):
    first, second = (
        assigned(staging, shots, shuffle=order, n_test=len(shots) // 4, per_taxon=7)
        for order in orders
    )
    assert first == second


def test_another_seed_breaks_ties_otherwise(staging):
    shots = observers("a", [1] * 20)
    assert len({tuple(sorted(assigned(staging, shots, seed=seed).items())) for seed in (1, 2)}) == 2


def test_a_sample_of_the_test_images_stays_and_the_others_are_held_in_reserve(staging):
    shots = observers("a", [1] * 50) + observers("b", [1] * 50)
    whole = assigned(staging, shots)
    found = assigned(staging, shots, n_test=15)
    assert Counter(found.values()) == {"test": 15, "reserve": 25, "val": 20, "train": 40}
    held = {key for key, split in found.items() if split in ("test", "reserve")}
    assert held == {key for key, split in whole.items() if split == "test"}
    assert splits.leaks(staging).is_proved
    other = assigned(staging, shots, seed=2, n_test=15)
    assert {k for k, v in found.items() if v == "test"} != {
        k for k, v in other.items() if v == "test"
    }


def test_a_smaller_sample_is_a_part_of_a_larger_one(staging):
    shots = observers("a", [1] * 50)
    small, large = (assigned(staging, shots, n_test=n) for n in (5, 12))
    in_small, in_large = (
        {key for key, split in found.items() if split == "test"} for found in (small, large)
    )
    assert in_small < in_large


def test_per_taxon_every_taxon_keeps_as_many_test_images(staging):
    shots = observers("a", [1] * 50) + observers("b", [1] * 10)
    found = assigned(staging, shots, per_taxon=6)
    kept = Counter(key[0] for key, split in found.items() if split == "test")
    assert kept == {"a": 6, "b": 4}


@pytest.mark.parametrize(("n_test", "kept"), [(0, 0), (8, 8), (1000, 8)])
def test_more_test_images_than_there_are_is_all_of_them(staging, n_test, kept):
    found = assigned(staging, observers("a", [1] * 20), n_test=n_test)
    assert Counter(found.values())["test"] == kept
    assert len(found) == 20


def test_a_negative_number_of_test_images_is_refused(staging):
    with pytest.raises(Unusable, match="cannot be negative"):
        assigned(staging, observers("a", [1] * 20), n_test=-1)


def test_the_same_again_replaces_what_was_there(staging):
    shots = observers("a", [1] * 20)
    first = assigned(staging, shots, n_test=3)
    splits.assign(staging, seed=1)
    assert Counter(chosen(staging).values())["test"] == 8
    splits.assign(staging, seed=1, n_test=3)
    assert chosen(staging) == first


def test_nothing_chosen_is_nothing_split(staging):
    fill(staging, [])
    report = splits.assign(staging, seed=1, n_test=5)
    assert (report.n_taxa, sum(report.n_photos.values())) == (0, 0)
    assert splits.leaks(staging).sentence().startswith("Nothing to check")


def test_the_check_finds_an_observer_in_two_splits(staging):
    assigned(staging, observers("a", [2] * 20))
    staging.sql.execute(
        'UPDATE chosen SET split = \'train\' WHERE "row" = (SELECT min("row") FROM chosen '
        "WHERE split = 'test')"
    )
    check = splits.leaks(staging)
    assert (check.n_pairs, check.n_leaking, check.is_proved) == (20, 1, False)
    assert check.sentence().startswith("LEAK: 1 of 20 pairs")


def test_the_check_proves_nothing_of_photographs_in_a_split_whose_observer_is_unknown(staging):
    fill(staging, [*observers("a", [1] * 5), Shot("a", "", "a-nobody")])
    staging.choose_all()
    staging.sql.execute("UPDATE chosen SET split = 'train'")
    check = splits.leaks(staging)
    assert (check.n_leaking, check.n_unknown, check.is_proved) == (0, 1, False)
    assert "Of 1 photographs in a split the observer is unknown" in check.sentence()
