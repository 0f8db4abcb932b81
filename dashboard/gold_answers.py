"""What organizers know of gold: they correct it, and draw gold themselves."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotate import gold_scoring as box_gold
from annotate.adjudication import BOXES
from crowd import gold_correcting
from crowd.adjudication import Wish
from crowd.errors import CrowdError
from crowd.models import Campaign, GoldStandard, Task
from crowd.permissions import organizer_only
from dashboard import expert_editor
from dashboard.expert_editor import Errand
from dashboard.pages import campaign_of, user_of
from dashboard.queries import gold as queries
from verify import gold_scoring as verdict_gold
from verify.models import Label

DRAWN_NOTE = (
    "The photo is decided with these boxes, and workers get it among the others, to be measured "
    "by them."
)
CORRECTED_NOTE = "Answers to this photo are scored anew. What was known before stays in the log."


@require_http_methods(["GET", "POST"])
@never_cache
@organizer_only
def correct_boxes(request: HttpRequest, slug: str, gold_id: int) -> HttpResponse:
    """Draw the boxes that are known of a gold photo anew."""
    gold = _in_service(slug, gold_id, Campaign.Kind.BOX)
    if request.method == "GET":
        page_of_gold = reverse("dashboard:gold", args=[slug])
        errand = Errand(
            save=request.path,
            back=page_of_gold,
            on=page_of_gold,
            button="Correct gold",
            note=CORRECTED_NOTE,
        )
        return expert_editor.page(request, gold.task, queries.known_boxes(gold), errand)
    by, now = user_of(request), timezone.now()
    try:
        boxes, reason = expert_editor.sent(request, gold.task)
        known, scorer = box_gold.known_of(boxes), box_gold.score_again
        n = gold_correcting.correct(gold, known, scorer, reason=reason, by=by, now=now)
    except CrowdError as error:
        return expert_editor.refused(error)
    messages.success(request, _said(n))
    return JsonResponse({"n_scored": n}, status=201)


@require_POST
@organizer_only
def correct_label(request: HttpRequest, slug: str, gold_id: int) -> HttpResponse:
    """Say anew what is known of a gold photo of a verification."""
    label = request.POST.get("label", "")
    if label not in Label.values:
        messages.error(request, "Nothing was changed: choose what the photo shows.")
        return redirect("dashboard:gold", campaign_of(slug).slug)
    gold = _in_service(slug, gold_id, Campaign.Kind.VERIFY)
    known, scorer = verdict_gold.known_of(label), verdict_gold.score_again
    try:
        n = gold_correcting.correct(gold, known, scorer, by=user_of(request), now=timezone.now())
        messages.success(request, _said(n))
    except CrowdError as error:
        messages.error(request, error.detail)
    return redirect("dashboard:gold", slug)


@require_GET
@never_cache
@organizer_only
def draw_next(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead to a photo that nobody has been handed, to box it oneself."""
    found = campaign_of(slug)
    if found.kind != Campaign.Kind.BOX:
        raise Http404
    said = request.GET.get("behind", "")
    behind = int(said) if said.isdecimal() and len(said) < len(str(2**31)) else -1
    task = queries.untouched(found, behind=behind)
    if task is None:
        messages.info(request, "There is no other photo that nobody has been handed.")
        return redirect("dashboard:gold", slug)
    return redirect("dashboard:gold_draw", slug, task.pk)


@require_http_methods(["GET", "POST"])
@never_cache
@organizer_only
def draw(request: HttpRequest, slug: str, task_id: int) -> HttpResponse:
    """Box a photo oneself, and let that be gold."""
    rows = Task.objects.select_related("image", "campaign")
    task = get_object_or_404(
        rows, pk=task_id, campaign__slug=slug, campaign__kind=Campaign.Kind.BOX
    )
    if request.method == "GET":
        if task.state != Task.State.OPEN or task.n_taken:
            messages.info(request, "That photo has been handed out or decided on meanwhile.")
            return redirect("dashboard:gold", slug)
        following = reverse("dashboard:gold_draw_next", args=[slug])
        errand = Errand(
            save=request.path,
            back=reverse("dashboard:gold", args=[slug]),
            on=f"{following}?behind={task.position}",
            button="Make it gold",
            note=DRAWN_NOTE,
        )
        return expert_editor.page(request, task, [], errand)
    by, now = user_of(request), timezone.now()
    try:
        with transaction.atomic():
            boxes, reason = expert_editor.sent(request, task)
            BOXES.edit(Wish(task.pk, by, 0, reason), boxes, now=now)
            BOXES.make_gold(task.pk, by=by, now=now)
    except CrowdError as error:
        return expert_editor.refused(error)
    messages.success(request, f"Photo {task.position + 1} is gold. Here is the next one.")
    return JsonResponse({}, status=201)


def _in_service(slug: str, gold_id: int, kind: Campaign.Kind) -> GoldStandard:
    related = ("task__image", "task__campaign", "reference", "campaign")
    return get_object_or_404(
        GoldStandard.objects.select_related(*related),
        pk=gold_id,
        campaign__slug=slug,
        campaign__kind=kind,
        withdrawn_at=None,
    )


def _said(n: int) -> str:
    if not n:
        return "Corrected. No worker's answer had to be scored anew."
    return f"Corrected, and {n} answer{'s were' if n > 1 else ' was'} scored anew."
