"""The tables between an archive and the data set."""

import pytest

from catalog.importers.records import ImageRecord, Refusal, Unusable
from catalog.models import Split
from catalog.staging import Staging
from catalog.superclasses import SuperClass


@pytest.fixture
def staging():
    with Staging.open() as opened:
        yield opened


def fill(staging, photos):
    """One taxon, one observation, and photographs of (row, key, url, path)."""
    staging.sql.execute(
        "INSERT INTO taxon VALUES ('t', 'Parus major', 'species', 'Aves', 'Animalia', 'Chordata', "
        "'Aves', 'Passeriformes', 'Paridae', 'Parus', 'Great Tit')"
    )
    staging.sql.execute(
        "INSERT INTO observation VALUES ('o', 'ada', 't', '2016-05-14', 46.5, 6.6, NULL)"
    )
    for row, key, url, path in photos:
        staging.sql.execute(
            "INSERT INTO photo VALUES (?, ?, 'o', 1, ?, ?, 'png', 'CC BY 4.0', 'u', 'Ada', 9, 7)",
            [row, key, url, path],
        )


def test_chosen_photographs_come_as_records_in_the_order_of_their_rows(staging):
    fill(staging, [(3, "c", "https://x/c", ""), (1, "a", "https://x/a", ""), (2, "b", "u", "")])
    staging.sql.execute("INSERT INTO chosen VALUES (3, 'test'), (1, 'train')")
    reading = staging.records()
    assert reading.total == 2
    first, second = reading
    assert isinstance(first, ImageRecord)
    assert (first.source_url, first.split, second.split) == ("https://x/a", "train", Split.TEST)
    assert first.file_name.startswith("Aves/Parus major/") and first.file_name.endswith(".png")
    assert first.super_class is SuperClass.AVES and first.claimed_size == (9, 7)
    assert first.taxon.order_name == "Passeriformes" and first.taxon.common_name == "Great Tit"
    observation = first.observation
    assert (observation.observer, observation.latitude, observation.place) == ("ada", 46.5, 1)
    assert observation.uncertainty_m is None


def test_other_statements_may_run_while_records_are_read(staging):
    fill(staging, [(n, f"k{n}", "https://x", "") for n in range(20)])
    staging.choose_all()
    reading = staging.records()
    next(reading)
    assert staging.n_photos() == 20
    assert len(list(reading)) == 19


def test_a_photograph_with_a_path_is_the_file_below_the_folder(staging, tmp_path):
    (tmp_path / "there.png").write_bytes(b"x")
    fill(staging, [(1, "a", "", "there.png"), (2, "b", "", "gone.png"), (3, "c", "", "../up.png")])
    staging.choose_all()
    here, gone, outside = staging.records(tmp_path)
    assert here.source == tmp_path / "there.png"
    assert isinstance(gone, Refusal) and "missing" in gone.reason
    assert isinstance(outside, Refusal) and "climbs out" in outside.reason
    assert all(isinstance(item, Refusal) for item in staging.records())


def test_refused_rows_are_counted_by_reason_with_the_first_three_examples(staging):
    assert staging.refuse("too odd", "SELECT 'row ' || i FROM range(9, 0, -1) AS t(i)") == 9
    assert staging.refuse("never", "SELECT 'x' WHERE false") == 0
    staging.refuse("too odd", "SELECT ?", ["z" * 500])
    (refused,) = staging.refusals()
    assert (refused.reason, refused.n, refused.examples) == ("too odd", 10, "row 1, row 2, row 3")


def test_a_staging_is_taken_up_again_and_held_by_one_import(tmp_path):
    with Staging.open(tmp_path) as staging:
        fill(staging, [(1, "a", "https://x/a", "")])
    with Staging.open(tmp_path) as staging:
        assert staging.n_photos() == 1
        staging.clear()
        assert staging.n_photos() == 0


def test_a_staging_directory_that_is_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unusable, match="cannot be used"), Staging.open(tmp_path / "file"):
        pass
