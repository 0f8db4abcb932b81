"""The gallery finds the photographs that are hard, and lets organizers decide on them."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from annotate import aggregation, submission
from annotate.models import Adjudication, Annotation, Comparison, Consensus
from crowd import leases
from crowd.models import Campaign, Task
from dashboard.queries import gallery
from simulation.answering import Scene, answer_all
from simulation.confusions import Confusion
from simulation.layouts import Layout
from simulation.workers import draw_crowd
from tests import make
from tests.dashboard import counted
from tests.dashboard.conftest import LEFT
from tests.make import NOON

pytestmark = pytest.mark.django_db

PLAIN = {"timing": {}, "comment": ""}
ALONE = np.array([[100.0, 100.0, 300.0, 200.0]])
CLOSE = np.array([[100.0, 100.0, 300.0, 200.0], [250.0, 120.0, 300.0, 200.0]])


@pytest.fixture
def office(olga) -> Client:
    client = Client()
    client.force_login(olga)
    return client


def shown(office: Client, slug: str, query: str = "") -> list[int]:
    """The tasks on a page of the gallery, in order."""
    reply = office.get(reverse("dashboard:gallery", args=[slug]) + query)
    assert reply.status_code == 200
    return [int(pk) for pk in re.findall(r'id="photo-(\d+)"', reply.content.decode())]


def wish(office: Client, task: Task, **said):
    consensus = Consensus.objects.get(task=task, is_current=True).version
    data = {"seen": 0, "consensus_seen": consensus, **said}
    url = reverse("dashboard:photo_decide", args=[task.campaign.slug, task.pk])
    return office.post(url, json.dumps(data), content_type="application/json")


def compared(task: Task, worker, **figures) -> None:
    """As the job that compares answers would have stored it."""
    none = {"n_boxes": 1, "n_objects": 1, "n_matched": 1, "n_missed": 0, "n_extra": 0, "n_loose": 0}
    edges = {name: [0.0] * 4 for name in ("edges_px", "edges_share", "edges_square")}
    annotation = Annotation.objects.get(task=task, worker=worker, is_current=True)
    own = {"campaign": task.campaign, "task": task, "worker": worker, "received_at": NOON}
    Comparison.objects.update_or_create(
        annotation=annotation, defaults=own | none | edges | {"ious": [0.9]} | figures
    )


def hard_scenes(n: int, n_hard: int) -> tuple[list[Scene], list[bool]]:
    """Animals alone, and among them pairs close together that every other worker takes for one."""
    scenes, is_hard = [], [number < n_hard for number in range(n)]
    np.random.default_rng(5).shuffle(is_hard)
    for hard in is_hard:
        layout = Layout(CLOSE if hard else ALONE, 800, 600)
        confusion = Confusion.none(len(layout.boxes_xywh))
        if hard:
            merged = {"pairs": np.array([[0, 1]]), "merged": np.array([0.5])}
            named = {name: getattr(confusion, name) for name in Confusion.__slots__}
            confusion = Confusion(**(named | merged))
        scenes.append(Scene(layout, confusion))
    return scenes, is_hard


def answered_by(crowd, scenes: list[Scene]) -> tuple[Campaign, list[Task]]:
    """A campaign whose photos are these scenes, answered by all of the crowd; its tasks in the
    order of the scenes."""
    n = len(crowd)
    takers = np.tile(np.arange(n), (len(scenes), 1))
    replies = answer_all(crowd, scenes, takers, np.random.default_rng(4))
    campaign = make.campaign(len(scenes), workers_per_task=n)
    tasks = list(Task.objects.filter(campaign=campaign).order_by("image__file_name"))
    place = {task.image_id: number for number, task in enumerate(tasks)}
    for index in range(n):
        worker = make.worker(f"worker-{index}")
        while held := leases.claim(worker, campaign.slug, count=24, now=NOON)[0]:
            for lease in held:
                reply = replies[place[lease.image.id] * n + index]
                answer = make.annotation(reply.boxes_xywh.tolist(), outcome=reply.outcome)
                submission.accept(worker, lease.id, {**PLAIN, **answer}, now=NOON)
    while aggregation.aggregate_due(now=NOON):
        pass
    return campaign, tasks


def test_the_first_cards_hold_the_hard_photographs_that_a_crowd_met(office):
    n, n_hard = 60, 6
    scenes, is_hard = hard_scenes(n, n_hard)
    crowd = draw_crowd(5, seed=3, mix={"careful": 4, "hasty": 1})
    campaign, tasks = answered_by(crowd, scenes)
    hard = {task.pk for task, hard in zip(tasks, is_hard, strict=True) if hard}
    in_order = shown(office, campaign.slug)
    assert len(hard.intersection(in_order[:n_hard])) / n_hard >= 5 * n_hard / n
    assert len(hard.intersection(in_order[: 3 * n_hard])) >= n_hard - 1


def test_photographs_on_which_skilled_workers_differ_can_come_first(office, birds, ada, ben):
    by_ben, by_ada = Task.objects.filter(campaign=birds).order_by("-pk")
    Comparison.objects.filter(campaign=birds).delete()
    counted.skill(ada, "box", 0.9)
    counted.skill(ben, "box", 0.3)
    compared(by_ada, ada, n_loose=1)
    compared(by_ben, ben, n_missed=1, n_extra=3)
    assert shown(office, "birds", "?order=skilled") == [by_ada.pk, by_ben.pk]
    compared(by_ben, ada, n_extra=1)
    assert shown(office, "birds", "?order=skilled") == [by_ben.pk, by_ada.pk]


def test_the_most_doubtful_come_first_and_the_order_can_be_chosen(office, birds):
    doubtful, apart = Task.objects.filter(campaign=birds).order_by("-pk")
    Task.objects.filter(pk=doubtful.pk).update(risk=0.9, agreement=0.8)
    Task.objects.filter(pk=apart.pk).update(risk=0.2, agreement=0.1)
    assert shown(office, "birds") == [doubtful.pk, apart.pk]
    assert shown(office, "birds", "?order=agreement") == [apart.pk, doubtful.pk]
    Consensus.objects.filter(task=apart).update(count_agreement=0.1)
    Consensus.objects.filter(task=doubtful).update(count_agreement=0.9)
    assert shown(office, "birds", "?order=counts") == [apart.pk, doubtful.pk]
    Task.objects.filter(pk=apart.pk).update(state_changed_at=NOON)
    assert shown(office, "birds", "?order=newest") == [apart.pk, doubtful.pk]
    assert shown(office, "birds", "?order=nonsense&state=x&taxon=y&worker=-1&page=z") == [
        doubtful.pk,
        apart.pk,
    ]


def test_photos_are_found_by_state_taxon_worker_and_pattern(office, birds, ada, ben):
    one, other = Task.objects.filter(campaign=birds).order_by("pk")
    Task.objects.filter(pk=one.pk).update(state=Task.State.DISPUTED)
    Task.objects.filter(pk=other.pk).update(state=Task.State.RETIRED)
    assert shown(office, "birds", "?state=disputed") == [one.pk]
    assert shown(office, "birds", "?state=retired") == [other.pk]
    assert shown(office, "birds", "?state=decided") == []
    taxon = one.image.taxon_id
    assert len(shown(office, "birds", f"?taxon={taxon}")) == 2
    for task in (one, other):
        for worker in (ada, ben):
            compared(task, worker)
    compared(one, ada, n_extra=1, n_boxes=2)
    compared(other, ben, n_missed=1)
    compared(other, ada, n_loose=1)
    found = {
        query: shown(office, "birds", f"?{query}")
        for query in (
            "pattern=extra",
            "pattern=missed",
            "pattern=loose",
            "pattern=counts",
            f"pattern=missed&worker={ada.pk}",
            f"pattern=missed&worker={ben.pk}",
            "pattern=capped",
            "pattern=cant_tell",
        )
    }
    assert list(found.values()) == [
        [one.pk],
        [other.pk],
        [other.pk],
        [one.pk],
        [],
        [other.pk],
        [],
        [],
    ]
    assert len(shown(office, "birds", f"?worker={ben.pk}")) == 2


def test_reports_are_patterns_too(office, ada, ben):
    birds = make.campaign(2, workers_per_task=2)
    make.answer_everything(ada, birds, make.annotation(outcome="problem"))
    make.answer_everything(ben, birds, make.annotation([LEFT]))
    assert len(shown(office, "birds", "?pattern=problem")) == 2
    assert len(shown(office, "birds", f"?pattern=problem&worker={ada.pk}")) == 2
    assert shown(office, "birds", f"?pattern=problem&worker={ben.pk}") == []
    assert shown(office, "birds", "?pattern=cant_tell") == []


def test_verdicts_are_found_by_what_was_said_and_what_was_found(office, mammals, ada, ben):
    crowd = Task.objects.filter(campaign=mammals).order_by("pk")
    found = {
        query: len(shown(office, "mammals", f"?{query}"))
        for query in ("pattern=differs", "pattern=tracks-animal", "pattern=animal-tracks")
    }
    # the two disagree, so one of them differs from whatever was found on each photo
    assert found["pattern=differs"] == crowd.count()
    assert found["pattern=tracks-animal"] + found["pattern=animal-tracks"] == crowd.count()


def test_pages_end_where_nobody_leafs_any_more(birds):
    wish = gallery.wish_of(birds, {"pattern": "missed", "order": "risk"})
    assert wish.is_narrowed
    assert wish.query == "pattern=missed"
    found, has_next = gallery.page(birds, gallery.Wish(), 1)
    assert len(found) == 2
    assert not has_next
    first, second = (task.pk for task in found)
    assert gallery.neighbours(birds, gallery.Wish(), found[0]) == (None, second)
    assert gallery.neighbours(birds, gallery.Wish(), found[1]) == (first, None)


def test_a_decision_in_the_gallery_brings_the_card_as_it_is_then(office, birds):
    task = Task.objects.filter(campaign=birds).first()
    reply = wish(office, task, action="accept")
    assert reply.status_code == 200
    assert "Consensus accepted" in reply.json()["card"]
    assert reply.json()["said"] == f"Photo {task.position + 1}: consensus accepted."
    task.refresh_from_db()
    assert task.is_adjudicated
    assert shown(office, "birds", "?state=decided") == [task.pk]
    undone = wish(office, task, action="undo", seen=1)
    assert 'value="accept"' in undone.json()["card"]
    task.refresh_from_db()
    assert not task.is_adjudicated


def test_what_cannot_be_decided_is_said_in_words(office, birds):
    task = Task.objects.filter(campaign=birds).first()
    assert wish(office, task, action="exclude").status_code == 422
    late = wish(office, task, action="accept", seen=4)
    assert late.status_code == 409
    assert "Look at it once more" in late.json()["detail"]
    assert 'name="seen" value="0"' in late.json()["card"]
    url = reverse("dashboard:photo_decide", args=["birds", task.pk])
    assert office.post(url, "no json", content_type="application/json").status_code == 422
    assert not Adjudication.objects.exists()


def test_the_editor_leads_back_to_the_gallery_it_was_opened_from(office, birds):
    task = Task.objects.filter(campaign=birds).first()
    url = reverse("dashboard:adjudicate_edit", args=["birds", task.pk])
    html = office.get(url, {"gallery": "state=disputed&next=//elsewhere"}).content.decode()
    page = json.loads(re.search(r'id="page-data"[^>]*>(.*?)</script>', html)[1])
    gallery_of = reverse("dashboard:gallery", args=["birds"])
    assert page["urls"]["next"] == f"{gallery_of}?state=disputed#photo-{task.pk}"
