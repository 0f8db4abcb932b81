"""Practice before work: how a worker has done, and when that is enough.

Practice is no answer to a task: nothing of it reaches a consensus, a skill or an export. Some
campaigns ask for it of everybody; an organizer can ask it of one worker, at any time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from crowd import audit
from crowd.errors import Conflict
from crowd.models import Campaign, Enrolment, User, Worker
from simulation.sightings import SUPER_CLASSES as TRACED

# a worker has learned it who does well on so many of the latest so many
NEEDED = 4
LATEST = 5


@dataclass(frozen=True, slots=True)
class Practice:
    """How far a worker has come: `n_practised` photos tried, the `latest` of them done well or
    not, oldest first, and whether that has ever been enough. `is_asked_again`: an organizer has
    sent the worker back to it, and that is not passed yet."""

    n_practised: int
    latest: tuple[bool, ...]
    is_qualified: bool
    is_asked_again: bool = False


def has_practice(campaign: Campaign) -> bool:
    """Whether there are scenes to practise on: every boxed super-class is drawn, but the traces of
    a few only."""
    if campaign.kind == Campaign.Kind.VERIFY:
        return campaign.super_class in TRACED
    return campaign.kind == Campaign.Kind.BOX


def practice_of(worker: Worker, campaign: Campaign) -> Practice:
    """What is known so far; writes nothing."""
    place = Enrolment.objects.filter(worker=worker, campaign=campaign).first()
    return _practice(place) if place else Practice(0, (), is_qualified=False)


def is_missing(worker: Worker, campaign: Campaign) -> bool:
    """Whether the worker has to practise before the campaign hands out a photo."""
    if worker.is_simulated:
        return False
    done = practice_of(worker, campaign)
    return (campaign.has_qualification or done.is_asked_again) and not done.is_qualified


def record(
    worker: Worker, campaign: Campaign, number: int, *, is_good: bool, now: datetime
) -> Practice:
    """Note how practice photo `number` (from 0) went; only the first try of each counts, in order.

    Who has once done well on `NEEDED` of the latest `LATEST` stays qualified, until an organizer
    sends the worker back.
    """
    Enrolment.objects.bulk_create(
        [Enrolment(worker=worker, campaign=campaign)], ignore_conflicts=True
    )
    with transaction.atomic():
        place = _locked(worker, campaign)
        if number == place.n_practised:
            place.n_practised += 1
            place.practice = [*place.practice, is_good][-LATEST:]
            if sum(place.practice) >= NEEDED and place.qualified_at is None:
                place.qualified_at, place.is_to_practise = now, False
            place.save(update_fields=["n_practised", "practice", "qualified_at", "is_to_practise"])
    return _practice(place)


def why_not_again(worker: Worker, campaign: Campaign) -> str:
    """What keeps an organizer from sending the worker back; empty where nothing does."""
    if not has_practice(campaign):
        what = "checks" if campaign.kind == Campaign.Kind.CHECK else campaign.super_class
        return f"There is no practice for {what}."
    if worker.is_simulated:
        return "A simulated worker has nothing to learn."
    if is_missing(worker, campaign):
        return "This worker is at practice already."
    return ""


def send_back(worker: Worker, campaign: Campaign, *, by: User, now: datetime) -> None:
    """The worker practises anew before the campaign hands out another photo.

    What is under way may still be handed in. Asking twice changes nothing. Raises `Conflict` where
    there is no practice or nobody to learn from it (`why_not_again`).
    """
    with transaction.atomic():
        place = _locked(worker, campaign)
        if place.is_to_practise:
            return
        if why := why_not_again(worker, campaign):
            raise Conflict(why)
        place.practice, place.qualified_at, place.is_to_practise = [], None, True
        place.save(update_fields=["practice", "qualified_at", "is_to_practise"])
        _note(by, "send to practice", worker, campaign, now)


def call_off(worker: Worker, campaign: Campaign, *, by: User, now: datetime) -> None:
    """The campaign hands out photos again, without more practice; twice changes nothing."""
    with transaction.atomic():
        place = _locked(worker, campaign)
        if not place.is_to_practise:
            return
        # had it not been passed before, there would have been nothing to send back from
        place.qualified_at = now if campaign.has_qualification else None
        place.is_to_practise = False
        place.save(update_fields=["qualified_at", "is_to_practise"])
        _note(by, "call off practice", worker, campaign, now)


def _locked(worker: Worker, campaign: Campaign) -> Enrolment:
    return Enrolment.objects.select_for_update().get(worker=worker, campaign=campaign)


def _note(by: User, action: str, worker: Worker, campaign: Campaign, now: datetime) -> None:
    audit.record(by, action, f"worker {worker.pseudonym}", {}, now=now, campaign=campaign)


def _practice(place: Enrolment) -> Practice:
    return Practice(
        place.n_practised,
        tuple(place.practice),
        place.qualified_at is not None,
        place.is_to_practise,
    )
