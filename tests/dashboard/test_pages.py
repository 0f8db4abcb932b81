"""What organizers are shown, who may see it, and what it costs."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotate import aggregation as box_aggregation
from annotate.models import Annotation
from catalog.superclasses import SuperClass
from crowd import workers
from crowd.models import Campaign, Enrolment, Task, Worker
from dashboard.queries.verdicts import verdict_table
from tallies import counting
from tallies.models import Tally
from tests import make
from tests.dashboard.conftest import LEFT
from tests.dashboard.counted import tally
from tests.make import NOON
from verify import aggregation as verify_aggregation

pytestmark = pytest.mark.django_db

PAGES = ["campaign", "gallery", "history", "workers"]


@pytest.fixture
def load(olga):
    """Loads a page as the organizer; returns its HTML."""
    client = Client()
    client.force_login(olga)

    def html_of(name: str, *args, query: str = "") -> str:
        reply = client.get(reverse(f"dashboard:{name}", args=args) + query)
        assert reply.status_code == 200
        return str(reply.content.decode())

    return html_of


def words(html: str) -> str:
    """The page as a reader gets it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def every_page(campaign: Campaign) -> list[str]:
    task = Task.objects.filter(campaign=campaign).order_by("pk")[0]
    return [
        reverse("dashboard:overview"),
        reverse("dashboard:campaign_new"),
        *(reverse(f"dashboard:{name}", args=[campaign.slug]) for name in PAGES),
        reverse("dashboard:task", args=[task.pk]),
        reverse("dashboard:worker", args=[campaign.slug, Worker.objects.order_by("pk")[0].pk]),
    ]


def test_workers_are_kept_out_of_every_page(birds, ada):
    client = Client()
    client.force_login(ada.user)
    for url in every_page(birds):
        assert client.get(url).status_code == 403, url


def test_strangers_are_asked_to_sign_in(birds):
    for url in every_page(birds):
        assert Client().get(url).status_code == 302, url


def test_no_page_breaks_the_content_security_policy(birds, mammals, olga):
    client = Client()
    client.force_login(olga)
    for url in every_page(birds) + every_page(mammals):
        html = client.get(url).content.decode()
        assert " style=" not in html, url
        # data is no program: the policy has nothing against it
        assert not re.search(r"<script(?![^>]*(\bsrc=|application/json))", html), url


def test_an_empty_dashboard_says_what_to_do_first(load):
    said = words(load("overview"))
    assert "No campaigns yet" in said
    assert "manage.py import_images" in said


def test_the_overview_counts_photos_in_words(load, birds):
    Task.objects.filter(campaign=birds).update(state=Task.State.RETIRED)
    first = Task.objects.filter(campaign=birds).order_by("pk")[0]
    Task.objects.filter(pk=first.pk).update(state=Task.State.DISPUTED)
    assert "1 of 2 photos finished, 1 disputed" in words(load("overview"))


def test_a_campaign_shows_how_well_workers_agree(load, birds):
    counting.count_all(birds, now=NOON)
    said = words(load("campaign", "birds"))
    # of two birds they share one, box for box: IoU 1 and 0
    assert "Mean pairwise IoU 0.50" in said
    assert "Same number of boxes 0 %" in said
    assert "Krippendorff's alpha" in said
    assert "Over the 2 photos with at least two answers" in said
    # alpha takes longest to count, and nothing waits for it
    Tally.objects.filter(topic="agreement").delete()
    assert "Krippendorff's alpha –" in words(load("campaign", "birds"))


def test_a_new_campaign_has_nothing_to_compare(load):
    make.campaign(1)
    assert "Nothing to compare yet" in words(load("campaign", "birds"))
    assert "Nobody has answered yet" in words(load("gallery", "birds"))
    assert "No worker has answered yet" in words(load("workers", "birds"))


def test_the_verdict_table_counts_photos_and_votes(load, mammals):
    said = words(load("campaign", "mammals"))
    assert re.search(r"Tracks non-instance \d [\d.–]+ 2 ", said)
    assert re.search(r"Animal visible instance \d [\d.–]+ 2 ", said)


def test_the_verdict_table_of_a_large_campaign_is_the_one_that_jobs_counted(mammals):
    counting.count_all(mammals, now=NOON)
    live = verdict_table(mammals, is_live=True)
    assert live.counted_at is None
    assert verdict_table(mammals, is_live=False) == replace(live, counted_at=NOON)


def test_the_gallery_draws_the_boxes_of_every_worker_and_the_consensus(load, birds):
    html = load("gallery", "birds")
    assert 'viewBox="0 0 800 600"' in html
    assert html.count('class="worker-1"><rect') == 2
    assert html.count('class="worker-2"><rect') == 2
    assert html.count('data-layer="consensus" class="consensus"><rect') == 2


def test_the_gallery_can_be_narrowed_to_disputed_photos(load, birds):
    Task.objects.filter(campaign=birds).update(state=Task.State.OPEN)
    first = Task.objects.filter(campaign=birds).order_by("pk")[0]
    Task.objects.filter(pk=first.pk).update(state=Task.State.DISPUTED)
    found = re.findall(
        r"/dashboard/tasks/(\d+)/", load("gallery", "birds", query="?state=disputed")
    )
    assert found == [str(first.pk)]


def test_votes_are_shown_as_chips(load, mammals):
    said = words(load("gallery", "mammals"))
    assert "Animal visible 1" in said
    assert "Tracks 1" in said


def test_a_task_compares_each_worker_with_the_consensus(load, birds, ada, ben):
    task = Task.objects.filter(campaign=birds).order_by("pk")[0]
    n_fused = task.consensuses.get(is_current=True).boxes.count()
    said = words(load("task", task.pk))
    assert f"A {ada.pseudonym} Boxed 2 1.00 0 {2 - n_fused}" in said
    assert f"B {ben.pseudonym} Boxed 1 1.00 {n_fused - 1} 0" in said


def test_an_answer_that_came_after_the_consensus_says_so(load, birds, ada):
    task = Task.objects.filter(campaign=birds).order_by("pk")[0]
    consensus = task.consensuses.get(is_current=True)
    consensus.evidence = list(
        Annotation.objects.filter(task=task).exclude(worker=ada).values_list("pk", flat=True)
    )
    consensus.save()
    assert "not in the consensus yet" in words(load("task", task.pk))


def test_a_photo_problem_shows_the_workers_words(load, ada):
    campaign = make.campaign(1, workers_per_task=1)
    problem = make.annotation(outcome="problem") | {"comment": "it is upside down"}
    make.answer_everything(ada, campaign, problem)
    task = Task.objects.get(campaign=campaign)
    said = words(load("task", task.pk))
    assert "Photo problem: something else" in said
    assert "it is upside down" in said


def test_a_reason_from_the_menu_is_told_in_words(load, ada):
    campaign = make.campaign(1, workers_per_task=1)
    problem = make.annotation(outcome="problem") | {"comment": "unusable"}
    make.answer_everything(ada, campaign, problem)
    said = words(load("task", Task.objects.get(campaign=campaign).pk))
    assert "Photo problem: too dark, blurred or small" in said
    assert "unusable" not in said


def test_an_automatic_suspension_shows_its_figures(load, birds, ben):
    figures = {"kind": "box", "quality": 0.21, "quality_sd": 0.05, "floor": 0.35, "n_compared": 60}
    assert workers.suspend_automatically({ben: figures}, now=NOON)
    tally(ben, birds)
    said = words(load("workers", "birds"))
    assert "1 is paused and gets no new tasks; the answers of 1 are left out" in said
    assert "Left out automatically" in said
    said = words(load("worker", "birds", ben.pk))
    assert (
        "paused answers left out Automatically: boxes far from everybody else's "
        "(quality 0.21 ± 0.05, floor 0.35, 60 compared)" in said
    )


def test_a_workers_page_tells_what_is_known_and_what_was_done(load, birds, ben, olga):
    workers.suspend(ben, by=olga, now=NOON)
    tally(ben, birds, n_answers=2)
    said = words(load("worker", "birds", ben.pk))
    assert f"{ben.pseudonym}: skill not known yet paused" in said
    assert "Answers 2" in said
    assert "Paused olga" in said
    stranger = make.worker("stranger")
    Enrolment.objects.create(campaign=birds, worker=stranger)
    assert "No answer has been counted yet" in words(load("worker", "birds", stranger.pk))


def test_an_adaptive_campaign_tells_what_it_saved(load, ada, ben):
    thrifty = make.campaign(3, slug="thrifty", stopping=Campaign.Stopping.ADAPTIVE, max_workers=5)
    assert "after 2 to 5 answers" in words(load("campaign", "thrifty"))
    for worker in (ada, ben):
        make.answer_everything(worker, thrifty, make.annotation([LEFT]))
    Task.objects.filter(campaign=thrifty).update(state=Task.State.RETIRED)
    said = words(load("campaign", "thrifty"))
    assert "2 to 5 workers a photo, as many as it needs" in said
    assert "2.0 answers a finished or disputed photo, 6 in all" in said
    assert "asking 5 workers about each would have needed 15" in said


@pytest.mark.parametrize("kind", ["box", "verify"])
@pytest.mark.parametrize("name", ["overview", *PAGES, "task", "worker"])
def test_a_page_takes_as_many_queries_for_many_tasks_and_workers_as_for_few(load, name, kind):
    few = crowded("few", kind, n_tasks=2, n_workers=2)
    args = {"overview": [], **first_of(few)}
    early = n_queries(load, name, args.get(name, ["few"]))
    many = crowded("many", kind, n_tasks=9, n_workers=5)
    args |= first_of(many)
    late = n_queries(load, name, args.get(name, ["many"]))
    assert late == early


def first_of(campaign: Campaign) -> dict[str, list]:
    """The arguments of the pages of a campaign's first task and first worker."""
    task = Task.objects.filter(campaign=campaign).order_by("pk")[0]
    worker = Worker.objects.filter(enrolments__campaign=campaign).order_by("pk")[0]
    return {"task": [task.pk], "worker": [campaign.slug, worker.pk]}


def n_queries(load, name: str, args: list) -> int:
    with CaptureQueriesContext(connection) as caught:
        load(name, *args)
    return len(caught)


def crowded(slug: str, kind: str, *, n_tasks: int, n_workers: int) -> Campaign:
    campaign = make.campaign(
        n_tasks,
        slug=slug,
        kind=Campaign.Kind(kind),
        super_class=SuperClass.AVES,
        workers_per_task=n_workers,
    )
    reply = make.annotation([LEFT]) if kind == Campaign.Kind.BOX else make.verdict()
    for number in range(n_workers):
        make.answer_everything(make.worker(f"{slug}-{number}"), campaign, reply)
    box_aggregation.aggregate_due(now=NOON)
    verify_aggregation.aggregate_due(now=NOON)
    return campaign
