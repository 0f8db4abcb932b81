"""Invented archives: what is asked for, every time the same."""

import csv

import pytest

from simulation.archives import write_dwca, write_open_data


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("write", [write_dwca, write_open_data])
def test_the_same_arguments_write_the_same_bytes(write, tmp_path):
    for name in ("one", "two"):
        write(tmp_path / name, 500, 3, n_taxa=50, n_observers=40)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "two").iterdir())
    for name in names:
        one, two = (tmp_path / folder / name for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_a_darwin_core_archive_has_that_many_photographs_of_observations_it_has(tmp_path):
    write_dwca(tmp_path, 700, 1)
    media, occurrences = rows(tmp_path / "multimedia.txt"), rows(tmp_path / "occurrence.txt")
    assert len(media) == 700 and len({row["identifier"] for row in media}) == 700
    assert {row["gbifID"] for row in media} == {row["gbifID"] for row in occurrences}


def test_open_data_tables_join(tmp_path):
    write_open_data(tmp_path, 700, 1)
    photos, observations = rows(tmp_path / "photos.csv"), rows(tmp_path / "observations.csv")
    taxa, observers = rows(tmp_path / "taxa.csv"), rows(tmp_path / "observers.csv")
    assert len({row["photo_id"] for row in photos}) == len({row["photo_uuid"] for row in photos})
    assert len(photos) == 700
    keys = {row["observation_uuid"] for row in observations}
    assert len(keys) == len(observations) and {row["observation_uuid"] for row in photos} == keys
    assert {row["taxon_id"] for row in observations} <= {row["taxon_id"] for row in taxa}
    assert {row["observer_id"] for row in observations} <= {row["observer_id"] for row in observers}
