"""Crowds that verify: rare non-instances, and photographs that mislead everybody."""

import numpy as np
import pytest

from simulation.confusions import LABELS, NON_INSTANCES, VerdictConfusions, draw_lookalike
from simulation.mixes import MIXES
from simulation.voting import simulate_votes, work_votes
from simulation.workers import WorkerProfile, answer_verdict

PERFECT = WorkerProfile("careful", 0.0, accuracy=1.0, cant_tell=0)
CLEAR = VerdictConfusions(non_instance=0, instance=0)


def test_the_same_arguments_give_the_same_votes():
    first, truth = simulate_votes(200, 10, 3, "mixed", 4)
    second, again = simulate_votes(200, 10, 3, "mixed", 4)
    assert (first, truth) == (second, again)
    other, _ = simulate_votes(200, 10, 3, "mixed", 5)
    assert other != first


def test_mixes_see_the_same_items():
    truths = [simulate_votes(300, 10, 2, mix, 3)[1] for mix in MIXES]
    assert all(truth == truths[0] for truth in truths)


def test_mammals_have_more_photos_without_the_animal_than_birds_and_reptiles():
    items, truth = simulate_votes(30_000, 3, 1, "clean", 1)
    shares = {
        group: np.mean(
            [label != "animal" for item, label in zip(items, truth, strict=True)
             if item.group == group]
        )
        for group in NON_INSTANCES
    }  # fmt: skip
    assert shares["Mammalia"] == pytest.approx(0.04, abs=0.006)
    assert max(shares["Aves"], shares["Reptilia"]) < 0.0135
    assert set(truth) == set(LABELS)


def test_perfect_workers_err_only_where_the_photograph_misleads():
    groups = {"Mammalia": 0.5}
    work = work_votes(2000, [PERFECT] * 5, 5, 2, groups=groups)
    fooled = [
        {vote.label for vote in item.votes} != {label}
        for item, label in zip(work.items, work.truth, strict=True)
    ]
    assert 0.02 < np.mean(fooled) < 0.09
    clear = work_votes(500, [PERFECT] * 5, 5, 2, groups=groups, confusions=CLEAR)
    for item, label in zip(clear.items, clear.truth, strict=True):
        assert {vote.label for vote in item.votes} == {label}


def test_a_misleading_photograph_misleads_the_same_way():
    rng = np.random.default_rng(1)
    look = ("animal", 0.6)
    replies = [answer_verdict(PERFECT, "scat", LABELS, rng, lookalike=look) for _ in range(1000)]
    said = [reply.label for reply in replies]
    assert set(said) == {"animal", "scat"}
    assert said.count("animal") / 1000 == pytest.approx(0.6, abs=0.05)


def test_a_non_instance_looks_like_the_animal_and_an_animal_like_something_else():
    always = VerdictConfusions(non_instance=1, instance=1)
    rng = np.random.default_rng(1)
    assert {draw_lookalike(rng, "tracks", LABELS, always)[0] for _ in range(20)} == {"animal"}
    others = {draw_lookalike(rng, "animal", LABELS, always)[0] for _ in range(100)}
    assert others == set(LABELS[1:])


def test_who_leans_overlooks_non_instances_and_raises_no_false_alarm():
    leaning = WorkerProfile("biased", 0.0, accuracy=1.0, lean=0.4, cant_tell=0)
    rng = np.random.default_rng(3)

    def share_animal(truth):
        replies = [answer_verdict(leaning, truth, LABELS, rng) for _ in range(1500)]
        return np.mean([reply.label == "animal" for reply in replies])

    assert share_animal("tracks") == pytest.approx(0.4, abs=0.04)
    assert share_animal("animal") == 1
