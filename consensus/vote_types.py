"""What goes into the consensus of votes and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class VoteSkill:
    """How one worker votes.

    accuracy: probability of the right label, 0..1, the same for every label (one coin).
    n_answers: votes of this worker on items that somebody else voted on, too.
    confusion: probability of each vote (columns) given the true label (rows), both in the order of
        the vocabulary the skill was fitted with; empty where only the accuracy is known.

    >>> VoteSkill.prior(2).accuracy
    0.8
    """

    accuracy: float
    n_answers: int = 0
    confusion: tuple[tuple[float, ...], ...] = ()

    @classmethod
    def prior(cls, n_labels: int) -> VoteSkill:
        """The skill of a worker nobody has been compared with yet; better than chance."""
        return cls(accuracy=max(0.8, 1 / max(n_labels, 1)))


@dataclass(frozen=True, slots=True)
class Vote:
    """One worker's label for one item."""

    worker: str
    label: str


@dataclass(frozen=True, slots=True)
class VoteConsensus:
    """The crowd's label.

    probability: of `label`; probabilities: of every label of the vocabulary, summing to 1.
    n_votes: distinct workers who voted. risk: 1 - probability.
    """

    label: str
    probability: float
    probabilities: Mapping[str, float] = field(hash=False)
    n_votes: int
    risk: float


@dataclass(frozen=True, slots=True)
class VoteParameters:
    """Strengths of the priors of the vote model, in votes.

    accuracy_one, accuracy_two: towards the crowd's accuracy, one-coin and two-coin fit.
    confusion: of a worker's confusion matrix towards the crowd's.
    prevalence_one, prevalence_two: of the prevalence towards the shares of the votes, per item.
    crowd_accuracy, crowd_strength: what is assumed before any vote is seen.
    """

    accuracy_one: float = 40.0
    accuracy_two: float = 10.0
    confusion: float = 4.0
    prevalence_one: float = 30.0
    prevalence_two: float = 3.0
    crowd_accuracy: float = 0.8
    crowd_strength: float = 4.0
    max_iterations: int = 60
