"""Whatever an organizer changes is in the log: every route, walked.

A new route that organizers post to must be entered here; the walk fails on one that is not.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils import timezone

from annotate import submission
from catalog.superclasses import SuperClass
from crowd import gold_making
from crowd.models import AuditEntry, Campaign, Task, Worker
from tests import make
from tests.test_permissions import ALLOWED, BODIES, ORGANIZERS, World, filled, routes, world

__all__ = ["world"]

Form = Mapping[str, Any]


@dataclass(frozen=True)
class Deed:
    """What is sent, and what the log says of it. `before` makes the thing that is acted upon."""

    action: str
    form: Form | Callable[[World], Form] = field(default_factory=dict)
    before: Callable[[World], None] | None = None
    is_json: bool = False


def _birds() -> Campaign:
    return Campaign.objects.get(slug="birds")


def _known_photo(_world: World) -> None:
    make.images(1, of=_birds().dataset, prefix="more", boxes_xywh=[[1, 1, 9, 9]])


def _reported(world: World) -> None:
    """The worker of the table could not answer the photo."""
    worker = Worker.objects.get(pk=world.values["crowd:home"]["worker_id"])
    data = make.annotation(outcome="problem") | {"timing": {}, "comment": "person"}
    assignment = world.values["annotate:annotation"]["assignment_id"]
    submission.accept(worker, uuid.UUID(assignment), data, now=timezone.now())


def _look(_world: World) -> Form:
    task = Task.objects.exclude(annotations=None).get()
    return {"seen": str(task.pk), "as_of": timezone.now().isoformat()}


def _planned_photos(_world: World) -> None:
    make.images(
        2, of=_birds().dataset, split="train", prefix="planned", super_class=SuperClass.REPTILIA
    )


def _planned(_world: World) -> Form:
    slug = f"{_birds().dataset.slug}-box-reptilia-train"
    return {"box_workers": 3, "verify_workers": 3, "price": 1, "per": "hour", "campaign": slug}


def _decided(world: World) -> None:
    wish = {"action": "edit", "seen": 0, "boxes": []}
    path = filled(dict(routes())["annotate:adjudications"], world.values["annotate:adjudications"])
    reply = world.clients["organizer"].post(path, json.dumps(wish), content_type="application/json")
    assert reply.status_code == 201


def _known_deer(world: World) -> None:
    """A gold photo of a verification."""
    deer = make.campaign(2, slug="gold-deer", kind="verify", super_class="Mammalia", boxes_xywh=[])
    gold_making.add(deer, count=1, now=timezone.now())
    values = world.values["dashboard:gold_label"]
    values |= {"slug": deer.slug, "gold_id": str(deer.gold.get().pk)}


BOXED = {"action": "edit", "seen": 0, "boxes": [{"bbox": [5, 5, 20, 20]}]}


def _unchecked(_world: World) -> None:
    Campaign.objects.filter(follows=_birds()).update(status=Campaign.Status.CLOSED)


NEW = {"kind": "box", "slug": "new-birds", "super_class": "Aves", "stopping": "fixed"}
DEEDS = {
    "dashboard:campaign_new": Deed("create", lambda _: NEW | {"dataset": _birds().dataset.slug}),
    "dashboard:campaign_status": Deed("pause", {"status": "paused"}),
    "dashboard:campaign_archive": Deed("archive", {"archive": "yes"}),
    "dashboard:campaign_clone": Deed(
        "clone", lambda _: {"slug": "birds-2", "dataset": _birds().dataset.slug}
    ),
    "dashboard:checks": Deed(
        "create",
        {"slug": "birds-checked", "check_risk": "0.1", "workers_per_task": "3"},
        _unchecked,
    ),
    "dashboard:campaign_pay": Deed("set pay", {"pay": "0.05", "pay_per": "answer"}),
    "dashboard:instructions": Deed("edit instructions", {"text": "Nests not.", "knowing": "1"}),
    "dashboard:invite": Deed("invite", {"max_uses": "1"}),
    "dashboard:revoke_invitation": Deed("revoke"),
    "dashboard:adjudicate_decide": Deed(
        "adjudicate: exclude", {"action": "exclude", "ground": "broken", "seen": "0"}
    ),
    "dashboard:adjudicate_gold": Deed("add gold", {}, _decided),
    "dashboard:photo_decide": Deed(
        "adjudicate: exclude", {"action": "exclude", "ground": "broken", "seen": 0}, is_json=True
    ),
    "dashboard:gold_boxes": Deed("correct gold", BOXED, is_json=True),
    "dashboard:gold_draw": Deed("add gold", BOXED, is_json=True),
    "dashboard:gold_label": Deed("correct gold", {"label": "scat"}, _known_deer),
    "dashboard:gold_add": Deed("add gold", {"count": "1"}, _known_photo),
    "dashboard:gold_withdraw": Deed("withdraw gold"),
    "dashboard:see_reports": Deed("see reports", _look, _reported),
    "dashboard:worker_message": Deed("write to worker", {"text": "Well done."}),
    "dashboard:worker_practice": Deed("send to practice", {"action": "send"}),
    "dashboard:worker_status": Deed("suspend", {"action": "suspend"}),
    "dashboard:data_set_retry": Deed("fetch again"),
    "dashboard:data_set_copy": Deed("render"),
    "dashboard:data_set_plan": Deed("create", _planned, _planned_photos),
    "exports:releases_page": Deed(
        "create", lambda _: {"dataset": _birds().dataset.slug, "profile": "coco"}
    ),
    "exports:releases": Deed("create", {"profile": "coco"}, is_json=True),
    "annotate:adjudications": Deed(
        "adjudicate: edit", BODIES["annotate:adjudications"], is_json=True
    ),
    "verify:adjudications": Deed("adjudicate: edit", BODIES["verify:adjudications"], is_json=True),
}
"""Every route that organizers alone may post to. A form that is not accepted leaves no entry."""
# a forecast is a question: it changes nothing
QUESTIONS = {"dashboard:plan"}


@pytest.mark.django_db
def test_every_route_that_organizers_post_to_is_in_the_table(world):
    posted = set()
    for name, path in routes():
        if ALLOWED[name] == ORGANIZERS:
            reply = world.clients["organizer"].post(filled(path, world.values[name]))
            posted |= {name} if reply.status_code != 405 else set()
    assert sorted(posted) == sorted(QUESTIONS | set(DEEDS))


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(DEEDS))
def test_whatever_an_organizer_does_is_in_the_log(world, olga, name):
    deed = DEEDS[name]
    if deed.before:
        deed.before(world)
    form = deed.form(world) if callable(deed.form) else deed.form
    path, client = filled(dict(routes())[name], world.values[name]), world.clients["organizer"]
    last = AuditEntry.objects.order_by("id").values_list("pk", flat=True).last() or 0
    if deed.is_json:
        reply = client.post(path, json.dumps(form), content_type="application/json")
    else:
        reply = client.post(path, form)
    new = AuditEntry.objects.filter(pk__gt=last).order_by("id")
    assert deed.action in [entry.action for entry in new], (reply.status_code, reply.content[:2000])
    assert {entry.actor for entry in new} == {olga}
