"""The named ways of merging votes, and the audit that compares one with the majority."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consensus import VOTE_METHOD, StoppingRule, Vote, VoteItem, fit_votes, merge_items
from consensus.vote_methods import (
    VOTE_METHODS,
    compare_with_majority,
    dawid_skene,
    majority,
    maximum_likelihood,
    two_ahead,
)

LABELS = ["animal", "track", "scat"]


def item(*labels):
    """One vote per label, by workers named after their places."""
    return VoteItem([Vote(f"w{index}", label) for index, label in enumerate(labels)])


def test_the_registry_names_our_method_and_the_baselines():
    assert set(VOTE_METHODS) == {VOTE_METHOD, "majority", "two-ahead", "dawid-skene"}
    items = [item("animal", "track"), item()]
    ours = list(VOTE_METHODS[VOTE_METHOD](items, LABELS))
    assert ours == list(merge_items(items, labels=LABELS, fit=fit_votes(items, LABELS)))


def test_the_majority_is_a_share_of_votes_and_a_tie_goes_to_the_first_label():
    items = [item("scat", "track", "scat"), item("scat", "track"), item()]
    clear, tied, empty = majority(items, LABELS)
    assert (clear.label, clear.probability, clear.n_votes) == ("scat", pytest.approx(2 / 3), 3)
    assert (tied.label, tied.risk) == ("track", pytest.approx(0.5))
    assert (empty.label, empty.n_votes, empty.risk) == ("animal", 0, pytest.approx(2 / 3))


def test_two_ahead_stops_at_two_votes_ahead_and_not_before():
    rule = StoppingRule(tau=0.05)
    cases = {
        ("animal", "animal"): True,
        ("animal", "track"): False,
        ("animal", "track", "animal"): False,
        ("animal", "track", "animal", "animal"): True,
        ("animal", "animal", "track", "scat"): False,
        (): False,
    }
    for cast, is_finished in cases.items():
        found = next(two_ahead([item(*cast)], LABELS))
        assert rule.is_finished(found.risk, found.n_votes) == is_finished
    both = next(two_ahead([item("track", "scat", "track")], LABELS, alike=[["track", "scat"]]))
    assert (both.label, both.risk) == ("track", 0)


# Dawid and Skene 1979, table 1: the fitness of 45 patients in four classes by five anaesthetists,
# the first of whom judged three times; one group of seven digits per patient.
TABLE_1 = """
1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343
1111111 2223212 1211111 1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222
1111111 1111111 2322222 1111111 1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334343
2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222
"""


def test_dawid_and_skenes_own_patients_give_their_published_estimates():
    item_of = np.repeat(np.arange(45), 7)
    observer = np.tile([0, 0, 0, 1, 2, 3, 4], 45)
    label = np.array([int(digit) - 1 for patient in TABLE_1.split() for digit in patient])
    found, marginals = maximum_likelihood(item_of, observer, label, 4)
    assert marginals == pytest.approx([0.40, 0.42, 0.11, 0.07], abs=0.005)
    first = [
        [found[i, truth] for i, n in zip(item_of, observer, strict=True) if n == 0]
        for truth in range(4)
    ]
    says = label[observer == 0]
    rates = [
        [sum(p for p, say in zip(row, says, strict=True) if say == k) / sum(row) for k in range(4)]
        for row in first
    ]
    published = [[0.89, 0.11, 0, 0], [0.07, 0.88, 0.05, 0], [0, 0.34, 0.66, 0], [0, 0, 0.56, 0.44]]
    assert np.array(rates) == pytest.approx(np.array(published), abs=0.006)


def test_dawid_skene_by_hand_after_one_iteration():
    """Two items, animal animal track / track track track by the same three workers. The shares of
    the votes make the first P = (2/3, 1/3) and the second (0, 1): prevalence 1/3, 2/3. Rates: the
    first two workers say animal always if it is one, and in (1/3) / (4/3) = 1/4 if it is not; the
    third always says track. P(animal | first) = 1/3 / (1/3 + 2/3 * 1/4 * 1/4) = 8/9."""
    columns = [0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2], [0, 0, 1, 1, 1, 1]
    found, marginals = maximum_likelihood(*(np.array(c) for c in columns), 2, iterations=1)
    assert marginals == pytest.approx([1 / 3, 2 / 3])
    assert found[0] == pytest.approx([8 / 9, 1 / 9])
    assert found[1] == pytest.approx([0, 1], abs=1e-9)


def test_dawid_skene_needs_no_votes_everywhere():
    items = [item(), item("animal", "animal"), item("track", "track"), item()]
    found = list(dawid_skene(items, LABELS))
    assert [seen.n_votes for seen in found] == [0, 2, 2, 0]
    assert found[0].probabilities == pytest.approx({"animal": 0.5, "track": 0.5, "scat": 0})
    assert next(dawid_skene([item()], LABELS)).probability == pytest.approx(1 / 3)


ballots = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(LABELS)), max_size=5)


@settings(max_examples=50)
@given(st.lists(ballots, max_size=6), st.sampled_from(sorted(VOTE_METHODS)))
def test_every_method_answers_for_every_item_in_the_vocabulary(raw, name):
    items = [VoteItem([Vote(*pair) for pair in pairs]) for pairs in raw]
    found = list(VOTE_METHODS[name](items, LABELS, costs={"track": 3}, alike=[["track", "scat"]]))
    assert len(found) == len(items)
    for seen, pairs in zip(found, raw, strict=True):
        assert seen.label in LABELS
        assert seen.n_votes == len(dict(pairs))
        assert sum(seen.probabilities.values()) == pytest.approx(1)
        assert np.isfinite(seen.risk)


def shared_mistake(n_items=400, seed=0):
    """Items and truths: five of nine workers agree on nearly everything, and also, mostly, that two
    fifths of the tracks are an animal; the other four err now and then, each in another place."""
    rng = np.random.default_rng(seed)
    items, truths = [], []
    for _ in range(n_items):
        truth, other = ("track", "animal") if rng.random() < 0.5 else ("animal", "track")
        fools = truth == "track" and rng.random() < 0.4
        is_right = rng.random(9) < [0.3 if fools else 0.97] * 5 + [0.8] * 4
        items.append(item(*np.where(is_right, truth, other).tolist()))
        truths.append(truth)
    return items, truths


def test_an_audit_reveals_a_mistake_that_most_workers_share():
    items, truths = shared_mistake()
    audited = {index: truths[index] for index in range(0, len(items), 2)}
    found = compare_with_majority(items, LABELS[:2], audited)
    assert found.model_error > found.majority_error
    assert found.low > 0
    assert found.trust == "majority"


def test_an_audit_speaks_for_the_model_where_skills_help():
    rng = np.random.default_rng(1)
    truths = rng.choice(LABELS[:2], 400)
    items = [
        item(truth, truth, truth if index % 9 else "track", *rng.choice(LABELS[:2], 4))
        for index, truth in enumerate(truths)
    ]
    found = compare_with_majority(items, LABELS[:2], dict(enumerate(truths)))
    assert found.model_error < found.majority_error
    assert found.high < 0
    assert found.trust == "model"


def test_a_small_audit_decides_nothing():
    items = [item("animal", "animal", "track")] * 20
    found = compare_with_majority(items, LABELS, {0: "animal", 7: "track"})
    assert (found.n_items, found.model_error, found.majority_error) == (2, 0.5, 0.5)
    assert found.low < 0 < found.high
    assert found.trust == "undecided"


def test_reasons_of_a_non_instance_may_count_as_the_same():
    items = [item("track", "track", "animal")] * 5
    audited = {0: "scat", 1: "animal"}
    strict = compare_with_majority(items, LABELS, audited)
    loose = compare_with_majority(
        items, LABELS, audited, same=lambda a, b: (a == "animal") == (b == "animal")
    )
    assert (strict.model_error, loose.model_error) == (1, 0.5)


def test_an_audit_of_nothing_or_of_unknown_things_is_refused():
    items = [item("animal", "animal")]
    for truth in ({}, {1: "animal"}, {-1: "animal"}, {0: "feather"}):
        with pytest.raises(ValueError, match=r"audited|feather"):
            compare_with_majority(items, LABELS, truth)
