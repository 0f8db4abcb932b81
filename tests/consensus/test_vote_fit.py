"""Learning how workers vote, and how frequent each label is."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consensus import Vote, VoteFit, VoteItem, fit_votes, merge_items

LABELS = ["animal", "track", "scat"]


def item(*pairs, group=""):
    return VoteItem([Vote(worker, label) for worker, label in pairs], group)


def crowd(n_items, seed=3):
    """Truths and votes: five good workers, one who guesses, one who calls every scat a track."""
    rng = np.random.default_rng(seed)
    truths = rng.choice(3, n_items, p=[0.7, 0.15, 0.15])
    items = []
    for truth in truths:
        cast = {f"good{i}": truth if rng.random() < 0.85 else rng.integers(3) for i in range(5)}
        cast["guess"] = rng.integers(3)
        cast["mixes"] = 1 if truth == 2 else truth
        items.append(item(*((worker, LABELS[label]) for worker, label in cast.items())))
    return [LABELS[truth] for truth in truths], items


def binary(n_items, shares, *, votes_per_item=3, n_workers=40, right=0.9, seed=1):
    """Truths and items of the groups in `shares`, each with that share of non-instances; workers
    are right with about the probability `right` and vote on few or many items."""
    rng = np.random.default_rng(seed)
    accuracy = rng.beta(12 * right, 12 * (1 - right), n_workers)
    zeal = rng.pareto(1.2, n_workers) + 0.2
    truths, items = [], []
    for index in range(n_items):
        group = list(shares)[index % len(shares)]
        is_track = rng.random() < shares[group]
        cast = rng.choice(n_workers, votes_per_item, replace=False, p=zeal / zeal.sum())
        says = [is_track == (rng.random() < accuracy[worker]) for worker in cast]
        votes = [(f"w{w}", "track" if say else "animal") for w, say in zip(cast, says, strict=True)]
        truths.append("track" if is_track else "animal")
        items.append(item(*votes, group=group))
    return truths, items


def wrong(items, truths, labels):
    found = merge_items(items, labels=labels, fit=fit_votes(items, labels))
    return sum(seen.label != truth for seen, truth in zip(found, truths, strict=True))


def test_skills_and_prevalence_are_learned():
    truths, items = crowd(300)
    fit = fit_votes(items, LABELS)
    assert fit.skills["good0"].accuracy > 0.8
    assert fit.skills["guess"].accuracy < 0.5
    assert fit.skills["mixes"].confusion[2][1] > 0.8
    assert fit.skills["good0"].n_answers == 300
    assert sum(fit.overall.values()) == pytest.approx(1)
    assert fit.overall["animal"] == pytest.approx(0.7, abs=0.05)
    assert wrong(items, truths, LABELS) <= 6


def test_each_group_has_a_prevalence_of_its_own():
    shares = {"Mammalia": 0.3, "Aves": 0.01}
    _, items = binary(1200, shares)
    fit = fit_votes(items, ["animal", "track"])
    assert fit.prevalence["Mammalia"]["track"] == pytest.approx(0.3, abs=0.06)
    assert fit.prevalence["Aves"]["track"] < 0.05
    assert fit.prevalence["Aves"]["track"] < fit.overall["track"]
    assert fit.shares("Reptilia") == fit.overall
    assert sum(fit.prevalence["Aves"].values()) == pytest.approx(1)


def test_a_group_with_few_items_keeps_near_the_overall_prevalence():
    _, items = binary(600, {"Aves": 0.02})
    small = [item(("w1", "track"), ("w2", "track"), group="Amphibia")] * 2
    fit = fit_votes([*items, *small], ["animal", "track"])
    assert fit.overall["track"] < fit.prevalence["Amphibia"]["track"] < 0.15
    none_seen = [item(("w1", "animal"), ("w2", "animal"), group="Fungi")] * 40
    fit = fit_votes([*items, *none_seen], ["animal", "track"])
    assert 0 < fit.prevalence["Fungi"]["track"] < fit.overall["track"]


def test_where_non_instances_are_rare_a_group_helps_to_tell_them():
    shares = {"Mammalia": 0.25, "Aves": 0.01, "Reptilia": 0.01}
    apart = pooled = 0
    for seed in range(4):
        truths, items = binary(900, shares, right=0.85, seed=seed)
        apart += wrong(items, truths, ["animal", "track"])
        pooled += wrong([VoteItem(seen.votes) for seen in items], truths, ["animal", "track"])
    assert apart < 0.9 * pooled


@pytest.mark.parametrize("share", [0.01, 0.15, 0.5])
@pytest.mark.parametrize(("n_workers", "votes_per_item"), [(150, 2), (150, 3), (30, 5)])
def test_skills_are_never_worse_than_the_majority_on_sparse_votes(share, n_workers, votes_per_item):
    ours = majority = 0.0
    for seed in range(5):
        truths, items = binary(
            300, {"": share}, votes_per_item=votes_per_item, n_workers=n_workers, seed=seed
        )
        ours += wrong(items, truths, ["animal", "track"]) / 1500
        for seen, truth in zip(items, truths, strict=True):
            agreeing = sum(vote.label == truth for vote in seen.votes) / len(seen.votes)
            majority += (0.5 if agreeing == 0.5 else agreeing < 0.5) / 1500
    assert ours <= majority + 0.002


def test_the_order_and_the_names_do_not_change_what_is_learned():
    _, items = crowd(60)
    here = fit_votes(items, LABELS)
    there = fit_votes(
        [item(*((f"x{v.worker}", v.label) for v in seen.votes[::-1])) for seen in items[::-1]],
        LABELS,
    )
    assert there.overall == pytest.approx(here.overall)
    for worker, skill in here.skills.items():
        again = there.skills[f"x{worker}"]
        assert again.accuracy == pytest.approx(skill.accuracy)
        assert np.array(again.confusion) == pytest.approx(np.array(skill.confusion))


def test_the_order_of_the_vocabulary_only_permutes_what_is_learned():
    _, items = crowd(60)
    here, there = fit_votes(items, LABELS), fit_votes(items, LABELS[::-1])
    assert there.overall == pytest.approx(here.overall)
    turned = np.array(there.skills["mixes"].confusion)[::-1, ::-1]
    assert turned == pytest.approx(np.array(here.skills["mixes"].confusion))


def test_items_with_one_vote_teach_no_skill():
    fit = fit_votes([item(("a", "track"))] * 50, LABELS)
    assert fit.skills["a"].n_answers == 0
    assert fit.skills["a"].accuracy == pytest.approx(0.8)
    assert fit.overall["track"] > 0.8


def test_only_the_last_vote_of_a_worker_on_an_item_counts():
    twice = [item(("a", "scat"), ("b", "track"), ("a", "track"))] * 9
    once = [item(("b", "track"), ("a", "track"))] * 9
    assert fit_votes(twice, LABELS) == fit_votes(once, LABELS)


def test_few_votes_move_a_skill_only_a_little():
    fit = fit_votes([item(("a", "track"), ("b", "track"))], LABELS)
    assert 0.75 < fit.skills["a"].accuracy < 0.9


def test_a_fit_survives_json():
    _, items = crowd(20)
    fit = fit_votes(items, LABELS)
    again = VoteFit.from_json(json.loads(json.dumps(fit.as_json())))
    assert again == fit
    merged = list(merge_items(items, labels=LABELS, fit=again))
    assert merged == list(merge_items(items, labels=LABELS, fit=fit))


def test_a_label_outside_the_vocabulary_is_refused():
    with pytest.raises(ValueError, match="feather"):
        fit_votes([item(("a", "feather"))], LABELS)
    with pytest.raises(ValueError, match="empty"):
        fit_votes([], [])


ballots = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 4)), max_size=6)


@settings(max_examples=60)
@given(st.lists(st.tuples(ballots, st.sampled_from(["", "x"])), max_size=8), st.integers(1, 5))
def test_any_votes_give_finite_skills_and_probabilities(raw, n_labels):
    labels = LABELS[:1] + [f"l{n}" for n in range(1, n_labels)]
    items = [
        item(*((worker, labels[label % n_labels]) for worker, label in pairs), group=group)
        for pairs, group in raw
    ]
    fit = fit_votes(items, labels)
    for shares in (fit.overall, *fit.prevalence.values()):
        assert sum(shares.values()) == pytest.approx(1)
        assert min(shares.values()) > 0
    for skill in fit.skills.values():
        assert 0 < skill.accuracy <= 1
        assert np.isfinite(skill.confusion).all()
        assert np.isfinite(skill.confusion_corrected).all()
    for found in merge_items(items, labels=labels, fit=fit):
        assert 0 < found.probability <= 1 + 1e-9
        assert 0 <= found.risk <= 1
