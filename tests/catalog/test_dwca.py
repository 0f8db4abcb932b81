"""Darwin Core Archives as they should be, in all the ways they are written."""

import zipfile

import pytest

from catalog.importers.records import ImageRecord
from catalog.superclasses import SuperClass
from simulation.archives import MEDIA_TERMS, OCCURRENCE_TERMS, meta_xml, write_dwca
from tests.catalog.small_archives import (
    medium,
    names,
    occurrence,
    staged,
    table,
    write_archive,
)

A, B = "https://photos.example.org/a.jpg", "https://photos.example.org/b.PNG?size=large"


def zipped(folder, path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return path


def test_an_archive_becomes_photographs_of_observations_of_taxa(tmp_path):
    folder = write_archive(
        tmp_path / "archive",
        [occurrence(7, decimalLatitude="46.5", decimalLongitude="6.6", recordedBy=" Ada  L. ")],
        [
            medium(7, A, license="http://creativecommons.org/licenses/by/4.0/", creator="Ben"),
            medium(7, B, license="© All rights reserved", creator="Ben", rightsHolder="Cyd"),
        ],
    )
    for found in (staged(folder), staged(zipped(folder, tmp_path / "archive.zip"))):
        assert found.refused == {}
        (observation,) = found.observations
        assert (observation["observer"], observation["observed_on"]) == ("Ada L.", "2016-05-14")
        assert (observation["latitude"], observation["uncertainty_m"]) == (46.5, None)
        (taxon,) = found.taxa
        assert (taxon["name"], taxon["rank"], taxon["super_class"], taxon["key"]) == (
            "Parus major", "species", "Aves", "9705453"
        )  # fmt: skip
        first, second = found.photos
        assert (first["place"], second["place"]) == (0, 1)
        assert (first["licence"], first["rights_holder"]) == ("CC BY 4.0", "Ben")
        assert (second["licence"], second["rights_holder"]) == ("All rights reserved", "Cyd")
        assert (first["extension"], second["extension"]) == ("jpg", "png")
        record = found.records[1]
        assert isinstance(record, ImageRecord) and record.source_url == B
        assert record.file_name.startswith("Aves/Parus major/")
        assert record.super_class is SuperClass.AVES


def test_verbatim_rows_of_the_same_type_are_not_taken_for_the_core(tmp_path):
    verbatim = (
        '<extension rowType="http://rs.tdwg.org/dwc/terms/Occurrence" fieldsTerminatedBy="\\t" '
        'fieldsEnclosedBy="" ignoreHeaderLines="1"><files><location>verbatim.txt</location></files>'
        '<coreid index="0"/><field index="1" term="http://purl.org/dc/terms/type"/></extension>'
    )
    meta = meta_xml().replace("</core>", f"</core>{verbatim}")
    folder = write_archive(tmp_path / "a", [occurrence(1)], [medium(1, A)], meta=meta)
    (folder / "verbatim.txt").write_text("gbifID\ttype\n1\tStillImage\n99\tStillImage\n")
    found = staged(folder)
    assert len(found.photos) == 1 and found.refused == {}


def test_quotes_are_plain_characters_where_nothing_is_enclosed(tmp_path):
    folder = write_archive(
        tmp_path,
        [occurrence(1, recordedBy='Ada "the bird" L'), occurrence(2, recordedBy='6" rain')],
        [medium(1, A, creator='"'), medium(2, B)],
    )
    found = staged(folder)
    assert [each["observer"] for each in found.observations] == ['Ada "the bird" L', '6" rain']
    assert found.photos[0]["rights_holder"] == '"'


def test_commas_quotes_line_feeds_defaults_and_a_missing_header_are_read_as_described(tmp_path):
    meta = """<archive xmlns="http://rs.tdwg.org/dwc/text/">
    <core rowType="http://rs.tdwg.org/dwc/terms/Occurrence">
      <files><location>observations.csv</location></files><id index="1"/>
      <field index="0" term="http://rs.tdwg.org/dwc/terms/scientificName"/>
      <field index="2" term="http://rs.tdwg.org/dwc/terms/recordedBy"/>
      <field default="Animalia" term="http://rs.tdwg.org/dwc/terms/kingdom"/>
      <field index="3" default="Aves" term="http://rs.tdwg.org/dwc/terms/class"/>
      <field default="species" term="http://rs.tdwg.org/dwc/terms/taxonRank"/>
    </core>
    <extension rowType="http://rs.tdwg.org/ac/terms/Multimedia" ignoreHeaderLines="1">
      <files><location>media.csv</location></files><coreid index="0"/>
      <field index="1" term="http://rs.tdwg.org/ac/terms/accessURI"/>
      <field index="2" term="http://purl.org/dc/terms/identifier"/>
      <field index="3" term="http://ns.adobe.com/xap/1.0/rights/Owner"/>
      <field index="4" term="http://ns.adobe.com/xap/1.0/rights/WebStatement"/>
    </extension></archive>"""
    (tmp_path / "meta.xml").write_text(meta)
    (tmp_path / "observations.csv").write_bytes(
        b'Parus major,x1,"Ada\r\nL, ""A""",\nRana temporaria,x2,Ben,Amphibia\n'
    )
    (tmp_path / "media.csv").write_text(
        f'id,a,b,c,d\nx2,{A},urn:1,"Cyd, Inc.",http://creativecommons.org/licenses/by-nc/2.0/\n'
        f"x1,{B},urn:2,,\n"
    )
    found = staged(tmp_path)
    assert found.refused == {}
    assert [each["observer"] for each in found.observations] == ['Ada L, "A"', "Ben"]
    assert {each["super_class"] for each in found.taxa} == {"Aves", "Amphibia"}
    assert found.photos[0]["rights_holder"] == "Cyd, Inc."
    assert found.photos[0]["licence"] == "CC BY-NC 2.0"
    assert {each["url"] for each in found.photos} == {A, B}


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8-sig", "UTF-8"), ("latin-1", "ISO-8859-1"), ("utf-16", "UTF-16"), ("utf-16", "UTF-8")],
)
def test_other_encodings_are_read(encoding, said, tmp_path):
    folder = write_archive(tmp_path, [], [medium(1, A)])
    text = table([occurrence(1, recordedBy="José Größe")], names(OCCURRENCE_TERMS))
    (folder / "occurrence.txt").write_bytes(text.encode(encoding))
    meta = meta_xml().replace('encoding="UTF-8"', f'encoding="{said}"', 1)
    (folder / "meta.xml").write_text(meta)
    assert staged(folder).observations[0]["observer"] == "José Größe"


@pytest.mark.parametrize("end", ["\r\n", "mixed", "bare"])
def test_carriage_returns_do_no_harm(end, tmp_path):
    text = table([occurrence(1), occurrence(2)], names(OCCURRENCE_TERMS))
    if end == "\r\n":
        text = text.replace("\n", "\r\n")
    elif end == "mixed":
        text = text.replace("\n", "\r\n", 2)
    else:
        text = text.replace("Ada", "Ada\rL", 1)
    folder = write_archive(tmp_path, text, [medium(1, A), medium(2, B)])
    found = staged(folder)
    assert found.refused == {} and len(found.photos) == 2
    assert found.observations[0]["observer"] == ("Ada L" if end == "bare" else "Ada")


def test_what_is_no_photograph_is_refused_by_reason(tmp_path):
    folder = write_archive(
        tmp_path,
        [occurrence(1)],
        [
            medium(1, "https://x.example/a.mp3", type="Sound", format="audio/mpeg"),
            medium(1, "", references="https://x.example/page"),
            medium(1, ""),
            medium(1, "urn:uuid:1"),
            medium(1, "https://x.example/call.wav", type="", format=""),
            medium(1, "https://x.example/served?id=1", type="", format=""),
            medium(1, "pictures/tit.jpg", type="http://purl.org/dc/dcmitype/StillImage"),
        ],
    )
    found = staged(folder)
    assert found.refused == {
        "a photograph: is no photograph (Sound)": 1,
        "a photograph: has no identifier: what it references is a page, not a photograph": 1,
        "a photograph: has no identifier": 1,
        "a photograph: has an identifier that is no web address": 1,
        "a photograph: is no photograph, as its address says": 1,
    }
    assert [(each["url"], each["path"]) for each in found.photos] == [
        ("https://x.example/served?id=1", ""),
        ("", "pictures/tit.jpg"),
    ]


def test_only_research_grade_present_and_identified_to_a_genus_is_taken(tmp_path):
    none = {"genus": "", "species": ""}
    folder = write_archive(
        tmp_path,
        [
            occurrence(1, datasetName="iNaturalist observations"),
            occurrence(2, taxonRank="FAMILY", scientificName="Paridae", **none),
            occurrence(3, kingdom="Bacteria", **{"class": ""}),
            occurrence(4, taxonRank="GENUS", species="", scientificName="Parus L."),
            occurrence(5, taxonRank="", scientificName="Parus", species=""),
            occurrence(6, taxonRank="", **none),
            occurrence(7, datasetName="A museum"),
        ],
        [medium(key, f"https://x.example/{key}.jpg") for key in range(1, 8)],
    )
    found = staged(folder)
    assert {each["key"] for each in found.observations} == {"4", "5", "7"}
    assert {(each["name"], each["rank"]) for each in found.taxa} <= {
        ("Parus", "genus"),
        ("Parus major", "species"),
    }
    assert {reason for reason in found.refused if reason.startswith("an occurrence")} == {
        "an occurrence is not research grade",
        "an occurrence is identified to family only",
        "an occurrence belongs to none of the 13 super-classes (Bacteria)",
        "an occurrence is not identified to a genus (no rank, no name)",
    }


def test_a_photograph_of_two_occurrences_stays_with_the_first(tmp_path):
    inat = "https://inaturalist-open-data.s3.amazonaws.com/photos/55/"
    folder = write_archive(
        tmp_path,
        [occurrence(1), occurrence(2)],
        [
            medium(1, f"{inat}original.jpg"),
            medium(1, f"{inat}original.jpg"),
            medium(2, "https://static.inaturalist.org/photos/55/medium.jpeg"),
            medium(2, A),
        ],
    )
    found = staged(folder)
    assert [(each["key"], each["observation"], each["place"]) for each in found.photos] == [
        ("55", "1", 0),
        (A, "2", 0),
    ]
    assert found.refused == {
        "a photograph: is listed more than once": 1,
        "a photograph: is already one of another occurrence": 1,
    }


def test_an_observer_is_known_by_an_id_before_a_name(tmp_path):
    terms = (
        *OCCURRENCE_TERMS,
        "http://rs.tdwg.org/dwc/terms/recordedByID",
        "http://xmlns.com/foaf/0.1/inaturalistLogin",
    )
    columns = names(terms)
    extra = {"recordedByID": "", "inaturalistLogin": ""}
    rows = [
        occurrence(1, **extra | {"recordedByID": "https://orcid.org/0"}),
        occurrence(2, **extra | {"inaturalistLogin": "ada"}),
        occurrence(3, **extra | {"recordedBy": ""}),
    ]
    folder = write_archive(
        tmp_path,
        table(rows, columns),
        [medium(key, f"https://x.example/{key}.jpg") for key in (1, 2, 3)],
        meta=meta_xml(terms, MEDIA_TERMS),
    )
    observers = [each["observer"] for each in staged(folder).observations]
    assert observers == ["https://orcid.org/0", "Ada (ada)", ""]


def test_addresses_in_the_core_count_where_no_extension_names_photographs(tmp_path):
    terms = (*OCCURRENCE_TERMS, "http://rs.tdwg.org/dwc/terms/associatedMedia")
    row = occurrence(1, associatedMedia=f"{A} | {B}", rightsHolder="Cyd")
    meta = meta_xml(terms, MEDIA_TERMS)
    meta = meta[: meta.index("<extension")] + "</archive>"
    found = staged(write_archive(tmp_path, table([row], names(terms)), [], meta=meta))
    assert [(each["url"], each["rights_holder"]) for each in found.photos] == [
        (A, "Cyd"),
        (B, "Cyd"),
    ]


def test_places_and_dates_that_are_none_are_left_out(tmp_path):
    folder = write_archive(
        tmp_path,
        [
            occurrence(1, eventDate="spring", decimalLatitude="95", decimalLongitude="10"),
            occurrence(2, eventDate="2016-05-14/2016-05-20", decimalLatitude="x"),
            occurrence(3, eventDate="2016"),
        ],
        [medium(key, f"https://x.example/{key}.jpg") for key in (1, 2, 3)],
    )
    found = staged(folder).observations
    assert [each["observed_on"] for each in found] == ["", "2016-05-14", "2016"]
    assert all(each["latitude"] is None for each in found)


def test_a_staging_on_disk_starts_anew_with_each_archive(tmp_path):
    one = write_archive(tmp_path / "one", [occurrence(1)], [medium(1, A)])
    two = write_archive(tmp_path / "two", [occurrence(2)], [medium(2, B)])
    assert len(staged(one, directory=tmp_path / "staging").photos) == 1
    assert [each["url"] for each in staged(two, directory=tmp_path / "staging").photos] == [B]


def test_an_invented_archive_is_read_whole(tmp_path):
    write_dwca(tmp_path, 3_000, 5, n_taxa=400)
    found = staged(tmp_path)
    assert (
        len(found.photos)
        + found.refused["a photograph: its occurrence is identified to family only"]
        == 3_000
    )
    assert {each["super_class"] for each in found.taxa} == {each.value for each in SuperClass}
    keys = {each["key"] for each in found.observations}
    assert {each["observation"] for each in found.photos} == keys
    assert len({each["key"] for each in found.photos}) == len(found.photos)
