"""A campaign's own page, new campaigns, their status and their invitations."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from charts import downloads
from consensus.bootstrap import Estimate
from crowd import campaigns as campaign_actions
from crowd import people
from crowd.errors import CrowdError
from crowd.models import Campaign, Invitation, User
from crowd.permissions import organizer_only
from dashboard import overview_figures, pages, paying
from dashboard.forms import CampaignForm, InvitationForm
from dashboard.pages import campaign_context, campaign_of, user_of
from dashboard.queries import (
    alerts,
    campaigns,
    pay,
    reports,
    standing,
    taxa,
    verdicts,
    versions,
)
from dashboard.queries.present import present
from tallies import agreement

STATUS_SAID = {
    Campaign.Status.RUNNING: "The campaign is running again.",
    Campaign.Status.PAUSED: "The campaign is paused. Nobody gets new tasks until you resume it.",
    Campaign.Status.CLOSED: "The campaign is closed. All answers are kept.",
}


@require_GET
@organizer_only
def campaign(request: HttpRequest, slug: str) -> HttpResponse:
    """How far is this campaign, and how well do its workers agree?"""
    found = campaign_of(slug)
    now = timezone.now()
    (here,) = standing.standings([campaigns.row_of(found)], now=now)
    row = here.row
    figures = [overview_figures.per_day(standing.per_day([here], now=now))]
    if downloads.is_asked(request):
        return downloads.download(request, figures, name=slug)
    newest, n_reopened = versions.newest(found)
    context = {
        **campaign_context(found, "summary"),
        "row": row,
        "completion": here.completion,
        "cost": here.cost,
        "counted_at": here.counted_at,
        "present": present([found.pk], now=now),
        "alerts": alerts.of_campaigns([here], now=now),
        "figures": figures,
        "n_reported": reports.n_new(found),
        "is_adaptive": found.stopping == Campaign.Stopping.ADAPTIVE,
        "at_the_limit": found.max_workers * row.progress.n_ended,
        "newest": newest,
        "n_reopened": n_reopened,
        "rates": taxa.in_all(found),
        "alpha": _alpha(found),
        "table": verdicts.verdict_table(found, is_live=row.counted_at is None)
        if found.kind == Campaign.Kind.VERIFY
        else None,
        "grids": verdicts.grids(found) if found.has_grid else None,
        "pay": pay.of(found, here.work.n_timed, here.work.seconds),
        "fair_pay": settings.FAIR_PAY,
        "pay_form": paying.form_of(found),
        "invitation_form": InvitationForm(auto_id="new-link-%s"),
        "invitations": [
            (invitation, request.build_absolute_uri(reverse("crowd:join", args=[invitation.token])))
            for invitation in campaigns.open_invitations(found, now=now)
        ],
    }
    return pages.page(request, "dashboard/campaign.html", context)


def _alpha(found: Campaign) -> Estimate | None:
    """Krippendorff's, with its interval, as counted last."""
    counted = agreement.overall([found]).get(found.pk)
    return counted.figures.get("alpha") if counted else None


@require_http_methods(["GET", "POST"])
@organizer_only
def campaign_new(request: HttpRequest) -> HttpResponse:
    """A form for a new campaign; what was filled in survives every error."""
    form = CampaignForm(request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            made = campaign_actions.create(**form.values(), by=user_of(request), now=timezone.now())
        except CrowdError as error:
            form.add_refusal(error)
        else:
            messages.success(
                request, "The campaign is running. Invite workers with a link from below."
            )
            return redirect("dashboard:campaign", made.slug)
    context = {"form": form, "stock": campaigns.stock()}
    return pages.page(request, "dashboard/campaign_new.html", context, 422 if form.errors else 200)


@require_POST
@organizer_only
def campaign_status(request: HttpRequest, slug: str) -> HttpResponse:
    """Pause, resume or close a campaign."""
    status = request.POST.get("status", "")
    if status not in Campaign.Status.values:
        raise Http404
    wanted = Campaign.Status(status)
    try:
        campaign_actions.set_status(
            campaign_of(slug), wanted, by=user_of(request), now=timezone.now()
        )
        messages.success(request, STATUS_SAID[wanted])
    except CrowdError as error:
        messages.error(request, error.detail)
    return redirect("dashboard:campaign", slug)


@require_POST
@organizer_only
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a link that lets workers into a campaign."""
    form, found = InvitationForm(request.POST), campaign_of(slug)
    if form.is_valid():
        people.invite(
            by=user_of(request),
            role=User.Role.WORKER,
            campaign=found,
            now=timezone.now(),
            max_uses=form.cleaned_data["max_uses"],
        )
        messages.success(request, "The link is ready: copy it and send it to your workers.")
    else:
        (said,) = form.errors["max_uses"]
        messages.error(request, f"There is no new link. How many may join: {said}")
    return redirect(reverse("dashboard:campaign", args=[slug]) + "#invitations")


@require_POST
@organizer_only
def revoke_invitation(request: HttpRequest, slug: str, invitation_id: int) -> HttpResponse:
    """End a link."""
    invitation = get_object_or_404(Invitation, pk=invitation_id, campaign__slug=slug)
    people.revoke(invitation, by=user_of(request), now=timezone.now())
    messages.success(request, "The link lets nobody in any more. Whoever has joined stays.")
    return redirect(reverse("dashboard:campaign", args=[slug]) + "#invitations")
