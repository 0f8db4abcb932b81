"""The pages of what organizers did: of the whole site, and of one campaign."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from crowd.permissions import organizer_only
from dashboard import pages, sheets
from dashboard.pages import campaign_context, campaign_of
from dashboard.queries import activity as queries
from dashboard.queries.activity import NOBODY, Wish

DEEDS_PER_PAGE = 50
COLUMNS = ("at", "who", "action", "subject", "campaign", "detail")


class ActivityForm(forms.Form):
    """Which part of the log is shown; it stands in the address."""

    who = forms.ChoiceField(label="Who", required=False)
    what = forms.ChoiceField(label="What", required=False)
    campaign = forms.ChoiceField(label="Campaign", required=False)
    since = forms.DateField(
        label="From", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until = forms.DateField(
        label="To", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.known = {found.slug: found for found in queries.campaigns()}
        users = [(str(user.pk), user.username) for user in queries.actors()]
        everything = {
            "who": [("", "Everybody"), *users, (NOBODY, "The site, or a command")],
            "what": [("", "Everything"), *((one, one.capitalize()) for one in queries.actions())],
            "campaign": [("", "All"), *((slug, slug) for slug in self.known)],
        }
        for name, choices in everything.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "This day is before the first one.")
        return cleaned

    def wish(self) -> Wish:
        """What was filled in; what makes no sense is left out."""
        self.is_valid()
        said = self.cleaned_data
        return Wish(
            who=said.get("who", ""),
            what=said.get("what", ""),
            campaign=self.known.get(said.get("campaign", "")),
            since=said.get("since"),
            until=said.get("until"),
        )


@require_GET
@organizer_only
def activity(request: HttpRequest) -> HttpResponse:
    """Who has done what, and when?"""
    return _shown(request, "dashboard/activity.html", ActivityForm(request.GET), {})


@require_GET
@organizer_only
def campaign_activity(request: HttpRequest, slug: str) -> HttpResponse:
    """Who has done what to this campaign, and when?"""
    found = campaign_of(slug)
    form = ActivityForm({**request.GET.dict(), "campaign": slug})
    context = campaign_context(found, "activity")
    return _shown(request, "dashboard/campaign_activity.html", form, context)


@require_GET
@organizer_only
def activity_csv(request: HttpRequest) -> HttpResponseBase:
    """The same part of the log for a spreadsheet, all of it."""
    name = f"activity-{timezone.now():%Y-%m-%d}.csv"
    return sheets.download(name, COLUMNS, _rows(ActivityForm(request.GET).wish()))


def _shown(
    request: HttpRequest, template: str, form: ActivityForm, context: dict[str, Any]
) -> HttpResponse:
    after, wish = request.GET.get("after", ""), form.wish()
    shown = {
        "form": form,
        "page": queries.page(wish, after=after, size=DEEDS_PER_PAGE),
        "is_first": not after,
        "is_filtered": any([wish.who, wish.what, wish.since, wish.until]),
    }
    return pages.page(request, template, context | shown, 422 if form.errors else 200)


def _rows(wish: Wish) -> Iterator[tuple[str, ...]]:
    for deed in queries.every_deed(wish):
        entry = deed.entry
        yield (
            entry.at.isoformat(timespec="seconds"),
            deed.who,
            entry.action,
            entry.subject,
            entry.campaign.slug if entry.campaign else "",
            deed.detail,
        )
