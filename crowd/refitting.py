"""Estimating everybody's skills anew, and carrying what follows to every task.

The order matters where a process is killed: a fit is stored together with the versions that it
calls for, so whatever comes next finds them under way and carries them on.
"""

from __future__ import annotations

from typing import TypeVar

from django.db import transaction

from crowd import locks, remerging, skills, suspension
from crowd.aggregating import Aggregator, Estimation
from crowd.models import ConsensusVersion, Fit
from crowd.remerging import Clock

# A worker who is left out changes the others' skills; that more are found then is rare.
MOST_ROUNDS = 3
LOCK = "fit"

V = TypeVar("V")


def refit(
    aggregator: Aggregator[V], *, clock: Clock, is_forced: bool = False
) -> list[ConsensusVersion]:
    """Estimate skills if that is due, suspend who is below the floor, and merge everything again.

    Returns the versions that were made. Repeating it changes nothing. One fit at a time, of
    whatever kind, so that job processes stay free for the rest.
    """
    with locks.only_one_meanwhile(LOCK) as is_ours:
        if not is_ours:
            return []
        made = remerging.carry_on_all(aggregator, clock=clock)
        if fit(aggregator, clock=clock, is_forced=is_forced):
            made += remerging.carry_on_all(aggregator, clock=clock)
    return made


def fit(aggregator: Aggregator[V], *, clock: Clock, is_forced: bool = False) -> Fit | None:
    """Estimate and store skills if that is due or forced, and open the versions that follow.

    None if there was no need, or nothing new came out. Under the lock of `refit`.
    """
    found = None
    kind, method = aggregator.kind, aggregator.method
    answers = aggregator.answers._default_manager.all()
    for _ in range(MOST_ROUNDS):
        if not is_forced and not skills.is_due(kind, method, answers, now=clock()):
            break
        made = _fit_once(aggregator, clock=clock)
        found, is_forced = made or found, False
    return found


def _fit_once(aggregator: Aggregator[V], *, clock: Clock) -> Fit | None:
    kind, method = aggregator.kind, aggregator.method
    before = skills.newest_fit(kind, method)
    reading = skills.Reading.of(aggregator.answers, now=clock())
    answers = aggregator.answers._default_manager.all()
    is_exclusion = skills.has_changed_exclusions(kind, method, answers)
    estimation = aggregator.estimate()
    judgement = suspension.judge(aggregator, estimation)
    is_news = is_exclusion or not _says_nothing_new(aggregator, before, estimation)
    with transaction.atomic():
        made = None
        if is_news:
            made = _store(aggregator, estimation, reading, is_exclusion=is_exclusion)
        suspension.carry_out(judgement, now=clock())
        n_answers = estimation.n_answers
        skills.note_look(kind, method, reading, n_answers=n_answers, now=clock())
    return made


def _store(
    aggregator: Aggregator[V],
    estimation: Estimation,
    reading: skills.Reading,
    *,
    is_exclusion: bool,
) -> Fit:
    """The fit, and the versions that it calls for under way."""
    made = skills.store(
        aggregator.kind,
        aggregator.method,
        estimation.fitted.skills,
        parameters=estimation.fitted.parameters,
        n_answers=estimation.n_answers,
        n_tasks=estimation.n_tasks,
        last_answer=reading.last_answer,
        now=reading.began_at,
    )
    reason = ConsensusVersion.Reason.EXCLUSION if is_exclusion else ConsensusVersion.Reason.REFIT
    remerging.begin_all(aggregator, made, reason=reason, now=reading.began_at)
    return made


def _says_nothing_new(
    aggregator: Aggregator[V], before: Fit | None, estimation: Estimation
) -> bool:
    if not estimation.fitted.skills:
        return True
    if before is None or before.parameters != estimation.fitted.parameters:
        return False
    stored = skills.load(aggregator.kind, aggregator.method, estimation.fitted.skills)
    return stored == estimation.fitted.skills
