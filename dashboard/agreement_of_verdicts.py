"""Figures of agreement that only verdicts have."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from charts import Figure, Table
from charts.figures import Cell as TableCell
from dashboard import agreement_charts as charts
from dashboard import agreement_figures as common
from dashboard import agreement_words as words
from dashboard.agreement_charts import Cell
from dashboard.agreement_figures import CORRECTED, PLAIN, Measure, Page
from tallies.agreement_content import Confusion
from verify.models import Label

MEASURES = (
    Measure("alpha", "Krippendorff's alpha of labels", CORRECTED),
    Measure("kappa", "Fleiss' kappa of labels", CORRECTED),
    Measure("instance_alpha", "Alpha of animal or not", CORRECTED),
    Measure("share", "Same label", PLAIN),
    Measure("instance", "Same on animal or not", PLAIN),
)
IN_SHORT = (Measure("share", "same label", PLAIN),)
MOST_DISAGREEMENTS = 10
SHORT = {
    "animal": "animal",
    "tracks": "tracks",
    "scat": "scat",
    "habitat": "habitat",
    "remains": "remains",
    "cant_tell": "can't tell",
    "undecided": "undecided",
}
NOTE = (
    "Shares are of pairs of workers. Alpha is for nominal data, kappa is Fleiss' (1971): 1 is full "
    "agreement, 0 is chance, and where nearly all photos show the animal, few disagreements lower "
    "them a lot. Dashed: 0.667, from which tentative conclusions can be drawn, and 0.8, reliable "
    f"({words.SOURCE})."
)


def figures(page: Page) -> list[Figure]:
    """All figures of a verification campaign, as far as there is anything in them."""
    made = [
        common.overall(page, MEASURES, NOTE),
        common.steps(page, says="another label", has_iou=False),
        _labels(page),
        _disagreements(page),
        common.by_taxon(page, IN_SHORT),
        common.by_week(page, IN_SHORT),
        common.by_pair(page, same="same label"),
    ]
    return [figure for figure in made if figure is not None]


def _labels(page: Page) -> Figure | None:
    table = page.found.confusion
    if not table.n:
        return None
    empty = _empty(table)
    columns = [SHORT[name] for name in table.columns if name not in empty]
    answers = [
        (said, agreed, n, sum(counts))
        for said, counts in zip(table.rows, table.counts, strict=True)
        for agreed, n in zip(table.columns, counts, strict=True)
        if said not in empty and agreed not in empty
    ]
    rows: list[tuple[TableCell, ...]] = [
        (SHORT[said], *(n for _, _, n, _ in of_row))
        for said, of_row in groupby(answers, key=itemgetter(0))
    ]
    cells = [
        Cell(SHORT[said], SHORT[agreed], n, n / max(n_said, 1), _link(page, said, agreed))
        for said, agreed, n, n_said in answers
    ]
    same = sum(table.counts[place][place] for place in range(len(Label.values)))
    return Figure(
        slug="labels",
        title="Answers and consensus",
        table=Table(("Said \\ consensus", *columns), tuple(rows)),
        note=f"All {table.n:,} answers to photos with at least two votes: the rows are what a "
        "worker said, the columns what the crowd found, shaded by the share of the row.",
        alt=f"A matrix of {table.n:,} answers; {100 * same / table.n:.1f} % are as the consensus.",
        spec=charts.matrix(cells, rows="Said", columns="Consensus"),
        height=110 + 32 * len(rows),
    )


def _empty(table: Confusion) -> set[str]:
    """What no answer is in, but for the labels: nobody may have been unable to tell, and every
    photo may be decided."""
    rows = zip(table.rows, table.counts, strict=True)
    columns = zip(table.columns, zip(*table.counts, strict=True), strict=True)
    found = {name for name, counts in (*rows, *columns) if not any(counts)}
    return found - set(Label.values)


def _disagreements(page: Page) -> Figure | None:
    found = words.disagreements(page.found)[:MOST_DISAGREEMENTS]
    if not found:
        return None
    n_said = {
        name: sum(counts)
        for name, counts in zip(page.found.confusion.rows, page.found.confusion.counts, strict=True)
    }
    rows = tuple(
        (
            f"{Label(said).label} said, {Label(agreed).label.lower()} found",
            n,
            100 * n / n_said[said],
        )
        for said, agreed, n in found
    )
    return Figure(
        slug="disagreements",
        title="What is taken for what",
        table=Table(
            ("Answer and consensus", "answers", "% of those who said so"),
            rows,
            digits=1,
            links=tuple(_link(page, said, agreed) for said, agreed, _ in found),
        ),
        note="The most frequent first. A row leads to its photos.",
    )


def _link(page: Page, said: str, agreed: str) -> str:
    if said == agreed or agreed not in Label.values:
        return ""
    pattern = f"{said}-{agreed}" if said in Label.values else said
    return f"{page.gallery}?pattern={pattern}"
