"""Bare tables of occurrences: GBIF's simple downloads and iNaturalist's CSV."""

import gzip
import zipfile

import pytest

from catalog.importers import gbif_csv
from catalog.importers.records import Unusable
from simulation.archives import MEDIA_TERMS
from tests.catalog.small_archives import medium, names, staged, table

HEADER = (
    "gbifID datasetKey occurrenceID kingdom phylum class order family genus species "
    "infraspecificEpithet taxonRank scientificName countryCode occurrenceStatus individualCount "
    "decimalLatitude decimalLongitude coordinateUncertaintyInMeters eventDate day month year "
    "taxonKey speciesKey basisOfRecord institutionCode license rightsHolder recordedBy mediaType"
)
SIMPLE = HEADER.split()
ROW = dict.fromkeys(SIMPLE, "") | {
    "kingdom": "Animalia",
    "phylum": "Chordata",
    "order": "Cypriniformes",
    "genus": "Barbus",
    "species": "Barbus barbus",
    "taxonRank": "SPECIES",
    "scientificName": "Barbus barbus (Linnaeus, 1758)",
    "taxonKey": "1",
    "speciesKey": "2",
    "occurrenceStatus": "PRESENT",
    "year": "2016",
    "month": "5",
    "day": "4",
    "recordedBy": "Ada",
    "mediaType": "StillImage",
}
A = "https://x.example/a.jpg"


def simple(*rows):
    return table([ROW | row for row in rows], SIMPLE)


def read(path):
    return staged(path, gbif_csv)


def test_a_simple_download_names_no_photographs_and_the_reason_says_so(tmp_path):
    path = tmp_path / "0001.csv"
    path.write_text(simple({"gbifID": "7"}, {"gbifID": "8", "occurrenceStatus": "ABSENT"}))
    found = read(path)
    assert found.photos == found.observations == found.taxa == []
    assert sorted(found.refused.values()) == [1, 1]
    assert any("the table names none" in reason for reason in found.refused)
    assert "an occurrence says that the taxon was absent" in found.refused


@pytest.mark.parametrize("packed", ["folder", "zip", "gz"])
def test_a_table_of_media_beside_it_is_joined(packed, tmp_path):
    folder = tmp_path / "download"
    folder.mkdir()
    (folder / "0001.csv").write_text(simple({"gbifID": "7"}))
    (folder / "multimedia.txt").write_text(table([medium(7, A)], names(MEDIA_TERMS)))
    path = folder
    if packed == "zip":
        path = tmp_path / "download.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for file in folder.iterdir():
                archive.write(file, file.name)
    elif packed == "gz":
        path = folder / "0001.csv.gz"
        path.write_bytes(gzip.compress((folder / "0001.csv").read_bytes()))
    found = read(path)
    assert found.refused == {}
    assert [each["url"] for each in found.photos] == [A]
    assert found.observations[0]["observed_on"] == "2016-05-04"
    (taxon,) = found.taxa
    assert (taxon["key"], taxon["name"], taxon["super_class"]) == (
        "2",
        "Barbus barbus",
        "Actinopterygii",
    )


def test_a_column_of_addresses_gives_photographs(tmp_path):
    path = tmp_path / "table.tsv"
    columns = [*SIMPLE, "associatedMedia"]
    row = ROW | {"gbifID": "7", "associatedMedia": f"{A} | https://x.example/b.png|not one"}
    path.write_text(table([row, row | {"gbifID": "8", "associatedMedia": ""}], columns))
    found = read(path)
    assert [(each["place"], each["extension"]) for each in found.photos] == [(0, "jpg"), (1, "png")]
    assert found.refused == {"an occurrence has no photograph": 1}


def test_commas_and_quotes_are_understood(tmp_path):
    path = tmp_path / "observations.csv"
    path.write_text(
        "id,scientificName,taxonRank,kingdom,class,genus,captive,associatedMedia,recordedBy,"
        'occurrenceRemarks\n38,Ophion,genus,Animalia,Insecta,Ophion,captive,'
        f'{A},"Ueda, K.","two\nlines, ""quoted"""\n39,broken\n'
    )  # fmt: skip
    found = read(path)
    assert found.observations[0]["observer"] == "Ueda, K."
    assert found.taxa[0]["rank"] == "genus"
    assert found.refused == {"observations.csv: a row has too few columns": 1}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"name\tplace\nParus\there\n", "no column gbifID"),
        (b"\x00\x01\x02\x03", "no column gbifID"),
        (b"gbifID\tspecies\n", "no row"),
        (b"gbifID\tidentifier\n1\thttps://example.org/1.jpg\n", "lists photographs"),
    ],
)
def test_what_is_no_such_table_is_told(content, message, tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(Unusable, match=message):
        read(path)


def test_a_gzip_that_was_cut_short_is_told(tmp_path):
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(simple({"gbifID": "7"}).encode())[:-12])
    with pytest.raises(Unusable, match="damaged or was cut short"):
        read(path)


def test_a_name_that_looks_like_a_pattern_means_itself(tmp_path):
    (tmp_path / "tab1.csv").write_text(simple({"gbifID": "1"}))
    path = tmp_path / "ta[ab]*=?.csv"
    path.write_text(simple({"gbifID": "7"}, {"gbifID": "8"}))
    assert sum(read(path).refused.values()) == 2


def test_a_table_in_utf_16_is_read(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(simple({"gbifID": "7", "recordedBy": "José"}), encoding="utf-16")
    (tmp_path / "multimedia.txt").write_text(table([medium(7, A)], names(MEDIA_TERMS)))
    assert read(path).observations[0]["observer"] == "José"


def test_nothing_that_was_unpacked_or_rewritten_stays(tmp_path):
    (tmp_path / "table.csv").write_text(simple({"gbifID": "7"}), encoding="utf-16")
    path = tmp_path / "table.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(tmp_path / "table.csv", "table.csv")
    staged(path, gbif_csv, directory=tmp_path / "staging")
    assert [each.name for each in (tmp_path / "staging").iterdir()] == ["staging.duckdb"]


def test_after_a_long_run_of_broken_rows_the_others_are_still_read(tmp_path):
    path, separator = tmp_path / "table.csv", ","
    good = [separator.join([str(n), "Aus bus", "Animalia"]) for n in range(1_060)]
    broken = [separator.join([str(n), "a row that is too short"]) for n in range(300_000)]
    header = separator.join(["gbifID", "species", "kingdom"])
    path.write_text("\n".join([header, *good[:1_040], *broken, *good[1_040:]]))
    refused = read(path).refused
    assert refused["table.csv: a row has too few columns"] == 300_000
    assert sum(refused.values()) == 301_060


def test_a_header_that_most_rows_do_not_have_is_told(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("gbifID\tspecies\n" + "1\tAus bus\t\n" * 50)
    with pytest.raises(Unusable, match="2 columns by its first line, but most rows have 3"):
        read(path)


def test_a_table_of_mostly_other_rows_is_refused_before_they_fill_the_memory(tmp_path):
    """duckdb would keep a kilobyte of each; of more than half a million that is too much."""
    head = "gbifID\tscientificName\tassociatedMedia\n"
    rows = "".join(f"{n}\tParus major\thttps://photos.example.org/{n}.jpg\n" for n in range(2_000))
    path = tmp_path / "table.csv"
    path.write_text(head + rows + "torn\n" * 500_001)
    with pytest.raises(Unusable, match="more than 500,000 rows that do not fit its 3 columns"):
        read(path)
