"""The planning page: a forecast is simulated once, in the background, and then read."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate import aggregation as box_aggregation
from annotate import skill_fitting
from consensus import BOX_METHOD, BoxSkill
from crowd import skills
from crowd.hints import broker
from crowd.models import Campaign, Worker
from dashboard import forecasts, jobs, power, power_chart
from dashboard.forecasts import Question
from dashboard.power_chart import Point
from dashboard.queries import pilots
from simulation.power import N_SEEDS, Expected, Interval
from tests import make
from tests.dashboard.conftest import LEFT
from tests.make import NOON

pytestmark = pytest.mark.django_db

PLAN = {"kind": "box", "crowd": "mixed", "n_images": "500", "price": "0.04", "per": "answer"}
MIXED = Question("box", "mixed")
QUEUE = "celery"


@pytest.fixture(autouse=True)
def forgotten():
    """Every test begins without forecasts, and with nobody waiting for one."""
    broker().delete(QUEUE)
    yield
    for key in broker().scan_iter("quadrat:forecast:*"):
        broker().delete(key)
    broker().delete(QUEUE)


@pytest.fixture
def small(settings):
    """Campaigns of a few photos, so that a forecast takes no time."""
    settings.FORECAST_IMAGES = 25


def waiting() -> list[dict[str, Any]]:
    """The messages of forecasts in the broker's queue, the oldest first."""
    found = [json.loads(said) for said in reversed(broker().lrange(QUEUE, 0, -1))]
    return [message for message in found if message["headers"]["task"] == jobs.forecast.name]


def asked() -> list[Question]:
    """What the jobs that wait in the broker's queue are to simulate."""
    bodies = [json.loads(base64.b64decode(message["body"])) for message in waiting()]
    return [Question(**kwargs["question"]) for _, kwargs, _ in bodies]


@pytest.fixture
def desk(olga) -> Client:
    client = Client()
    client.force_login(olga)
    return client


def words(reply) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.content.decode()))


def simulated(
    question: Question = MIXED, n: int = N_SEEDS, *, at: datetime = NOON
) -> forecasts.Forecast:
    """A forecast with its first `n` campaigns."""
    forecasts.ask(question, lambda _: None, now=at)
    for _ in range(n):
        found = forecasts.advance(question, clock=lambda: at)
    assert found is not None
    return found


def known_crowd(slug: str = "known", n_workers: int = 4, *, n_tasks: int = 6) -> Campaign:
    """A box campaign whose workers have been compared and estimated."""
    campaign = make.campaign(n_tasks, slug=slug, workers_per_task=n_workers)
    estimates = {}
    for number in range(n_workers):
        worker = make.worker(f"{slug}-{number}")
        make.answer_everything(worker, campaign, make.annotation([LEFT]))
        skill = BoxSkill(0.05, 0.02, 0.02, (0.0,) * 4, n_answers=n_tasks)
        estimates[worker.pk] = skill_fitting.estimate_of(skill)
    box_aggregation.aggregate_due(now=NOON)
    skills.store(
        Campaign.Kind.BOX, BOX_METHOD, estimates,
        parameters={}, n_answers=n_workers * n_tasks, n_tasks=n_tasks, last_answer=0, now=NOON,
    )  # fmt: skip
    return campaign


def test_the_page_says_what_to_do_and_simulates_nothing_by_itself(desk):
    reply = desk.get("/dashboard/plan/")
    assert "How many workers does a photo need?" in words(reply)
    assert "run a pilot" in words(reply)
    assert asked() == []


def test_a_forecast_is_asked_for_once(desk):
    first = desk.post("/dashboard/plan/", PLAN, follow=True)
    assert first.redirect_chain == [(f"/dashboard/plan/?{urlencode(PLAN)}", 302)]
    assert "0 of 5 campaigns simulated" in words(first)
    assert f'data-watch="/dashboard/plan/{MIXED.key}/"' in first.content.decode()
    desk.post("/dashboard/plan/", {**PLAN, "n_images": "9000", "price": "1"})
    assert asked() == [MIXED]
    desk.post("/dashboard/plan/", {**PLAN, "crowd": "clean"})
    desk.post("/dashboard/plan/", {**PLAN, "clarity": "arguable"})
    arguable = Question("box", "mixed", clarity="arguable")
    assert asked() == [MIXED, Question("box", "clean"), arguable]


def test_opening_an_address_starts_nothing(desk):
    reply = desk.get("/dashboard/plan/", {**PLAN, "n_images": "777"})
    assert "This has not been simulated yet" in words(reply)
    assert 'value="777"' in reply.content.decode(), "sending the form is all that is left to do"
    assert (asked(), forecasts.look(MIXED.key)) == ([], None)


def test_only_the_page_s_own_form_starts_a_forecast(olga):
    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(olga)
    assert stranger.post("/dashboard/plan/", PLAN).status_code == 403
    assert asked() == []


def test_a_forecast_that_is_done_is_told_in_words_numbers_and_charts(desk, small):
    assert simulated().is_ready
    reply = desk.get("/dashboard/plan/", PLAN)
    said, html = words(reply), reply.content.decode()
    assert re.search(r"Expect [\d.]+ wrong boxes in 100 photos, with [2-6]\.\d answers", said)
    assert "500 photos" in said
    assert re.search(r"3 each [^a-z]*to [\d.]+ 60\.00 3\.00 ", said)
    assert "adaptive, balanced" in said
    assert "It is a simulation: 5 campaigns of 25 photos each" in said
    assert "Trust it more in comparing choices" in said
    assert html.count('class="chart"') == 2
    assert (
        html.count('<circle class="chart-mark" cx=') == 2 * len(forecasts.ANSWERS) + 1
    )  # and the key's
    assert "data-watch" not in html
    assert asked() == []


def test_what_is_there_is_shown_while_the_rest_is_simulated(desk, small):
    simulated(n=2, at=timezone.now())
    reply = desk.get("/dashboard/plan/", PLAN)
    assert "2 of 5 campaigns simulated" in words(reply)
    assert "adaptive, balanced" in words(reply)
    assert "Expect" not in words(reply)
    state = desk.get(f"/dashboard/plan/{MIXED.key}/").json()
    assert state == {"state": "running", "progress": 0.4, "n_runs": 2}


def test_a_lost_forecast_is_told_from_one_that_runs_and_can_be_gone_on_with(desk, small):
    simulated(n=2, at=timezone.now() - timedelta(hours=2))
    state = desk.get(f"/dashboard/plan/{MIXED.key}/").json()
    assert state == {"state": "lost", "progress": 0.4, "n_runs": 2}
    reply = desk.get("/dashboard/plan/", PLAN)
    assert "This forecast has stopped after 2 of 5 campaigns" in words(reply)
    html = reply.content.decode()
    assert '<button class="button" type="submit" form="plan-form">' in html
    assert "data-watch" not in html
    assert asked() == []
    assert "2 of 5 campaigns simulated" in words(desk.post("/dashboard/plan/", PLAN, follow=True))
    assert asked() == [MIXED]


def test_verifying_tells_what_is_found_of_the_rare(desk, small):
    simulated(Question("verify", "mixed", "Aves"))
    reply = desk.get("/dashboard/plan/", {**PLAN, "kind": "verify", "super_class": "Aves"})
    assert "Found of those without the animal" in words(reply)
    assert "wrong decisions in 100 photos" in words(reply)


def test_what_a_miss_costs_belongs_to_a_forecast_of_verifying_alone(desk, small):
    verify = {**PLAN, "kind": "verify", "super_class": "Aves", "missed_cost": "10"}
    desk.post("/dashboard/plan/", verify)
    desk.post("/dashboard/plan/", {**PLAN, "missed_cost": "10"})
    dear = Question("verify", "mixed", "Aves", missed_cost=10.0)
    assert asked() == [dear, MIXED]
    simulated(dear)
    assert "counts as 10 times as bad" in words(desk.get("/dashboard/plan/", verify))
    said = words(desk.post("/dashboard/plan/", {**verify, "missed_cost": "0.5"}))
    assert "greater than or equal to 1" in said


def test_no_plan_breaks_the_content_security_policy(desk, small):
    simulated()
    for query in ({}, PLAN, {**PLAN, "crowd": "clean"}):
        html = desk.get("/dashboard/plan/", query).content.decode()
        assert " style=" not in html
        assert not re.search(r"<script(?![^>]*\bsrc=)", html)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"crowd": "sleepy"}, "Select a valid choice"),
        ({"n_images": "0"}, "greater than or equal to 1"),
        ({"price": "-1"}, "greater than or equal to 0"),
        ({"kind": "verify", "crowd": "campaign:known"}, "known boxes animals"),
    ],
)
def test_what_cannot_be_forecast_is_said_beside_its_field(desk, wrong, said):
    known_crowd()
    reply = desk.post("/dashboard/plan/", {**PLAN, **wrong})
    assert reply.status_code == 422
    assert said in words(reply)
    assert asked() == []


def test_a_forecast_that_was_lost_goes_on_where_it_stood(small):
    simulated(n=2)
    begun: list[Question] = []
    forecasts.ask(MIXED, begun.append, now=NOON + timedelta(seconds=30))
    assert begun == []
    found = forecasts.ask(MIXED, begun.append, now=NOON + timedelta(minutes=2))
    assert begun == [MIXED]
    assert len(found.runs) == 2


def test_the_job_simulates_one_campaign_and_leaves_the_next_to_another(small):
    for n in range(N_SEEDS):
        jobs.forecast(question={"kind": "box", "crowd": "mixed"})
        assert len(asked()) == min(n + 1, N_SEEDS - 1)
    found = forecasts.look(MIXED.key)
    assert found is not None
    assert found.is_ready
    jobs.forecast(question={"kind": "box", "crowd": "mixed"})
    assert forecasts.look(MIXED.key) == found


@pytest.mark.django_db(transaction=True)
def test_one_forecast_is_simulated_at_a_time(small):
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('quadrat-forecast'))")
        jobs.forecast(question={"kind": "box", "crowd": "mixed"})
    other.close()
    (again,) = waiting()
    wait = datetime.fromisoformat(again["headers"]["eta"]) - timezone.now()
    assert 0 < wait.total_seconds() <= jobs.AGAIN_S
    found = forecasts.look(MIXED.key)
    assert found is not None
    assert found.runs == ()


def test_a_campaign_with_known_workers_can_stand_for_others(desk, small):
    known_crowd()
    make.campaign(2, slug="unknown")
    (row,) = pilots.pilots()
    assert (row.slug, row.kind, row.n_workers) == ("known", "box", 4)
    html = desk.get("/dashboard/plan/").content.decode()
    assert "known (box): 4 known workers" in html
    desk.post("/dashboard/plan/", {**PLAN, "crowd": "campaign:known"})
    question = Question("box", "known", "", row.fit_id)
    assert asked() == [question]
    assert simulated(question).is_ready
    reply = desk.get("/dashboard/plan/", {**PLAN, "crowd": "campaign:known"})
    assert "skills that were estimated in known" in words(reply)


def test_the_crowd_of_a_campaign_is_who_still_works_there():
    known_crowd()
    pilot = pilots.pilot_of("known")
    assert pilot is not None
    assert {worker.scale for worker in pilot.crowd} == {0.02}
    assert pilot.layouts.empty < 0.15
    Worker.objects.filter(pk__in=Worker.objects.order_by("-pk").values("pk")[:2]).update(
        status=Worker.Status.SUSPENDED
    )
    assert pilots.pilot_of("known") is None
    assert pilots.pilots() == []


def test_a_forecast_about_a_crowd_that_is_gone_says_so(desk, small):
    question = Question("box", "known", "", 0)
    found = simulated(question, n=1)
    assert "no estimates" in found.error


def test_the_page_takes_as_many_queries_for_many_campaigns_as_for_few(desk, small):
    known_crowd("first")
    early = n_queries(desk)
    for name in ("second", "third", "fourth"):
        known_crowd(name, n_workers=6)
    assert n_queries(desk) == early


def n_queries(desk) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert desk.get("/dashboard/plan/", PLAN).status_code == 200
    return len(caught)


def test_the_command_prints_a_forecast(capsys):
    words_ = ["--images", "500", "--answers", "2", "--tau", "--seeds", "1", "--price", "0.04"]
    call_command("expect_quality", *words_)
    said = capsys.readouterr().out
    assert "2 fixed" in said
    assert "40.00" in said
    known_crowd()
    call_command("expect_quality", *words_, "--campaign", "known")
    assert "4 workers of a pilot" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words_", "said"),
    [
        (["--answers", "9"], "between 1 and 7"),
        (["--campaign", "nowhere"], "no campaign"),
        (["--seeds", "0"], "--seeds: must be at least 1"),
        (["--images", "-5"], "--images: must be at least 1"),
        (["--price", "nan"], "--price: must be a number of at least 0"),
    ],
)
def test_the_command_refuses_what_makes_no_sense(words_, said):
    with pytest.raises(CommandError, match=said):
        call_command("expect_quality", *words_)


def test_the_command_says_when_too_little_is_known(db):
    make.campaign(1, slug="new-one")
    with pytest.raises(CommandError, match="Too little is known"):
        call_command("expect_quality", "--campaign", "new-one")


def line(n_answers: int | None, errors: float, cost: float) -> power.Line:
    tau = None if n_answers else 0.1
    exact = {"errors": Interval(errors, errors, errors)}
    word = f"{n_answers} each" if n_answers else "adaptive, balanced"
    return power.Line(Expected(n_answers, tau, exact), word, Interval(cost, cost, cost), 1.0)


def test_the_advice_names_the_cheapest_fixed_number_that_does_about_as_well():
    adaptive = line(None, 0.100, 240)
    lines = [line(3, 0.140, 300), line(5, 0.104, 500), line(7, 0.099, 700), adaptive]
    found = power.advise(lines)
    assert found is not None
    assert (found.adaptive, found.fixed) == (adaptive, lines[1])
    assert found.times == pytest.approx(500 / 240)
    assert not found.is_fixed_cheaper
    cheaper = power.advise([line(2, 0.1, 200), adaptive])
    assert cheaper is not None
    assert cheaper.is_fixed_cheaper
    alone = power.advise([line(2, 0.2, 200), adaptive])
    assert alone is not None
    assert alone.fixed is None
    assert power.advise([line(2, 0.2, 200)]) is None


def test_a_chart_puts_more_answers_to_the_right_and_better_figures_higher():
    points = [Point(n, Interval(0.8 + 0.02 * n, 0.7, 0.96), n == 2, f"{n}") for n in (1, 2, 3)]
    chart = power_chart.draw("F1", points, most=1.0, costs=["10", "20", "30"])
    assert [m.x for m in chart.marks] == sorted(m.x for m in chart.marks)
    assert [m.y for m in chart.marks] == sorted((m.y for m in chart.marks), reverse=True)
    assert all(mark.high < mark.y < mark.low for mark in chart.marks)
    assert [tick.below for tick in chart.across] == ["10", "20", "30"]
    assert chart.up[-1].text == "1.00"
    assert len(chart.fixed_line.split()) == 2
    assert len(chart.adaptive_line.split()) == 1


def test_a_chart_of_figures_that_are_all_alike_is_still_a_chart():
    (mark,) = power_chart.draw("F1", [Point(2, Interval(1, 1, 1), False, "2")], most=1.0).marks
    assert 0 <= mark.y <= power_chart.HEIGHT
