"""An organizer settles a task, whatever its kind: accept, edit, ask once more, exclude, undo.

Each step is a row (`crowd/adjudicated.py`) and an entry in the activity log. A settled task stays
as it is, whatever its answers come to say (`crowd/retirement.py`); its consensus is still kept up
to date beside it, so that what the crowd would have decided can be seen.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from crowd import audit, gold_of_adjudications
from crowd.adjudicated import AnyAdjudication
from crowd.errors import Conflict, Invalid, NotFound
from crowd.models import MOST_WORKERS, Assignment, Campaign, GoldStandard, Task, User

R = TypeVar("R", bound=AnyAdjudication)
Action = AnyAdjudication.Action
Ground = AnyAdjudication.Ground

_SETTLEABLE = {Task.State.OPEN, Task.State.RETIRED, Task.State.DISPUTED, Task.State.EXCLUDED}


@dataclass(frozen=True, slots=True)
class Wish:
    """Who decides on which task, and why. `seen` is the version of the adjudication that was on
    the organizer's page, 0 for none."""

    task_id: int
    by: User
    seen: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """An answer that is to stand: `result` as the row has it, and what else belongs to it; or that
    the photo is excluded, and on what `ground`."""

    result: str = ""
    parts: tuple[Any, ...] = ()
    is_exclusion: bool = False
    ground: str = ""


class Adjudicator(ABC, Generic[R]):
    """What one kind of task brings: its rows, the crowd's answer, and what hangs on a row."""

    kind: ClassVar[Campaign.Kind]
    rows: type[R]

    @abstractmethod
    def crowds(self, task: Task) -> tuple[int, Standing]:
        """The version of the task's consensus, 0 for none, and its answer; `result` is empty where
        there is nothing to accept."""

    @abstractmethod
    def parts_of(self, row: R, /) -> tuple[Any, ...]:
        """What belongs to a row's result beside it."""

    @abstractmethod
    def store_parts(self, row: R, parts: tuple[Any, ...], /) -> None:
        """Store what belongs to a row's result beside it."""

    @abstractmethod
    def hurry(self) -> None:
        """Say that a consensus is due; losing this is harmless."""

    @abstractmethod
    def edit(self, wish: Wish, answer: Any, *, now: datetime) -> R:
        """Let an organizer's own answer stand, in the kind's own shape."""

    @abstractmethod
    def known(self, row: R) -> dict[str, Any]:
        """What a row's result says of the photo, as columns of `Reference`."""

    def accept(self, wish: Wish, *, consensus_seen: int, now: datetime) -> R:
        """Let the crowd's answer stand, as it was on the organizer's page (`consensus_seen`).

        Raises `NotFound`, `Conflict` where somebody else has decided meanwhile or other answers
        have come in, `Invalid` where there is no consensus. So do the others.
        """
        with transaction.atomic():
            task, newest = self._lock(wish)
            version, standing = self.crowds(task)
            if version != consensus_seen:
                raise Conflict("More answers have come in meanwhile. Look at the photo once more.")
            if not standing.result:
                raise Invalid("There is no consensus to accept: nobody could tell.")
            return self._settle(task, newest, wish, Action.ACCEPT, standing, now=now)

    def settle(self, wish: Wish, standing: Standing, *, now: datetime) -> R:
        """Let an organizer's own answer stand; the kind has checked it."""
        with transaction.atomic():
            task, newest = self._lock(wish)
            return self._settle(task, newest, wish, Action.EDIT, standing, now=now)

    def exclude(self, wish: Wish, ground: str, *, now: datetime) -> R:
        """Take the photo out of the results."""
        if ground not in Ground.values:
            raise Invalid("Say why.", {"ground": ["Choose why the photo is excluded."]})
        if ground == Ground.OTHER and not wish.reason:
            raise Invalid("Say why.", {"reason": ["Say in a few words why it is excluded."]})
        with transaction.atomic():
            task, newest = self._lock(wish)
            out = Standing(is_exclusion=True, ground=ground)
            return self._settle(task, newest, wish, Action.EXCLUDE, out, now=now)

    def ask(self, wish: Wish, *, now: datetime) -> R:
        """Open the task for one more answer than it has."""
        with transaction.atomic():
            task, newest = self._lock(wish)
            n_asked = task.n_answers - task.n_excluded + 1
            _refuse_to_ask(task, n_asked)
            row = self._add(task, newest, wish, Action.ASK, Standing(), now=now)
            Task.objects.filter(pk=task.pk).update(
                state=Task.State.OPEN,
                is_adjudicated=False,
                n_asked=n_asked,
                n_wanted=Greatest("n_taken", n_asked + F("n_excluded")),
                state_changed_at=now,
            )
        return row

    def undo(self, wish: Wish, *, now: datetime) -> R:
        """Take back the latest step that has not been taken back.

        What stood before stands again, or the task is in the state it was in and its consensus is
        merged anew. Raises `Conflict` where there is nothing to take back.
        """
        with transaction.atomic():
            task, newest = self._lock(wish)
            steps = self.rows._default_manager.filter(task=task, undone_by=None)
            undone = steps.exclude(action=Action.UNDO).order_by("-version").first()
            if undone is None:
                raise Conflict("There is nothing to take back on this photo.")
            _refuse_where_gold(task)
            earlier = self.rows._default_manager.filter(task=task, version=undone.version - 1)
            standing = self.standing(earlier.first())
            row = self._add(task, newest, wish, Action.UNDO, standing, now=now, undoes=undone)
            _turn_back(task, undone, row, now=now)
            transaction.on_commit(self.hurry)
        return row

    def make_gold(self, task_id: int, *, by: User, now: datetime) -> GoldStandard:
        """Let a settled answer measure workers who have not met the photo.

        Raises `NotFound`, and `Conflict` where nothing is settled or it cannot be gold.
        """
        tasks = Task.objects.select_related("campaign", "image")
        with transaction.atomic():
            task = tasks.filter(pk=task_id, campaign__kind=self.kind).first()
            if task is None:
                raise NotFound("There is no such photo to decide on.")
            # as all who make gold, and then as all who decide
            Campaign.objects.select_for_update(no_key=True).get(pk=task.campaign_id)
            Task.objects.select_for_update(no_key=True).get(pk=task_id)
            row = self.current(task)
            if row is None or not row.result:
                raise Conflict("Decide on the photo first: only what is decided can be gold.")
            return gold_of_adjudications.add(task, self.known(row), by=by, now=now)

    def standing(self, row: R | None) -> Standing:
        """What stands after a step."""
        if row is None or not row.is_settling:
            return Standing()
        return Standing(row.result, self.parts_of(row), row.is_exclusion, row.ground)

    def current(self, task: Task) -> R | None:
        """The newest step of a task."""
        return self.rows._default_manager.filter(task=task, is_current=True).first()

    def _lock(self, wish: Wish) -> tuple[Task, R | None]:
        """The task, held until the end of the transaction, and its newest step."""
        tasks = Task.objects.select_for_update(of=("self",), no_key=True)
        found = tasks.select_related("campaign", "image").filter(
            pk=wish.task_id, campaign__kind=self.kind
        )
        task = found.first()
        if task is None or task.state == Task.State.AWAITED:
            raise NotFound("There is no such photo to decide on.")
        if task.state not in _SETTLEABLE:
            raise Conflict("The answer of this photo is known: it is gold.")
        newest = self.current(task)
        if (newest.version if newest else 0) != wish.seen:
            raise Conflict(_overtaken(newest))
        return task, newest

    def _settle(
        self,
        task: Task,
        newest: R | None,
        wish: Wish,
        action: AnyAdjudication.Action,
        standing: Standing,
        *,
        now: datetime,
    ) -> R:
        row = self._add(task, newest, wish, action, standing, now=now)
        _rest(task, standing, now=now)
        return row

    def _add(
        self,
        task: Task,
        newest: R | None,
        wish: Wish,
        action: AnyAdjudication.Action,
        standing: Standing,
        *,
        now: datetime,
        **more: Any,
    ) -> R:
        rows = self.rows._default_manager
        rows.filter(task=task, is_current=True).update(is_current=False)
        row = rows.create(
            task=task,
            version=newest.version + 1 if newest else 1,
            action=action,
            reason=wish.reason,
            result=standing.result,
            is_exclusion=standing.is_exclusion,
            ground=standing.ground,
            state_before=task.state,
            n_wanted_before=task.n_wanted,
            n_asked_before=task.n_asked,
            consensus_version=self.crowds(task)[0],
            by=wish.by,
            at=now,
            **more,
        )
        self.store_parts(row, standing.parts)
        detail = {"image": task.image.file_name, "task": task.pk, "version": row.version}
        subject = f"campaign {task.campaign.slug}"
        said = {"reason": row.reason} if row.reason else {}
        audit.record(
            wish.by,
            f"adjudicate: {action.value}",
            subject,
            detail | said,
            now=now,
            campaign=task.campaign,
        )
        return row


def _overtaken(newest: AnyAdjudication | None) -> str:
    """In words who was quicker."""
    if newest is None:
        return "This photo is not as you saw it any more. Look at it once more."
    who = newest.by.username if newest.by else "somebody"
    what = AnyAdjudication.Action(newest.action).label.lower()
    return f"Nothing was changed: {who} was quicker ({what}). Look at the photo once more."


def _refuse_to_ask(task: Task, n_asked: int) -> None:
    _refuse_where_gold(task)
    if task.campaign.status == Campaign.Status.CLOSED:
        raise Conflict("The campaign is closed: nobody would answer. Decide, or resume it first.")
    if n_asked > MOST_WORKERS:
        raise Conflict(f"{MOST_WORKERS} workers have answered; more are never asked.")


def _refuse_where_gold(task: Task) -> None:
    """Whoever has met the photo as gold must not be handed it again as an ordinary task."""
    twins = Assignment.objects.filter(
        task__campaign=task.campaign_id, task__image=task.image_id, task__state=Task.State.GOLD
    )
    if twins.exists():
        raise Conflict(
            "Workers have met this photo as gold, so its answer stays decided. Edit it instead."
        )


def _rest(task: Task, standing: Standing, *, now: datetime) -> None:
    """Settle the task: nobody gets it any more; who has it may still answer."""
    state = Task.State.EXCLUDED if standing.is_exclusion else Task.State.RETIRED
    Task.objects.filter(pk=task.pk).update(
        state=state, is_adjudicated=True, n_wanted=F("n_taken"), state_changed_at=now
    )


def _turn_back(task: Task, undone: AnyAdjudication, row: AnyAdjudication, *, now: datetime) -> None:
    """Bring the task back to what it was before a step; its consensus is due in any case."""
    if row.is_settling:
        _rest(task, Standing(row.result, is_exclusion=row.is_exclusion), now=now)
        Task.objects.filter(pk=task.pk).update(n_asked=undone.n_asked_before, aggregate_due_at=now)
        return
    # what was asked for may have come in since, and the task gone on from there
    has_moved = undone.action == Action.ASK and task.state != Task.State.OPEN
    Task.objects.filter(pk=task.pk).update(
        state=task.state if has_moved else undone.state_before,
        is_adjudicated=False,
        n_wanted=Greatest("n_taken", undone.n_wanted_before),
        n_asked=undone.n_asked_before,
        aggregate_due_at=now,
        state_changed_at=now,
    )
