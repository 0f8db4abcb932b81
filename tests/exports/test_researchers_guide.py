"""The examples in `docs/researchers.md` run as they are printed, beside a release folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.exports import make_rows

pytestmark = pytest.mark.django_db(transaction=True)
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "researchers.md"


@pytest.fixture
def release_folder(transactional_db, make_release, tmp_path, monkeypatch):
    """A folder `release` in the current directory, with files of every kind."""
    woods = make_rows.dataset("woods")
    boxes = make_rows.campaign(woods, "boxes")
    verify = make_rows.campaign(woods, "verify", kind="verify", split="test")
    make_rows.boxing(make_rows.image(woods, "a.jpg", split="train"), boxes, [[1, 2, 3, 4]])
    make_rows.boxing(make_rows.image(woods, "b.jpg", split="train"), boxes, [])
    make_rows.verifying(make_rows.image(woods, "c.jpg", split="test"), verify, {"animal": 1.0})
    make_rows.verifying(make_rows.image(woods, "d.jpg", split="test"), verify, {"scat": 1.0})
    made = make_release(woods)
    (tmp_path / "release").symlink_to(made.folder)
    monkeypatch.chdir(tmp_path)
    return made


def test_the_examples_run(release_folder, capsys):
    examples = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), flags=re.DOTALL)
    assert len(examples) == 3
    for example in examples:
        exec(compile(example, GUIDE.name, "exec"), {})
    said = capsys.readouterr().out
    assert "train.json 2 images, 1 boxes, 1 empty" in said
    assert "d.jpg scat 1.0" in said


def test_every_field_of_every_file_is_in_the_guide(release_folder):
    guide = GUIDE.read_text()
    missing = {
        field
        for name in release_folder.names()
        for field in fields_of(release_folder.read(name))
        if f"`{field}`" not in guide and f".{field}`" not in guide
    }
    assert not missing


def fields_of(value):
    """Every key in a JSON value, but not the labels that a count or probability is of."""
    if isinstance(value, list):
        return {field for item in value for field in fields_of(item)}
    if not isinstance(value, dict):
        return set()
    of_labels = {"probabilities", "votes", "counts", "rule", "methods"}
    inner = {field for key in value.keys() - of_labels for field in fields_of(value[key])}
    return set(value) | inner
