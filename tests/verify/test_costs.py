"""What is one answer to a verification task, what a miss costs, and what a release makes of it."""

from __future__ import annotations

from itertools import product

import pytest

from crowd import campaigns
from crowd.aggregating import Fitted
from crowd.models import Campaign, Task
from exports import filtering
from exports.errors import ReleaseRefused
from tests import make
from tests.exports.conftest import make_release  # noqa: F401 - a fixture
from tests.make import NOON
from verify import aggregation
from verify.aggregation import VERDICTS
from verify.models import ConsensusVerdict, Label
from verify.question import ALIKE, REASONS, costs

ADAPTIVE = Campaign.Stopping.ADAPTIVE


def deer(n_tasks: int = 1, *, slug: str = "deer", **options) -> Campaign:
    return make.campaign(
        n_tasks, slug=slug, kind=Campaign.Kind.VERIFY, super_class="Mammalia", **options
    )


def vote(campaign: Campaign, *labels: str) -> ConsensusVerdict:
    """Each label by somebody new, on every task; the consensus of the last one."""
    for number, label in enumerate(labels):
        make.answer_everything(
            make.worker(f"{campaign.slug}-{number}"), campaign, make.verdict(label)
        )
    aggregation.aggregate_due(now=NOON)
    return ConsensusVerdict.objects.filter(task__campaign=campaign, is_current=True).latest("pk")


def test_the_reasons_are_all_labels_but_the_animal():
    assert set(REASONS) | {"animal"} == set(Label.values)
    assert ALIKE == (REASONS,)
    assert costs(10) == {"tracks": 10, "scat": 10, "habitat": 10, "remains": 10}


@pytest.mark.django_db
def test_tracks_against_scat_asks_nobody_else():
    campaign = deer()
    found = vote(campaign, "tracks", "scat", "tracks")
    assert (found.label, found.risk <= 0.05) == ("tracks", True)
    assert campaign.tasks.get().state == Task.State.RETIRED


@pytest.mark.django_db
def test_an_animal_against_tracks_asks_somebody_else():
    campaign = deer()
    vote(campaign, "tracks", "animal", "tracks")
    assert campaign.tasks.get().state == Task.State.OPEN


@pytest.mark.django_db
def test_reasons_are_summed_before_they_are_compared_with_the_animal():
    found = vote(deer(), "animal", "tracks", "scat")
    assert found.probabilities["animal"] == pytest.approx(found.probabilities["tracks"])
    assert (found.label, found.p_instance) == ("tracks", pytest.approx(1 / 3, abs=0.02))


@pytest.mark.django_db
def test_a_dear_miss_asks_more_workers_before_a_photo_counts_as_good():
    states = {}
    for cost in (1, 10):
        campaign = deer(slug=f"cost-{cost}", stopping=ADAPTIVE, missed_cost=cost)
        found = vote(campaign, "animal", "animal")
        states[cost] = (found.label, campaign.tasks.get().state)
        assert found.risk == pytest.approx(cost * (1 - found.p_instance))
    assert states == {1: ("animal", Task.State.RETIRED), 10: ("animal", Task.State.OPEN)}


@pytest.mark.django_db
def test_each_task_is_merged_at_the_cost_of_its_own_campaign_and_in_its_place():
    made = [deer(3, slug=f"cost-{cost}", missed_cost=cost) for cost in (1, 10, 3)]
    for campaign in made:
        make.answer_everything(make.worker(campaign.slug), campaign, make.verdict("animal"))
    tasks = list(Task.objects.select_related("campaign", "image").order_by("position", "pk"))
    found = VERDICTS.find(tasks, Fitted({}, {}), now=NOON)
    assert [one.task for one in found] == tasks
    for one in found:
        expected = min(one.task.campaign.missed_cost * 0.2, 0.8)
        assert one.outlook.risk == pytest.approx(expected)


@pytest.mark.django_db
@pytest.mark.parametrize("most", [1, 5])
def test_a_precaution_is_never_finished_however_much_doubt_is_allowed(most):
    campaign = deer(workers_per_task=1, max_workers=most, tau=1.0, missed_cost=10)
    found = vote(campaign, "animal")
    assert (found.label, found.p_instance) == ("tracks", pytest.approx(0.8))
    state = Task.State.DISPUTED if most == 1 else Task.State.OPEN
    assert campaign.tasks.get().state == state
    assert not found.is_settled


@pytest.mark.django_db(transaction=True)
def test_a_precaution_never_decides_a_release_in_silence(olga, make_release):  # noqa: F811
    """Whatever let the task retire, as a refit in a campaign that is closed."""
    campaign = deer(split="test", workers_per_task=1, max_workers=1, missed_cost=10)
    found = vote(campaign, "animal")
    campaign.tasks.update(state=Task.State.RETIRED)
    campaigns.set_status(campaign, Campaign.Status.CLOSED, by=olga, now=NOON)
    assert (found.label, 1 - found.p_instance <= filtering.THRESHOLD) == ("tracks", True)
    with pytest.raises(ReleaseRefused, match="1 test image is still undecided"):
        make_release(campaign.dataset)
    kept = make_release(campaign.dataset, is_allowing_undecided=True).read("test_filtered.json")
    assert [row["attributes"]["decision"] for row in kept["images"]] == ["undecided"]


@pytest.mark.django_db
@pytest.mark.parametrize(("cost", "n_precautions"), [(1, 0), (3, 0), (100, 7)])
def test_what_is_finished_says_the_same_as_the_release_does(cost, n_precautions):
    n_open = 0
    for n_animal, n_tracks, n_scat in product(range(4), range(3), range(2)):
        labels = ["animal"] * n_animal + ["tracks"] * n_tracks + ["scat"] * n_scat
        if not labels:
            continue
        campaign = deer(
            slug="-".join(["deer", *labels]),
            workers_per_task=len(labels),
            max_workers=7,
            tau=1.0,
            missed_cost=cost,
        )
        found, task = vote(campaign, *labels), campaign.tasks.get()
        is_excluded = 1 - found.p_instance > filtering.THRESHOLD
        is_agreed = (found.label != "animal") == is_excluded
        assert (task.state == Task.State.RETIRED) == (is_agreed and found.risk <= 1), labels
        n_open += not is_agreed
        if is_excluded:
            likeliest = max(found.probabilities[name] for name in REASONS)
            assert found.probabilities[found.label] == pytest.approx(likeliest)
    assert n_open == n_precautions
