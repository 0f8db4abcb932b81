"""What the box page shows of its rules."""

from __future__ import annotations

import pytest

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
