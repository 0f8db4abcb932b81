"""An organizer settles a verification task: see `crowd/adjudication.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crowd import hints
from crowd.adjudication import Adjudicator, Standing, Wish
from crowd.errors import Invalid
from crowd.models import Campaign, Task
from verify import gold_scoring, jobs
from verify.models import Adjudication, ConsensusVerdict, Label


class VerdictAdjudicator(Adjudicator[Adjudication]):
    """Verification tasks."""

    kind = Campaign.Kind.VERIFY
    rows = Adjudication

    def crowds(self, task: Task) -> tuple[int, Standing]:
        found = ConsensusVerdict.objects.filter(task=task, is_current=True).first()
        return (found.version, Standing(found.label)) if found else (0, Standing())

    def parts_of(self, _row: Adjudication) -> tuple[Any, ...]:
        return ()

    def store_parts(self, _row: Adjudication, _parts: tuple[Any, ...]) -> None:
        """A label is all there is."""

    def hurry(self) -> None:
        hints.hint(jobs.aggregate_due)

    def known(self, row: Adjudication) -> dict[str, Any]:
        return gold_scoring.known_of(row.result)

    def edit(self, wish: Wish, answer: str, *, now: datetime) -> Adjudication:
        """Let this label stand."""
        if answer not in Label.values:
            raise Invalid("Choose an answer.", {"label": ["This is none of the answers."]})
        return self.settle(wish, Standing(answer), now=now)


VERDICTS = VerdictAdjudicator()
