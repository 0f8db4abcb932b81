"""The organizers' page of releases."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crowd.errors import CrowdError
from crowd.models import User
from crowd.permissions import organizer_only
from exports import queries, releases
from exports.forms import ReleaseForm
from exports.models import Release

COUNTS = [
    *("images", "annotations", "boxed", "empty", "not_looked", "disputed", "excluded"),
    *("test_images", "test_kept", "test_excluded", "test_undecided", "test_not_verified"),
]


@require_http_methods(["GET", "POST"])
@organizer_only
def releases_page(request: HttpRequest) -> HttpResponse:
    """Ask for a release; watch it; take its files."""
    form = ReleaseForm(request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            made = releases.create(
                form.cleaned_data["dataset"],
                **form.values(),
                by=cast(User, request.user),
                now=timezone.now(),
            )
        except CrowdError as error:
            form.add_refusal(error)
        else:
            messages.success(
                request, f"Release {made.number} of {made.dataset.slug} is on its way."
            )
            return redirect("exports:releases_page")
    found = [(release, _counts(release)) for release in queries.recent_releases()]
    context = {"form": form, "releases": found, "as_of": timezone.now()}
    return render(request, "exports/releases.html", context, status=422 if form.errors else 200)


def _counts(release: Release) -> list[tuple[str, int]]:
    """The counts in the order of `COUNTS`: the database gives an object's names in its own."""
    return [(name, release.counts[name]) for name in COUNTS if name in release.counts]
