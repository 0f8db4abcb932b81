"""Merging votes with given skills, and what a mistake costs."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus import Vote, VoteFit, VoteItem, VoteSkill, merge_items, merge_votes

LABELS = ["animal", "track", "scat"]
GOOD = VoteSkill(accuracy=0.95, n_answers=100)
POOR = VoteSkill(accuracy=0.5, n_answers=100)


def votes(*pairs):
    return [Vote(worker, label) for worker, label in pairs]


def test_the_majority_wins_among_strangers():
    found = merge_votes(votes(("a", "track"), ("b", "animal"), ("c", "track")), labels=LABELS)
    assert (found.label, found.n_votes) == ("track", 3)
    assert found.risk == pytest.approx(1 - found.probability)
    assert sum(found.probabilities.values()) == pytest.approx(1)


def test_one_good_worker_outvotes_two_poor_ones():
    answers = votes(("a", "animal"), ("b", "track"), ("c", "track"))
    skills = {"a": GOOD, "b": POOR, "c": POOR}
    assert merge_votes(answers, labels=LABELS, skills=skills).label == "animal"


def test_a_tie_goes_to_the_label_that_comes_first():
    for order in itertools.permutations([("a", "scat"), ("b", "track")]):
        assert merge_votes(votes(*order), labels=LABELS).label == "track"
        assert merge_votes(votes(*order), labels=LABELS[::-1]).label == "scat"


def test_the_order_of_the_votes_does_not_matter():
    cast = [("a", "animal"), ("b", "track"), ("c", "track"), ("d", "scat")]
    skills = {"a": GOOD, "c": POOR}
    found = [
        merge_votes(votes(*order), labels=LABELS, skills=skills)
        for order in itertools.permutations(cast)
    ]
    assert all(consensus == found[0] for consensus in found)


def test_without_votes_the_prevalence_is_the_answer():
    prevalence = {"animal": 8, "track": 1, "scat": 1}
    found = merge_votes([], labels=LABELS, prevalence=prevalence)
    assert (found.label, found.n_votes) == ("animal", 0)
    assert found.probabilities == pytest.approx({"animal": 0.8, "track": 0.1, "scat": 0.1})


def test_a_rare_label_needs_more_than_one_vote():
    rare = {"animal": 0.98, "track": 0.01, "scat": 0.01}
    once, thrice = votes(("a", "track")), votes(("a", "track"), ("b", "track"), ("c", "track"))
    assert merge_votes(once, labels=LABELS, prevalence=rare).label == "animal"
    assert merge_votes(thrice, labels=LABELS, prevalence=rare).label == "track"


def test_the_last_vote_of_a_worker_counts():
    found = merge_votes(votes(("a", "track"), ("a", "scat")), labels=LABELS)
    assert (found.label, found.n_votes) == ("scat", 1)


def test_a_confusion_matrix_knows_what_a_vote_means():
    swaps = VoteSkill(0.34, 100, ((0.98, 0.01, 0.01), (0.01, 0.01, 0.98), (0.01, 0.98, 0.01)))
    found = merge_votes(votes(("a", "track")), labels=LABELS, skills={"a": swaps})
    assert found.label == "scat"


def test_a_label_outside_the_vocabulary_is_refused():
    with pytest.raises(ValueError, match="feather"):
        merge_votes(votes(("a", "feather")), labels=LABELS)
    with pytest.raises(ValueError, match="empty"):
        merge_votes([], labels=[])
    with pytest.raises(ValueError, match="twice"):
        merge_votes([], labels=["animal", "animal"])


def test_a_skill_for_another_vocabulary_is_refused():
    with pytest.raises(ValueError, match="2 labels"):
        skill = VoteSkill(0.9, 5, ((0.9, 0.1), (0.1, 0.9)))
        merge_votes(votes(("a", "track")), labels=LABELS, skills={"a": skill})


REASONS = ["track", "scat"]


@pytest.mark.parametrize(("p", "cost"), [(0.02, 1), (0.02, 10), (0.3, 1), (0.3, 10), (0.05, 19)])
def test_with_two_labels_the_risk_is_the_cheaper_mistake(p, cost):
    prevalence = {"animal": 1 - p, "track": p}
    found = merge_votes(
        [], labels=["animal", "track"], prevalence=prevalence, costs={"track": cost}
    )
    assert found.risk == pytest.approx(min(cost * p, 1 - p))
    assert found.label == ("track" if cost * p > 1 - p + 1e-6 else "animal")
    assert found.probability == pytest.approx(found.probabilities[found.label])


def test_taking_tracks_for_scat_misses_no_non_instance():
    doubtful = {"animal": 0.02, "track": 0.49, "scat": 0.49}
    costs = {"track": 10, "scat": 10}
    alone = merge_votes([], labels=LABELS, prevalence=doubtful, costs=costs)
    alike = merge_votes([], labels=LABELS, prevalence=doubtful, costs=costs, alike=[REASONS])
    assert alone.risk == pytest.approx(4.92)
    assert alike.risk == pytest.approx(0.02)
    assert alike.label == "track"


def test_non_instances_are_summed_before_they_are_compared_with_the_animal():
    split = {"animal": 0.4, "track": 0.35, "scat": 0.25}
    assert merge_votes([], labels=LABELS, prevalence=split).label == "animal"
    found = merge_votes([], labels=LABELS, prevalence=split, alike=[REASONS])
    assert (found.label, found.probability) == ("track", pytest.approx(0.35))
    assert found.risk == pytest.approx(0.4)


def test_costs_and_sets_that_make_no_sense_are_refused():
    for costs in ({"feather": 2}, {"track": 0}, {"track": float("nan")}, {"track": float("inf")}):
        with pytest.raises(ValueError, match=r"feather|positive"):
            merge_votes([], labels=LABELS, costs=costs)
    with pytest.raises(ValueError, match="two of the sets"):
        merge_votes([], labels=LABELS, alike=[["track"], ["scat", "track"]])
    with pytest.raises(ValueError, match="feather"):
        merge_votes([], labels=LABELS, alike=[["feather"]])


def test_bayes_rule_by_hand():
    """Prior (.9, .1); ada says track with .1 of animals and .8 of tracks, a stranger is right with
    .8. P(track) = .1 * .8 * .8 / (.1 * .8 * .8 + .9 * .1 * .2) = .064 / .082."""
    ada = VoteSkill(0.5, 50, ((0.9, 0.1), (0.2, 0.8)))
    found = merge_votes(
        votes(("ada", "track"), ("new", "track")),
        labels=["animal", "track"],
        skills={"ada": ada},
        prevalence={"animal": 9, "track": 1},
    )
    assert found.probabilities["track"] == pytest.approx(0.064 / 0.082)


def test_the_median_of_three_views_decides_and_their_mean_is_the_risk():
    sure = ((0.98, 0.02), (0.02, 0.98))
    flat = ((0.6, 0.4), (0.4, 0.6))
    found = merge_votes(
        votes(("a", "track")),
        labels=["animal", "track"],
        skills={"a": VoteSkill(0.9, 9, sure, flat)},
    )
    assert found.probabilities == pytest.approx({"animal": 0.1, "track": 0.9})
    assert found.risk == pytest.approx((0.1 + 0.02 + 0.4) / 3)


ballots = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from(LABELS)), max_size=8).map(
    lambda pairs: votes(*pairs)
)
groups = st.sampled_from(["Aves", "Mammalia", "Reptilia"])
FIT = VoteFit(
    skills={"a": GOOD, "b": POOR, "c": VoteSkill(0.8, 9, ((0.9, 0.05, 0.05),) * 3)},
    prevalence={"Aves": {"animal": 0.9, "track": 0.1}, "Mammalia": {"animal": 0.4, "scat": 0.6}},
    overall={"animal": 0.8, "track": 0.1, "scat": 0.1},
)


@given(st.lists(st.builds(VoteItem, ballots, groups), max_size=6))
def test_merging_many_items_gives_what_merging_one_by_one_gives(items):
    costs, alike = {"track": 5}, [REASONS]
    together = list(merge_items(items, labels=LABELS, fit=FIT, costs=costs, alike=alike))
    assert together == [
        merge_votes(
            item.votes,
            labels=LABELS,
            skills=FIT.skills,
            prevalence=FIT.shares(item.group),
            costs=costs,
            alike=alike,
        )
        for item in items
    ]


@given(ballots, st.permutations(LABELS))
def test_the_order_of_the_vocabulary_changes_no_probability(cast, order):
    here = merge_votes(cast, labels=LABELS, skills={"a": GOOD, "b": POOR})
    there = merge_votes(cast, labels=order, skills={"a": GOOD, "b": POOR})
    assert there.probabilities == pytest.approx(here.probabilities)
    assert there.risk == pytest.approx(here.risk)


@given(ballots, st.dictionaries(st.sampled_from(LABELS), st.floats(0.01, 100), max_size=3))
def test_probabilities_sum_to_one_and_no_other_label_is_expected_to_cost_less(cast, costs):
    found = merge_votes(cast, labels=LABELS, skills=FIT.skills, costs=costs)
    assert sum(found.probabilities.values()) == pytest.approx(1)
    expected = {
        label: sum(costs.get(t, 1) * p for t, p in found.probabilities.items() if t != label)
        for label in LABELS
    }
    assert expected[found.label] <= min(expected.values()) + 1e-6
    assert found.risk >= expected[found.label] - 1e-9


@given(ballots)
def test_one_more_vote_of_a_worker_better_than_chance_makes_its_label_likelier(cast):
    before = merge_votes(cast, labels=LABELS)
    after = merge_votes([*cast, Vote("z", "scat")], labels=LABELS)
    assert after.probabilities["scat"] >= before.probabilities["scat"]
