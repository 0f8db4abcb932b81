"""Merging votes and learning from them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from consensus import Vote, VoteSkill, fit_vote_skills, merge_votes

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
    with pytest.raises(ValueError, match="feather"):
        fit_vote_skills([votes(("a", "feather"))], LABELS)


def test_a_skill_for_another_vocabulary_is_refused():
    with pytest.raises(ValueError, match="2 labels"):
        skill = VoteSkill(0.9, 5, ((0.9, 0.1), (0.1, 0.9)))
        merge_votes(votes(("a", "track")), labels=LABELS, skills={"a": skill})


def crowd(n_items, seed=3):
    """Truths and votes: five good workers, one who guesses, one who calls every scat a track."""
    rng = np.random.default_rng(seed)
    truths = rng.choice(3, n_items, p=[0.7, 0.15, 0.15])
    items = []
    for truth in truths:
        cast = {f"good{i}": truth if rng.random() < 0.85 else rng.integers(3) for i in range(5)}
        cast["guess"] = rng.integers(3)
        cast["mixes"] = 1 if truth == 2 else truth
        items.append([Vote(worker, LABELS[label]) for worker, label in cast.items()])
    return [LABELS[truth] for truth in truths], items


def test_skills_and_prevalence_are_learned():
    truths, items = crowd(300)
    skills, prevalence = fit_vote_skills(items, LABELS)
    assert skills["good0"].accuracy > 0.8
    assert skills["guess"].accuracy < 0.5
    assert skills["mixes"].confusion[2][1] > 0.8
    assert skills["good0"].n_answers == 300
    assert sum(prevalence.values()) == pytest.approx(1)
    assert prevalence["animal"] == pytest.approx(0.7, abs=0.1)
    found = [merge_votes(v, labels=LABELS, skills=skills, prevalence=prevalence) for v in items]
    wrong = sum(f.label != truth for f, truth in zip(found, truths, strict=True))
    assert wrong <= 9


def test_the_order_of_items_and_votes_does_not_change_the_skills():
    _, items = crowd(60)
    here, _ = fit_vote_skills(items, LABELS)
    there, _ = fit_vote_skills([cast[::-1] for cast in items[::-1]], LABELS)
    for worker, skill in here.items():
        assert there[worker].accuracy == pytest.approx(skill.accuracy)


def test_items_with_one_vote_teach_no_skill():
    skills, prevalence = fit_vote_skills([votes(("a", "track"))] * 50, LABELS)
    assert skills["a"].n_answers == 0
    assert skills["a"].accuracy == pytest.approx(0.8)
    assert prevalence["track"] > 0.8


def test_few_votes_move_a_skill_only_a_little():
    agreeing = votes(("a", "track"), ("b", "track"))
    skills, _ = fit_vote_skills([agreeing], LABELS)
    assert 0.75 < skills["a"].accuracy < 0.9


@pytest.mark.parametrize("labels", [["only"], LABELS])
def test_degenerate_vote_tables_stay_finite(labels):
    first = labels[0]
    tables: list[list[list[Vote]]] = [[], [[]], [votes(("a", first))]]
    for items in [*tables, [votes(("a", first), ("b", first))] * 5]:
        skills, prevalence = fit_vote_skills(items, labels)
        assert sum(prevalence.values()) == pytest.approx(1)
        for cast in items:
            found = merge_votes(cast, labels=labels, skills=skills, prevalence=prevalence)
            assert 0 < found.probability <= 1
