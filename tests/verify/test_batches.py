"""Several verdicts in one request: each is stored, refused or repeated by itself."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from crowd import campaigns, leases
from crowd.models import Assignment, Campaign, Task
from tests import make
from verify.models import Verdict

pytestmark = pytest.mark.django_db

BATCH = "/api/verdicts/"


@pytest.fixture
def campaign(db):
    return make.campaign(5, slug="deer", kind=Campaign.Kind.VERIFY, super_class="Mammalia")


def held(worker, count=5):
    return leases.claim(worker, "deer", count=count, now=timezone.now())[0]


def verdicts(held_, labels=("animal",) * 24):
    return [
        make.verdict(label) | {"assignment": str(lease.id)}
        for lease, label in zip(held_, labels, strict=False)
    ]


def statuses(reply):
    assert reply.status_code == 200, reply.content
    return [result["status"] for result in reply.json()["results"]]


def test_a_batch_stores_each_verdict(api, ada, campaign):
    mine = held(ada)
    labels = ("animal", "tracks", "animal", "scat", "animal")
    reply = api(ada).post(BATCH, {"verdicts": verdicts(mine, labels)})
    assert statuses(reply) == [200] * 5
    bodies = [result["body"] for result in reply.json()["results"]]
    assert [body["assignment"] for body in bodies] == [str(lease.id) for lease in mine]
    stored = {v.assignment_id: v.label for v in Verdict.objects.all()}
    assert [stored[lease.id] for lease in mine] == list(labels)
    assert set(Assignment.objects.values_list("state", flat=True)) == {"submitted"}
    assert Task.objects.filter(aggregate_due_at__isnull=False).count() == 5


def test_a_batch_sent_again_stores_nothing_twice(api, ada, campaign):
    batch = {"verdicts": verdicts(held(ada))}
    api(ada).post(BATCH, batch)
    reply = api(ada).post(BATCH, batch)
    assert statuses(reply) == [200] * 5
    assert all(result["body"]["replayed"] for result in reply.json()["results"])
    assert Verdict.objects.count() == 5
    assert set(Task.objects.values_list("n_answers", flat=True)) == {1}


def test_what_is_wrong_with_one_does_not_hold_up_the_others(api, ada, ben, campaign):
    mine = held(ada)
    batch = verdicts(mine)
    batch[0]["label"] = "unicorn"
    batch[1]["assignment"] = str(uuid.uuid4())
    batch[2]["assignment"] = str(held(ben, 1)[0].id)
    del batch[3]["idempotency_key"]
    reply = api(ada).post(BATCH, {"verdicts": [*batch, {}]})
    assert statuses(reply) == [422, 404, 404, 422, 200, 422]
    results = reply.json()["results"]
    assert "label" in results[0]["body"]["errors"]
    assert results[1]["body"] == results[2]["body"]
    assert [v.assignment_id for v in Verdict.objects.all()] == [mine[4].id]


def test_a_verdict_in_a_batch_may_be_changed_for_a_minute(api, ada, campaign):
    (lease,) = held(ada, 1)
    api(ada).post(BATCH, {"verdicts": verdicts([lease])})
    reply = api(ada).post(BATCH, {"verdicts": verdicts([lease], ["habitat"])})
    assert statuses(reply) == [200]
    assert Verdict.objects.get(is_current=True).label == "habitat"
    Assignment.objects.update(submitted_at=timezone.now() - timedelta(seconds=61))
    reply = api(ada).post(BATCH, {"verdicts": verdicts([lease])})
    assert statuses(reply) == [409]
    assert Verdict.objects.count() == 2


@pytest.mark.parametrize("body", [{}, {"verdicts": []}, {"verdicts": [1]}, {"verdicts": [{}] * 25}])
def test_what_is_no_batch_is_refused(api, ada, campaign, body):
    assert api(ada).post(BATCH, body).status_code == 422


def test_a_suspended_worker_may_still_hand_in_what_is_under_way(api, ada, campaign):
    mine = held(ada, 2)
    ada.status = "suspended"
    ada.save()
    assert statuses(api(ada).post(BATCH, {"verdicts": verdicts(mine)})) == [200, 200]


def test_an_organizer_finds_nothing_of_a_workers_through_a_batch(api, ada, olga, campaign):
    mine = held(ada, 2)
    assert statuses(api(olga).post(BATCH, {"verdicts": verdicts(mine)})) == [404, 404]
    assert Verdict.objects.count() == 0


def test_a_grid_is_asked_for_by_the_campaign():
    make.images(2, super_class="Mammalia")
    words = ["--dataset", "field", "--super-class", "Mammalia", "--grid"]
    call_command("create_campaign", "deer", "--kind", "verify", *words)
    assert Campaign.objects.get().has_grid
    with pytest.raises(CommandError, match="has_grid: Only verification"):
        call_command("create_campaign", "boxes", "--kind", "box", *words)
    assert Campaign.objects.count() == 1


def test_the_page_is_told_of_the_grid(ada, client):
    make.campaign(1, slug="deer", kind=Campaign.Kind.VERIFY, super_class="Mammalia", has_grid=True)
    make.campaign(1, slug="fox", kind=Campaign.Kind.VERIFY, super_class="Mammalia")
    client.force_login(ada.user)
    pages = [client.get(f"/verify/{slug}/").context["page"]["campaign"] for slug in ("deer", "fox")]
    assert [page["has_grid"] for page in pages] == [True, False]


def test_boxes_have_no_grid(db):
    with pytest.raises(campaigns.Invalid):
        make.campaign(1, has_grid=True)
