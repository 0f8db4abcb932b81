"""Figures: tables, specs, and the files a page hands out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.http import Http404
from django.test import RequestFactory

from charts import Figure, Table, bundle, downloads, images
from charts.running import NotDrawn, rendered
from charts.theme import in_light

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
TABLE = Table(("of", "n"), (("=Aves", 1200), ("all", 1200.5)), digits=1, n_foot=1)
BARS = {
    "data": {"values": [{"of": "Aves", "n": 12}, {"of": "Insecta", "n": 30}]},
    "mark": "bar",
    "encoding": {
        "x": {"field": "of", "type": "nominal"},
        "y": {"field": "n", "type": "quantitative"},
    },
}
FIGURE = Figure("counts", "Counts", TABLE, alt="Two bars", spec=BARS)


@pytest.fixture(autouse=True)
def data_of_its_own(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def asked(**query: str):
    return downloads.download(RequestFactory().get("/", query), [FIGURE], name="field")


def test_a_table_is_written_for_people_and_for_programs():
    assert TABLE.body == [["=Aves", "1,200"]]
    assert TABLE.foot == [["all", "1,200.5"]]
    assert TABLE.csv().splitlines() == ["of,n", "'=Aves,1200", "all,1200.5"]


def test_rows_and_marks_lead_somewhere_but_not_from_a_file():
    table = Table(("of", "n"), (("Aves", 1), ("Aves of none", 2), ("all", 3)), 2, 1, ("?taxon=1",))
    assert table.linked == [("?taxon=1", ["Aves", "1"]), ("", ["Aves of none", "2"])]
    marks = {**BARS, "encoding": {**BARS["encoding"], "href": {"field": "link"}}}
    figure = Figure("counts", "Counts", table, spec=marks)
    assert figure.in_page()["encoding"]["href"] == {"field": "link"}
    assert figure.in_file()["encoding"] == BARS["encoding"]


def test_every_colour_of_the_theme_is_a_token():
    assert in_light(FIGURE.in_page())["config"]["bar"]["color"] == "#0b5cad"
    with pytest.raises(KeyError):
        in_light("var(--no-such-token)")


def test_a_chart_is_drawn_once_and_kept_until_it_changes():
    first = images.image(FIGURE, "svg", now=NOON)
    assert first.startswith(b"<svg") and b"Insecta" in first and b"#0b5cad" in first
    (kept,) = images.folder().iterdir()
    kept.write_bytes(b"kept")
    assert images.image(FIGURE, "svg", now=NOON) == b"kept"


def test_charts_that_nobody_asks_for_are_forgotten():
    images.folder().mkdir(parents=True)
    old = images.folder() / "old.svg"
    old.write_bytes(b"old")
    images.image(FIGURE, "png", now=datetime.now(UTC) + 2 * images.KEPT_FOR)
    assert not old.exists()


def test_drawing_fetches_nothing_and_says_what_is_wrong():
    spec = b'{"data": {"url": "http://127.0.0.1:9/a.csv"}, "mark": "bar"}'
    with pytest.raises(NotDrawn, match="External data url not allowed"):
        rendered("svg", spec, limit_s=60)


def test_drawing_is_given_up_after_a_while():
    with pytest.raises(NotDrawn, match=r"longer than 0\.01 s"):
        rendered("svg", b"{}", limit_s=0.01)


def test_a_page_hands_out_its_figures_as_files():
    reply = asked(figure="counts", **{"as": "csv"})
    assert reply["Content-Disposition"] == 'attachment; filename="field-counts.csv"'
    assert reply.content.startswith(b"of,n")
    for query in ({"figure": "other", "as": "csv"}, {"figure": "counts", "as": "pdf"}):
        with pytest.raises(Http404):
            asked(**query)


def test_the_library_is_made_once_and_found_as_a_static_file(tmp_path):
    ready = tmp_path / "ready"
    (ready / "vega").mkdir(parents=True)
    (ready / bundle.NAME).write_text("made before")
    assert bundle.ensure([tmp_path / "first", ready]) == ready
    finder = bundle.BundleFinder()
    ((name, storage),) = finder.list([])
    assert finder.find(name) == storage.path(name)
    # a module of its own, which neither loads anything later nor leaves names behind
    text = storage.open(name).read().decode()
    assert text.rstrip().endswith("as vegaEmbed};")
    assert "import(" not in text
