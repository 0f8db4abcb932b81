"""Forecasts under way and done: what `simulation.power` expects, simulated in the background.

A forecast takes up to a minute, so a job simulates one campaign after the other, and the page shows
what is there. The results are kept with the broker's marks for a month, under everything they
depend on; numbers of images and prices do not belong to that, since they only multiply. Losing one
costs a simulation, nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from django.conf import settings

from consensus import BOX_METHOD, VOTE_METHOD
from crowd import locks
from crowd.hints import broker
from crowd.models import Campaign
from dashboard.forms import TAUS
from dashboard.queries import pilots
from simulation.mixes import MIXES
from simulation.power import N_SEEDS, Expected, Plan, Run, simulate_once, summarize

KEPT_S = 30 * 24 * 3600
LOST_AFTER = timedelta(seconds=60)  # a simulated campaign takes a few seconds
ANSWERS = (1, 2, 3, 5, 7)
USUAL = Plan()
CHANGES = 2  # counts the changes of what is simulated, so that old forecasts are not shown

State = Literal["running", "lost", "failed", "ready"]


@dataclass(frozen=True, slots=True)
class Question:
    """What a forecast is about. `crowd` is a mix, or the slug of a campaign whose workers, images
    and fit (`fit_id`) are taken; `super_class` and `missed_cost` matter to verification alone."""

    kind: str
    crowd: str
    super_class: str = ""
    fit_id: int | None = None
    clarity: str = "clear"
    missed_cost: float = 1.0

    @property
    def key(self) -> str:
        """A name for the forecast: the same question to the same methods has the same."""
        how = [BOX_METHOD, VOTE_METHOD, CHANGES, settings.FORECAST_IMAGES]
        methods = [*how, *ANSWERS, *taus_of(self.kind)]
        said = json.dumps([asdict(self), methods], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    @property
    def is_of_a_mix(self) -> bool:
        return self.crowd in MIXES and self.fit_id is None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The simulated campaigns so far; `error` says why there will be no more."""

    question: Question
    asked_at: datetime
    beat_at: datetime
    runs: tuple[Run, ...] = ()
    error: str = ""

    @property
    def is_ready(self) -> bool:
        return len(self.runs) >= N_SEEDS

    @property
    def progress(self) -> float:
        return len(self.runs) / N_SEEDS

    def is_lost(self, now: datetime) -> bool:
        """Nobody has worked on it for a while."""
        return not self.is_ready and not self.error and now - self.beat_at > LOST_AFTER

    def state(self, now: datetime) -> State:
        """Where it stands, in a word."""
        if self.error:
            return "failed"
        if self.is_ready:
            return "ready"
        return "lost" if self.is_lost(now) else "running"

    def rows(self) -> list[Expected]:
        """What to expect, from the campaigns simulated so far; empty before the first."""
        return summarize(plan_of(self.question), self.runs) if self.runs else []


def plan_of(question: Question) -> Plan:
    """The plan of a question about a mix; of one about a campaign without its people."""
    mix = question.crowd if question.is_of_a_mix else "mixed"
    return Plan(
        kind="verify" if question.kind == Campaign.Kind.VERIFY else "box",
        crowd=mix,
        super_class=question.super_class or USUAL.super_class,
        clarity=question.clarity,
        missed_cost=question.missed_cost,
        n_images=settings.FORECAST_IMAGES or None,
        answers=ANSWERS,
        taus=taus_of(question.kind),
    )


def taus_of(kind: str) -> tuple[float, ...]:
    """The doubts at which a campaign of this kind can be told to stop, careful ones first."""
    return tuple(TAUS[Campaign.Kind(kind)].values())


def look(key: str) -> Forecast | None:
    """The forecast of that name, if it was ever asked for. Raises RedisError without a broker."""
    said = broker().get(_address(key))
    return None if said is None else _read(json.loads(str(said)))


def ask(question: Question, enqueue: Callable[[Question], None], *, now: datetime) -> Forecast:
    """The forecast of a question, begun if need be; `enqueue` starts the job.

    One that failed or was lost begins again where it stood.
    """
    found = look(question.key)
    if found is not None and not found.error and not found.is_lost(now):
        return found
    runs = () if found is None else found.runs
    begun = Forecast(question, asked_at=now, beat_at=now, runs=runs)
    _keep(begun)
    enqueue(question)
    return begun


def advance(question: Question, *, clock: Callable[[], datetime]) -> Forecast | None:
    """Simulate the next campaign; the forecast as it stands then, or None if another forecast is
    being simulated: one at a time leaves the other processes to the answers."""
    with locks.only_one_meanwhile("forecast") as is_ours:
        found = look(question.key)
        if found is None:
            found = Forecast(question, asked_at=clock(), beat_at=clock())
        if found.is_ready or found.error:
            return found
        if not is_ours:
            _keep(replace(found, beat_at=clock()))
            return None
        grown = _grown(found, clock)
        _keep(grown)
        return grown


def _grown(found: Forecast, clock: Callable[[], datetime]) -> Forecast:
    seed = len(found.runs)
    plan = plan_of(found.question)
    if not found.question.is_of_a_mix:
        pilot = pilots.pilot_of(found.question.crowd)
        if pilot is None:
            return replace(found, error="This campaign has no estimates of its workers any more.")
        plan = replace(plan, crowd=pilot.crowd, layouts=pilot.layouts)
    return replace(found, runs=(*found.runs, simulate_once(plan, seed)), beat_at=clock())


def _address(key: str) -> str:
    return f"quadrat:forecast:{key}"


def _keep(forecast: Forecast) -> None:
    said = {
        "question": asdict(forecast.question),
        "asked_at": forecast.asked_at.isoformat(),
        "beat_at": forecast.beat_at.isoformat(),
        "runs": forecast.runs,
        "error": forecast.error,
    }
    broker().set(_address(forecast.question.key), json.dumps(said), ex=KEPT_S)


def _read(said: dict[str, Any]) -> Forecast:
    return Forecast(
        Question(**said["question"]),
        asked_at=datetime.fromisoformat(said["asked_at"]),
        beat_at=datetime.fromisoformat(said["beat_at"]),
        runs=tuple(said["runs"]),
        error=said["error"],
    )
