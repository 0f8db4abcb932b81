"""What the figures of agreement say, in words, and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consensus.bootstrap import Estimate
from tallies import agreement_steps
from tallies.agreement_content import Agreement, Step
from verify.models import Label

# Krippendorff, "Content Analysis", 2nd edition, 2004, p. 241: rely on alphas of .8 and above; from
# .667 on draw tentative conclusions only.
RELIABLE = 0.8
TENTATIVE = 2 / 3
SOURCE = "Krippendorff, Content Analysis, 2004, p. 241"
MARKS = (0.667, RELIABLE)
# As long as an answer changes more photos than this, it is worth its while. Of fewer photos
# not even no change at all would rule that out (95 %; the rule of three).
WORTH = 0.02
LEAST_PHOTOS = round(3 / WORTH)
SAME_BOX = agreement_steps.SAME_BOX


@dataclass(frozen=True, slots=True)
class Advice:
    """What stands out, and the gallery's pattern that shows it ("" for none)."""

    words: str
    pattern: str = ""


def verdict(alpha: Estimate) -> str:
    """How good an alpha is, on the cautious side where its interval reaches below a threshold.

    >>> verdict(Estimate(0.85, 0.82, 0.88, 400)), verdict(Estimate(0.85, 0.75, 0.9, 30))
    ('Workers agree well', 'Workers agree well enough for tentative conclusions')
    >>> verdict(Estimate(0.5, 0.4, 0.6, 400))
    'Workers agree too little to rely on one of them alone'
    """
    if alpha.value is None:
        return "Agreement cannot be told yet"
    if is_reliable(alpha):
        return "Workers agree well"
    if _lowest(alpha) >= TENTATIVE:
        return "Workers agree well enough for tentative conclusions"
    if not is_too_little(alpha):
        return "Workers may agree well enough, but that is not sure"
    return "Workers agree too little to rely on one of them alone"


def is_reliable(alpha: Estimate) -> bool:
    """Whether the whole interval is at `RELIABLE` or above."""
    return alpha.value is not None and _lowest(alpha) >= RELIABLE


def is_too_little(alpha: Estimate) -> bool:
    """Whether the figure itself is below `TENTATIVE`."""
    return alpha.value is not None and alpha.value < TENTATIVE


def _lowest(alpha: Estimate) -> float:
    return (alpha.value or 0.0) if alpha.low is None else alpha.low


def between(estimate: Estimate, digits: int = 2) -> str:
    """A figure with its interval.

    >>> between(Estimate(0.5, 0.4, 0.6, 400)), between(Estimate(0.5, None, None, 1))
    ('0.50 (0.40 to 0.60)', '0.50')
    """
    if estimate.value is None:
        return "–"
    said = f"{estimate.value:.{digits}f}"
    if estimate.low is None or estimate.high is None:
        return said
    return f"{said} ({estimate.low:.{digits}f} to {estimate.high:.{digits}f})"


def percent(estimate: Estimate) -> str:
    """A share with its interval.

    >>> percent(Estimate(0.012, 0.008, 0.017, 400))
    '1.2 % (0.8 to 1.7)'
    """
    scaled = [None if x is None else 100 * x for x in (estimate.value, estimate.low, estimate.high)]
    value, low, high = scaled
    if value is None:
        return "–"
    return f"{value:.1f} %" + (f" ({low:.1f} to {high:.1f})" if low is not None else "")


def on_boxes(found: Agreement) -> Advice:
    """On what workers differ most: whether there is anything, how many there are, or the edges."""
    figures = found.figures
    presence, count = figures["presence"].value, figures["count"].value
    matched = figures["matched_iou"].value
    if presence is None or count is None:
        return Advice("")
    losses = {
        "presence": 1 - presence,
        "number": presence - count,
        "edges": 0.0 if matched is None else 1 - matched,
    }
    worst = max(losses, key=lambda name: losses[name])
    return _ON_BOXES[worst] if losses[worst] > WORTH else Advice("There is little to improve.")


_ON_BOXES = {
    "presence": Advice(
        "They differ most on whether there is anything to box: show hard examples, and say in the "
        "instructions what does not count.",
        "missed",
    ),
    "number": Advice(
        "They differ most on how many there are: say in the instructions what to do with groups, "
        "parts and the background.",
        "counts",
    ),
    "edges": Advice(
        "They differ most on where the edges are: show what is tight, tails, legs and antennae "
        "included.",
        "loose",
    ),
}


def on_verdicts(found: Agreement) -> Advice:
    """Which answer meets another consensus most often."""
    worst = disagreements(found)[:1]
    if not worst:
        return Advice("There is little to improve.")
    ((said, agreed, n),) = worst
    words = (
        f"Most often “{Label(said).label}” is said where the crowd finds “{Label(agreed).label}”: "
        f"{n:,} of {found.confusion.n:,} answers."
    )
    return Advice(words, f"{said}-{agreed}")


def disagreements(found: Agreement) -> list[tuple[str, str, int]]:
    """(label said, label of the consensus, answers) where they differ, the most frequent first."""
    table = found.confusion
    pairs = [
        (said, agreed, n)
        for said, counts in zip(table.rows, table.counts, strict=True)
        for agreed, n in zip(table.columns, counts, strict=True)
        if n and said != agreed and said in Label.values and agreed in Label.values
    ]
    return sorted(pairs, key=lambda row: -row[2])


def where_to_stop(steps: Sequence[Step]) -> str:
    """After how many answers a further one changes next to nothing.

    >>> whole, little = Estimate(0.3, 0.2, 0.4, 400), Estimate(0.01, 0, 0.02, 400)
    >>> first = Step(1, whole, whole, whole)
    >>> where_to_stop([first, Step(2, little, whole, whole)])
    'The 3rd answer changes 1.0 % (0.0 to 2.0) of the photos that get one: 2 answers are enough.'
    >>> where_to_stop([first])
    'The 2nd answer changes 30.0 % (20.0 to 40.0) of the photos that get one: ask for more.'
    """
    if not steps:
        return ""
    step = next((one for one in steps if _changes_little(one)), steps[-1])
    n = step.n_answers
    if not _changes_little(step):
        advice = "ask for more"
    elif step.next.n_units < LEAST_PHOTOS:
        advice = "these are too few photos to say whether it is needed"
    else:
        advice = f"{n} answer{' is' if n == 1 else 's are'} enough"
    what = f"The {ordinal(n + 1)} answer changes {percent(step.next)}"
    return f"{what} of the photos that get one: {advice}."


def ordinal(n: int) -> str:
    """A small number in an order.

    >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 21)]
    ['1st', '2nd', '3rd', '4th', '11th', '21st']
    """
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{n}{'th' if n // 10 == 1 else endings.get(n % 10, 'th')}"


def _changes_little(step: Step) -> bool:
    return step.next.value is not None and step.next.value <= WORTH
