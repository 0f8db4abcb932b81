"""What checkers say of a photo, in a line on the pages where organizers look at it."""

from __future__ import annotations

from typing import Any

from django import template

from annotate import check_reading
from crowd.models import Campaign, Task

register = template.Library()


@register.inclusion_tag("dashboard/check_words.html")
def check_words(task: Task) -> dict[str, Any]:
    """A line for each thing that a checker denies; nothing where nobody has checked."""
    is_box = task.campaign.kind == Campaign.Kind.BOX
    return {"said": check_reading.of_task(task) if is_box else None}
