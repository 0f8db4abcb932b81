"""What a selection policy is: a name, a source, parameters and a way to choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from catalog.importers.records import Unusable
from catalog.staging import Staging


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a policy took. `left_out` counts photographs by the reason they were not taken for."""

    n_taxa: int
    n_photos: int
    left_out: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """One way to choose the photographs of a data set.

    `defaults` is a frozen dataclass of whole numbers; `choose(staging, parameters)` fills the
    table `chosen` anew and says what it took.
    """

    name: str
    summary: str
    source: str
    defaults: Any
    choose: Callable[[Staging, Any], Chosen]

    def parameters(self, given: Mapping[str, str], *, seed: int | None = None) -> Any:
        """The defaults with what was given by name (`min_observers` -> `10`) in their place.

        `seed` is taken by policies that draw at random, unless `given` names one itself. Raises
        `Unusable` where a name is unknown or a value is no whole number from 0.
        """
        names = [field.name for field in fields(self.defaults)]
        values = {name: self._number(name, text, names) for name, text in given.items()}
        if seed is not None and "seed" in names:
            values = {"seed": seed, **values}
        return replace(self.defaults, **values)

    def _number(self, name: str, text: str, names: list[str]) -> int:
        if name not in names:
            raise Unusable(f"{self.name} has no parameter {name!r}; it has {', '.join(names)}")
        if not (text.isascii() and text.isdigit()):
            raise Unusable(f"{name} of {self.name} is a whole number from 0, not {text!r}")
        return int(text)
