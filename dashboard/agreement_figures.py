"""The figures of agreement that boxes and verdicts have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from charts import Figure, Table
from charts.figures import Cell
from consensus.bootstrap import Estimate
from crowd.models import Campaign
from dashboard import agreement_charts as charts
from dashboard import agreement_words as words
from dashboard.agreement_charts import Dot
from tallies.agreement_content import Agreement, Group
from tallies.agreement_groups import LEAST_IMAGES

INTERVAL = ("value", "low", "high", "photos")
CORRECTED, PLAIN = "above chance", "mean or share"
# more rows would not be read in a chart; the table has all
MOST_DOTS = 15
ALPHA = "Krippendorff's alpha"


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure by its name in words; `kind` is `CORRECTED` or `PLAIN`."""

    name: str
    words: str
    kind: str


@dataclass(frozen=True, slots=True)
class Page:
    """What figures are made from: names of taxa and workers by id, and where the gallery is."""

    campaign: Campaign
    found: Agreement
    taxa: Mapping[int, str]
    workers: Mapping[int, str]
    gallery: str

    @property
    def sample(self) -> str:
        """Of which photos, in words."""
        found = self.found
        if found.n_images < found.n_eligible:
            drawn = f"{found.n_images:,} of {found.n_eligible:,} photos, drawn at random,"
            return f"{drawn} with answers of at least two workers"
        return f"All {found.n_images:,} photos with answers of at least two workers"


def cells(estimate: Estimate) -> tuple[Cell, ...]:
    """As `INTERVAL`."""
    return (estimate.value, estimate.low, estimate.high, estimate.n_units)


def overall(page: Page, measures: Sequence[Measure], note: str) -> Figure:
    """All measures with their intervals."""
    found = page.found.figures
    rows = [Dot(one.words, found[one.name], one.kind) for one in measures]
    table = tuple((one.words, one.kind, *cells(found[one.name])) for one in measures)
    return Figure(
        slug="overall",
        title="How far workers agree",
        table=Table(("Measure", "Kind", *INTERVAL), table, digits=3),
        note=f"{page.sample}. Bars are 95 % bootstrap intervals over photos. {note}",
        alt="; ".join(f"{one.words}: {words.between(found[one.name])}" for one in measures),
        spec=charts.dots(rows, title="0 to 1, full agreement", marks=words.MARKS),
        height=charts.height_of(len(rows), has_legend=True),
    )


def steps(page: Page, *, says: str, has_iou: bool) -> Figure | None:
    """What every further answer changes; None while no photo has two."""
    found = page.found.steps
    if not found:
        return None
    names = [f"{step.n_answers} to {step.n_answers + 1}" for step in found]
    heads = (
        "Answers",
        "changed by it",
        "low",
        "high",
        "photos",
        "changed in the end",
        "low",
        "high",
    )
    table: list[tuple[Cell, ...]] = [
        (name, *cells(step.next), *cells(step.final)[:3], *(_only(step.iou) if has_iou else ()))
        for name, step in zip(names, found, strict=True)
    ]
    rows = [Dot(name, step.next) for name, step in zip(names, found, strict=True)]
    return Figure(
        slug="votes-to-decision",
        title="What one more answer changes",
        table=Table((*heads, *(("IoU in the end",) if has_iou else ())), tuple(table), digits=3),
        note=f"{words.where_to_stop(found)} {page.found.n_followed:,} photos were merged again "
        f"with their first answers alone, in the order received. Changed: {says}. Photos with more "
        "answers than the rest are those that were doubtful. “In the end”: if nobody had been "
        "asked again after so many.",
        alt="; ".join(
            f"from {name} answers: {words.percent(step.next)}"
            for name, step in zip(names, found, strict=True)
        ),
        spec=charts.dots(rows, title="Photos that come out otherwise", is_share=True),
        height=charts.height_of(len(rows)),
    )


def by_taxon(page: Page, measures: Sequence[Measure]) -> Figure | None:
    """The taxa with enough photos, those first whose workers agree least; None without any."""
    found = page.found
    if not found.taxa:
        return None
    worst_first = sorted(found.taxa, key=_alpha_of)
    names = [_taxon(page, group) for group in worst_first]
    links = [f"{page.gallery}?taxon={group.key}" if group.key else "" for group in worst_first]
    rows: list[tuple[Cell, ...]] = [
        _row(name, group, measures) for name, group in zip(names, worst_first, strict=True)
    ]
    if found.few:
        rows.append(_row(f"{found.few.key} other taxa together", found.few, measures))
    marks = [
        Dot(name, group.figures["alpha"], href=link)
        for name, group, link in zip(names, worst_first, links, strict=True)
    ][:MOST_DOTS]
    shown = f"The {MOST_DOTS} worst of {len(names)}. " if len(names) > MOST_DOTS else ""
    return Figure(
        slug="by-taxon",
        title="By taxon",
        table=Table(_heads("Taxon", measures), tuple(rows), 2, 1 if found.few else 0, tuple(links)),
        note=f"{shown}Taxa with at least {LEAST_IMAGES} of the photos looked at; in the table, all "
        "others together. A taxon leads to its photos.",
        alt=_spoken(marks),
        spec=charts.dots(marks, title=ALPHA, marks=words.MARKS),
        height=charts.height_of(len(marks)),
    )


def by_week(page: Page, measures: Sequence[Measure]) -> Figure | None:
    """Weeks with enough photos; None without any."""
    found = page.found.weeks
    if not found:
        return None
    rows = tuple(_row(str(week.key), week, measures) for week in found)
    marks = [Dot(str(week.key), week.figures["alpha"]) for week in found]
    return Figure(
        slug="by-week",
        title="By week",
        table=Table(_heads("Week", measures), rows),
        note=f"ISO week of a photo's last answer, UTC; weeks with at least {LEAST_IMAGES} of the "
        "photos looked at.",
        alt=_spoken(marks),
        spec=charts.over_time(marks, title=ALPHA, marks=words.MARKS),
    )


READ_PAIRS = (
    "Who is in many of the first rows agrees with few. A row leads to the first worker's photos."
)


def by_pair(page: Page, *, same: str) -> Figure:
    """Pairs of workers, those first who agree least; `same` says what they have in common."""
    found = page.found
    has_iou = any(pair.iou is not None for pair in found.pairs)
    rows: list[tuple[Cell, ...]] = [
        (
            page.workers.get(pair.first, "?"),
            page.workers.get(pair.second, "?"),
            pair.n_images,
            *((pair.iou,) if has_iou else ()),
            pair.same,
        )
        for pair in found.pairs
    ]
    shown = "No pair of workers yet"
    if rows:
        worst = f"The {len(rows)} worst of {found.n_pairs:,}"
        shown = f"{worst if len(rows) < found.n_pairs else f'All {len(rows)}'} pairs"
    return Figure(
        slug="by-pair",
        title="By pair of workers",
        table=Table(
            ("Worker", "and", "photos", *(("mean IoU",) if has_iou else ()), same),
            tuple(rows),
            links=tuple(f"{page.gallery}?worker={pair.first}" for pair in found.pairs),
        ),
        note=f"{shown} with at least {LEAST_IMAGES} photos in common. {READ_PAIRS if rows else ''}",
    )


def _row(name: str, group: Group, measures: Sequence[Measure]) -> tuple[Cell, ...]:
    figures = group.figures
    alpha = figures["alpha"]
    rest = [figures[one.name].value for one in measures]
    return (name, alpha.n_units, alpha.value, alpha.low, alpha.high, *rest)


def _heads(of: str, measures: Sequence[Measure]) -> tuple[str, ...]:
    return (of, "photos", "alpha", "low", "high", *(one.words for one in measures))


def _taxon(page: Page, group: Group) -> str:
    return page.taxa.get(int(group.key), "?") if group.key else "without a taxon"


def _alpha_of(group: Group) -> float:
    value = group.figures["alpha"].value
    return 2.0 if value is None else value


def _only(estimate: Estimate) -> tuple[Cell, ...]:
    return (estimate.value,)


def _spoken(marks: Sequence[Dot]) -> str:
    said = "; ".join(f"{mark.name}: {words.between(mark.estimate)}" for mark in marks)
    return f"{ALPHA}. {said}"
