"""When an image or item has had enough answers.

Branson, Van Horn and Perona, "Lean Crowdsourcing", CVPR 2017, section 3: ask until the risk is
small. Two additions: a single answer is enough only from a worker who has been compared with others
often, and what was finished is asked about again only if its risk has grown clearly, so that images
near the limit do not flutter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# How sure is sure enough: the risk to stop at, of boxes and of votes; measured in docs/decisions.
BOX_TAUS: Mapping[str, float] = MappingProxyType(
    {"careful": 0.05, "balanced": 0.14, "thrifty": 0.20}
)
VOTE_TAUS: Mapping[str, float] = MappingProxyType(
    {"careful": 0.02, "balanced": 0.05, "thrifty": 0.10}
)


@dataclass(frozen=True, slots=True)
class StoppingRule:
    """Ask until the risk is at most `tau`.

    tau: > 0, by default the balanced one of boxes. minimum, maximum: answers per image, 1 <=
    minimum <= maximum. reopen: a finished image is asked about again when its risk exceeds `reopen`
    times tau, >= 1. proven: comparisons with others that a worker needs before one answer alone can
    be enough. Raises ValueError otherwise.

    >>> StoppingRule(tau=0.1).is_finished(0.05, 2)
    True
    """

    tau: float = BOX_TAUS["balanced"]
    minimum: int = 2
    maximum: int = 7
    reopen: float = 1.5
    proven: int = 12

    def __post_init__(self) -> None:
        if not self.tau > 0:
            raise ValueError(f"tau must be greater than 0, not {self.tau}")
        if not 1 <= self.minimum <= self.maximum:
            raise ValueError(
                "the numbers of answers must satisfy 1 <= minimum <= maximum, "
                f"not {self.minimum} and {self.maximum}"
            )
        if not self.reopen >= 1:
            raise ValueError(f"reopen must be at least 1, not {self.reopen}")

    def is_finished(
        self, risk: float, n_answers: int, *, n_compared: int = 0, was_finished: bool = False
    ) -> bool:
        """Whether the consensus of `n_answers` answers can stand.

        n_compared: comparisons of the only worker, where there is one answer.
        """
        if n_answers < self.minimum or (n_answers == 1 and n_compared < self.proven):
            return False
        return risk <= self.tau * (self.reopen if was_finished else 1.0)


BOX_RULE = StoppingRule()
VOTE_RULE = StoppingRule(tau=VOTE_TAUS["balanced"])
