"""From the answers alone, the consensus can be made again, in any way, at any time."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Max
from django.test.utils import CaptureQueriesContext

from annotate import aggregation as box_aggregation
from annotate import recomputing as box_recomputing
from annotate import submission
from annotate.models import Annotation, Consensus
from annotate.recomputing import BoxReplay
from crowd import recomputing, refitting, remerging, workers
from crowd.models import Campaign, ConsensusVersion, SkillEstimate
from crowd.recomputing import Recipe
from tests import make
from tests.make import NOON
from verify import aggregation as verify_aggregation
from verify.models import ConsensusVerdict, Label

pytestmark = pytest.mark.django_db

BIRD = [100.0, 100.0, 200.0, 160.0]
NEST = [500.0, 300.0, 90.0, 90.0]


def later(minutes: float = 10):
    return NOON + timedelta(minutes=minutes)


def run(campaign: Campaign, *options: str) -> str:
    out = StringIO()
    call_command("recompute_consensus", campaign.slug, *options, stdout=out)
    return out.getvalue()


def moved(box, rng, share):
    x, y, w, h = box
    dx, dy, dw, dh = rng.normal(0, share, 4) * [w, h, w, h]
    return [float(v) for v in (x + dx, y + dy, w + dw, h + dh)]


@pytest.fixture
def crowd(ada, ben):
    return [ada, ben, make.worker("eve")]


@pytest.fixture
def birds(crowd) -> Campaign:
    """Six photos; ada is exact, ben less so, and eve alone boxes the nest, too. Fitted."""
    return boxed("birds", crowd, n_tasks=6)


def boxed(slug: str, crowd, *, n_tasks: int) -> Campaign:
    campaign = make.campaign(n_tasks, slug=slug, workers_per_task=3)
    rng = np.random.default_rng(3)
    for worker, share in zip(crowd, (0.005, 0.05, 0.02), strict=True):
        drawn = [moved(BIRD, rng, share), *([NEST] if worker == crowd[2] else [])]
        make.answer_everything(worker, campaign, make.annotation(drawn))
    aggregate()
    refitting.refit(box_aggregation.BOXES, clock=lambda: later(1), is_forced=True)
    return campaign


@pytest.fixture
def mammals(crowd) -> Campaign:
    """Six photos to verify: eve sees tracks where the others see the animal. Fitted."""
    campaign = make.campaign(6, slug="mammals", kind=Campaign.Kind.VERIFY, super_class="Mammalia")
    for worker, label in zip(crowd, ("animal", "animal", "tracks"), strict=True):
        make.answer_everything(worker, campaign, make.verdict(label))
    aggregate()
    refitting.refit(verify_aggregation.VERDICTS, clock=lambda: later(1), is_forced=True)
    return campaign


def aggregate(now=NOON) -> None:
    while box_aggregation.aggregate_due(now=now):
        pass
    while verify_aggregation.aggregate_due(now=now):
        pass


def rows() -> list[tuple]:
    """Every stored row of a consensus, to see whether anything was written."""
    boxes = Consensus.objects.order_by("pk").values_list("pk", "is_current", "fingerprint")
    verdicts = ConsensusVerdict.objects.order_by("pk").values_list("pk", "is_current", "label")
    return [*boxes, *verdicts, *ConsensusVersion.objects.values_list("pk", "made_at")]


@pytest.mark.parametrize("kind", ["birds", "mammals"])
def test_the_stored_fit_and_method_give_the_stored_consensus(request, kind, ada):
    campaign = request.getfixturevalue(kind)
    before = rows()
    assert "6 images: 6 unchanged, 0 changed" in run(campaign, "--dry-run")
    ada.user.delete()
    assert "6 images: 6 unchanged, 0 changed" in run(campaign, "--dry-run")
    assert rows() == before


def test_another_method_is_compared_and_writes_nothing(birds):
    before = rows()
    said = run(birds, "--dry-run", "--method", "majority")
    assert "birds by majority, all workers alike; nothing is written." in said
    assert "6 images: 0 unchanged, 6 changed" in said
    assert "6 boxes moved by more than 1 px" in said
    assert "6 boxes moved:  median    90 %     max" in said
    assert said.count(".jpg: ") == 6
    assert rows() == before


def test_other_constants_are_compared(birds):
    # kept only if certain: eve's nest was never in, and the bird goes
    said = run(birds, "--dry-run", "--parameter", "keep=1")
    assert "6 boxes removed" in said
    assert "6 boxed, empty or not looked at" in said


def test_a_recomputed_consensus_becomes_a_version(birds):
    said = run(birds, "--method", "majority")
    version = ConsensusVersion.objects.get(reason="recompute")
    assert (version.method, version.n_tasks, version.n_changed) == ("majority", 6, 6)
    assert version.parameters == {"link": 0.4, "more_than": 0.5, "max_boxes": 10}
    assert f"Version {version.number} of birds, by majority: 6 images changed of 6" in said
    assert "It stands until an image's next answer" in said
    assert set(Consensus.objects.filter(is_current=True).values_list("method", flat=True)) == {
        "majority"
    }
    assert "6 unchanged, 0 changed" in run(birds, "--dry-run", "--method", "majority")
    # and back again: what the site makes of it is exactly what was there
    assert "6 images changed of 6" in run(birds)
    assert "6 unchanged, 0 changed" in run(birds, "--dry-run")


def test_doing_it_twice_changes_nothing(birds):
    run(birds, "--method", "majority")
    said = run(birds, "--method", "majority")
    assert "0 images changed of 6" in said


class Killed(Exception):
    pass


def test_a_killed_recomputation_is_carried_on(crowd, monkeypatch):
    monkeypatch.setattr(remerging, "CHUNK", 2)
    birds = boxed("birds", crowd, n_tasks=6)
    replay = box_recomputing.BoxReplay(Recipe(method="majority"))

    def kill(n_done):
        if n_done == 4:
            raise Killed

    with pytest.raises(Killed):
        recomputing.rewrite(replay, birds, replay.fitted(), clock=later, progress=kill)
    left = ConsensusVersion.objects.get(reason="recompute")
    assert (left.made_at, left.n_changed) == (None, 4)
    # what the site does meanwhile leaves it alone
    refitting.refit(box_aggregation.BOXES, clock=later)
    said = run(birds, "--method", "majority")
    assert f"Version {left.number} of birds, by majority: 6 images changed of 6" in said
    assert ConsensusVersion.objects.filter(reason="recompute").count() == 1


def test_an_answer_that_comes_in_meanwhile_goes_by_the_sites_own_method(birds, monkeypatch):
    monkeypatch.setattr(remerging, "CHUNK", 2)
    other = make.campaign(1, slug="other", workers_per_task=1)
    fay = make.worker("fay")
    make.answer_everything(fay, other, make.annotation([BIRD]))
    replay = box_recomputing.BoxReplay(Recipe(method="majority"))
    recomputing.rewrite(replay, birds, replay.fitted(), clock=later)
    assert Consensus.objects.get(task__campaign=other).method == box_aggregation.BOXES.method


def test_it_waits_for_no_estimation_of_skills(birds, monkeypatch):
    monkeypatch.setattr(recomputing.locks, "only_one_meanwhile", busy)
    with pytest.raises(CommandError, match="Try again in a few minutes"):
        run(birds)


class busy:  # noqa: N801 stands in for a function
    def __init__(self, name):
        pass

    def __enter__(self):
        return False

    def __exit__(self, *args):
        pass


def test_a_worker_can_be_left_out_to_see_what_that_changes(birds, crowd):
    said = run(birds, "--dry-run", "--without", crowd[0].pseudonym)
    assert "skills estimated anew" in said
    assert "6 images: 0 unchanged, 6 changed" in said
    said = run(birds, "--dry-run", *(f"--without={worker.pseudonym}" for worker in crowd))
    assert "6 boxed, empty or not looked at" in said
    with pytest.raises(CommandError, match="add --dry-run"):
        run(birds, "--without", crowd[0].pseudonym)


def test_leaving_out_to_see_is_the_same_as_leaving_out_for_good(birds, crowd, olga, tmp_path):
    run(birds, "--dry-run", "--without", crowd[1].pseudonym, "--output", str(tmp_path / "a"))
    from_wish = lines(tmp_path / "a")
    workers.exclude(crowd[1], by=olga, now=later(15))
    refitting.refit(box_aggregation.BOXES, clock=lambda: later(20), is_forced=True)
    run(birds, "--dry-run", "--output", str(tmp_path / "b"))
    assert [line["boxes"] for line in lines(tmp_path / "b")] == [
        line["boxes"] for line in from_wish
    ]


def lines(path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_answers_of_an_earlier_time_are_those_of_then(crowd, tmp_path):
    campaign = make.campaign(1, workers_per_task=3)
    for minute, worker in enumerate(crowd):
        make.answer_everything(worker, campaign, make.annotation([BIRD]), now=later(minute))
    # within the grace of a minute the last one changes the answer
    last = Annotation.objects.get(worker=crowd[2])
    other = make.annotation([BIRD, NEST]) | {"timing": {}, "comment": ""}
    other["idempotency_key"] = uuid.uuid4()
    submission.accept(crowd[2], last.assignment_id, other, now=later(2.5))
    aggregate(now=later(5))
    found = {}
    for minute in (0.5, 1.5, 2.2, 3):
        file = tmp_path / str(minute)
        run(
            campaign,
            "--dry-run",
            "--as-of",
            later(minute).isoformat(),
            "--output",
            str(file),
        )
        (line,) = lines(file)
        found[minute] = (line["n_annotations"], line["evidence"])
    first = Annotation.objects.filter(worker__in=crowd[:2]).order_by("pk")
    a, b = first.values_list("pk", flat=True)
    newest = Annotation.objects.filter(worker=crowd[2]).aggregate(pk=Max("pk"))["pk"]
    assert found == {
        0.5: (1, [a]),
        1.5: (2, [a, b]),
        2.2: (3, [a, b, last.pk]),
        3: (3, [a, b, newest]),
    }


def test_before_the_first_answer_nobody_had_looked(birds):
    said = run(birds, "--dry-run", "--as-of", "2026-01-01")
    assert "6 boxed, empty or not looked at" in said
    with pytest.raises(CommandError, match="add --dry-run"):
        run(birds, "--as-of", "2026-01-01")


def test_skills_can_be_estimated_anew_or_not(birds):
    assert "skills as stored" in run(birds, "--dry-run")
    SkillEstimate.objects.all().delete()
    assert "all workers alike" in run(birds, "--dry-run")
    said = run(birds, "--dry-run", "--skills", "anew")
    assert "skills estimated anew" in said
    assert not SkillEstimate.objects.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--method", "magic"], r"no method 'magic'; there are: boxes-2 \(link=0.3, .*majority \("),
        (["--parameter", "lnk=1"], "no parameter 'lnk'; there are: link=0.3, duplicate=0.9"),
        (["--parameter", "link=far"], "link cannot be 'far'; it is like its default, 0.3"),
        (["--parameter", "passes=0"], "passes must be a whole number of at least 1, not 0"),
        (["--without", "w-nobody"], "no worker 'w-nobody'"),
        (["--as-of", "yesterday"], "'yesterday' is no time"),
        (["--output", "nowhere/at/all.jsonl"], "Cannot write to nowhere"),
        (["--output", ""], "it is a folder"),
        (["--output", "/"], "it is a folder"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(birds, options, said):
    with pytest.raises(CommandError, match=said):
        run(birds, "--dry-run", *options)


def test_where_nothing_can_be_written_nothing_is_computed(birds, tmp_path, monkeypatch):
    monkeypatch.setattr(BoxReplay, "fitted", broken)
    for name in (tmp_path, tmp_path / "no" / "file"):
        with pytest.raises(CommandError, match="Cannot write to"):
            run(birds, "--dry-run", "--output", str(name))


def test_an_unknown_campaign_is_refused_with_those_there_are(birds):
    with pytest.raises(CommandError, match="no campaign 'brids'; there is: birds"):
        call_command("recompute_consensus", "brids")


def test_verdicts_can_be_recomputed_too(mammals, crowd, tmp_path):
    said = run(mammals, "--dry-run", "--parameter", "crowd_accuracy=0.6")
    assert "skills estimated anew" in said, "that is where such a constant takes effect"
    assert "6 images" in said
    file = tmp_path / "out.jsonl"
    two = [f"--without={worker.pseudonym}" for worker in crowd[:2]]
    said = run(mammals, "--dry-run", *two, "--output", str(file))
    assert "6 label changed" in said
    assert {line["label"] for line in lines(file)} == {Label.TRACKS.value}
    assert all("label" in line["differs"] for line in lines(file))
    assert "0 images changed of 6" in run(mammals)


@pytest.mark.parametrize("method", ["majority", "two-ahead", "dawid-skene"])
def test_verdicts_can_be_merged_by_a_named_baseline(mammals, crowd, tmp_path, method):
    file = tmp_path / "out.jsonl"
    run(mammals, "--dry-run", "--method", method, "--output", str(file))
    assert [line["label"] for line in lines(file)] == ["animal"] * 6
    three = [f"--without={worker.pseudonym}" for worker in crowd]
    said = run(mammals, "--dry-run", "--method", method, *three)
    assert "6 label changed" in said, "without any vote there is no label"
    with pytest.raises(CommandError, match="no parameter 'link'; there are: none"):
        run(mammals, "--dry-run", "--method", method, "--parameter", "link=1")


def test_an_unknown_method_of_verdicts_lists_all_there_are(mammals):
    said = r"there are: votes-2 \(accuracy_one=40.0, .*\); majority; two-ahead; dawid-skene"
    with pytest.raises(CommandError, match=said):
        run(mammals, "--dry-run", "--method", "magic")


def test_the_output_is_complete_or_not_there(birds, tmp_path, monkeypatch):
    file = tmp_path / "out.jsonl"
    run(birds, "--dry-run", "--output", str(file))
    (line, *_) = lines(file)
    assert sorted(line) == [
        "boxes",
        "differs",
        "evidence",
        "file_name",
        "finished",
        "image_id",
        "n_annotations",
        "risk",
    ]
    assert len(lines(file)) == 6
    file.unlink()
    monkeypatch.setattr(recomputing, "compare", broken)
    with pytest.raises(Killed):
        run(birds, "--dry-run", "--output", str(file))
    assert list(tmp_path.iterdir()) == []


def broken(*args, **kwargs):
    raise Killed


def test_a_task_that_cannot_be_merged_does_not_hold_up_the_others(birds):
    replay = box_recomputing.BoxReplay(Recipe())
    fitted = replay.fitted()
    worst = Consensus.objects.order_by("pk")[0].task
    find = replay.aggregator.find

    def sometimes(tasks, *args, **kwargs):
        if worst in tasks:
            raise Killed
        return find(tasks, *args, **kwargs)

    replay.aggregator.find = sometimes
    found = list(recomputing.compare(replay, birds, fitted, now=NOON))
    assert [one is None for one in found] == [True] + [False] * 5


def test_a_chunk_takes_as_many_queries_for_many_tasks_as_for_few(crowd):
    counts = []
    for slug, n_tasks in (("few", 2), ("many", 30)):
        campaign = boxed(slug, crowd, n_tasks=n_tasks)
        with CaptureQueriesContext(connection) as caught:
            run(campaign, "--dry-run", "--method", "majority")
        counts.append(len(caught))
    assert counts[0] == counts[1]
