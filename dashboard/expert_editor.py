"""The editor on organizers' pages: the boxes that they themselves draw on a photograph.

Boxes are [x, y, w, h] in pixels of the upright full-size image.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from annotate import submission
from annotate.models import MAX_BOXES
from annotate.serializers import BoxStepSerializer
from crowd import words
from crowd.errors import Invalid
from crowd.models import Task
from dashboard.pages import user_of


@dataclass(frozen=True, slots=True)
class Errand:
    """What the boxes are for: where they are sent (`save`), where the page leads without them
    (`back`) and with them (`on`), and what the button and the line beside it say. `seen`: the
    version of the task's adjudication that the page was made from."""

    save: str
    back: str
    on: str
    button: str = "Let these boxes stand"
    note: str = (
        "These boxes stand from now on, whatever answers still come in. You can take that back."
    )
    seen: int = 0


def page(
    request: HttpRequest, task: Task, boxes: Sequence[Sequence[float]], errand: Errand
) -> HttpResponse:
    """The editor over a task's photograph, beginning with these boxes."""
    question = words.question(task.campaign)
    context = {
        "campaign": task.campaign,
        "task": task,
        "question": question,
        "words": words.words(task.campaign),
        "errand": errand,
        "page": {
            "campaign": {"question": question, "max_boxes": MAX_BOXES},
            "key": f"organizer-{user_of(request).pk}",
            "seen": errand.seen,
            "boxes": [list(box) for box in boxes],
            "image": _image(task),
            "urls": {"save": errand.save, "back": errand.back, "next": errand.on},
        },
    }
    return render(request, "dashboard/adjudicate_edit.html", context)


def sent(request: HttpRequest, task: Task) -> tuple[list[tuple[float, float, float, float]], str]:
    """The boxes and the reason that the editor has sent, fitted to the image. Raises `Invalid`."""
    try:
        wish = BoxStepSerializer(data=json.loads(request.body))
    except ValueError as error:
        raise Invalid("What was sent could not be read.") from error
    if not wish.is_valid():
        raise Invalid("Some of this cannot be stored.", dict(wish.errors))
    drawn = [box["bbox"] for box in wish.validated_data["boxes"]]
    size = task.image
    boxes = submission.fitted(drawn, width=size.width, height=size.height)
    return boxes, wish.validated_data["reason"].strip()


def refused(error: Any) -> JsonResponse:
    """What the editor is told of one of the domain's errors."""
    return JsonResponse({"detail": error.detail, "errors": error.errors}, status=error.status)


def _image(task: Task) -> dict[str, Any]:
    image = task.image
    return {
        "url": reverse("crowd:image", args=[image.uid, "display"]),
        "width": image.width,
        "height": image.height,
        "credit": image.rights_holder,
        "licence": image.licence,
        "licence_url": image.licence_url,
    }
