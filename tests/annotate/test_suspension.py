"""Who is suspended automatically, on whose word, and the way back."""

from __future__ import annotations

import pytest

from annotate.aggregation import BOXES
from crowd import refitting, workers
from crowd.models import AuditEntry, Worker
from tests import make
from tests.annotate.crowds import BIRD, Clock, aggregate, answer, anywhere, known_crowd, near
from tests.make import NOON

pytestmark = pytest.mark.django_db

WHOLE = (0.0, 0.0, 800.0, 600.0)


@pytest.fixture
def clock():
    return Clock(NOON)


def judged(clock):
    aggregate(clock)
    refitting.refit(BOXES, clock=clock, is_forced=True)
    return {worker.user.username for worker in Worker.objects.filter(is_excluded=True)}


def crowd(prefix, n):
    return [make.worker(f"{prefix}{number}") for number in range(n)]


def both(worker, other, slug, replies):
    """Photos that these two alone have answered."""
    campaign = make.campaign(40, slug=slug, workers_per_task=2, max_workers=5)
    for one, reply in zip((worker, other), replies, strict=True):
        answer(one, campaign, reply)


@pytest.mark.parametrize(
    ("n_careful", "n_spamming", "expected"),
    [
        (1, 1, set()),
        (1, 2, set()),
        (2, 1, set()),
        (3, 1, {"spam0"}),
        (3, 3, {"spam0", "spam1", "spam2"}),
    ],
)
def test_it_takes_witnesses_whom_a_third_confirms(clock, n_careful, n_spamming, expected):
    known_crowd(crowd("care", n_careful), crowd("spam", n_spamming))
    assert judged(clock) == expected


def test_two_who_cheat_alike_get_nobody_thrown_out(clock):
    ada, pip, pop = (make.worker(name) for name in ("ada", "pip", "pop"))
    campaign = make.campaign(40, workers_per_task=3, max_workers=5)
    answer(ada, campaign, near(BIRD, seed=1))
    for worker in (pip, pop):
        answer(worker, campaign, lambda _: [WHOLE])
    assert judged(clock) == set()


def test_who_met_only_a_spammer_is_not_judged_by_others_who_agree_elsewhere(clock):
    ada, sam = make.worker("ada"), make.worker("sam")
    both(ada, sam, "one", (near(BIRD, seed=1), anywhere(seed=2)))
    known_crowd(crowd("care", 3), [])
    assert judged(clock) == set()


def test_photos_shared_with_a_spammer_alone_do_not_outweigh_what_witnesses_say(clock):
    """A hundred photos with the spammer, forty with three who know better."""
    ada, sam = make.worker("ada"), make.worker("sam")
    campaign = make.campaign(100, slug="many", workers_per_task=2, max_workers=5)
    answer(ada, campaign, near(BIRD, seed=1))
    answer(sam, campaign, anywhere(seed=2))
    known_crowd([*crowd("care", 3), ada], [sam])
    assert judged(clock) == {"sam"}


def test_fewer_than_thirty_comparisons_judge_nobody(clock):
    known_crowd(crowd("care", 3), crowd("spam", 1), n_tasks=29)
    assert judged(clock) == set()


def test_a_floor_of_nothing_suspends_nobody(clock, settings):
    settings.SKILL_FLOORS = {"box": 0.0}
    known_crowd(crowd("care", 3), crowd("spam", 1))
    assert judged(clock) == set()


def test_the_figures_name_the_witnesses(clock):
    known_crowd(crowd("care", 3), crowd("spam", 1))
    judged(clock)
    detail = AuditEntry.objects.get(action="suspend automatically").detail
    assert detail["n_witnesses"] == 3
    assert detail["n_compared"] == 40
    assert detail["quality"] + 2 * detail["quality_sd"] < detail["floor"]


def test_whoever_was_thrown_out_wrongly_comes_back_when_others_confirm(clock, olga):
    careful = crowd("care", 4)
    known_crowd(careful, [])
    workers.suspend_automatically({careful[0]: {}}, now=clock())
    workers.exclude(careful[1], by=olga, now=clock())
    assert judged(clock) == {"care1"}
    back = Worker.objects.get(pk=careful[0].pk)
    assert (back.status, back.status_reason, back.is_exempt) == ("active", "", False)
    assert AuditEntry.objects.filter(action="reinstate automatically", actor=None).count() == 1


def test_whoever_was_thrown_out_rightly_stays_out_and_is_not_tossed_about(clock):
    known_crowd(crowd("care", 3), crowd("spam", 1))
    for _ in range(3):
        assert judged(clock) == {"spam0"}
    assert AuditEntry.objects.filter(action__endswith="automatically").count() == 1
