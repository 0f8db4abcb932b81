"""Pages for everybody: home, joining, signing in; images; health."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any, cast

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from catalog import renditions
from crowd import health, messages, own_work, people, queries
from crowd.errors import CrowdError
from crowd.models import Campaign, Enrolment, Invitation, User, Worker
from crowd.permissions import worker_of
from crowd.words import question

SIGN_IN_BACKEND = "crowd.sign_in.UserWithWorkerBackend"
TASK_PAGES = {
    Campaign.Kind.BOX: "annotate:task",
    Campaign.Kind.VERIFY: "verify:task",
    Campaign.Kind.CHECK: "annotate:check_task",
}


@require_GET
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """What there is to do for this worker."""
    worker = worker_of(request.user)
    cards = _cards(worker) if worker else []
    waiting = [card for card in cards if card["n_waiting"]]
    context = {
        "cards": waiting + [card for card in cards if not card["n_waiting"]],
        "many": queries.MANY,
        "worker": worker,
        "unread": messages.unread(worker) if worker else [],
        "is_paused": worker is not None and worker.status != Worker.Status.ACTIVE,
    }
    return render(request, "crowd/home.html", context)


def _cards(worker: Worker) -> list[dict[str, Any]]:
    """A card for each running campaign; the data set's name where a question is asked twice."""
    campaigns = list(queries.campaigns_to_work_on(worker))
    asked = Counter(question(campaign) for campaign in campaigns)
    n_done = own_work.n_by_campaign(worker)
    places = own_work.practised(worker)
    return [
        {
            "campaign": campaign,
            "question": question(campaign),
            "dataset": campaign.dataset.name if asked[question(campaign)] > 1 else "",
            "n_waiting": cast(Any, campaign).n_waiting,
            "n_done": n_done.get(campaign.pk, 0),
            "has_practice": _is_practice_missing(campaign, places.get(campaign.pk)),
            "url": task_url(campaign),
        }
        for campaign in campaigns
    ]


def _is_practice_missing(campaign: Campaign, place: Enrolment | None) -> bool:
    is_asked = campaign.has_qualification or (place is not None and place.is_to_practise)
    return is_asked and not (place and place.qualified_at)


def task_url(campaign: Campaign) -> str:
    """Where a campaign is worked on."""
    return reverse(TASK_PAGES[Campaign.Kind(campaign.kind)], args=[campaign.slug])


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """Also for who is signed in as somebody else: a guest of this browser may be an organizer."""

    template_name = "crowd/sign_in.html"

    def get_default_redirect_url(self) -> str:
        is_organizer = cast(User, self.request.user).is_organizer
        return reverse("dashboard:overview" if is_organizer else "crowd:home")


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation: a look (GET) changes nothing, the button (POST) lets the visitor in."""
    invitation = people.open_invitation(token, now=timezone.now())
    if invitation is None:
        return render(request, "crowd/join_ended.html", status=410)
    if request.method == "GET":
        return _join_page(request, invitation)
    if isinstance(request.user, User):
        return redirect(_after_join(invitation))
    username = request.POST.get("username", "").strip()
    password = request.POST.get("password", "")
    try:
        user = people.join(token, username=username, password=password, now=timezone.now())
    except CrowdError as error:
        return _join_page(request, invitation, error=error, username=username)
    login(request, user, backend=SIGN_IN_BACKEND)
    return redirect(_after_join(invitation))


def _join_page(
    request: HttpRequest,
    invitation: Invitation,
    *,
    error: CrowdError | None = None,
    username: str = "",
) -> HttpResponse:
    context = {
        "invitation": invitation,
        "campaign": invitation.campaign,
        "question": question(invitation.campaign) if invitation.campaign else "",
        "is_guest_welcome": invitation.role == User.Role.WORKER,
        "error": error,
        "username": username,
    }
    return render(request, "crowd/join.html", context, status=error.status if error else 200)


def _after_join(invitation: Invitation) -> str:
    if invitation.role != User.Role.WORKER:
        return reverse("dashboard:overview")
    return task_url(invitation.campaign) if invitation.campaign else reverse("crowd:home")


@extend_schema(exclude=True)
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def image(request: Request, uid: uuid.UUID, rendition: renditions.Kind) -> FileResponse:
    """A display copy or thumbnail, to those who may look at it, by session or by token."""
    found = queries.visible_image(uid, cast(User, request.user))
    if found is None:
        raise Http404
    try:
        file = default_storage.open(renditions.name(found.uid, rendition))
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type="image/jpeg")
    # an image never changes under its uid
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


@login_not_required
@require_GET
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_GET
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Everything that serving needs is there; otherwise 503 with what is wrong."""
    problems = health.check(now=timezone.now())
    body = {"status": "unready" if problems else "ready", "problems": problems}
    return JsonResponse(body, status=503 if problems else 200)
