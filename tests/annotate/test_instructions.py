"""What the box page shows of its rules."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from catalog.superclasses import BOXED
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("super_class", sorted(BOXED))
def test_every_boxed_super_class_has_a_picture_of_its_own(ada, client, super_class):
    make.campaign(1, slug="some", super_class=super_class)
    client.force_login(ada.user)
    page = client.get("/box/some/").content.decode()
    assert page.count('<symbol id="animal"') == 1
    assert page.count('href="#animal"') >= 3


def test_every_rule_has_a_picture_of_right_and_of_wrong(ada, client):
    make.campaign(1, slug="some", super_class="Aves")
    client.force_login(ada.user)
    page = client.get("/box/some/").content.decode()
    pictures = re.findall(r'src="(/drawn/\d+/rules/Aves/[a-z]+-(?:good|poor)\.jpg)"', page)
    assert len(set(pictures)) == 16
    reply = client.get(pictures[0])
    assert reply.status_code == 200
    assert "immutable" in reply["Cache-Control"]
    assert Image.open(io.BytesIO(reply.content)).size == (480, 360)
    assert client.get(pictures[0]).content == reply.content


@pytest.mark.parametrize(
    "path", ["1/rules/Plantae/each-good", "1/rules/Aves/others-good", "0/rules/Aves/each-good"]
)
def test_there_are_no_other_pictures(ada, client, path):
    client.force_login(ada.user)
    assert client.get(f"/drawn/{path}.jpg").status_code == 404
