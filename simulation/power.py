"""How many workers does an image need, and what does that cost? Asked before money is spent.

A forecast lets a simulated crowd do a small campaign several times, each time with other people
and other images, and merges their answers as the site would: with a fixed number of answers an
image, and adaptively under the stopping rule. The spread over those campaigns says how much of the
forecast is luck. It is a simulation: its people and images are assumptions (`simulation.mixes`),
or, better, estimates from a pilot (`simulation.pilot`).

    python -m simulation.power --kind box --mix mixed --images 500 --answers 1 2 3 5 --tau .05 .1
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Literal, get_args

import numpy as np

from consensus.stopping import BOX_TAUS, VOTE_TAUS, StoppingRule
from simulation.confusions import CLARITY, NON_INSTANCES
from simulation.layouts import LayoutParameters
from simulation.mixes import MIXES, hire, work_boxes
from simulation.rehearsal import Figures, rehearse_boxes, rehearse_votes
from simulation.voting import work_votes
from simulation.workers import WorkerProfile

Kind = Literal["box", "verify"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST_ANSWERS = 7
N_SEEDS = 5
# enough to learn what 30 workers are like, and to meet some images without the animal
N_IMAGES: Mapping[Kind, int] = {"box": 300, "verify": 2000}
N_WORKERS = 30
HIGHEST_COST = 1000.0
USUAL_TAUS: Mapping[Kind, tuple[float, ...]] = {
    "box": tuple(BOX_TAUS.values()),
    "verify": tuple(VOTE_TAUS.values()),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be forecast.

    kind: box or verify. crowd: the workers, or the name of a mix to draw them from.
    n_workers: how many, where a mix is named. super_class: of a verification campaign; it says how
    frequent images without the animal are. answers: fixed numbers of answers an image, 1..7.
    taus: of the adaptive rule, which asks from `minimum` up to `maximum` workers.
    missed_cost: of a verification campaign; how many times as bad as a false alarm it is to miss
    an image without the animal, 1 to 1,000.
    clarity: how clear it is what is right, see `CLARITY` of `simulation.confusions`.
    layouts: what the images of a box campaign hold. n_images: of each simulated campaign, not of
    the real one; None for a number that is enough. Raises ValueError for what cannot be forecast.
    """

    kind: Kind = "box"
    crowd: str | tuple[WorkerProfile, ...] = "mixed"
    n_workers: int = N_WORKERS
    super_class: str = "Mammalia"
    answers: tuple[int, ...] = (1, 2, 3, 5, 7)
    taus: tuple[float, ...] = USUAL_TAUS["box"]
    minimum: int = 2
    maximum: int = MOST_ANSWERS
    missed_cost: float = 1.0
    clarity: str = "clear"
    layouts: LayoutParameters = field(default_factory=LayoutParameters)
    n_images: int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.crowd, str) and self.crowd not in MIXES:
            raise ValueError(f"unknown mix {self.crowd!r}; known: {', '.join(MIXES)}")
        if self.clarity not in CLARITY:
            raise ValueError(f"unknown clarity {self.clarity!r}; known: {', '.join(CLARITY)}")
        if not all(1 <= k <= MOST_ANSWERS for k in (*self.answers, self.maximum)):
            raise ValueError(f"answers an image lie between 1 and {MOST_ANSWERS}")
        if self.kind == "verify" and self.super_class not in NON_INSTANCES:
            raise ValueError(f"super-classes to verify: {', '.join(NON_INSTANCES)}")
        if not 1 <= self.missed_cost <= HIGHEST_COST:
            raise ValueError(f"a miss costs 1 to {HIGHEST_COST:g} times as much as a false alarm")
        if not self.answers and not self.taus:
            raise ValueError("needs a number of answers or a tau to forecast")
        if not all(0 < tau < inf for tau in self.taus) or not 1 <= self.minimum <= self.maximum:
            raise ValueError("needs a finite tau > 0 and 1 <= minimum <= maximum")
        if self.n_simulated < 1 or len(self.crowd) == 0 or self.n_workers < 1:
            raise ValueError("needs at least one image and one worker")

    def workers(self, seed: int) -> list[WorkerProfile]:
        """The people of one simulated campaign; there are always enough for the most answers.

        A crowd that is too small stands for a larger one of the same kind of people.
        """
        if isinstance(self.crowd, str):
            return hire(self.crowd, max(self.n_workers, self.n_most), seed)
        times = -(-self.n_most // len(self.crowd))
        return list(self.crowd) * times

    @property
    def n_simulated(self) -> int:
        """Images of each simulated campaign."""
        return N_IMAGES[self.kind] if self.n_images is None else self.n_images

    @property
    def n_most(self) -> int:
        """The most answers that any choice of the plan can use."""
        return max(*self.answers, self.maximum if self.taus else 1, 1)


@dataclass(frozen=True, slots=True)
class Interval:
    """The mean over the simulated campaigns, and the lowest and the highest of them."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Expected:
    """What to expect of one choice: `n_answers` for everybody, or adaptive with `tau`.

    figures: by name, see `simulation.rehearsal`.
    """

    n_answers: int | None
    tau: float | None
    figures: Mapping[str, Interval] = field(hash=False)

    @property
    def is_adaptive(self) -> bool:
        return self.tau is not None


@dataclass(frozen=True, slots=True)
class Price:
    """What workers are paid, in any currency: for an answer, for an hour, or both.

    Both are finite and at least 0; raises ValueError otherwise.
    """

    per_answer: float = 0.0
    per_hour: float = 0.0

    def __post_init__(self) -> None:
        for name, paid in (("an answer", self.per_answer), ("an hour", self.per_hour)):
            if not 0 <= paid < inf:
                raise ValueError(f"the price of {name} must be a number of at least 0, not {paid}")

    def of(self, n_images: int, figures: Mapping[str, Interval]) -> Interval:
        """The cost of `n_images` images.

        >>> one = {"answers": Interval(2, 2, 3), "seconds": Interval(36, 36, 36)}
        >>> Price(per_answer=0.05, per_hour=10).of(100, one)
        Interval(mean=20.0, low=20.0, high=25.0)
        """
        answers, seconds = figures["answers"], figures["seconds"]
        low, mean, high = (
            n_images * (n * self.per_answer + s / 3600 * self.per_hour)
            for n, s in (
                (answers.low, seconds.low),
                (answers.mean, seconds.mean),
                (answers.high, seconds.high),
            )
        )
        return Interval(round(mean, 6), round(low, 6), round(high, 6))


Run = list[Figures]


def expect(plan: Plan, seeds: Sequence[int] = range(N_SEEDS)) -> list[Expected]:
    """The forecast for every choice of the plan, fixed ones first, over these seeds."""
    return summarize(plan, [simulate_once(plan, seed) for seed in seeds])


def simulate_once(plan: Plan, seed: int) -> Run:
    """The figures of one simulated campaign for every choice, in the order of `choices`."""
    crowd, most, clarity = plan.workers(seed), plan.n_most, CLARITY[plan.clarity]
    rules = [StoppingRule(tau=t, minimum=plan.minimum, maximum=plan.maximum) for t in plan.taus]
    if plan.kind == "box":
        boxes = work_boxes(
            plan.n_simulated, crowd, most, seed, layouts=plan.layouts, confusions=clarity.boxes
        )
        return list(rehearse_boxes(boxes, plan.answers, rules))
    groups = {plan.super_class: NON_INSTANCES[plan.super_class]}
    votes = work_votes(
        plan.n_simulated, crowd, most, seed, groups=groups, confusions=clarity.verdicts
    )
    return list(rehearse_votes(votes, plan.answers, rules, missed_cost=plan.missed_cost))


def choices(plan: Plan) -> list[tuple[int | None, float | None]]:
    """(answers, None) of every fixed choice, then (None, tau) of every adaptive one."""
    return [*((n, None) for n in plan.answers), *((None, tau) for tau in plan.taus)]


def summarize(plan: Plan, runs: Sequence[Run]) -> list[Expected]:
    """The spread over runs of `simulate_once`, at least one."""
    found = []
    for index, (n_answers, tau) in enumerate(choices(plan)):
        rows = [run[index] for run in runs]
        figures = {name: _interval([row[name] for row in rows]) for name in rows[0]}
        found.append(Expected(n_answers, tau, figures))
    return found


def _interval(values: Sequence[float]) -> Interval:
    return Interval(float(np.mean(values)), min(values), max(values))


HEADS: Mapping[Kind, tuple[tuple[str, str], ...]] = {
    "box": (("f50", "F1@.5"), ("f75", "F1@.75"), ("errors", "errors/image")),
    "verify": (("errors", "errors/image"), ("recall", "recall"), ("false_alarms", "false alarms")),
}


def table(plan: Plan, rows: Sequence[Expected], n_images: int, price: Price) -> str:
    """The forecast for `n_images` images as text, mean and [lowest, highest] campaign."""
    heads = ["choice", *(head for _, head in HEADS[plan.kind]), "answers/image", "hours", "cost"]
    lines = [_cells(heads)]
    for row in rows:
        choice = f"adaptive, tau {row.tau:g}" if row.is_adaptive else f"{row.n_answers} fixed"
        figures = [_with_spread(row.figures[name]) for name, _ in HEADS[plan.kind]]
        hours = row.figures["seconds"].mean * n_images / 3600
        effort = [f"{row.figures['answers'].mean:.2f}", f"{hours:.1f}"]
        lines.append(
            _cells([choice, *figures, *effort, f"{price.of(n_images, row.figures).mean:,.2f}"])
        )
    return "\n".join(lines)


def _with_spread(interval: Interval) -> str:
    return f"{interval.mean:.3f} [{interval.low:.3f} {interval.high:.3f}]"


def _cells(cells: Sequence[str]) -> str:
    first, *others = cells
    return f"{first:20}" + "".join(
        f"{cell:>{22 if n < 3 else 14}}" for n, cell in enumerate(others)
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked for on the command line."""
    parser.add_argument("--kind", choices=KINDS, default="box")
    parser.add_argument("--mix", choices=list(MIXES), default="mixed", help="who will answer")
    parser.add_argument("--workers", type=count, default=N_WORKERS, help="how many there are")
    parser.add_argument("--clarity", choices=list(CLARITY), default="clear", help="of the images")
    parser.add_argument("--super-class", choices=list(NON_INSTANCES), default="Mammalia")
    parser.add_argument(
        "--missed-cost", type=float, default=1.0, help="of verifying: how bad a miss is"
    )
    parser.add_argument("--images", type=count, default=500, help="of the real campaign")
    parser.add_argument("--answers", type=int, nargs="*", default=[1, 2, 3, 5, 7], metavar="N")
    parser.add_argument("--tau", type=float, nargs="*", metavar="TAU", help="of the adaptive rule")
    parser.add_argument("--price", type=amount, default=0.0, help="for an answer")
    parser.add_argument("--hourly", type=amount, default=0.0, help="for an hour of work")
    parser.add_argument("--seeds", type=count, default=N_SEEDS, help="campaigns to simulate")


def count(text: str) -> int:
    """A whole number of at least 1, as it is typed."""
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {text}")
    return number


def amount(text: str) -> float:
    """What is paid, as it is typed: finite, at least 0."""
    if not 0 <= (paid := float(text)) < inf:
        raise argparse.ArgumentTypeError(f"must be a number of at least 0, not {text}")
    return paid


def report(plan: Plan, *, n_images: int, price: Price, n_seeds: int) -> str:
    """The whole answer to the command: what was assumed, the table, and what it is not.

    n_images: of the real campaign. n_seeds: campaigns to simulate, at least 1.
    """
    rows = expect(plan, range(n_seeds))
    who = (
        f"the mix {plan.crowd}: {MIXES[plan.crowd].words}"
        if isinstance(plan.crowd, str)
        else (f"{len(plan.crowd)} workers of a pilot")
    )
    return "\n".join(
        [
            f"{n_images:,} images, {who}; {CLARITY[plan.clarity].words}.",
            table(plan, rows, n_images, price),
            f"A simulation: {n_seeds} campaigns of {plan.n_simulated:,} images each; in brackets "
            "the lowest and the highest of them. Real images and people differ: run a pilot.",
        ]
    )


def plan_of(options: argparse.Namespace) -> Plan:
    """The plan that the arguments ask for; ValueError as `Plan`."""
    return Plan(
        kind=options.kind,
        crowd=options.mix,
        n_workers=options.workers,
        super_class=options.super_class,
        clarity=options.clarity,
        missed_cost=options.missed_cost if options.kind == "verify" else 1.0,
        answers=tuple(options.answers),
        taus=USUAL_TAUS[options.kind] if options.tau is None else tuple(options.tau),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m simulation.power`: print a forecast; 2 for arguments that make no sense."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add_arguments(parser)
    options = parser.parse_args(arguments)
    try:
        plan = plan_of(options)
    except ValueError as error:
        parser.error(str(error))
    price = Price(options.price, options.hourly)
    said = report(plan, n_images=options.images, price=price, n_seeds=options.seeds)
    sys.stdout.write(f"{said}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
