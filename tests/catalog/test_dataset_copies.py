"""The data set's own rendition: layout, sizes, and what happens when it is interrupted."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import PIL.Image
import pytest
from django.core.files.storage import default_storage
from hypothesis import given
from hypothesis import strategies as st

from catalog import dataset_copies, renditions
from catalog.dataset_folders import folders, path_of, safe_name
from catalog.models import Dataset, DatasetCopy, Image, Observation, Taxon
from exports.profiles import PROFILES
from tests import make
from tests.catalog.photographs import encoded, picture, with_exif
from tests.make import NOON

names = st.text(alphabet=st.sampled_from('aA bé.~_/:"\\\x00\n'), max_size=6)


def imported(file_name: str, data: bytes, *, taxon: str = "Parus major", key: str = "") -> Image:
    """An image of the data set `field` with its files; of an archive where it has a key."""
    dataset = make.dataset()
    rendered = renditions.render(data)
    kind, _ = Taxon.objects.get_or_create(dataset=dataset, name=taxon, super_class="Aves")
    observation = Observation.objects.create(dataset=dataset, key=key) if key else None
    (width, height), display = rendered.size, rendered.display_size
    image = Image.objects.create(
        dataset=dataset,
        file_name=file_name,
        taxon=kind,
        super_class="Aves",
        observation=observation,
        width=width,
        height=height,
        display_width=display[0],
        display_height=display[1],
        sha256=f"{abs(hash(file_name)):064x}",
    )
    renditions.store(image.uid, rendered)
    return image


def made(dataset: Dataset, *, pixels: int = 800) -> DatasetCopy:
    """The copy of a data set, made to its end."""
    copy = dataset_copies.begin(dataset, pixels=pixels, now=NOON)
    while dataset_copies.advance(clock=lambda: NOON):
        pass
    copy.refresh_from_db()
    return copy


def files_of(copy: DatasetCopy) -> list[str]:
    folder = dataset_copies.folder_of(copy)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@given(names, names)
def test_two_names_never_have_the_same_folder(one, other):
    assert (safe_name(one) == safe_name(other)) == (one == other)


@given(names)
def test_every_folder_name_is_safe_everywhere(name):
    safe = safe_name(name)
    assert not set('<>:"/\\|?*\x00\n').intersection(safe)
    assert safe.strip(". ") == safe
    assert 0 < len(safe.encode()) < 200


@given(st.integers(1, 6000), st.integers(1, 6000))
def test_sizes_are_those_that_boxes_are_scaled_by(width, height):
    assert dataset_copies.size_of(width, height, 800) == PROFILES["inat2017"].size(width, height)


@pytest.mark.django_db
def test_the_layout_is_that_of_the_paper():
    stem = "0123456789abcdef" * 2
    imported(f"Aves/Parus major/{stem}.png", encoded(picture(), "PNG"), key="77")
    copy = made(make.dataset())
    assert files_of(copy) == [f"Aves/Parus major/{stem}.jpg", "files.csv"]


@pytest.mark.django_db
def test_taxa_whose_names_collide_have_folders_of_their_own():
    dataset = make.dataset()
    named = ["Aus bus", "AUS BUS", "a/b", "a:b", "_unidentified"]
    for name in named:
        Taxon.objects.create(dataset=dataset, name=name, super_class="Aves")
    found = folders(dataset)
    assert len({name.casefold() for name in found.values()}) == len(named)
    (alone,) = make.images(1)
    alone.taxon = alone.taxon_id = None
    assert path_of(alone, found).parts[:2] == ("Aves", "_unidentified")
    assert "_unidentified" not in found.values()


@pytest.mark.django_db
def test_a_copy_is_a_small_upright_jpeg_without_metadata():
    imported("a.jpg", with_exif(picture(1600, 1201), orientation=6))
    imported("b.jpg", encoded(picture(1601, 1000, "L"), comment=b"secret"))
    imported("c.webp", encoded(picture(30, 20), "WEBP"))
    copy = made(make.dataset())
    rows = list(csv.DictReader((dataset_copies.folder_of(copy) / "files.csv").open()))
    assert [row["file_name"] for row in rows] == ["a.jpg", "b.jpg", "c.webp"]
    sizes = []
    for row in rows:
        with PIL.Image.open(dataset_copies.folder_of(copy) / row["path"]) as found:
            assert found.format == "JPEG"
            assert not found.getexif()
            assert {"comment", "exif", "icc_profile"}.isdisjoint(found.info)
            sizes.append(found.size)
    assert sizes == [(600, 800), (800, 500), (30, 20)]
    # the red mark was in the top left corner before the camera was turned
    with PIL.Image.open(dataset_copies.folder_of(copy) / rows[0]["path"]) as turned:
        red, green, _ = turned.getpixel((590, 10))
        assert red > 180
        assert green < 80


@pytest.mark.django_db
def test_what_is_whole_is_kept_and_what_is_new_is_added():
    imported("a.jpg", encoded(picture()))
    copy = made(make.dataset())
    (path,) = (each for each in files_of(copy) if each.endswith(".jpg"))
    written = dataset_copies.folder_of(copy) / path
    before = written.stat().st_mtime_ns
    imported("b.jpg", encoded(picture()))
    again = made(make.dataset())
    assert (again.pk, again.n_made, again.n_kept, again.n_failed) == (copy.pk, 1, 1, 0)
    assert written.stat().st_mtime_ns == before


@pytest.mark.django_db
def test_what_a_killed_job_left_behind_is_written_over():
    imported("a.jpg", encoded(picture()))
    copy = made(make.dataset())
    (path,) = dataset_copies.folder_of(copy).rglob("*.jpg")
    whole = path.read_bytes()
    path.write_bytes(b"")  # a file system that lost its power may keep the name alone
    path.with_name(f".{path.name}.new").write_bytes(whole[:100])
    assert made(make.dataset()).n_made == 1
    assert path.read_bytes() == whole
    assert len(files_of(copy)) == 2


@pytest.mark.django_db
def test_a_copy_that_is_under_way_goes_on_where_it_was():
    for number in range(3):
        imported(f"{number}.jpg", encoded(picture()))
    first = Image.objects.order_by("pk")[0]
    copy = dataset_copies.begin(make.dataset(), now=NOON)
    DatasetCopy.objects.filter(pk=copy.pk).update(cursor=first.pk, n_made=1)
    assert dataset_copies.begin(make.dataset(), now=NOON).cursor == first.pk
    assert made(make.dataset()).n_made == 3


@pytest.mark.django_db
def test_a_photograph_that_cannot_be_rendered_is_named_and_stops_no_other():
    gone = imported("gone.jpg", encoded(picture()))
    cut = imported("cut.jpg", encoded(picture(900, 900)))
    imported("good.jpg", encoded(picture()))
    default_storage.delete(renditions.name(gone.uid, "full"))
    place = Path(default_storage.path(renditions.name(cut.uid, "full")))
    place.write_bytes(place.read_bytes()[:700])
    copy = made(make.dataset())
    assert (copy.state, copy.n_made, copy.n_failed) == (DatasetCopy.State.READY, 1, 2)
    said = {failure["file_name"]: failure["reason"] for failure in copy.failures}
    assert "cannot be read" in said["gone.jpg"]
    assert "cut.jpg" in said
    assert len(files_of(copy)) == 2


@pytest.mark.django_db
def test_a_folder_that_cannot_be_written_fails_the_copy_with_the_reason(settings, tmp_path):
    settings.COPIES_ROOT = tmp_path / "datasets"
    settings.COPIES_ROOT.write_text("in the way")
    imported("a.jpg", encoded(picture()))
    copy = made(make.dataset())
    assert copy.state == DatasetCopy.State.FAILED
    assert "cannot be written" in copy.error
    settings.COPIES_ROOT.unlink()
    assert made(make.dataset()).n_made == 1


@pytest.mark.django_db
def test_only_photographs_that_are_here_are_copied():
    imported("a.jpg", encoded(picture()))
    Image.objects.create(
        dataset=make.dataset(), file_name="b.jpg", state="awaited", source_url="http://b.example"
    )
    assert made(make.dataset()).n_images == 1


@pytest.mark.django_db
@pytest.mark.parametrize("pixels", [0, 31, 9000])
def test_a_size_out_of_range_is_refused(pixels):
    make.images(1)
    with pytest.raises(dataset_copies.Unsuitable, match="32 to 8192"):
        dataset_copies.begin(make.dataset(), pixels=pixels, now=NOON)


@pytest.mark.django_db
def test_an_empty_data_set_is_refused():
    with pytest.raises(dataset_copies.Unsuitable, match="No photograph of field is here"):
        dataset_copies.begin(make.dataset(), now=NOON)


def test_colours_are_those_of_the_photograph():
    bright = PIL.Image.new("RGB", (1000, 500), (200, 40, 40))
    small = PIL.Image.open(
        io.BytesIO(dataset_copies.shrunk(encoded(bright, quality=95), (1000, 500), 800))
    )
    assert all(
        abs(a - b) < 6 for a, b in zip(small.getpixel((400, 200)), (200, 40, 40), strict=True)
    )
