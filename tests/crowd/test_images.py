"""Photographs go to those who may look at them, and to nobody else."""

from __future__ import annotations

import io

import PIL.Image
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from catalog import renditions
from crowd import leases
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(ada):
    """A photograph that ada has been given to work on."""
    make.campaign(1)
    (lease,), _ = leases.claim(ada, "birds", count=1, now=NOON)
    picture = io.BytesIO()
    PIL.Image.new("RGB", (80, 60), "teal").save(picture, "JPEG")
    name = renditions.name(lease.image.uid, "display")
    default_storage.save(name, ContentFile(picture.getvalue()))
    return f"/images/{lease.image.uid}/display.jpg"


def test_whose_task_it_is_sees_the_photo(api, ada, photo):
    reply = api(ada).get(photo)
    assert (reply.status_code, reply["Content-Type"]) == (200, "image/jpeg")
    assert "immutable" in reply["Cache-Control"]
    assert "private" in reply["Cache-Control"]
    assert PIL.Image.open(io.BytesIO(b"".join(reply.streaming_content))).size == (80, 60)


def test_somebody_else_finds_nothing(api, ben, photo):
    assert api(ben).get(photo).status_code == 404
    assert api(None).get(photo).status_code == 401


def test_a_script_sees_what_it_has_claimed(ada, photo):
    script = APIClient(
        headers={"Authorization": f"Token {Token.objects.create(user=ada.user).key}"}
    )
    assert script.get(photo).status_code == 200
