"""Broken and hostile archives: a sentence that helps, the good rows kept, nothing half-done."""

import io
import stat
import struct
import zipfile

import pytest

from catalog.importers.records import Unusable
from simulation.archives import MEDIA_TERMS, OCCURRENCE_TERMS, meta_xml
from tests.catalog.small_archives import (
    medium,
    names,
    occurrence,
    staged,
    table,
    write_archive,
)

A, B = "https://x.example/a.jpg", "https://x.example/b.jpg"
GOOD = [occurrence(1)], [medium(1, A)]


def refusal(path):
    with pytest.raises(Unusable) as raised:
        staged(path)
    text = str(raised.value)
    assert "\n" not in text and "Traceback" not in text
    return text


def with_meta(tmp_path, meta):
    return write_archive(tmp_path, *GOOD, meta=meta)


def occurrence_lines(*rows):
    return table(rows, names(OCCURRENCE_TERMS))


def test_a_missing_description_is_told(tmp_path):
    folder = write_archive(tmp_path / "archive", *GOOD)
    (folder / "meta.xml").unlink()
    assert "archive has no meta.xml" in refusal(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _: "", "empty"),
        (lambda text: text[:200], "no readable XML"),
        (lambda _: "\0\1\2", "no readable XML"),
        (lambda _: "<archive>" + "<!-- x -->" * 300_000 + "</archive>", "longer than"),
        (lambda _: "<archive/>", "describes 0 core tables"),
        (lambda text: text.replace("core", "extension"), "describes 0 core tables"),
        (lambda text: text.replace("extension", "core"), "describes 2 core tables"),
        (lambda text: text.replace('<id index="0"/>', ""), "no id"),
        (lambda text: text.replace('<coreid index="0"/>', ""), "no coreid"),
        (lambda text: text.replace("terms/Occurrence", "terms/Taxon"), "table of taxon"),
        (lambda text: text.replace('index="3"', 'index="three"', 1), "'three'"),
        (lambda text: text.replace('index="3"', 'index="-1"', 1), "'-1'"),
        (lambda text: text.replace('index="3"', 'index="33"', 1), "20 columns, but 34"),
        (lambda text: text.replace("<location>occurrence.txt</location>", ""), "names no file"),
        (lambda text: text.replace("occurrence.txt", "gone.txt"), "gone.txt, which is not in"),
        (lambda text: text.replace("occurrence.txt", "../up.txt"), "../up.txt, which is not in"),
        (lambda text: text.replace("multimedia.txt", "http://x/y.txt"), "elsewhere"),
        (lambda text: text.replace('"UTF-8"', '"martian"', 1), "'martian'"),
        (lambda text: text.replace(r'"\t"', '"12345"', 1), "cannot be read"),
        (lambda text: text.replace(r'"\t"', '";"', 1), "1 columns"),
        (lambda text: text.replace(r'"\n"', '"|"', 1), "lines end with '|'"),
    ],
)  # fmt: skip
def test_a_description_that_makes_no_sense_is_told(change, message, tmp_path):
    assert message in refusal(with_meta(tmp_path, change(meta_xml()) or " "))


def test_entities_are_never_expanded_nor_fetched(tmp_path):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE archive [<!ENTITY l0 "ha">{laughs}]><archive>&l9;</archive>'
    assert "document type" in refusal(with_meta(tmp_path / "a", bomb))
    outside = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><archive>&x;</archive>'
    assert "document type" in refusal(with_meta(tmp_path / "b", outside))


def test_rows_with_too_few_or_too_many_columns_cost_only_themselves(tmp_path):
    lines = occurrence_lines(occurrence(1), occurrence(2), occurrence(3), occurrence(4)).split("\n")
    lines[2] = "\t".join(lines[2].split("\t")[:7])
    lines[3] += "\tone more"
    folder = write_archive(tmp_path, "\n".join(lines), [medium(1, A), medium(4, B), medium(2, "u")])
    found = staged(folder)
    assert {each["key"] for each in found.observations} == {"1", "4"}
    assert found.refused == {
        "occurrence.txt: a row has too few columns": 1,
        "occurrence.txt: a row has too many columns": 1,
        "a photograph: its occurrence is not there": 1,
    }
    assert found.examples["occurrence.txt: a row has too few columns"] == "line 3"


def test_a_line_feed_in_an_unquoted_value_costs_only_that_row(tmp_path):
    folder = write_archive(
        tmp_path,
        [occurrence(1, recordedBy="Ada\nL"), occurrence(2)],
        [medium(2, A, creator="two\nlines"), medium(2, B)],
    )
    found = staged(folder)
    assert [each["key"] for each in found.photos] == [B]
    assert found.refused["occurrence.txt: a row has too few columns"] == 2
    assert found.refused["multimedia.txt: a row has too few columns"] == 2


def test_bytes_that_are_no_text_cost_only_their_row(tmp_path):
    folder = write_archive(tmp_path, [occurrence(1), occurrence(2)], [medium(1, A), medium(2, B)])
    text = (folder / "occurrence.txt").read_bytes()
    (folder / "occurrence.txt").write_bytes(text.replace(b"Ada", b"Ad\xff\xfe", 1))
    found = staged(folder)
    assert [each["key"] for each in found.observations] == ["2"]
    assert found.refused["occurrence.txt: a row is not valid UTF-8"] == 1


def test_nul_bytes_cost_only_their_row(tmp_path):
    folder = write_archive(
        tmp_path,
        [occurrence(1, recordedBy="A\0da"), occurrence(2)],
        [medium(2, A), medium(2, "https://x.example/\0b.jpg")],
    )
    with (folder / "multimedia.txt").open("ab") as file:
        file.write(b"\0" * 5_000)
    found = staged(folder)
    assert [each["key"] for each in found.photos] == [A]
    assert found.refused["occurrence.txt: a row holds a NUL byte"] == 1
    assert found.refused["multimedia.txt: a row holds a NUL byte"] == 1


def test_rows_pointing_nowhere_and_doubled_ids_are_counted(tmp_path):
    folder = write_archive(
        tmp_path,
        [occurrence(1, recordedBy="first"), occurrence(1, recordedBy="second"), occurrence("")],
        [medium(1, A), medium(404, B), medium("", B)],
    )
    found = staged(folder)
    assert [each["observer"] for each in found.observations] == ["first"]
    assert found.refused == {
        "an occurrence has the id of an earlier row": 1,
        "an occurrence has no id": 1,
        "a photograph: its occurrence is not there": 2,
    }


def test_empty_files_and_files_of_headers_only_are_told(tmp_path):
    header = occurrence_lines()
    assert "occurrence.txt is empty" in refusal(write_archive(tmp_path / "a", "", GOOD[1]))
    assert "no row" in refusal(write_archive(tmp_path / "b", header, GOOD[1]))
    assert "multimedia.txt is empty" in refusal(write_archive(tmp_path / "c", GOOD[0], ""))
    without = staged(write_archive(tmp_path / "d", GOOD[0], table([], names(MEDIA_TERMS))))
    assert without.photos == [] and without.observations == [] and without.taxa == []
    assert without.refused == {"an occurrence has no photograph": 1}


def test_an_archive_without_an_extension_for_photographs_says_so(tmp_path):
    meta = meta_xml()
    meta = meta[: meta.index("<extension")].rstrip() + "</archive>"
    found = staged(with_meta(tmp_path, meta))
    reason = "an occurrence has no photograph: the archive has no Multimedia extension"
    assert found.refused == {reason: 1}


def test_a_row_longer_than_any_is_refused(tmp_path):
    folder = write_archive(
        tmp_path, [occurrence(1, recordedBy="x" * 2_500_000), occurrence(2)], [medium(2, A)]
    )
    found = staged(folder)
    assert found.refused["occurrence.txt: a row is longer than 2 MB"] == 1
    assert len(found.photos) == 1


def archive_bytes(members, **options):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


def good_members():
    return [
        ("meta.xml", meta_xml()),
        ("occurrence.txt", occurrence_lines(occurrence(1))),
        ("multimedia.txt", table([medium(1, A)], names(MEDIA_TERMS))),
    ]


def zip_of(tmp_path, content):
    path = tmp_path / "archive.zip"
    path.write_bytes(content)
    return path


def test_an_archive_in_a_folder_of_its_own_within_the_zip_is_read(tmp_path):
    members = [(f"download/{name}", content) for name, content in good_members()]
    assert len(staged(zip_of(tmp_path, archive_bytes(members))).photos) == 1


@pytest.mark.parametrize("name", ["../../evil.txt", "/etc/evil.txt", "C:\\evil.txt", "a\\..\\b"])
def test_names_that_lead_out_of_the_archive_are_refused(name, tmp_path):
    content = archive_bytes([*good_members(), (name, "x")])
    assert "holds a file that" in refusal(zip_of(tmp_path, content))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive.zip"]


def test_links_within_a_zip_are_refused(tmp_path):
    link = zipfile.ZipInfo("secrets")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    content = archive_bytes([*good_members(), (link, "/etc/hostname")])
    assert "holds a link" in refusal(zip_of(tmp_path, content))


def test_links_out_of_a_folder_are_refused(tmp_path):
    folder = write_archive(tmp_path / "archive", *GOOD)
    (folder / "occurrence.txt").rename(tmp_path / "outside.txt")
    (folder / "occurrence.txt").symlink_to(tmp_path / "outside.txt")
    assert "link" in refusal(folder)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused(tmp_path):
    content = archive_bytes([*good_members(), good_members()[1]])
    assert "occurrence.txt twice" in refusal(zip_of(tmp_path, content))


def test_an_encrypted_member_is_told(tmp_path):
    content = bytearray(archive_bytes(good_members()))
    # the bit that says so, in each header of the central directory
    for start in range(len(content) - 4):
        if content[start : start + 4] == b"PK\1\2":
            flags = struct.unpack_from("<H", content, start + 8)[0]
            struct.pack_into("<H", content, start + 8, flags | 1)
    assert "encrypted" in refusal(zip_of(tmp_path, bytes(content)))


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("meta.xml", meta_xml())
        with archive.open("occurrence.txt", "w") as member:
            for _ in range(120):
                member.write(bytes(1_000_000))
    message = refusal(zip_of(tmp_path, packed.getvalue()))
    assert "no table shrinks that much" in message and "120,000,000" in message


def test_a_zip_that_was_cut_short_or_damaged_is_told(tmp_path):
    whole = archive_bytes(good_members())
    for content in (whole[:-30], whole[: len(whole) // 2], b"", b"PK"):
        assert "damaged or was cut short" in refusal(zip_of(tmp_path, content))
    damaged = bytearray(whole)
    at = whole.index(b"occurrence.txt") + 200
    damaged[at : at + 20] = bytes(20)
    assert "damaged or was cut short" in refusal(zip_of(tmp_path, bytes(damaged)))


def test_an_archive_within_the_archive_is_not_opened(tmp_path):
    content = archive_bytes([("inner.zip", archive_bytes(good_members()))])
    assert "no meta.xml" in refusal(zip_of(tmp_path, content))
