"""Genuine downloads of GBIF and iNaturalist, which are not part of the checkout."""

from pathlib import Path

import pytest

from catalog.importers import dwca, gbif_csv, inat_open_data
from tests.catalog.small_archives import staged


@pytest.fixture
def genuine():
    folder = Path(__file__).resolve().parents[3] / "shared" / "data" / "inputs"
    if not folder.is_dir():
        pytest.skip("the genuine archives are not beside this checkout")
    return folder


def of(found, beginning):
    return sum(n for reason, n in found.refused.items() if reason.startswith(beginning))


@pytest.mark.parametrize(
    ("name", "n_occurrences", "n_media", "n_photos"),
    [("0000066-140928181241064.zip", 470, 215, 17), ("0000154-150116162929234.zip", 443, 1, 1)],
)
def test_every_row_of_a_genuine_download_is_taken_or_accounted_for(
    name, n_occurrences, n_media, n_photos, genuine
):
    found = staged(genuine / "gbif_dwca" / name, dwca)
    assert len(found.photos) == n_photos
    assert len(found.photos) + of(found, "a photograph: ") == n_media
    assert len(found.observations) + of(found, "an occurrence ") == n_occurrences
    assert len(found.records) == n_photos


def test_a_genuine_csv_without_photographs_is_refused_row_by_row(genuine):
    found = staged(genuine / "inat_dwca" / "observations_dwca.csv", gbif_csv)
    assert found.photos == []
    assert of(found, "an occurrence is identified to subfamily only") == 1
    assert of(found, "an occurrence has no photograph: the table names none") == 49


def test_the_heads_of_genuine_tables_that_do_not_join_are_all_accounted_for(genuine):
    found = staged(genuine / "inat_open_data", inat_open_data)
    assert found.photos == [] and of(found, "a photograph: ") == 50
    # two rows of the genuine head have a tab too many
    assert of(found, "an observation ") == 48
    assert found.refused["observations.csv: a row has too many columns"] == 2
