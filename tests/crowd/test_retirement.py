"""When a task retires, asks for one more worker, is opened again or goes to an organizer."""

from __future__ import annotations

import pytest

from crowd import retirement
from crowd.models import Campaign, Task
from crowd.retirement import Outlook

OPEN, RETIRED, DISPUTED = Task.State.OPEN, Task.State.RETIRED, Task.State.DISPUTED


def task(
    n_answers: int,
    *,
    least: int = 2,
    most: int = 5,
    n_wanted: int | None = None,
    state: str = OPEN,
    stopping: str = Campaign.Stopping.ADAPTIVE,
    status: str = Campaign.Status.RUNNING,
    **values,
) -> Task:
    campaign = Campaign(
        stopping=stopping, workers_per_task=least, max_workers=most, tau=0.1, status=status
    )
    wanted = max(n_answers, least) if n_wanted is None else n_wanted
    return Task(
        campaign=campaign,
        state=state,
        n_wanted=wanted,
        n_taken=n_answers,
        n_answers=n_answers,
        **values,
    )


def outcome(task: Task, risk: float, n_looked: int | None = None, **values) -> tuple[str, int]:
    n_looked = task.n_answers if n_looked is None else n_looked
    decision = retirement.decide(task, Outlook(risk=risk, n_looked=n_looked, **values))
    return decision.state, decision.n_wanted


def test_adaptive_retires_as_soon_as_the_risk_allows():
    assert outcome(task(2), 0.1) == (RETIRED, 2)


def test_adaptive_asks_one_more_at_a_time_and_then_an_organizer():
    assert outcome(task(2), 0.11) == (OPEN, 3)
    assert outcome(task(3), 0.11) == (OPEN, 4)
    assert outcome(task(5), 0.11) == (DISPUTED, 5)


def test_adaptive_does_not_wait_for_an_answer_that_is_no_longer_needed():
    assert outcome(task(2, n_wanted=3), 0.05) == (RETIRED, 2)


def test_who_cannot_tell_does_not_count_towards_the_least_number():
    assert outcome(task(2), 0.05, n_looked=1, n_unusable=1) == (OPEN, 3)


@pytest.mark.parametrize(("n_compared", "expected"), [(12, (RETIRED, 1)), (11, (OPEN, 2))])
def test_one_answer_is_enough_only_from_a_proven_worker(n_compared, expected):
    assert outcome(task(1, least=1), 0.01, n_compared=n_compared) == expected


def test_a_pilot_wants_three_answers_in_any_case():
    assert outcome(task(2, n_wanted=3, is_pilot=True), 0.01) == (OPEN, 3)
    assert outcome(task(3, is_pilot=True), 0.01) == (RETIRED, 3)


@pytest.mark.parametrize(("risk", "expected"), [(0.15, (RETIRED, 2)), (0.16, (OPEN, 3))])
@pytest.mark.parametrize("stopping", Campaign.Stopping.values)
def test_a_retired_task_is_opened_again_only_well_over_the_limit(stopping, risk, expected):
    assert outcome(task(2, state=RETIRED, stopping=stopping), risk) == expected


def test_a_closed_campaign_opens_nothing_again():
    closed = task(2, state=RETIRED, status=Campaign.Status.CLOSED)
    assert outcome(closed, 0.9) == (RETIRED, 2)


def test_what_nobody_looked_at_stands_not_even_in_a_closed_campaign():
    closed = task(2, state=RETIRED, status=Campaign.Status.CLOSED)
    assert outcome(closed, 0.9, n_looked=0, n_excluded=2) == (OPEN, 2)
    assert outcome(closed, 0.9, n_looked=1, n_excluded=1) == (RETIRED, 2)


def test_more_slots_than_the_limit_do_not_ask_for_more_answers():
    held = task(2, most=2, n_wanted=4, state=DISPUTED)
    assert outcome(held, 0.9) == (DISPUTED, 2)
    assert outcome(task(3, most=5, n_wanted=9), 0.9) == (OPEN, 4)


def test_a_disputed_task_retires_when_better_skills_settle_it():
    assert outcome(task(5, state=DISPUTED), 0.05) == (RETIRED, 2)


def test_a_fixed_campaign_wants_its_number_first():
    fixed = Campaign.Stopping.FIXED
    assert outcome(task(2, least=3, stopping=fixed), 0.001) == (OPEN, 3)
    assert outcome(task(3, least=3, stopping=fixed), 0.05) == (RETIRED, 3)
    assert outcome(task(3, least=3, stopping=fixed), 0.05, is_contested=True) == (OPEN, 4)


@pytest.mark.parametrize("stopping", Campaign.Stopping.values)
def test_what_is_said_as_a_precaution_never_stands(stopping):
    asked = task(2, stopping=stopping)
    assert outcome(asked, 0.01, is_precaution=True) == (OPEN, 3)
    assert outcome(task(5, stopping=stopping), 0.01, is_precaution=True) == (DISPUTED, 5)
    alone = task(1, least=1, most=1, stopping=stopping)
    assert outcome(alone, 0.5) == (RETIRED, 1)
    assert outcome(alone, 0.5, is_precaution=True) == (DISPUTED, 1)


def test_adaptive_leaves_dissent_to_the_rule():
    assert outcome(task(3), 0.05, is_contested=True) == (RETIRED, 2)


def test_an_answer_that_is_left_out_is_wanted_once_more():
    left_out = task(2, state=RETIRED)
    assert outcome(left_out, 0.05, n_looked=1, n_excluded=1) == (OPEN, 2)
    # what the row then says
    assert retirement.is_news(
        left_out,
        Outlook(risk=0.05, n_looked=1, n_excluded=1),
        retirement.Decision(OPEN, 2),
    )


def test_nothing_new_is_not_written():
    done = task(2, state=RETIRED, risk=0.05)
    same = Outlook(risk=0.055, n_looked=2)
    assert not retirement.is_news(done, same, retirement.decide(done, same))
