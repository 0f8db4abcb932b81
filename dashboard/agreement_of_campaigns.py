"""Figures of agreement of all campaigns, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from charts import Figure, Table
from charts.figures import Cell
from crowd.models import Campaign
from dashboard import agreement_charts as shapes
from dashboard import agreement_words as words
from dashboard.agreement_charts import Dot
from dashboard.agreement_figures import ALPHA
from dashboard.queries.agreement import CampaignRow

# (name, words) of what the tables hold beside alpha
_COLUMNS = {
    Campaign.Kind.BOX.value: (
        ("iou", "mean IoU"),
        ("matched_iou", "IoU of the same animal"),
        ("count", "same number"),
        ("presence", "same on anything at all"),
    ),
    Campaign.Kind.VERIFY.value: (
        ("kappa", "Fleiss' kappa"),
        ("share", "same label"),
        ("instance", "same on animal or not"),
    ),
}
_TITLES = {Campaign.Kind.BOX.value: "Boxes", Campaign.Kind.VERIFY.value: "Verdicts"}


def figures(rows: Sequence[CampaignRow]) -> list[Figure]:
    """One of boxes and one of verdicts, as far as anything has been counted."""
    made = [_of_kind(kind, [row for row in rows if row.campaign.kind == kind]) for kind in _COLUMNS]
    return [figure for figure in made if figure is not None]


def _of_kind(kind: str, rows: Sequence[CampaignRow]) -> Figure | None:
    known = sorted((row for row in rows if row.n_images), key=_alpha_of)
    if not known:
        return None
    links = tuple(reverse("dashboard:agreement", args=[row.campaign.slug]) for row in known)
    marks = [
        Dot(row.campaign.slug, row.figures["alpha"], href=link)
        for row, link in zip(known, links, strict=True)
    ]
    heads = ("Campaign", "Super-class", "alpha", "low", "high", *(w for _, w in _COLUMNS[kind]))
    return Figure(
        slug=_TITLES[kind].lower(),
        title=_TITLES[kind],
        table=Table((*heads, "photos", "as of, UTC"), tuple(map(_cells, known)), links=links),
        note=f"{ALPHA} with its 95 % interval over photos, the lowest first; dashed: 0.667 and "
        f"0.8 ({words.SOURCE}). Super-classes differ in how hard they are, so that a low alpha is "
        "not the workers' fault alone.",
        alt="; ".join(f"{mark.name}: {words.between(mark.estimate)}" for mark in marks),
        spec=shapes.dots(marks, title=ALPHA, marks=words.MARKS),
        height=shapes.height_of(len(marks)),
    )


def _cells(row: CampaignRow) -> tuple[Cell, ...]:
    alpha = row.figures["alpha"]
    return (
        row.campaign.slug,
        row.campaign.super_class,
        alpha.value,
        alpha.low,
        alpha.high,
        *(row.figures[name].value for name, _ in _COLUMNS[row.campaign.kind]),
        row.n_images,
        f"{row.overall.counted_at:%Y-%m-%d %H:%M}" if row.overall else "",
    )


def _alpha_of(row: CampaignRow) -> tuple[float, str]:
    value = row.figures["alpha"].value
    return (2.0 if value is None else value), row.campaign.slug
