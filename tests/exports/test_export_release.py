"""`manage.py export_release`."""

from __future__ import annotations

import hashlib
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from exports.models import Release
from tests.exports import make_rows

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pond(transactional_db):
    pond = make_rows.dataset("pond")
    make_rows.image(pond, "a.jpg")
    make_rows.image(pond, "b.jpg", split="test")
    return pond


def test_the_command_writes_the_files_and_prints_their_hashes(pond, tmp_path):
    said = StringIO()
    output = tmp_path / "new" / "folder"
    call_command("export_release", "pond", output=output, stdout=said)
    assert sorted(path.name for path in output.iterdir()) == ["all.json", "test.json"]
    for path in output.iterdir():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert f"{path.name}  images 1, annotations 0, " in said.getvalue()
        assert f"sha256 {digest}" in said.getvalue()
    assert Release.objects.get().state == "ready"


def test_an_unknown_data_set_is_named_beside_the_known_ones(pond, tmp_path):
    with pytest.raises(CommandError, match="no data set 'pnd'; there is: pond"):
        call_command("export_release", "pnd", output=tmp_path)


def test_an_empty_split_is_an_error(pond, tmp_path):
    with pytest.raises(CommandError, match="no images in the val split of pond"):
        call_command("export_release", "pond", split="val", output=tmp_path)


def test_undecided_test_images_stop_the_command_unless_allowed(pond, tmp_path):
    make_rows.campaign(pond, "verify", kind="verify")
    with pytest.raises(CommandError, match="1 test image is still undecided"):
        call_command("export_release", "pond", output=tmp_path)
    assert list(tmp_path.glob("*.json")) == []
    call_command("export_release", "pond", "--allow-undecided", output=tmp_path, stdout=StringIO())
    assert (tmp_path / "test_filtered.json").exists()
