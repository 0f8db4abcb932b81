"""Every route, as every role: denied unless this table says otherwise.

A new route must be entered here; the walk fails on one that is not.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from crowd import drawings, gold_making, leases, messages, people
from crowd.models import Assignment, Campaign, User, Worker
from exports.models import Release
from tests import make

ROLES = ("nobody", "worker", "organizer", "administrator")
EVERYBODY = frozenset(ROLES)
SIGNED_IN = EVERYBODY - {"nobody"}
ORGANIZERS = frozenset({"organizer", "administrator"})
# what a door that is closed answers: sign in first; not yours; there is no such thing for you
CLOSED = {401, 403, 404}
METHODS = ("get", "post", "put", "patch", "delete")
BODIES = {
    "annotate:adjudications": {"action": "edit", "seen": 0, "boxes": []},
    "annotate:annotation": make.annotation(),
    "annotate:check": make.inspection([], is_all=True),
    "annotate:practice_answer": make.annotation(),
    "verify:practice_answer": make.verdict(),
    "verify:adjudications": {"action": "edit", "seen": 0, "label": "animal"},
    "verify:verdict": make.verdict(),
}
FORMS = {
    "dashboard:adjudicate_decide": {"action": "exclude", "ground": "broken", "seen": "0"},
    "dashboard:campaign_archive": {"archive": "no"},
    "dashboard:campaign_status": {"status": "running"},
    "dashboard:worker_message": {"text": "Well done."},
    "dashboard:worker_practice": {"action": "call_off"},
    "dashboard:worker_status": {"action": "reinstate"},
    "dashboard:invite": {"max_uses": "1"},
    "dashboard:see_reports": {"seen": "1", "as_of": "2026-05-01T12:00:00+00:00"},
}
# who is let in finds nothing there, as these rows come without files
WITHOUT_FILES = {"crowd:image", "exports:release_file"}

ALLOWED = {
    "crowd:home": SIGNED_IN,
    "crowd:join": EVERYBODY,
    "crowd:sign_in": EVERYBODY,
    "crowd:sign_out": SIGNED_IN,
    "crowd:my_work": SIGNED_IN,
    "crowd:message_read": frozenset({"worker"}),
    "crowd:who": SIGNED_IN,
    "crowd:own_summary": SIGNED_IN,
    "crowd:account": SIGNED_IN,
    "crowd:account_delete": SIGNED_IN,
    "crowd:image": ORGANIZERS | {"worker"},
    "crowd:healthz": EVERYBODY,
    "crowd:readyz": EVERYBODY,
    "crowd:claim": SIGNED_IN,
    "crowd:renew": frozenset({"worker"}),
    "crowd:release": frozenset({"worker"}),
    "annotate:task": SIGNED_IN,
    "annotate:check_task": SIGNED_IN,
    "annotate:check": frozenset({"worker"}),
    "annotate:lesson": SIGNED_IN,
    "annotate:practise": SIGNED_IN,
    "annotate:practice": SIGNED_IN,
    "annotate:practice_answer": SIGNED_IN,
    "annotate:practice_picture": SIGNED_IN,
    "annotate:annotation": frozenset({"worker"}),
    "annotate:adjudications": ORGANIZERS,
    "verify:task": SIGNED_IN,
    "verify:adjudications": ORGANIZERS,
    "verify:example": SIGNED_IN,
    "verify:practise": SIGNED_IN,
    "verify:practice": SIGNED_IN,
    "verify:practice_answer": SIGNED_IN,
    "verify:practice_picture": SIGNED_IN,
    "verify:verdict": frozenset({"worker"}),
    "verify:verdicts": SIGNED_IN,
    "exports:releases": ORGANIZERS,
    "exports:release": ORGANIZERS,
    "exports:release_file": ORGANIZERS,
    "exports:releases_page": ORGANIZERS,
    "exports:statistics": ORGANIZERS,
    "exports:statistics_json": ORGANIZERS,
    "dashboard:overview": ORGANIZERS,
    "dashboard:activity": ORGANIZERS,
    "dashboard:agreement": ORGANIZERS,
    "dashboard:agreements": ORGANIZERS,
    "dashboard:activity_csv": ORGANIZERS,
    "dashboard:campaign_activity": ORGANIZERS,
    "dashboard:campaign_archive": ORGANIZERS,
    "dashboard:campaign_clone": ORGANIZERS,
    "dashboard:checks": ORGANIZERS,
    "dashboard:quality": ORGANIZERS,
    "dashboard:super_classes": ORGANIZERS,
    "dashboard:campaign_taxa": ORGANIZERS,
    "dashboard:campaign_pay": ORGANIZERS,
    "dashboard:campaign_figures": ORGANIZERS,
    "dashboard:instructions": ORGANIZERS,
    "dashboard:data_sets": ORGANIZERS,
    "dashboard:data_set": ORGANIZERS,
    "dashboard:data_set_status": ORGANIZERS,
    "dashboard:data_set_retry": ORGANIZERS,
    "dashboard:data_set_copy": ORGANIZERS,
    "dashboard:data_set_plan": ORGANIZERS,
    "dashboard:plan": ORGANIZERS,
    "dashboard:forecast_status": ORGANIZERS,
    "dashboard:campaign": ORGANIZERS,
    "dashboard:campaign_new": ORGANIZERS,
    "dashboard:campaign_status": ORGANIZERS,
    "dashboard:invite": ORGANIZERS,
    "dashboard:revoke_invitation": ORGANIZERS,
    "dashboard:gallery": ORGANIZERS,
    "dashboard:photo_decide": ORGANIZERS,
    "dashboard:adjudicate": ORGANIZERS,
    "dashboard:adjudicate_decide": ORGANIZERS,
    "dashboard:adjudicate_edit": ORGANIZERS,
    "dashboard:adjudicate_gold": ORGANIZERS,
    "dashboard:gold": ORGANIZERS,
    "dashboard:gold_add": ORGANIZERS,
    "dashboard:gold_boxes": ORGANIZERS,
    "dashboard:gold_draw": ORGANIZERS,
    "dashboard:gold_draw_next": ORGANIZERS,
    "dashboard:gold_label": ORGANIZERS,
    "dashboard:gold_withdraw": ORGANIZERS,
    "dashboard:history": ORGANIZERS,
    "dashboard:compare": ORGANIZERS,
    "dashboard:reports": ORGANIZERS,
    "dashboard:see_reports": ORGANIZERS,
    "dashboard:reports_csv": ORGANIZERS,
    "dashboard:workers": ORGANIZERS,
    "dashboard:worker": ORGANIZERS,
    "dashboard:worker_merging": ORGANIZERS,
    "dashboard:worker_message": ORGANIZERS,
    "dashboard:worker_practice": ORGANIZERS,
    "dashboard:worker_status": ORGANIZERS,
    "dashboard:workers_csv": ORGANIZERS,
    "dashboard:task": ORGANIZERS,
    "choose_language": EVERYBODY,
    "app_manifest": EVERYBODY,
    "app_icon": EVERYBODY,
    "api_schema": SIGNED_IN,
    "api_docs": SIGNED_IN,
}
"""Who gets in where. The worker of the table holds a lease on a box task and one on a verify task;
their assignments are nobody else's, not even an organizer's."""


def routes(patterns=None, prefix="", namespace=""):
    """Every URL pattern as (name, path)."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry.url_patterns, path, inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", path


@dataclass
class World:
    values: dict[str, dict[str, str]]
    clients: dict[str, Client]


@pytest.fixture
def world(ada, olga, root) -> World:
    now = timezone.now()
    boxes = make.campaign(3, slug="birds")
    _meet_gold(boxes, ada, now)
    deer = make.campaign(3, slug="deer", kind=Campaign.Kind.VERIFY, super_class="Mammalia")
    (box_lease,), _ = leases.claim(ada, "birds", count=1, now=now)
    (verify_lease,), _ = leases.claim(ada, "deer", count=1, now=now)
    checks = make.check_campaign(boxes)
    make.check_of(checks, boxes.tasks.filter(state="open").order_by("-position")[0])
    (check_lease,), _ = leases.claim(ada, checks.slug, count=1, now=now)
    invitation = people.invite(by=olga, role=User.Role.WORKER, campaign=boxes, now=now)
    message = messages.write(ada, boxes, "Well done.", by=olga, now=now)
    release = Release.objects.create(dataset=boxes.dataset, number=1, created_at=now)
    shared = {
        "slug": "birds",
        "kind": "box",
        "use": "icon",
        "size": "192",
        "key": "0123456789abcdef",
        "token": invitation.token,
        "invitation_id": str(invitation.pk),
        "message_id": str(message.pk),
        "uid": str(box_lease.image.uid),
        "rendition": "display",
        "gold_id": str(boxes.gold.get().pk),
        "version": str(drawings.VERSION),
        "super_class": "Aves",
        "rule": "kind",
        "hint": "good",
        "case": "tracks",
        "number": "3",
        "assignment_id": str(box_lease.id),
        "task_id": str(box_lease.task_id),
        "worker_id": str(ada.pk),
        "release_id": str(release.pk),
        "name": "train.json",
    }
    values = {name: dict(shared) for name in ALLOWED}
    for name in ("verify:task", "verify:practise", "verify:practice", "verify:practice_answer"):
        values[name]["slug"] = deer.slug
    values["verify:adjudications"]["task_id"] = str(verify_lease.task_id)
    values["verify:verdict"]["assignment_id"] = str(verify_lease.id)
    values["annotate:check_task"]["slug"] = checks.slug
    values["annotate:check"]["assignment_id"] = str(check_lease.id)
    for name in ("exports:releases", "exports:statistics", "exports:statistics_json"):
        values[name]["slug"] = boxes.dataset.slug
    for name in (name for name in ALLOWED if name.startswith("dashboard:data_set_")):
        values[name]["slug"] = boxes.dataset.slug
    values["dashboard:data_set"]["slug"] = boxes.dataset.slug
    return World(values, _clients(worker=ada.user, organizer=olga, administrator=root))


def _meet_gold(boxes: Campaign, worker: Worker, now: datetime) -> None:
    """The campaign has a gold photo, and the worker has seen it."""
    (known,) = make.images(1, of=boxes.dataset, prefix="known", boxes_xywh=[[1, 1, 9, 9]])
    gold_making.add_named(boxes, [known.file_name], now=now)
    met = {"state": "submitted", "claimed_at": now, "lease_until": now}
    Assignment.objects.create(task=boxes.gold.get().task, worker=worker, **met)


def _clients(**people_by_role: User) -> dict[str, Client]:
    clients = {role: Client() for role in ROLES}
    for role, user in people_by_role.items():
        clients[role].force_login(user)
    return clients


def filled(path: str, values: dict[str, str]) -> str:
    """A route's path with its placeholders replaced."""
    parts = []
    for part in f"/{path}".split("<"):
        placeholder, end, rest = part.partition(">")
        parts.append(values[placeholder.split(":")[-1]] + rest if end else part)
    return "".join(parts)


def test_every_route_is_in_the_table():
    assert sorted(name for name, _ in routes()) == sorted(ALLOWED)


def knock(client: Client, method: str, name: str, path: str) -> int:
    """The status of one request; being sent to the sign-in page counts as 401."""
    if method == "post" and name in FORMS:
        reply = client.post(path, FORMS[name])
    elif method == "get":
        reply = client.get(path)
    else:
        body = json.dumps(BODIES.get(name, {}))
        reply = getattr(client, method)(path, data=body, content_type="application/json")
    is_sent_away = reply.status_code == 302 and reply["Location"].startswith("/sign-in/")
    return 401 if is_sent_away else reply.status_code


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_who_gets_in_where(world, name):
    path = filled(dict(routes())[name], world.values[name])
    for role in ROLES:
        methods = ("get",) if name == "crowd:sign_out" else METHODS
        statuses = {method: knock(world.clients[role], method, name, path) for method in methods}
        # 405: the method does not exist for anybody, which says nothing of the role
        answered = {status for status in statuses.values() if status != 405}
        assert max(answered, default=0) < 500 or name == "crowd:readyz", (name, role, statuses)
        if role not in ALLOWED[name]:
            assert answered <= CLOSED, (name, role, statuses)
        elif name not in WITHOUT_FILES:
            assert answered <= {200, 201, 202, 204, 302, 409, 422, 503}, (name, role, statuses)


@pytest.mark.django_db
def test_a_worker_sees_no_image_that_was_not_assigned(world):
    campaign = Campaign.objects.get(slug="birds")
    other = campaign.tasks.exclude(pk=int(world.values["crowd:home"]["task_id"])).first()
    reply = world.clients["worker"].get(f"/images/{other.image.uid}/display.jpg")
    assert reply.status_code == 404


@pytest.mark.django_db
def test_the_full_size_original_leaves_the_house_for_nobody(world):
    uid = world.values["crowd:home"]["uid"]
    for role in ROLES:
        assert world.clients[role].get(f"/images/{uid}/full.jpg").status_code == 404


@pytest.mark.django_db
def test_an_unknown_assignment_and_somebody_elses_look_alike(world, ben):
    client = Client()
    client.force_login(ben.user)
    theirs = world.values["crowd:home"]["assignment_id"]
    replies = [
        client.post(f"/api/assignments/{which}/renew/", content_type="application/json")
        for which in (theirs, uuid.uuid4())
    ]
    assert {reply.status_code for reply in replies} == {404}
    assert replies[0].content == replies[1].content
