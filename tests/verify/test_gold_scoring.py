"""A verdict against a label that is known."""

from __future__ import annotations

import pytest

from verify.gold_scoring import VerdictScore, score_verdict


@pytest.mark.parametrize(
    ("label", "truth", "is_right", "is_exact", "is_missed"),
    [
        ("animal", "animal", True, True, False),
        ("tracks", "tracks", True, True, False),
        ("tracks", "scat", True, False, False),
        ("animal", "tracks", False, False, True),
        ("habitat", "animal", False, False, False),
    ],
)
def test_an_answer_is_right_where_animal_or_not_is_right(
    label, truth, is_right, is_exact, is_missed
):
    assert score_verdict("answered", label, truth) == VerdictScore(is_right, is_exact, is_missed)


@pytest.mark.parametrize("outcome", ["cant_tell", "problem"])
def test_who_cannot_tell_is_neither_right_nor_wrong(outcome):
    assert score_verdict(outcome, "", "animal").is_right is None
