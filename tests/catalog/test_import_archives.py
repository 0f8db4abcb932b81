"""The command on archives: seen for what they are, chosen from, split, stored, proved, repeated."""

from __future__ import annotations

import fcntl
import gzip
import io
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from catalog import leaks
from catalog.importers import formats
from catalog.models import Dataset, Image, Observation, Taxon
from simulation import archives
from tests.catalog.photographs import photo, put

pytestmark = pytest.mark.django_db
CHOICE = ("--policy", "inat2017", "--set", "min_observers=5", "--set", "min-observations=5")
SPLITS = (*CHOICE, "--splits", "inat2017", "--seed", "7", "--n-test", "40")


def run(path: Path | str, *options: str, dataset: str = "field") -> str:
    out = io.StringIO()
    call_command("import_images", str(path), "--dataset", dataset, *options, stdout=out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def own_workplace(tmp_path: Path, settings: Any) -> Path:
    root = tmp_path / "imports"
    settings.IMPORTS_ROOT = root
    return root


@pytest.fixture(scope="module")
def dwca(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dwca")
    archives.write_dwca(folder, 600, 3, n_taxa=20, n_observers=40)
    return folder


@pytest.fixture(scope="module")
def open_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("open")
    archives.write_open_data(folder, 300, 3, n_taxa=20, n_observers=40)
    return folder


def zipped(folder: Path, into: Path) -> Path:
    return Path(shutil.make_archive(str(into / "archive"), "zip", folder))


def test_auto_looks_at_the_input(dwca: Path, open_data: Path, tmp_path: Path) -> None:
    assert formats.detect(str(dwca)) == "dwca"
    assert formats.detect(str(zipped(dwca, tmp_path))) == "dwca"
    assert formats.detect(str(open_data)) == "inat-open-data"
    table = put(tmp_path, "simple.csv", b"\xef\xbb\xbfgbifID\tscientificName\n1\tParus major\n")
    assert formats.detect(str(table)) == "gbif-csv"
    inat = put(tmp_path, "inat.csv", b"id,occurrenceID,scientificName\n1,2,Parus major\n")
    assert formats.detect(str(inat)) == "gbif-csv"
    packed = put(tmp_path, "simple.tsv.gz", gzip.compress(table.read_bytes()))
    assert formats.detect(str(packed)) == "gbif-csv"
    assert formats.detect("https://api.inaturalist.org/v1/observations?taxon_id=3") == "inat-api"
    assert formats.detect("taxon_id=3&place_id=7") == "inat-api"
    assert formats.detect(str(put(tmp_path, "photos.json", b"{}"))) == "coco"
    photos = tmp_path / "photos"
    put(photos, "Aves/1.jpg", photo())
    put(photos, "notes.csv", b"name,remark\n1.jpg,nice\n")
    assert formats.detect(str(photos)) == "folder"


def test_an_archive_comes_in_whole_and_again_changes_nothing(dwca: Path, tmp_path: Path) -> None:
    said = run(zipped(dwca, tmp_path))
    assert "as a Darwin Core Archive: " in said
    n_images = Image.objects.count()
    assert f"Data set field: {n_images} new, 0 unchanged, 0 refused" in said
    assert f"{n_images} photographs are still to be fetched" in said
    assert set(Image.objects.values_list("state", "split")) == {("awaited", "")}
    assert Observation.objects.count() > 100 and Taxon.objects.count() > 5
    assert f"Data set field: 0 new, {n_images} unchanged, 0 refused" in run(dwca)


def test_open_data_tells_what_was_refused_by_reason(open_data: Path) -> None:
    said = run(open_data)
    assert "as iNaturalist Open Data: " in said
    assert " x an observation is not research grade (" in said
    assert Image.objects.filter(source_url__startswith="https://inaturalist-open-data").exists()


def test_chosen_and_split_with_the_proof_at_the_end(dwca: Path) -> None:
    said = run(dwca, *SPLITS)
    assert "Chosen by inat2017: " in said and "Van Horn" in said
    assert " x taxon with fewer than 5 observations or 5 observers" in said
    assert "Split by inat2017 with seed 7: train " in said
    assert "No leak: none of " in said
    assert "in reserve come when they are wanted (fetch_images --reserve)" in said
    by_split = dict.fromkeys(("train", "val", "test", "reserve"), 0)
    for split in Image.objects.values_list("split", flat=True):
        by_split[split] += 1
    assert by_split["test"] == 40 and min(by_split.values()) > 0
    found = leaks.check(Dataset.objects.get())
    assert found.is_proved and found.n_pairs > 20


def test_the_same_seed_is_the_same_data_set_and_splits_never_move(dwca: Path) -> None:
    run(dwca, *SPLITS)
    before = dict(Image.objects.values_list("file_name", "split"))
    assert f"0 new, {len(before)} unchanged" in run(dwca, *SPLITS)
    other = ["8" if option == "7" else option for option in SPLITS]
    with pytest.raises(CommandError, match=r"another seed \(7, not 8\); splits never move"):
        run(dwca, *other)
    with pytest.raises(CommandError, match=r"another number of test images \(40, not none\)"):
        run(dwca, *SPLITS[:-2])
    with pytest.raises(CommandError, match="another splits"):
        run(dwca, *CHOICE)
    assert dict(Image.objects.values_list("file_name", "split")) == before
    run(dwca, *other, dataset="other")
    there = dict(Image.objects.filter(dataset__slug="other").values_list("file_name", "split"))
    assert there.keys() == before.keys() and there != before


def test_more_rows_would_move_splits_and_are_refused(dwca: Path, tmp_path: Path) -> None:
    run(dwca, *SPLITS)
    archives.write_dwca(tmp_path / "later", 700, 4, n_taxa=20, n_observers=40)
    with pytest.raises(CommandError, match="The photographs that are chosen now are not those"):
        run(tmp_path / "later", *SPLITS)


def test_splits_do_not_mix_with_images_that_have_none(dwca: Path) -> None:
    run(dwca)
    with pytest.raises(CommandError, match="already holds images that were imported without"):
        run(dwca, *SPLITS)


def test_an_empty_data_set_takes_another_seed(dwca: Path) -> None:
    run(dwca, *SPLITS)
    Image.objects.all().delete()
    run(dwca, *["8" if option == "7" else option for option in SPLITS])
    assert Dataset.objects.get().recipe["seed"] == 8


def test_without_a_photograph_nothing_is_stored(tmp_path: Path, own_workplace: Path) -> None:
    table = put(tmp_path, "simple.csv", b"gbifID\tscientificName\n1\tParus major\n")
    with pytest.raises(CommandError, match="No image was imported"):
        run(table)
    assert not Dataset.objects.exists()
    assert [path.name for path in own_workplace.iterdir()] == [".field.lock"]


def test_a_broken_archive_leaves_nothing_behind(tmp_path: Path, own_workplace: Path) -> None:
    with pytest.raises(CommandError):
        run(put(tmp_path, "broken.zip", b"PK\x03\x04 and no more"), "--format", "dwca")
    assert not Dataset.objects.exists()
    assert list(own_workplace.glob("field/*")) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--policy", "inat2017"), "--policy is for archives"),
        (("--seed", "1"), "--seed is for archives"),
        (("--n-test", "9"), "--n-test is for archives"),
        (("--set", "a=1"), "--set is for archives"),
        (("--splits", "inat2017"), "--splits is for archives"),
    ],
)
def test_a_folder_takes_no_options_of_archives(
    tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    put(tmp_path, "1.jpg")
    with pytest.raises(CommandError, match=said):
        run(tmp_path, *options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--split", "train"), "--splits splits an archive"),
        (("--seed", "1"), "--seed belongs to --splits"),
        (("--n-test", "1", "--policy", "inat2017"), "--n-test belongs to --splits"),
        (("--set", "min_observers=5"), "--set belongs to a policy"),
        (("--set", "min_observers", "--policy", "inat2017"), "--set wants NAME=VALUE"),
        (("--set", "colour=5", "--policy", "inat2017"), "no parameter 'colour'"),
        (("--splits", "inat2017", "--n-test", "-1"), "cannot be negative"),
        (("--images", "nowhere"), "is no folder of images"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    dwca: Path, options: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        run(dwca, *options)
    assert not Image.objects.exists()


def test_an_archive_in_the_place_of_work_itself_is_left_alone(
    dwca: Path, open_data: Path, own_workplace: Path
) -> None:
    """What lies there is thrown away by each import, so nobody's only copy may be read there."""
    inside = Path(shutil.copytree(dwca, own_workplace / "field"))
    for given, options in ((inside, ()), (open_data, ("--images", str(inside)))):
        with pytest.raises(CommandError, match=r"Move .* elsewhere"):
            run(given, *options)
    assert (inside / "meta.xml").is_file()
    assert "field: 600 new" in run(inside.rename(own_workplace.parent / "archive"))


def test_photographs_on_disk_need_not_be_fetched(open_data: Path, tmp_path: Path) -> None:
    run(open_data, dataset="first")
    by_name, by_address, *_ = Image.objects.order_by("pk")
    shots = tmp_path / "shots"
    put(shots, by_name.file_name, photo(60, 40))
    put(shots, by_address.source_url.split("/", 3)[3], photo(50, 40))
    said = run(open_data, "--images", str(shots))
    here = Image.objects.filter(dataset__slug="field", state="here")
    assert sorted(here.values_list("width", flat=True)) == [50, 60]
    assert all(image.observation is not None and image.source_url for image in here)
    n_others = Image.objects.filter(dataset__slug="field", state="awaited").count()
    assert f"{n_others} photographs are still to be fetched" in said


def test_two_imports_of_archives_into_one_data_set_do_not_run_at_once(
    dwca: Path, own_workplace: Path
) -> None:
    own_workplace.mkdir()
    descriptor = os.open(own_workplace / ".field.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(CommandError, match="Another import into field is running"):
        run(dwca)
    os.close(descriptor)
    # what a killed one left is thrown away, but for the answers of an API
    put(own_workplace, "field/staging.duckdb", b"half a file")
    put(own_workplace, "field/inat-api-1/1.json", b"{}")
    assert " new, 0 unchanged" in run(dwca)


def test_an_address_that_is_no_query_is_told_apart_from_a_missing_file() -> None:
    with pytest.raises(CommandError, match="is no address of the iNaturalist API"):
        run("https://example.org/archive.zip")
    with pytest.raises(CommandError, match="does not exist"):
        run("archive.zip", "--format", "dwca")
