"""The four tables of iNaturalist Open Data."""

import gzip

import pytest

from catalog.importers import inat_open_data
from catalog.importers.records import Unusable
from catalog.superclasses import SuperClass
from simulation.archives import (
    OBSERVATION_COLUMNS,
    OBSERVER_COLUMNS,
    PHOTO_COLUMNS,
    TAXON_COLUMNS,
    write_open_data,
)
from tests.catalog.small_archives import staged

TAXA = [
    "48460\t\t100\tstateofmatter\tLife\ttrue",
    "1\t48460\t70\tkingdom\tAnimalia\ttrue",
    "3\t48460/1/2/355675\t50\tclass\tAves\ttrue",
    "7251\t48460/1/2/355675/3\t40\torder\tPasseriformes\ttrue",
    "14886\t48460/1/2/355675/3/7251\t30\tfamily\tParidae\ttrue",
    "203153\t48460/1/2/355675/3/7251/14886\t20\tgenus\tParus\ttrue",
    "203154\t48460/1/2/355675/3/7251/14886/203153\t10\tspecies\tParus major\ttrue",
    "5\t48460/1/2/355675/3/7251/14886/203153\t11\tcomplex\tParus major\ttrue",
    "6\t48460/1/2/355675/3/7251/14886/203153\t10\tspecies\tParus vetus\tfalse",
    "67333\t48460\t70\tkingdom\tBacteria\ttrue",
    "8\t48460/67333\t10\tspecies\tBacillus subtilis\ttrue",
]


def observation(key, taxon="203154", grade="research", observer="9"):
    return f"{key}\t{observer}\t46.5\t6.6\t12\t{taxon}\t{grade}\t2016-05-14"


def photo(key, observation_key, extension="jpg", position="0"):
    return f"u{key}\t{key}\t{observation_key}\t9\t{extension}\tCC-BY-NC\t2048\t1365\t{position}"


def write(folder, observations, photos, taxa=TAXA, pack=bytes, suffix="csv"):
    folder.mkdir(exist_ok=True)
    tables = {
        "observations": (OBSERVATION_COLUMNS, observations),
        "photos": (PHOTO_COLUMNS, photos),
        "taxa": (TAXON_COLUMNS, taxa),
        "observers": (OBSERVER_COLUMNS, ['9\tada\tAda "the bird" L']),
    }
    for name, (columns, rows) in tables.items():
        text = "".join(f"{line}\n" for line in ["\t".join(columns), *rows])
        (folder / f"{name}.{suffix}").write_bytes(pack(text.encode()))
    return folder


def read(folder):
    return staged(folder, inat_open_data)


@pytest.mark.parametrize(("pack", "suffix"), [(bytes, "csv"), (gzip.compress, "csv.gz")])
def test_photographs_come_with_their_observation_taxon_and_licence(pack, suffix, tmp_path):
    rows = [observation("a")], [photo(55, "a", "JPG"), photo(56, "a", position="1")]
    found = read(write(tmp_path, *rows, pack=pack, suffix=suffix))
    assert found.refused == {}
    first, second = found.photos
    assert first["url"] == ("https://inaturalist-open-data.s3.amazonaws.com/photos/55/original.JPG")
    assert (first["key"], first["extension"], second["place"]) == ("55", "jpg", 1)
    assert (first["licence"], first["width"]) == ("CC BY-NC 4.0", 2048)
    assert first["rights_holder"] == 'Ada "the bird" L'
    (taxon,) = found.taxa
    assert (taxon["name"], taxon["super_class"], taxon["kingdom"], taxon["order"]) == (
        "Parus major",
        "Aves",
        "Animalia",
        "Passeriformes",
    )
    assert (taxon["family"], taxon["genus"]) == ("Paridae", "Parus")
    (seen,) = found.observations
    assert (seen["observer"], seen["observed_on"], seen["uncertainty_m"]) == ("9", "2016-05-14", 12)


def test_every_row_that_is_not_taken_has_its_reason(tmp_path):
    observations = [
        observation("casual", grade="casual"),
        observation("family", taxon="14886"),
        observation("old", taxon="6"),
        observation("germ", taxon="8"),
        observation("nowhere", taxon="404"),
        observation("none", taxon=""),
        observation("bare"),
        observation("twice", observer="1"),
        observation("twice", observer="2"),
        observation("complex", taxon="5"),
        "short\t1",
    ]
    photos = [
        photo(1, "casual"),
        photo(2, "gone"),
        photo(3, "twice"),
        photo(3, "twice"),
        photo(3, "complex"),
        photo(4, "complex"),
        photo("x", "twice"),
        photo(5, "twice", extension=""),
    ]
    found = read(write(tmp_path, observations, photos))
    assert found.refused == {
        "an observation is not research grade": 1,
        "an observation is identified to family only": 1,
        "an observation is of an inactive taxon": 1,
        "an observation belongs to none of the 13 super-classes": 1,
        "an observation has a taxon that is not in the table of taxa": 1,
        "an observation has no taxon": 1,
        "an observation has the id of an earlier row": 1,
        "an observation has no photograph": 1,
        "observations.csv: a row has too few columns": 1,
        "a photograph: its observation is not research grade": 1,
        "a photograph: its observation is not there": 1,
        "a photograph: is listed more than once": 1,
        "a photograph: is already one of another observation": 1,
        "a photograph: has a photo_id that is no number": 1,
        "a photograph: has no extension": 1,
    }
    assert [(each["key"], each["observation"]) for each in found.photos] == [
        ("3", "twice"),
        ("4", "complex"),
    ]
    assert {each["observer"] for each in found.observations if each["key"] == "twice"} == {"1"}
    assert {each["name"] for each in found.taxa} == {"Parus major", "Parus major (complex)"}


def test_a_column_more_or_an_optional_one_less_is_no_fault(tmp_path):
    write(tmp_path, [observation("a")], [photo(1, "a")])
    path = tmp_path / "observations.csv"
    lines = path.read_text().splitlines()
    path.write_text(f"{lines[0]}\tanomaly_score\n{lines[1]}\t0.25\n")
    photos = (tmp_path / "photos.csv").read_text().splitlines()
    (tmp_path / "photos.csv").write_text(
        "".join(line.rpartition("\t")[0] + "\n" for line in photos)
    )
    found = read(tmp_path)
    assert found.refused == {} and len(found.photos) == 1


def test_a_missing_or_foreign_table_is_told(tmp_path):
    write(tmp_path, [observation("a")], [photo(1, "a")])
    (tmp_path / "taxa.csv").write_text("taxon_id,name\n1,Animalia\n")
    with pytest.raises(Unusable, match=r"taxa\.csv has no column active, ancestry"):
        read(tmp_path)
    (tmp_path / "taxa.csv").unlink()
    with pytest.raises(Unusable, match=r"holds no taxa\.csv or taxa\.csv\.gz"):
        read(tmp_path)


def test_a_gzip_bomb_fills_no_disk(tmp_path):
    write(tmp_path, [observation("a")], [photo(1, "a")])
    (tmp_path / "photos.csv").unlink()
    with gzip.open(tmp_path / "photos.csv.gz", "wb", compresslevel=9) as file:
        for _ in range(120):
            file.write(bytes(1_000_000))
    with pytest.raises(Unusable, match="unpacks to more than"):
        read(tmp_path)


def test_invented_tables_are_read_whole(tmp_path):
    write_open_data(tmp_path, 3_000, 5, n_taxa=400)
    found = read(tmp_path)
    n_refused = sum(n for reason, n in found.refused.items() if reason.startswith("a photograph"))
    assert len(found.photos) + n_refused == 3_000 and len(found.photos) > 1_500
    assert {each["super_class"] for each in found.taxa} == {each.value for each in SuperClass}
