"""What goes into the consensus of votes and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from consensus import ranges

Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Vote:
    """One worker's label for one item."""

    worker: str
    label: str


@dataclass(frozen=True, slots=True)
class VoteItem:
    """All votes on one item, in the order received; of several by one worker the last counts.

    group: items of one group share a prevalence, e.g. the super-class.
    """

    votes: Sequence[Vote]
    group: str = ""


@dataclass(frozen=True, slots=True)
class VoteSkill:
    """How one worker votes.

    accuracy: probability of the right label, 0..1, the same for every label (one coin).
    n_answers: votes of this worker on items that somebody else voted on, too.
    confusion: weight of each vote (columns) given the true label (rows), both in the order of the
        vocabulary the skill was fitted with: the exponential of the expected logarithm of its
        probability. A row sums to a little less than 1, the less the fewer votes it rests on.
        Empty where only the accuracy is known.
    confusion_corrected: the same from the fit that takes the votes' errors out of the prevalence
        (see `vote_fit`); empty to use `confusion`.

    >>> VoteSkill.prior(2).accuracy
    0.8
    """

    accuracy: float
    n_answers: int = 0
    confusion: Matrix = ()
    confusion_corrected: Matrix = ()

    @classmethod
    def prior(cls, n_labels: int) -> VoteSkill:
        """The skill of a worker nobody has been compared with yet; better than chance."""
        return cls(accuracy=max(0.8, 1 / max(n_labels, 1)))

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> VoteSkill:
        """The skill whose fields (`dataclasses.asdict`) went through JSON."""
        matrices = {
            name: tuple(tuple(row) for row in values.get(name, ()))
            for name in ("confusion", "confusion_corrected")
        }
        return cls(accuracy=values["accuracy"], n_answers=values.get("n_answers", 0), **matrices)


@dataclass(frozen=True, slots=True)
class VoteConsensus:
    """The crowd's label.

    probability: of `label`; probabilities: of every label of the vocabulary, summing to 1.
    n_votes: distinct workers who voted.
    risk: expected cost of `label`, >= 0, on the cautious side (see `merge_votes`): without costs
        at least 1 - probability, and just that where the views agree, as on strangers.
    """

    label: str
    probability: float
    probabilities: Mapping[str, float] = field(hash=False)
    n_votes: int
    risk: float


@dataclass(frozen=True, slots=True, eq=True)
class VoteFit:
    """What was learned from many items.

    skills: by worker. prevalence: how often each label is true, by group; a group's shares sum
    to 1. overall: the same over all items, for groups without any.

    The whole is plain data: `as_json` gives nested dictionaries and lists, `from_json` takes them
    back. To store skills and the rest apart, store `as_json()["skills"][worker]` (see
    `VoteSkill.from_json`) and the two other keys.

    >>> fit = VoteFit({"ada": VoteSkill(0.9)}, {"Aves": {"animal": 1.0}}, {"animal": 1.0})
    >>> VoteFit.from_json(fit.as_json()) == fit
    True
    """

    skills: Mapping[str, VoteSkill] = field(default_factory=dict, hash=False)
    prevalence: Mapping[str, Mapping[str, float]] = field(default_factory=dict, hash=False)
    overall: Mapping[str, float] = field(default_factory=dict, hash=False)

    def shares(self, group: str) -> Mapping[str, float] | None:
        """The prevalence to merge an item of `group` with; None where nothing was learned."""
        return self.prevalence.get(group, self.overall) or None

    def as_json(self) -> dict[str, Any]:
        """Nested dictionaries, lists, numbers and texts only."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> VoteFit:
        """The fit that `as_json` gave."""
        skills = {name: VoteSkill.from_json(skill) for name, skill in values["skills"].items()}
        return cls(skills, values["prevalence"], values["overall"])


@dataclass(frozen=True, slots=True)
class VoteParameters:
    """Strengths of the priors of the vote model, in votes where nothing else is said.

    accuracy_one, accuracy_two: towards the crowd's accuracy, one-coin and two-coin fits.
    confusion: of a worker's confusion matrix towards the crowd's, per true label.
    prevalence_one, prevalence_two: of the prevalence towards where it starts, per item.
    group: of a group's prevalence towards the overall one, and of the overall one towards the
        shares of the votes, in items.
    crowd_accuracy, crowd_strength: what is assumed before any vote is seen.
    iterations: >= 1; few, which keeps sparse votes from confirming themselves.
    """

    accuracy_one: float = 40.0
    accuracy_two: float = 30.0
    confusion: float = 4.0
    prevalence_one: float = 30.0
    prevalence_two: float = 3.0
    group: float = 60.0
    crowd_accuracy: float = 0.8
    crowd_strength: float = 4.0
    iterations: int = 6

    def __post_init__(self) -> None:
        allowed = {each.name: ranges.POSITIVE for each in fields(self)} | {
            "crowd_accuracy": ranges.POSITIVE_SHARE,
            "iterations": ranges.AT_LEAST_ONE,
        }
        ranges.check(self, allowed)
