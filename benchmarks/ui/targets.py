"""One line of the table: what was wanted, what was measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Target:
    """`is_met` is None where nothing was wanted: a floor, or a peer, to compare with."""

    what: str
    wanted: str
    measured: str
    is_met: bool | None = None


def at_most(what: str, value: float, limit: float, unit: str, more: str = "") -> Target:
    """A figure with an upper limit; `more` is said beside it.

    >>> at_most("targets missed", 3, 0, "")
    Target(what='targets missed', wanted='<= 0', measured='3', is_met=False)
    """
    return Target(what, f"<= {limit:g} {unit}".strip(), _told(value, unit, more), value <= limit)


def at_least(what: str, value: float, limit: float, unit: str, more: str = "") -> Target:
    return Target(what, f">= {limit:g} {unit}".strip(), _told(value, unit, more), value >= limit)


def _told(value: float, unit: str, more: str) -> str:
    figure = f"{value:.0f}" if value >= 100 else f"{value:.3g}"
    return f"{figure} {unit}".strip() + (f" ({more})" if more else "")


def beside(what: str, measured: str) -> Target:
    """Not a target: what the machine, or another program, does."""
    return Target(what, "", measured)


def spread(values: Iterable[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    found = list(values)
    return float(np.median(found)), float(np.percentile(found, 95))


def show(targets: Iterable[Target]) -> None:
    """Print the table, and how many were missed."""
    table = Table(title="The pages in a browser")
    for name in ("target", "wanted", "measured", "met"):
        table.add_column(name, overflow="fold")
    found = list(targets)
    for one in found:
        met = "" if one.is_met is None else "yes" if one.is_met else "NO"
        table.add_row(one.what, one.wanted, one.measured, met)
    console = Console(width=130)
    console.print(table)
    n_wanted = sum(one.is_met is not None for one in found)
    console.print(f"{sum(one.is_met is True for one in found)} of {n_wanted} met.")
