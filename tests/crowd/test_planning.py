"""All campaigns of a data set in one step."""

from __future__ import annotations

import json
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Dataset, Image
from catalog.superclasses import BOXED, VERIFIED, SuperClass
from crowd import campaigns, planning
from crowd.errors import Invalid
from crowd.models import AuditEntry, Campaign, Task
from crowd.planning import Assumptions
from simulation.power import Price
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
BOX, VERIFY = Campaign.Kind.BOX, Campaign.Kind.VERIFY
USUAL = Assumptions({BOX: 3, VERIFY: 2}, {BOX: 36.0, VERIFY: 3.6}, Price(0.05))


@pytest.fixture
def whole() -> Dataset:
    """Images of all boxed super-classes and of plants, in every split."""
    for super_class in (*sorted(BOXED), "Plantae"):
        for split, n_images in (("train", 3), ("val", 2), ("test", 4), ("reserve", 1)):
            make.images(n_images, super_class=SuperClass(super_class), split=split)
    return make.dataset()


def slugs(plan: planning.Plan) -> list[str]:
    return [proposal.slug for proposal in plan.proposals]


def test_the_paper_boxes_nine_on_train_and_val_and_verifies_three_on_test(whole):
    found = {
        (row.kind, row.super_class, row.split, row.effort.n_images)
        for row in planning.propose(whole, USUAL).proposals
    }
    boxes = {(BOX, name, split, n) for name in BOXED for split, n in (("train", 3), ("val", 2))}
    assert found == boxes | {(VERIFY, name, "test", 4) for name in VERIFIED}
    assert len(found) == 21


def test_a_plan_says_what_it_asks_of_the_crowd(whole):
    plan = planning.propose(whole, USUAL)
    (birds,) = (row for row in plan.proposals if row.slug == "field-box-aves-train")
    # 3 photographs with 3 answers of 36 s each, at .05; two workers more where they disagree
    assert birds.effort == planning.Effort(1, 3, 9, 15, pytest.approx(0.09), pytest.approx(0.45))
    assert plan.effort.n_images == 9 * 5 + 3 * 4
    assert plan.effort.n_answers == 9 * 5 * 3 + 3 * 4 * 2
    assert plan.effort.cost == pytest.approx(0.05 * plan.effort.n_answers)


def test_an_hourly_price_is_of_the_hours():
    make.images(100, split="train")
    hourly = Assumptions(USUAL.workers, USUAL.seconds, Price(per_hour=12))
    effort = planning.propose(make.dataset(), hourly).effort
    assert effort.cost == pytest.approx(12 * effort.hours)
    assert effort.hours == pytest.approx(3.0)


def test_creating_makes_each_campaign_with_its_tasks(whole, olga):
    made = planning.create(planning.propose(whole, USUAL), by=olga, now=NOON)
    assert len(made) == 21
    assert Task.objects.count() == 9 * 5 + 3 * 4
    birds = Campaign.objects.get(slug="field-verify-aves-test")
    assert (birds.workers_per_task, birds.created_by, birds.split) == (2, olga, "test")
    images = Image.objects.filter(tasks__campaign=birds).values_list("super_class", "split")
    assert set(images) == {("Aves", "test")}
    assert AuditEntry.objects.filter(action="create").count() == 21


def test_what_exists_is_marked_and_not_made_again(whole):
    theirs = campaigns.create(
        slug="our-birds", kind=BOX, dataset=whole, super_class="Aves", now=NOON
    )
    plan = planning.propose(whole, USUAL)
    marked = {(row.split, row.slug) for row in plan.proposals if row.existing == theirs}
    assert marked == {("train", "our-birds"), ("val", "our-birds")}
    assert len(planning.create(plan, now=NOON)) == len(plan.new) == 19
    again = planning.propose(whole, USUAL)
    assert again.new == []
    assert again.effort == planning.NOTHING
    assert planning.create(plan, now=NOON) == []


def test_a_run_that_was_cut_off_makes_the_rest_when_repeated(whole):
    class Killed(Exception):
        pass

    def die(campaign: Campaign) -> None:
        raise Killed

    with pytest.raises(Killed):
        planning.create(planning.propose(whole, USUAL), now=NOON, on_created=die)
    assert Campaign.objects.count() == 1
    assert len(planning.create(planning.propose(whole, USUAL), now=NOON)) == 20


def test_only_what_is_wanted_is_made(whole):
    plan = planning.propose(whole, USUAL)
    made = planning.create(plan, {"field-box-aves-val"}, now=NOON)
    assert [campaign.slug for campaign in made] == ["field-box-aves-val"]
    with pytest.raises(Invalid, match="no campaign field-box-elves-val"):
        planning.create(plan, {"field-box-elves-val", "field-box-aves-train"}, now=NOON)
    assert Campaign.objects.count() == 1


def test_photographs_on_their_way_count_and_failed_ones_do_not():
    make.images(5, split="train")
    here = list(Image.objects.order_by("pk"))
    gone = {"source_url": "http://photos.example/1.jpg"}
    Image.objects.filter(pk=here[0].pk).update(state="awaited", **gone)
    Image.objects.filter(pk=here[1].pk).update(state="failed", **gone)
    (row,) = planning.propose(make.dataset(), USUAL).proposals
    assert (row.effort.n_images, row.n_awaited) == (4, 1)
    planning.create(planning.propose(make.dataset(), USUAL), now=NOON)
    assert Task.objects.count() == 5


@pytest.mark.parametrize(
    ("super_class", "split", "said"),
    [
        ("Aves", "", "has no splits"),
        ("Plantae", "train", "Nothing in field is boxed or verified"),
        ("Insecta", "test", "verification for the test images of Aves, Mammalia, Reptilia"),
    ],
)
def test_an_empty_plan_says_why(super_class, split, said):
    make.images(2, super_class=super_class, split=split)
    plan = planning.propose(make.dataset(), USUAL)
    assert plan.proposals == []
    assert said in plan.reason


def test_a_data_set_without_images_says_so():
    assert "no images yet" in planning.propose(make.dataset(), USUAL).reason


def test_names_of_campaigns_fit_and_differ():
    long = [Dataset(slug="x" * 49 + end) for end in "ab"]
    found = {planning.slug_of(dataset, *asked) for dataset in long for asked in planning._asked()}
    assert len(found) == 42
    assert max(map(len, found)) <= 47


def test_a_name_that_something_else_has_is_numbered():
    make.campaign(1, slug="field-box-aves-train")
    make.images(1, split="train")
    plan = planning.propose(make.dataset(), USUAL)
    assert slugs(plan) == ["field-box-aves-train-2"]
    planning.create(plan, now=NOON)
    assert slugs(planning.propose(make.dataset(), USUAL)) == ["field-box-aves-train-2"]


@pytest.mark.parametrize("n_workers", [0, 21])
def test_a_number_of_workers_out_of_range_is_refused(n_workers):
    with pytest.raises(Invalid) as refused:
        Assumptions({BOX: n_workers, VERIFY: 3}, USUAL.seconds, Price())
    assert list(refused.value.errors or {}) == ["box_workers"]


def run(*words: str) -> str:
    out = StringIO()
    call_command("plan_campaigns", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_proposes_and_makes_nothing_unless_asked(whole):
    said = run("field")
    assert "field-box-aves-train" in said
    assert "21 new" in said
    assert "assumed, as in forecasts of a mixed crowd" in said
    assert not Campaign.objects.exists()


def test_the_command_creates_and_says_it_as_json(whole):
    run("field", "--create", "--only", "field-box-aves-val", "--box-workers", "5")
    assert Campaign.objects.get().workers_per_task == 5
    said = json.loads(run("field", "--create", "--json"))
    assert said["new"]["n_campaigns"] == 0
    assert {row["exists"] for row in said["campaigns"]} == {
        row["slug"] for row in said["campaigns"]
    }
    assert Campaign.objects.count() == 21
    # the name stands there once, so that the table stays narrow
    assert run("field").count("field-box-aves-val ") == 1
    assert re.search(r"field-box-aves-val .* running$", run("field"), re.MULTILINE)


def test_the_command_fails_where_there_is_nothing_to_plan():
    make.images(1)
    with pytest.raises(CommandError, match="has no splits"):
        run("field")
    with pytest.raises(CommandError, match="no data set 'forest'; there is: field"):
        run("forest")
    with pytest.raises(CommandError, match="--only says what --create makes"):
        run("field", "--only", "x")
