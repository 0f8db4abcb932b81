"""Pages about the life of a campaign: its instructions, its clones, the archive, live figures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import strip_tags
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.models import Dataset, Split
from charts import downloads
from crowd import campaign_life
from crowd.campaign_life import LONGEST_INSTRUCTIONS
from crowd.errors import Conflict, CrowdError, Invalid
from crowd.models import Campaign, Instructions
from crowd.permissions import organizer_only
from crowd.templatetags.figures import ago, whole
from dashboard import instructions_effect, pages, wording
from dashboard.campaign_names import NamingForm
from dashboard.forms import MOST_GOLD
from dashboard.pages import campaign_context, campaign_of, user_of
from dashboard.queries import campaigns as queries

VERSIONS_SHOWN = 100


class InstructionsForm(forms.Form):
    """What workers are told; `knowing` is the version that the author started from."""

    text = forms.CharField(
        label="What workers are told",
        required=False,
        max_length=LONGEST_INSTRUCTIONS,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Shown to workers above the standard rules. May be empty.",
    )
    knowing = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class CloneForm(NamingForm):
    """What a clone has of its own."""

    dataset = forms.ModelChoiceField(
        label="Data set",
        queryset=Dataset.objects.order_by("slug"),
        to_field_name="slug",
        empty_label=None,
    )
    split = forms.ChoiceField(
        label="Split",
        required=False,
        choices=[("", "All images"), *((split, split.value) for split in Split)],
    )
    n_gold = forms.IntegerField(
        label="Photos whose answer is known",
        required=False,
        min_value=0,
        max_value=MOST_GOLD,
        help_text="So many become gold. Empty: none.",
    )

    def place_of(self, name: str) -> str:
        return "split" if name == "super_class" else name


@require_http_methods(["GET", "POST"])
@organizer_only
def instructions(request: HttpRequest, slug: str) -> HttpResponse:
    """What are workers told, and what were they told before?"""
    found = campaign_of(slug)
    as_stored = {"text": found.instructions, "knowing": found.n_instructions}
    form = InstructionsForm(request.POST or None, initial=as_stored)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            return _edited(request, found, form)
        except Conflict as error:
            status = error.status
            form = _overtaken(form, found, error)
        except Invalid as error:
            form.add_error("text", (error.errors or {}).get("text", [error.detail]))
    versions = list(campaign_life.versions_of(found)[:VERSIONS_SHOWN])
    effect, counted_at = instructions_effect.figure(found, versions)
    if effect is not None and downloads.is_asked(request):
        return downloads.download(request, [effect], name=f"{slug}-instructions")
    new, old = _asked_for(versions, request.GET.get("version", ""))
    context = {
        **campaign_context(found, "instructions"),
        "form": form,
        "versions": versions,
        "figure": effect,
        "counted_at": counted_at,
        "shown": new,
        "before": old,
        "pieces": wording.differences(old.text if old else "", new.text) if new else [],
    }
    status = 422 if form.errors and status == 200 else status
    return pages.page(request, "dashboard/instructions.html", context, status)


def _edited(request: HttpRequest, found: Campaign, form: InstructionsForm) -> HttpResponse:
    said, by = form.cleaned_data, user_of(request)
    made = campaign_life.edit_instructions(
        found, said["text"], knowing=said["knowing"], by=by, now=timezone.now()
    )
    if made is None:
        messages.info(request, "Nothing was changed.")
    else:
        messages.success(
            request, f"Version {made.number} is what workers are told now. They see a note once."
        )
    return redirect("dashboard:instructions", found.slug)


def _overtaken(form: InstructionsForm, found: Campaign, error: Conflict) -> InstructionsForm:
    """The same text, to be saved over the newer one knowingly."""
    data = {"text": form.cleaned_data["text"], "knowing": found.n_instructions}
    again = InstructionsForm(data)
    again.full_clean()
    again.add_error(
        None, f"{error.detail} Theirs is below; saving this text now puts it in their place."
    )
    return again


def _asked_for(
    versions: list[Instructions], said: str
) -> tuple[Instructions | None, Instructions | None]:
    """The version of that number, else the newest, and the one before it."""
    places = {str(row.number): place for place, row in enumerate(versions)}
    place = places.get(said, 0)
    pair = [*versions[place : place + 2], None, None]
    return pair[0], pair[1]


@require_http_methods(["GET", "POST"])
@organizer_only
def clone(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the same of other images."""
    found = campaign_of(slug)
    if found.follows is not None:
        messages.info(request, "A check has no images of its own; it follows a campaign of boxes.")
        return redirect("dashboard:checks", found.follows.slug)
    initial = {"slug": _free_slug(slug), "dataset": found.dataset.slug, "split": found.split}
    form = CloneForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data | {"n_gold": form.cleaned_data["n_gold"] or 0}
        try:
            made = campaign_life.clone(found, **said, by=user_of(request), now=timezone.now())
        except CrowdError as error:
            form.add_refusal(error)
        else:
            messages.success(request, "The clone is running. Invite workers with a link.")
            return redirect("dashboard:campaign", made.slug)
    context = {**campaign_context(found, "summary"), "form": form, "stock": _stock_for(found)}
    status = 422 if form.errors else 200
    return pages.page(request, "dashboard/campaign_clone.html", context, status)


def _free_slug(slug: str) -> str:
    """A name like that which no campaign has: `birds-2`."""
    taken = set(Campaign.objects.filter(slug__startswith=slug[:46]).values_list("slug", flat=True))
    return next(name for n in range(2, len(taken) + 3) if (name := f"{slug[:46]}-{n}") not in taken)


def _stock_for(found: Campaign) -> list[queries.Stock]:
    return [row for row in queries.stock() if row.super_class == found.super_class]


@require_POST
@organizer_only
def campaign_archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a campaign away, or bring it back."""
    found, by, now = campaign_of(slug), user_of(request), timezone.now()
    wish = request.POST.get("archive", "")
    if wish == "yes":
        campaign_life.archive(found, by=by, now=now)
        messages.success(
            request,
            "The campaign is in the archive. Everything is kept, and is released as before.",
        )
    elif wish == "no":
        campaign_life.bring_back(found, by=by, now=now)
        found.refresh_from_db()
        messages.success(request, f"The campaign is back, and {found.status}.")
    else:
        raise Http404
    return redirect("dashboard:campaign", slug)


@require_GET
@organizer_only
def campaign_figures(_request: HttpRequest, slug: str) -> HttpResponse:
    """The figures that change while workers answer, as the page writes them."""
    found, now = campaign_of(slug), timezone.now()
    row = queries.row_of(found)
    progress = row.progress
    texts: dict[str, Any] = {
        "words": render_to_string("dashboard/progress_words.html", {"progress": progress}).strip(),
        "retired": whole(progress.n_retired),
        "disputed": whole(progress.n_disputed),
        "open": whole(progress.n_open),
        "awaited": whole(progress.n_awaited),
        "answers": whole(progress.n_answers),
        "workers": whole(row.n_workers),
        "as_of": f"{now:%H:%M:%S}",
    }
    bar = {"retired": progress.percent_retired, "disputed": progress.percent_disputed}
    at = row.last_answer_at
    last = {"text": strip_tags(ago(at, now)), "at": f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else ""}
    return JsonResponse({"texts": texts, "bar": bar, "last_answer": last})
