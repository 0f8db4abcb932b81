"""The page for planning: how many workers does a photo need, and what will it cost?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods
from kombu.exceptions import OperationalError
from redis import RedisError

from crowd.models import HIGHEST_COST, Campaign
from crowd.permissions import organizer_only
from dashboard import forecasts, jobs, power_chart
from dashboard.forecasts import Forecast, Question
from dashboard.forms import TAUS
from dashboard.power_chart import Chart, Point
from dashboard.queries.pilots import PilotRow, pilots
from simulation.confusions import CLARITY, NON_INSTANCES
from simulation.mixes import MIXES
from simulation.power import Expected, Interval, Price

CAMPAIGN = "campaign:"
AS_WELL = 1.05  # times the errors: less of a difference is chance with five campaigns


class PlanForm(forms.Form):
    """What is to be forecast; all of it stands in the address, so that a plan can be sent on."""

    kind = forms.ChoiceField(
        label="What workers do",
        choices=[(Campaign.Kind.BOX, "Box every animal"), (Campaign.Kind.VERIFY, "Verify")],
        initial=Campaign.Kind.BOX,
    )
    crowd = forms.ChoiceField(
        label="Who answers",
        help_text="A crowd in general, or the workers of a campaign, with its kind of images.",
    )
    super_class = forms.ChoiceField(
        label="Super-class",
        choices=[(name, name) for name in NON_INSTANCES],
        help_text="For verifying: photos without the animal are rarer among birds and reptiles.",
        required=False,
    )
    clarity = forms.ChoiceField(
        label="What to look for is",
        choices=[(name, f"{name}: {clarity.words}") for name, clarity in CLARITY.items()],
        initial="clear",
        required=False,
        help_text="Where experts would disagree, so do workers, and more answers cannot mend that.",
    )
    missed_cost = forms.FloatField(
        label="How bad a miss is",
        min_value=1,
        max_value=HIGHEST_COST,
        initial=1,
        required=False,
        help_text="For verifying: how many times as bad as a good photo left out it is to let one "
        "without the animal through.",
    )
    n_images = forms.IntegerField(label="Photos", min_value=1, max_value=100_000_000, initial=1000)
    price = forms.FloatField(
        label="Price", min_value=0, max_value=1_000_000, initial=0.05, help_text="Any currency."
    )
    per = forms.ChoiceField(
        label="Paid by", choices=[("answer", "answer"), ("hour", "hour of work")], initial="answer"
    )

    def __init__(self, *args: Any, known: Sequence[PilotRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pilots = {row.slug: row for row in known}
        mixes = [(name, f"{name}: {mix.title}") for name, mix in MIXES.items()]
        own = [
            (f"{CAMPAIGN}{row.slug}", f"{row.slug} ({row.kind}): {row.n_workers} known workers")
            for row in known
        ]
        choices: list[Any] = [("In general", mixes)]
        self.fields["crowd"].choices = choices + ([("As in a campaign", own)] if own else [])  # type: ignore[attr-defined]
        self.fields["crowd"].initial = "mixed"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        pilot = self.pilots.get(cleaned.get("crowd", "").removeprefix(CAMPAIGN))
        is_campaign = cleaned.get("crowd", "").startswith(CAMPAIGN)
        if is_campaign and pilot and pilot.kind != cleaned.get("kind"):
            what = "boxes animals" if pilot.kind == Campaign.Kind.BOX else "verifies"
            self.add_error("crowd", f"{pilot.slug} {what}; its workers are known for that alone.")
        return cleaned

    def question(self) -> Question:
        """What the filled-in form asks."""
        kind, crowd = self.cleaned_data["kind"], self.cleaned_data["crowd"]
        rare = (self.cleaned_data["super_class"] or "Mammalia") if kind == "verify" else ""
        clarity = self.cleaned_data["clarity"] or "clear"
        cost = (self.cleaned_data["missed_cost"] or 1.0) if kind == "verify" else 1.0
        if not crowd.startswith(CAMPAIGN):
            return Question(kind, crowd, rare, None, clarity, cost)
        pilot = self.pilots[crowd.removeprefix(CAMPAIGN)]
        return Question(kind, pilot.slug, rare, pilot.fit_id or 0, clarity, cost)

    def address(self) -> str:
        """The filled-in form as the query of an address."""
        return urlencode({name: self.data[name] for name in self.fields if name in self.data})

    def cost(self) -> Price:
        price = self.cleaned_data["price"]
        return Price(per_hour=price) if self.cleaned_data["per"] == "hour" else Price(price)


@dataclass(frozen=True, slots=True)
class Line:
    """One choice for `n_images` photos, as the table says it. Shares are per 100 photos."""

    expected: Expected
    name: str
    cost: Interval
    hours: float

    @property
    def figures(self) -> dict[str, Interval]:
        return dict(self.expected.figures)

    @property
    def wrong(self) -> Interval:
        return _times(self.expected.figures["errors"], 100)

    @property
    def harm(self) -> float:
        """What is wrong, an image; where a miss is worse than a false alarm it counts for more."""
        figures = self.expected.figures
        return figures.get("loss", figures["errors"]).mean

    @property
    def false_alarms(self) -> Interval | None:
        share = self.expected.figures.get("false_alarms")
        return None if share is None else _times(share, 100)


@dataclass(frozen=True, slots=True)
class Advice:
    """The balanced adaptive choice, and the cheapest fixed number that does about as well."""

    adaptive: Line
    fixed: Line | None

    @property
    def is_fixed_cheaper(self) -> bool:
        return self.fixed is not None and self.fixed.cost.mean < self.adaptive.cost.mean

    @property
    def times(self) -> float | None:
        """How many times the adaptive cost the fixed number costs."""
        if self.fixed is None or not self.adaptive.cost.mean:
            return None
        return self.fixed.cost.mean / self.adaptive.cost.mean


@require_http_methods(["GET", "POST"])
@organizer_only
def plan(request: HttpRequest) -> HttpResponse:
    """What would this campaign cost, and how good would it be?

    Only sending the form has anything simulated; the address that it leads to shows what is there.
    """
    said = request.POST or (request.GET if "kind" in request.GET else None)
    form, now = PlanForm(said, known=pilots()), timezone.now()
    context: dict[str, Any] = {"form": form, "as_of": now}
    if form.is_bound and form.is_valid():
        try:
            if request.method == "POST":
                forecasts.ask(form.question(), jobs.enqueue, now=now)
                return redirect(f"{reverse('dashboard:plan')}?{form.address()}")
            found = forecasts.look(form.question().key)
            context |= _shown(found, form, now=now) if found else {"is_new": True}
        except (RedisError, OperationalError):
            context["unreachable"] = True
    return render(request, "dashboard/power.html", context, status=422 if form.errors else 200)


@require_GET
@organizer_only
def forecast_status(_request: HttpRequest, key: str) -> HttpResponse:
    """How far a forecast is, for the page that waits for it."""
    try:
        found = forecasts.look(key)
    except RedisError:
        return JsonResponse({"state": "unreachable"}, status=503)
    if found is None:
        return JsonResponse({"state": "unknown", "progress": 0, "n_runs": 0})
    state = found.state(timezone.now())
    return JsonResponse({"state": state, "progress": found.progress, "n_runs": len(found.runs)})


def _shown(found: Forecast, form: PlanForm, *, now: datetime) -> dict[str, Any]:
    n_images, price = form.cleaned_data["n_images"], form.cost()
    care = {tau: word for word, tau in TAUS[Campaign.Kind(found.question.kind)].items()}
    lines = [_line(row, care, n_images, price) for row in found.rows()]
    mix = MIXES.get(found.question.crowd)
    return {
        "forecast": found,
        "state": found.state(now),
        "lines": lines,
        "n_images": n_images,
        "n_simulated": forecasts.plan_of(found.question).n_simulated,
        "crowd_words": mix.words if mix else "",
        "clarity_words": CLARITY[found.question.clarity].words,
        "is_box": found.question.kind == Campaign.Kind.BOX,
        "advice": advise(lines) if found.is_ready else None,
        "charts": _charts(found.question, lines, n_images, price) if lines else [],
    }


def _line(row: Expected, care: Mapping[float, str], n_images: int, price: Price) -> Line:
    is_fixed = row.tau is None
    word = f"{row.n_answers} each" if is_fixed else f"adaptive, {care[row.tau or 0]}"
    hours = row.figures["seconds"].mean * n_images / 3600
    return Line(row, word, price.of(n_images, row.figures), hours)


def advise(lines: Sequence[Line]) -> Advice | None:
    """What to choose, if the balanced adaptive choice is among the lines."""
    balanced = next((line for line in lines if line.name.endswith("balanced")), None)
    if balanced is None:
        return None
    limit = AS_WELL * balanced.harm
    good = [line for line in lines if not line.expected.is_adaptive and line.harm <= limit]
    return Advice(balanced, min(good, key=lambda line: line.cost.mean, default=None))


def _charts(question: Question, lines: Sequence[Line], n_images: int, price: Price) -> list[Chart]:
    per_answer = [
        line.expected.figures["seconds"].mean / max(line.expected.figures["answers"].mean, 1e-9)
        for line in lines
    ]
    each = price.per_answer + price.per_hour / 3600 * sum(per_answer) / len(per_answer)
    costs = [_amount(n * each * n_images) if each else "" for n in range(1, 8)]

    def points(figure: str, times: float = 1.0) -> list[Point]:
        return [
            Point(
                line.expected.figures["answers"].mean,
                _times(line.expected.figures[figure], times),
                line.expected.is_adaptive,
                line.name,
            )
            for line in lines
        ]

    if question.kind == Campaign.Kind.BOX:
        tight = power_chart.draw("F1 at IoU 0.75", points("f75"), most=1.0, costs=costs)
        wrong = power_chart.draw(
            "Wrong boxes per 100 photos", points("errors", 100), least=0, digits=0, costs=costs
        )
        return [wrong, tight]
    found = power_chart.draw("Found of those without the animal",
                             points("recall"), most=1.0, costs=costs)  # fmt: skip
    wrong = power_chart.draw(
        "Wrong decisions per 100 photos", points("errors", 100), least=0, digits=1, costs=costs
    )
    return [wrong, found]


def _times(interval: Interval, factor: float) -> Interval:
    return Interval(interval.mean * factor, interval.low * factor, interval.high * factor)


def _amount(value: float) -> str:
    """A sum of money short enough for a tick.

    >>> _amount(12.5), _amount(50), _amount(1850), _amount(22_500), _amount(3_400_000)
    ('12.5', '50', '1,850', '22.5k', '3.4M')
    """
    for least, unit, letter in ((1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if value >= least:
            return f"{value / unit:.1f}{letter}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
