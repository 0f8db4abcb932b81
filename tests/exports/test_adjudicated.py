"""What organizers have settled, in a release."""

from __future__ import annotations

import pytest
from django.utils import timezone

from annotate.adjudication import BOXES
from crowd.adjudication import Wish
from exports import statistics
from exports.snapshot import open_snapshot
from tests.exports import make_rows
from verify.adjudication import VERDICTS

pytestmark = pytest.mark.django_db(transaction=True)


def rows(made, name):
    return {row["file_name"]: row for row in made.read(name)["images"]}


def test_settled_boxes_take_the_place_of_the_crowds(olga, make_release):
    field = make_rows.dataset()
    birds = make_rows.campaign(field, "birds")
    photos = [make_rows.image(field, name) for name in ("a.jpg", "b.jpg", "c.jpg")]
    edited, emptied, excluded = (
        make_rows.boxing(photo, birds, [[0, 0, 50, 50], [60, 60, 9, 9]], state="disputed")
        for photo in photos
    )
    now = timezone.now()
    BOXES.edit(Wish(edited.pk, olga, 0), [[1, 2, 30, 40]], now=now)
    BOXES.edit(Wish(emptied.pk, olga, 0), [], now=now)
    BOXES.exclude(Wish(excluded.pk, olga, 0, "a stuffed bird"), "wrong_group", now=now)
    made = make_release(field)
    found = made.read("all.json")
    statuses = {name: row["attributes"]["status"] for name, row in rows(made, "all.json").items()}
    assert statuses == {"a.jpg": "boxed", "b.jpg": "empty", "c.jpg": "excluded"}
    (box,) = found["annotations"]
    assert box["bbox"] == [1, 2, 30, 40]
    assert (box["attributes"]["score"], box["attributes"]["n_workers"]) == (1.0, 0)
    told = rows(made, "all.json")["a.jpg"]["attributes"]
    assert (told["method"], told["is_finished"], told["risk"]) == ("adjudicated", True, None)
    assert "olga" not in str(found)
    assert "stuffed" not in str(found)
    with open_snapshot() as snapshot:
        assert sum(row.n_boxes for row in statistics.count(snapshot, field).super_classes) == 1


def test_settled_verdicts_decide_and_excluded_photos_leave_the_test_set(olga, make_release):
    woods = make_rows.dataset("woods")
    verify = make_rows.campaign(
        woods, "verify", kind="verify", super_class="Mammalia", split="test"
    )
    kept, gone, broken = (
        make_rows.verifying(
            make_rows.image(woods, name, split="test", super_class="Mammalia", name="Vulpes"),
            verify,
            {"animal": 0.5, "scat": 0.5},
            state="disputed",
        )
        for name in ("kept.jpg", "scat.jpg", "torn.jpg")
    )
    fern = make_rows.image(woods, "fern.jpg", split="test", super_class="Plantae", name="Pteris")
    ferns = make_rows.campaign(woods, "ferns", super_class="Plantae", split="test")
    out = make_rows.boxing(fern, ferns, [[0, 0, 9, 9]])
    now = timezone.now()
    VERDICTS.edit(Wish(kept.pk, olga, 0), "animal", now=now)
    VERDICTS.edit(Wish(gone.pk, olga, 0), "scat", now=now)
    VERDICTS.exclude(Wish(broken.pk, olga, 0), "broken", now=now)
    BOXES.exclude(Wish(out.pk, olga, 0), "duplicate", now=now)
    made = make_release(woods)
    assert list(rows(made, "test_filtered.json")) == ["kept.jpg"]
    ledger = made.read("excluded.json")["excluded"]
    told = [(r["file_name"], r["reason"], r["rule"], r["probability"]) for r in ledger]
    assert told == [
        ("fern.jpg", "duplicate", "adjudication", 1.0),
        ("scat.jpg", "scat", "adjudication", 1.0),
        ("torn.jpg", "broken", "adjudication", 1.0),
    ]
    assert rows(made, "test.json")["fern.jpg"]["attributes"]["status"] == "excluded"
    with open_snapshot() as snapshot:
        (counted,) = statistics.count(snapshot, woods).verified
    assert (counted.n_kept, counted.n_excluded, counted.n_undecided) == (1, 2, 0)
