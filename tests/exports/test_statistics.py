"""The statistics of a small data set, each counted by hand."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from catalog.models import Dataset
from exports import statistics
from exports.management.commands import dataset_report
from exports.statistics import Statistics
from exports.statistics_figures import figures
from exports.statistics_paper import TABLE_2
from tests.exports import make_rows

LARGE = (1600, 1200)  # 800 x 600 in the paper's rendition


def field() -> Dataset:
    """Six training images, one for validation, four test images, and one that is on its way."""
    of = make_rows.dataset()
    birds = make_rows.campaign(of, "birds")

    def tit(file_name: str, boxes: list[list[float]], **values) -> None:
        make_rows.boxing(make_rows.image(of, file_name, **values), birds, boxes)

    # 60 px are 30 in the rendition: 30 x 30 / 2 = 450 is small; 60 / sqrt(1600 x 1200) = 0.0433
    tit("1.jpg", [[0, 0, 60, 60]], split="train", size=LARGE)
    # 100 x 100 / 2 is medium, 0.1443; 600 x 400 / 2 is large, sqrt(240000) / sqrt(480000) = 0.7071
    tit("2.jpg", [[0, 0, 100, 100], [100, 100, 600, 400]], split="train")
    tit("3.jpg", [[10 * n, 0, 100, 100] for n in range(6)], split="train")
    tit("4.jpg", [], split="train", name="Corvus corax")
    # only 100 x 100 of it lie inside the image
    tit("5.jpg", [[700, 500, 200, 200]], split="val")
    for number in (6, 7):
        make_rows.image(
            of, f"{number}.jpg", split="train", super_class="Insecta", name="Apis mellifera"
        )
    away = make_rows.image(of, "away.jpg", split="train")
    away.state, away.source_url = away.State.AWAITED, "https://example.org/away.jpg"
    away.save()
    return of


def verified(of: Dataset) -> None:
    """Of four test images of mammals two are kept, one is tracks, and one is still open."""
    deer = make_rows.campaign(of, "deer", kind="verify", super_class="Mammalia", split="test")
    said = [{"animal": 0.9}, {"animal": 0.8}, {"animal": 0.1, "tracks": 0.9}, {"animal": 0.9}]
    for number, probabilities in enumerate(said):
        image = make_rows.image(
            of, f"t{number}.jpg", split="test", super_class="Mammalia", name="Cervus elaphus"
        )
        state = "open" if number == 3 else "retired"
        make_rows.verifying(image, deer, probabilities, state=state)


@pytest.fixture
def counted(db) -> Statistics:
    of = field()
    verified(of)
    return statistics.count(connection, of)


def test_classes_images_and_boxes_are_counted_by_super_class(counted):
    rows = {row.super_class: row for row in counted.super_classes}
    assert list(rows) == ["Aves", "Insecta", "Mammalia"]
    assert (rows["Aves"].n_classes, rows["Aves"].images) == (2, {"train": 4, "val": 1})
    assert (rows["Aves"].n_boxes, rows["Aves"].n_boxed) == (10, 4)
    assert (rows["Insecta"].n_classes, rows["Insecta"].images) == (1, {"train": 2})
    assert rows["Mammalia"].images == {"test": 4}
    assert (counted.n_images, counted.n_not_here) == (11, 1)


def test_imbalance_is_of_the_training_images(counted):
    # tits 3, bees 2, ravens 1; deer are not in the training set
    assert counted.per_class == [(3, 1), (2, 1), (1, 1)]
    assert counted.is_of_training
    assert counted.imbalance == 3


def test_without_a_training_set_all_images_count(db):
    of = make_rows.dataset()
    for number in range(4):
        make_rows.image(of, f"{number}.jpg", name="Apis" if number else "Bombus")
    found = statistics.count(connection, of)
    assert (found.per_class, found.is_of_training) == ([(3, 1), (1, 1)], False)
    assert found.super_classes[0].images == {"none": 4}


def test_images_with_several_instances_are_a_share_of_those_with_a_box(counted):
    assert counted.instances == {1: 2, 2: 1, 6: 1}
    assert counted.share_with_more_than(1) == 0.5
    assert counted.share_with_more_than(5) == 0.25


def test_sizes_are_those_of_half_the_box_in_the_rendition(counted):
    assert counted.sizes == (1, 8, 1)
    assert counted.size_shares == (0.1, 0.8, 0.1)


def test_relative_sizes_are_quantiles_to_a_thousandth(counted):
    (birds,) = counted.relative
    assert (birds.super_class, birds.n) == ("Aves", 10)
    expected = (60 / 1385.64, 100 / 692.82, 100 / 692.82, 100 / 692.82, 0.5**0.5)
    assert birds.quantiles == pytest.approx(expected, abs=0.0006)


def test_non_instances_are_a_share_of_the_decided_test_images(counted):
    (mammals,) = counted.verified
    assert (mammals.n_kept, mammals.n_excluded, mammals.n_undecided) == (2, 1, 1)
    assert mammals.share == pytest.approx(1 / 3)


def test_a_data_set_without_anything_has_no_figures(db):
    found = statistics.count(connection, make_rows.dataset())
    assert (found.n_images, found.imbalance, found.size_shares) == (0, None, None)
    assert figures(found) == []


def test_figures_of_photographs_alone_need_no_boxes(db):
    of = make_rows.dataset()
    make_rows.image(of, "1.jpg", split="train")
    shown = [figure.slug for figure in figures(statistics.count(connection, of))]
    assert shown == ["by-super-class", "imbalance", "images-per-class"]


def test_the_published_table_adds_up():
    rows = TABLE_2.values()
    totals = [sum(row[column] or 0 for row in rows) for column in range(4)]
    assert totals == [5_089, 579_184, 95_986, 496_164 + 48_736]


def test_the_published_values_stand_beside_ours(counted):
    tables = {figure.slug: figure.table for figure in figures(counted)}
    assert tables["by-super-class"].body[0] == [
        *("Aves", "2", "4", "1", "0", "10"),
        *("964", "214,295", "21,226", "301,245"),
    ]
    assert tables["by-super-class"].foot[0][:6] == ["All", "4", "6", "1", "4", "10"]
    assert tables["instances"].body[0] == ["more than 1", "2", "50.0", "12.0"]
    assert tables["sizes"].body[2][1:] == ["1", "10.0", "70.7"]
    assert tables["non-instances"].body == [["Mammalia", "3", "1", "33.3", "–", "1"]]


@pytest.mark.django_db(transaction=True)
def test_the_command_prints_a_report_and_json(capsys):
    of = field()
    call_command("dataset_report", of.slug)
    said = capsys.readouterr().out
    assert "Aves               2      4    1     10" in said
    assert "Not counted, as they are not here: 1" in said
    call_command("dataset_report", of.slug, "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["instances"]["share_more_than_5"] == 0.25
    assert found["sizes"]["small"] == {"n_boxes": 1, "share": 0.1}
    with pytest.raises(CommandError, match="There is no data set 'nowhere'; there is: field"):
        call_command("dataset_report", "nowhere")


def test_columns_of_a_report_line_up(counted):
    for figure in figures(counted):
        written = dataset_report.lines(figure)[1:-1]
        assert len(written) == 1 + len(figure.table.rows)
        assert all(line.startswith("  ") and line == line.rstrip() for line in written)
