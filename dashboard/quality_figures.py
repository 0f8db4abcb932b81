"""Quality over time as charts with their numbers, a point for each day or week."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from charts import Figure, Table
from crowd import intervals
from dashboard import charting
from dashboard.queries.days import Work

Period = tuple[str, Work]
Point = tuple[float | None, float | None, float | None, int]

# what is small should look small
BEGIN_AT_ZERO = {"seconds", "unusable"}
RULES = " Dashed: what happened, by its number below."


def figures(
    periods: Sequence[Period], marks: Sequence[tuple[str, str]], *, is_box: bool
) -> list[Figure]:
    """All of them; `periods` are all days, or Mondays, in their order, idle ones too."""
    return [
        _agreement(periods, marks, is_box=is_box),
        _gold(periods, marks),
        _seconds(periods, marks),
        _unusable(periods, marks),
    ]


def _agreement(
    periods: Sequence[Period], marks: Sequence[tuple[str, str]], *, is_box: bool
) -> Figure:
    def point(work: Work) -> Point:
        if is_box:
            return work.agreement(is_box=True), None, None, work.n_matched
        return _share(work.n_same, work.n_compared)

    if is_box:
        title, head = "How well do boxes fit the consensus?", "Mean IoU"
        note = "Mean IoU of boxes with the consensus box they were matched to."
        counted = "Boxes"
    else:
        title, head = "How many answers are as the consensus?", "As the consensus"
        note = "Share of answers that are as the consensus of photos with two votes or more."
        counted = "Answers"
    return _figure(
        "agreement", title, head, counted, note, periods, marks, point, is_share=not is_box
    )


def _gold(periods: Sequence[Period], marks: Sequence[tuple[str, str]]) -> Figure:
    return _figure(
        "gold",
        "How many answers to gold are good?",
        "Good",
        "Answers to gold",
        "Share of the answers to photos whose answer is known.",
        periods,
        marks,
        lambda work: _share(work.n_gold_good, work.n_gold),
        is_share=True,
    )


def _seconds(periods: Sequence[Period], marks: Sequence[tuple[str, str]]) -> Figure:
    return _figure(
        "seconds",
        "How long does an answer take?",
        "Seconds an answer",
        "Answers",
        "Mean seconds of attention: the photo in view, without long pauses.",
        periods,
        marks,
        lambda work: (work.seconds_per_answer, None, None, work.n_timed),
        is_share=False,
    )


def _unusable(periods: Sequence[Period], marks: Sequence[tuple[str, str]]) -> Figure:
    return _figure(
        "unusable",
        "How often can workers not tell?",
        "Can't tell or problem",
        "Answers",
        "Share of answers that say *can't tell* or report a problem.".replace("*", ""),
        periods,
        marks,
        lambda work: _share(work.n_unusable, work.n_answers),
        is_share=True,
    )


def _share(part: int, whole: int) -> Point:
    if not whole:
        return None, None, None, 0
    span = intervals.share(part / whole, whole)
    return part / whole, span.low, span.high, whole


def _figure(
    slug: str,
    title: str,
    head: str,
    counted: str,
    note: str,
    periods: Sequence[Period],
    marks: Sequence[tuple[str, str]],
    point: Callable[[Work], Point],
    *,
    is_share: bool,
) -> Figure:
    points = [(day, *point(work)) for day, work in periods]
    known = [row for row in points if row[1] is not None]
    has_span = any(row[2] is not None for row in known)
    heads = (head, "95 % from", "to", counted) if has_span else (head, counted)
    cells = [
        (day, value, low, high, n) if has_span else (day, value, n)
        for day, value, low, high, n in reversed(known)
    ]
    drawn = [(day, value, low, high) for day, value, low, high, _ in points]
    last = known[-1] if known else None
    said = f"On {last[0]}: {last[1]:.2f}." if last else "Nothing yet."
    spec = (
        charting.over_time(
            drawn, marks, title=head, is_share=is_share, has_zero=slug in BEGIN_AT_ZERO
        )
        if known
        else None
    )
    return Figure(
        slug=slug,
        title=title,
        table=Table(("From", *heads), tuple(cells)),
        note=note + (" Bars: where it lies with a chance of 95 %." if has_span else "") + RULES,
        alt=f"{head}, a point for each day with answers. {said}",
        spec=spec,
        height=250,
    )
