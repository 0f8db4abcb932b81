"""Which taxa and photographs a data set takes of what was staged."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import splits
from catalog.importers.records import Unusable
from catalog.selection import Chosen, policies
from catalog.staging import Staging
from tests.catalog.staged import Shot, chosen, fill, observers


@pytest.fixture(scope="module")
def staging() -> Iterator[Staging]:
    """One for all these tests: `fill` empties it."""
    with Staging.open(memory_mb=200) as made:
        yield made


def taken(staging: Staging, name: str, shots: list[Shot], *, seed: int = 0, **options) -> Chosen:
    """What a policy takes of these; `options` of `fill`, the others are the policy's parameters."""
    staged = {key: options.pop(key) for key in ("names", "ranks", "shuffle") if key in options}
    fill(staging, shots, **staged)
    policy = policies()[name]
    given = {key: str(value) for key, value in options.items()}
    return policy.choose(staging, policy.parameters(given, seed=seed))


def taxa(staging: Staging) -> set[str]:
    return {key.partition("-")[0] for key in chosen(staging)}


def photos(taxon: str, n_observations: int, n_each: int) -> list[Shot]:
    return [
        Shot(taxon, f"o{number}", f"{taxon}-{number}", place)
        for number in range(n_observations)
        for place in range(n_each)
    ]


def test_a_policy_is_a_file_of_the_package_with_a_source_and_the_sources_numbers():
    found = policies()
    assert set(found) == {"inat2017", "inat2022"}
    assert "section 3.2" in found["inat2017"].source
    assert found["inat2017"].parameters({}) == found["inat2017"].defaults
    assert "20 different observers" in found["inat2017"].summary


def test_parameters_are_given_by_name_and_the_seed_goes_to_policies_that_draw():
    found = policies()
    parameters = found["inat2017"].parameters({"min_observers": "5"}, seed=9)
    assert (parameters.min_observers, parameters.min_observations) == (5, 20)
    assert found["inat2022"].parameters({"min_photos": "7"}, seed=9).seed == 9
    assert found["inat2022"].parameters({"seed": "3"}, seed=9).seed == 3


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"min_observer": "5"}, "no parameter 'min_observer'; it has min_observations, min_obser"),
        ({"min_observers": "five"}, "whole number from 0, not 'five'"),
        ({"min_observers": "-1"}, "whole number from 0, not '-1'"),
        ({"min_observers": "²"}, "whole number from 0"),
    ],
)
def test_wrong_parameters_are_refused_with_what_would_be_right(given, message):
    with pytest.raises(Unusable, match=message):
        policies()["inat2017"].parameters(given)


def test_2017_takes_taxa_with_twenty_observers_and_not_with_nineteen(staging):
    shots = observers("a", [1] * 20) + observers("b", [1] * 19) + observers("c", [9] * 19)
    found = taken(staging, "inat2017", shots)
    assert taxa(staging) == {"a"}
    assert found == Chosen(
        1, 20, {"taxon with fewer than 20 observations or 20 observers": 19 + 9 * 19}
    )


def test_2017_takes_all_photographs_of_a_taxon_it_takes(staging):
    found = taken(staging, "inat2017", observers("a", [1] * 19 + [3], n_photos=4))
    assert (found.n_taxa, found.n_photos) == (1, 88)


def test_2017_asks_for_observations_too_where_told(staging):
    shots = observers("a", [1] * 20) + observers("b", [2] * 20)
    taken(staging, "inat2017", shots, min_observations=21)
    assert taxa(staging) == {"b"}


def test_2017_counts_only_observations_with_a_photograph(staging):
    fill(staging, observers("a", [1] * 20))
    staging.sql.execute("DELETE FROM photo WHERE key = 'a-007-0/0'")
    policy = policies()["inat2017"]
    assert policy.choose(staging, policy.defaults).n_taxa == 0


def test_2017_does_not_take_nobody_for_an_observer_nor_keep_photographs_of_nobodys(staging):
    unknown = [Shot("a", "", f"a-unknown-{n}") for n in range(5)]
    found = taken(staging, "inat2017", observers("a", [1] * 19) + unknown)
    assert found.n_taxa == 0
    found = taken(staging, "inat2017", observers("a", [1] * 20) + unknown)
    assert found == Chosen(1, 20, {"the observer is unknown": 5})


def test_two_keys_of_one_name_are_one_taxon(staging):
    shots = [*observers("a", [1] * 19), Shot("b", "somebody else", "b-0")]
    names = {"a": "Avis una", "b": "Avis una"}
    assert taken(staging, "inat2017", shots, names=names).n_photos == 20
    shots = photos("a", 60, 1) + photos("b", 40, 1)
    assert taken(staging, "inat2022", shots, names=names) == Chosen(1, 100, {})


def test_2017_is_followed_by_the_papers_splits(staging):
    taken(staging, "inat2017", observers("a", [1] * 20) + observers("b", [1] * 19))
    report = splits.assign(staging, seed=1)
    assert report.n_photos == {"train": 8, "val": 4, "test": 8, "reserve": 0}


def test_2022_takes_a_taxon_of_100_photographs_with_fewer_observations(staging):
    shots = photos("a", 20, 5) + photos("b", 33, 3) + photos("c", 100, 1)
    found = taken(staging, "inat2022", shots)
    assert taxa(staging) == {"a", "c"}
    assert found == Chosen(2, 200, {"taxon with fewer than 100 photographs": 99})


def test_2022_takes_the_first_five_photographs_of_an_observation(staging):
    found = taken(staging, "inat2022", photos("a", 25, 7))
    per_observation = defaultdict(set)
    for key in chosen(staging):
        observation, _, place = key.partition("/")
        per_observation[observation].add(int(place))
    assert len(per_observation) == 25
    assert all(places == {0, 1, 2, 3, 4} for places in per_observation.values())
    assert found.left_out == {"more than 5 photographs of one observation": 50}


def test_2022_does_not_count_a_sixth_photograph_of_an_observation_to_the_100(staging):
    found = taken(staging, "inat2022", photos("a", 19, 6))
    assert found == Chosen(
        0,
        0,
        {
            "more than 5 photographs of one observation": 19,
            "taxon with fewer than 100 photographs": 95,
        },
    )


@pytest.mark.parametrize(
    ("name", "rank"),
    [
        ("Anas platyrhynchos × rubripes", "species"),
        ("Anas platyrhynchos x rubripes", "species"),
        ("×Cupressocyparis leylandii", "species"),
        ("x Cupressocyparis", "genus"),
        ("Anas platyrhynchos", "hybrid"),
        ("Cupressocyparis", "genushybrid"),
        ("Mentha piperita", "nothospecies"),
    ],
)
def test_2022_leaves_out_hybrids_however_they_are_marked(staging, name, rank):
    shots = photos("a", 100, 1) + photos("b", 100, 1)
    names, ranks = {"a": name, "b": "Xema sabini"}, {"a": rank, "b": "species"}
    found = taken(staging, "inat2022", shots, names=names, ranks=ranks)
    assert taxa(staging) == {"b"}
    assert found.left_out == {"hybrid": 100}


def test_2022_takes_a_second_photograph_only_after_a_first_of_every_observation(staging):
    shots = photos("a", 60, 1) + [
        Shot("a", "x", f"a-many-{n}", p) for n in range(20) for p in (0, 1)
    ]
    found = taken(staging, "inat2022", shots, max_photos=90, min_photos=10)
    per_observation = Counter(key.partition("/")[0] for key in chosen(staging))
    assert (found.n_photos, len(per_observation)) == (90, 80)
    assert found.left_out == {"more than 90 photographs of the taxon": 10}


def test_2022_draws_the_observations_with_the_seed(staging):
    shots = photos("a", 40, 1)
    drawn = []
    for seed, shuffle in ((1, 0), (1, 7), (2, 0)):
        given = {"max_photos": 20, "min_photos": 10, "shuffle": shuffle}
        taken(staging, "inat2022", shots, seed=seed, **given)
        drawn.append(frozenset(chosen(staging)))
    assert drawn[0] == drawn[1] != drawn[2]


def test_2022_without_an_upper_limit_takes_all(staging):
    shots = photos("a", 40, 1)
    assert taken(staging, "inat2022", shots, min_photos=10, max_photos=0).n_photos == 40


def test_nothing_staged_is_nothing_chosen(staging):
    for name in policies():
        assert taken(staging, name, []) == Chosen(0, 0, {})


@settings(max_examples=10, deadline=None)
@given(
    sizes=st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 8)), max_size=40),
    limits=st.tuples(st.integers(0, 20), st.integers(0, 30), st.integers(1, 6)),
    seed=st.integers(0, 99),
)
def test_2022_takes_what_rounds_in_plain_python_take(staging, sizes, limits, seed):
    shots = [
        Shot(taxon, "o", f"{taxon}-{number}", place)
        for number, (taxon, n) in enumerate(sizes)
        for place in range(n)
    ]
    min_photos, max_photos, most = limits
    given = {"min_photos": min_photos, "max_photos": max_photos, "max_per_observation": most}
    found = taken(staging, "inat2022", shots, seed=seed, shuffle=seed, **given)
    rounds: dict[str, Counter[int]] = defaultdict(Counter)
    for shot in shots:
        if shot.place < most:
            rounds[shot.taxon][shot.place] += 1
    expected: dict[str, Counter[int]] = {}
    for taxon, of_taxon in rounds.items():
        if of_taxon.total() >= min_photos:
            left = max_photos or of_taxon.total()
            expected[taxon] = Counter()
            for place in sorted(of_taxon):
                expected[taxon][place] = min(left, of_taxon[place])
                left -= expected[taxon][place]
    actual: dict[str, Counter[int]] = defaultdict(Counter)
    for key in chosen(staging):
        actual[key.partition("-")[0]][int(key.partition("/")[2])] += 1
    assert actual == {taxon: +counts for taxon, counts in expected.items()}
    assert found.n_taxa == len(expected)
    assert found.n_photos + sum(found.left_out.values()) == len(shots)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 999))
def test_2017_takes_what_counting_in_plain_python_takes(staging, seed):
    lots = random.Random(seed)
    shots = [
        Shot(taxon, lots.choice(["", *map(str, range(8))]), f"{taxon}-{number}", place)
        for taxon in "abcd"
        for number in range(lots.randrange(14))
        for place in range(lots.randrange(1, 3))
    ]
    # an observation has one observer
    shots = list({(shot.observation, shot.place): shot for shot in shots}.values())
    whose = {shot.observation: shot.observer for shot in shots}
    shots = [shot._replace(observer=whose[shot.observation]) for shot in shots]
    taken(staging, "inat2017", shots, min_observations=6, min_observers=4, shuffle=seed)
    known = [shot for shot in shots if shot.observer]
    expected = {
        shot.key
        for shot in known
        if len({other.observation for other in known if other.taxon == shot.taxon}) >= 6
        and len({other.observer for other in known if other.taxon == shot.taxon}) >= 4
    }
    assert set(chosen(staging)) == expected
