"""What is kept of a campaign's agreement, as pages read it, and as JSON.

Shares and IoU are 0 to 1; alpha and kappa at most 1, 0 where workers agree as by chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from consensus.bootstrap import Estimate

Figures = Mapping[str, Estimate]
DIGITS = 6
UNKNOWN = Estimate(None, None, None, 0)


@dataclass(frozen=True, slots=True)
class Group:
    """Agreement over part of the images: of a taxon (its id; None without one) or of a week
    (`2026-W18`). `key` of what is pooled is the number of groups in it."""

    key: str | int | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two workers, by id, on the images that both have answered: the mean IoU of their boxes (None
    for verdicts), and on which share they said the same number, or the same label."""

    first: int
    second: int
    n_images: int
    iou: float | None
    same: float


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of the result with `n_answers` answers an image, in the order received.

    next: among images with a further answer, the share that comes out otherwise with it. final: of
    all images, the share that would come out otherwise if none had got more than so many. iou: that
    result's boxes against the final ones, 0 for one that is in only one of them.
    """

    n_answers: int
    next: Estimate
    final: Estimate
    iou: Estimate


@dataclass(frozen=True, slots=True)
class SizeRow:
    """Consensus boxes of a size: `iou` of workers' boxes with them, and which share of the workers
    who could have boxed them did."""

    size: str
    n_boxes: int
    iou: Estimate
    found: Estimate


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often an answer of a row met a consensus of a column, over all answers."""

    rows: Sequence[str]
    columns: Sequence[str]
    counts: Sequence[Sequence[int]]

    @property
    def n(self) -> int:
        """All of them."""
        return sum(map(sum, self.counts))


@dataclass(frozen=True, slots=True)
class Agreement:
    """A campaign's agreement, measured on `n_images` drawn from `n_eligible`, answered by
    `n_workers`.

    taxa, weeks: those with enough images; few: of all other taxa together, None for none of them.
    pairs: the worst of the `n_pairs` that have enough images in common. n_followed: images that
    `steps` were followed on. histograms: images by a figure of theirs, in equal bins from 0 to 1.
    overlaps: workers' boxes by their IoU with the consensus, in hundredths, over all answers.
    """

    n_eligible: int
    n_images: int
    n_workers: int
    figures: Figures
    taxa: Sequence[Group]
    few: Group | None
    weeks: Sequence[Group]
    pairs: Sequence[PairRow]
    n_pairs: int
    n_followed: int
    steps: Sequence[Step]
    confusion: Confusion
    sizes: Sequence[SizeRow] = ()
    histograms: Mapping[str, Sequence[int]] | None = None
    overlaps: Sequence[int] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain data, figures as [value, low, high, n]."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Agreement:
        """What `as_json` gave."""
        return cls(
            **{name: kept[name] for name in ("n_eligible", "n_images", "n_workers", "n_pairs")},
            figures=figures_of(kept["figures"]),
            taxa=[_group(row) for row in kept["taxa"]],
            few=_group(kept["few"]) if kept["few"] else None,
            weeks=[_group(row) for row in kept["weeks"]],
            pairs=[PairRow(**row) for row in kept["pairs"]],
            n_followed=kept["n_followed"],
            steps=[_with_estimates(Step, row) for row in kept["steps"]],
            confusion=Confusion(**kept["confusion"]),
            sizes=[_with_estimates(SizeRow, row) for row in kept["sizes"]],
            histograms=kept["histograms"],
            overlaps=kept["overlaps"],
        )


def figures_of(kept: Mapping[str, Any]) -> dict[str, Estimate]:
    """Figures by name, as they were kept.

    >>> figures_of({"alpha": [0.5, 0.4, 0.6, 10]})
    {'alpha': Estimate(value=0.5, low=0.4, high=0.6, n_units=10)}
    """
    return {name: Estimate(*numbers) for name, numbers in kept.items()}


def _group(row: Mapping[str, Any]) -> Group:
    return Group(row["key"], figures_of(row["figures"]))


def _with_estimates(kind: Any, row: Mapping[str, Any]) -> Any:
    return kind(**{k: Estimate(*v) if isinstance(v, list) else v for k, v in row.items()})


def _plain(value: Any) -> Any:
    """Estimates as lists, numbers rounded."""
    if isinstance(value, Mapping):
        if value.keys() == _ESTIMATE:
            return [_plain(part) for part in value.values()]
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return round(value, DIGITS) if isinstance(value, float) else value


_ESTIMATE = asdict(UNKNOWN).keys()
