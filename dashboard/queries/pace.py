"""How long an answer takes on this site, where enough have been given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crowd.models import Campaign
from crowd.planning import usual_seconds
from dashboard.queries.campaigns import ANSWERS
from dashboard.queries.timing import active_seconds

SAMPLE = 500
ENOUGH = 100


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds of attention an answer takes, the mean of the newest `n_answers` of this site; with
    `n_answers` 0, what forecasts assume of a mixed crowd."""

    seconds: float
    n_answers: int


def paces() -> Mapping[Campaign.Kind, Pace]:
    """The pace of each kind of answer."""
    usual = usual_seconds()
    return {kind: _measured(kind) or Pace(usual[kind], 0) for kind in usual}


def _measured(kind: Campaign.Kind) -> Pace | None:
    newest = ANSWERS[kind]._default_manager.filter(is_current=True).order_by("-pk")
    timings = newest.values_list("timing", flat=True)[:SAMPLE]
    seconds = [found for timing in timings if (found := active_seconds(timing))]
    if len(seconds) < ENOUGH:
        return None
    # a tab that was left open for an hour is no work: the longest are cut at ten times the median
    capped = np.minimum(seconds, 10 * np.median(seconds))
    return Pace(float(np.mean(capped)), len(seconds))
