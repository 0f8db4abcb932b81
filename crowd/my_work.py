"""A worker's own page, and the same in a few sentences for the end of a session."""

from __future__ import annotations

from datetime import UTC, datetime, timezone, tzinfo
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crowd import messages, own_work
from crowd.models import Campaign, User, Worker
from crowd.own_work import Agreement, Done, Entry, OwnWork, Place
from crowd.permissions import IsWorker, worker_of
from crowd.words import duration, question

SHOWN_DAYS = 14
# the browser says where its days begin
ZONE_COOKIE = "timezone"


@require_GET
@never_cache
def my_work(request: HttpRequest) -> HttpResponse:
    """What one has done, day by day, and how it agrees with others; one's own and nobody else's."""
    worker = worker_of(request.user)
    if worker is None:
        raise PermissionDenied
    below = _place(request)
    page = own_work.latest(worker, below=below)
    context = {
        "worker": worker,
        "entries": [_card(entry) for entry in page.entries],
        "older": page.older,
        "is_first": below is None,
        "unread": messages.unread(worker),
    }
    if below is None:
        context |= _summary(worker, _zone(request))
    return render(request, "crowd/my_work.html", context)


class OwnSummaryView(APIView):
    permission_classes = [IsWorker]

    @extend_schema(exclude=True)
    def get(self, request: Request, kind: str) -> Response:
        """Who is signed in, and what their work of this kind has come to, in sentences."""
        worker = cast(User, request.user).worker
        own = own_work.of_kind(kind)
        sentences = [
            _finished(own_work.n_finished(worker, own)),
            *_known(own, own_work.agreement(worker, own)),
        ]
        return Response({"sentences": [one for one in sentences if one]})


class WhoView(APIView):
    # not `IsWorker`: the page of somebody else asks as well
    permission_classes = [IsAuthenticated]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """Whose browser this is: a page that was signed out meanwhile asks before it goes on."""
        worker = worker_of(request.user)
        return Response({"worker": worker.pseudonym if worker else ""})


def _place(request: HttpRequest) -> Place | None:
    text = request.GET.get("before")
    try:
        return Place.read(text) if text else None
    except ValueError as error:
        raise Http404 from error


def _zone(request: HttpRequest) -> tzinfo:
    """How far the browser's clock is from UTC now; the database need not know the zone's name."""
    try:
        zone = ZoneInfo(request.COOKIES.get(ZONE_COOKIE, "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
    offset = datetime.now(zone).utcoffset()
    return timezone(offset) if offset else UTC


def _summary(worker: Worker, zone: tzinfo) -> dict[str, Any]:
    history = own_work.history(worker, zone=zone)
    days = list(history.by_day.items())
    most = max((done.n for _day, done in days[:SHOWN_DAYS]), default=1)
    return {
        "total": history.total,
        "active": duration(history.total.active_s),
        "n_days": len(days),
        "finished": _finished(history.total.n_finished),
        "days": [_day(day, done, most) for day, done in days[:SHOWN_DAYS]],
        "has_more_days": len(days) > SHOWN_DAYS,
        "campaigns": _campaigns(worker, history.by_campaign),
        "agreements": _agreements(worker),
    }


def _day(day: Any, done: Done, most: int) -> dict[str, Any]:
    # the bar is drawn on a scale of 100
    return {
        "day": day,
        "n": done.n,
        "active": duration(done.active_s),
        "bar": round(100 * done.n / most, 1),
    }


def _campaigns(worker: Worker, done: dict[int, Done]) -> list[dict[str, Any]]:
    """What was done in each campaign, and whether its practice is passed."""
    places = own_work.practised(worker)
    known = set(done) | {key for key, place in places.items() if place.n_practised}
    campaigns = Campaign.objects.filter(pk__in=known).order_by("kind", "slug")
    return [
        {
            "question": question(campaign),
            "done": done.get(campaign.pk, Done()),
            "active": duration(done.get(campaign.pk, Done()).active_s),
            "practice": _practice(campaign.pk, places),
        }
        for campaign in campaigns
    ]


def _practice(campaign_id: int, places: dict[int, Any]) -> str:
    place = places.get(campaign_id)
    if place is None or not place.n_practised:
        return ""
    if place.qualified_at is not None:
        return _("Practice passed")
    n = place.n_practised
    return ngettext("%(n)d practice photo", "%(n)d practice photos", n) % {"n": n}


def _agreements(worker: Worker) -> list[dict[str, Any]]:
    """How each kind of work agrees with others' where there is any."""
    found = [(own, own_work.agreement(worker, own)) for own in own_work.kinds()]
    return [
        {
            "words": own.agreement_in_words(agreed),
            "number": _number(agreed),
            "drawn": _drawn(agreed),
        }
        for own, agreed in found
        if agreed.n_compared
    ]


def _known(own: OwnWork, agreed: Agreement) -> list[str]:
    return [own.agreement_in_words(agreed)] if agreed.is_known else []


def _number(agreed: Agreement) -> str:
    if not agreed.is_known:
        n = agreed.n_compared
        return ngettext("%(n)d photo so far.", "%(n)d photos so far.", n) % {"n": n}
    low, high = (round(100 * side) for side in (agreed.interval.low, agreed.interval.high))
    said = _(
        "The same in %(same)d of your latest %(n)d photos:"
        " somewhere between %(low)d and %(high)d %%."
    )
    return said % {"same": agreed.n_same, "n": agreed.n_compared, "low": low, "high": high}


def _drawn(agreed: Agreement) -> dict[str, float] | None:
    """Where the interval and the share lie on a line of 100."""
    if not agreed.is_known:
        return None
    low, high = 100 * agreed.interval.low, 100 * agreed.interval.high
    return {"low": round(low, 1), "width": round(high - low, 1), "at": round(100 * agreed.share, 1)}


def _finished(n: int) -> str:
    if not n:
        return ""
    said = ngettext(
        "%(n)d photo is finished with your help.", "%(n)d photos are finished with your help.", n
    )
    return said % {"n": n}


def _card(entry: Entry) -> dict[str, Any]:
    task = entry.answer.task
    return {
        "image": task.image,
        "question": question(task.campaign),
        "words": entry.said.words,
        "boxes": [[round(side, 1) for side in box] for box in entry.said.boxes_xywh],
        "at": entry.answer.received_at,
    }
