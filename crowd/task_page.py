"""What the two task pages have in common: who may open them and what they are told."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from crowd import messages
from crowd.models import Campaign
from crowd.permissions import worker_of
from crowd.words import question, words

SESSION_GOAL = 20
PLACEHOLDER = "00000000-0000-0000-0000-000000000000"


def open_task_page(
    user: Any, slug: str, *, kind: Campaign.Kind, answer_url_name: str, limits: dict[str, int]
) -> dict[str, Any]:
    """The context of a task page; 404 for another kind of campaign, 403 for who is no worker."""
    worker = worker_of(user)
    if worker is None:
        raise PermissionDenied
    campaign = Campaign.objects.filter(slug=slug, kind=kind).first()
    if campaign is None:
        raise Http404
    return {
        "campaign": campaign,
        "question": question(campaign),
        "words": words(campaign),
        "worker": worker,
        "unread": messages.unread(worker),
        "page": {
            "campaign": _campaign(campaign) | limits,
            "worker": {"key": worker.pseudonym},
            "urls": _urls(campaign, answer_url_name),
        },
    }


def _campaign(campaign: Campaign) -> dict[str, Any]:
    return {
        "slug": campaign.slug,
        "kind": campaign.kind,
        "question": question(campaign),
        "super_class": campaign.super_class,
        "instructions": campaign.instructions,
        "n_instructions": campaign.n_instructions,
        "session_goal": SESSION_GOAL,
        "has_grid": campaign.has_grid,
    }


def _urls(campaign: Campaign, answer_url_name: str) -> dict[str, str]:
    """Addresses of the API; `{id}` stands where the page puts an assignment's id."""
    per_assignment = {
        "answer": answer_url_name,
        "renew": "crowd:renew",
        "release": "crowd:release",
    }
    urls = {
        name: reverse(url_name, args=[PLACEHOLDER]).replace(PLACEHOLDER, "{id}")
        for name, url_name in per_assignment.items()
    }
    return urls | {
        "claim": reverse("crowd:claim", args=[campaign.slug]),
        "home": reverse("crowd:home"),
        "my_work": reverse("crowd:my_work"),
        "own": reverse("crowd:own_summary", args=[campaign.kind]),
        "who": reverse("crowd:who"),
        "sign_in": reverse("crowd:sign_in"),
    }
