"""What every drawn creature is: its parts, where it lives and what it is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from simulation.paint import Part

Stance = Literal["ground", "perch", "air", "surface", "wading", "flat", "under"]


@dataclass(frozen=True, slots=True)
class Creature:
    """Parts in body lengths; the origin is what touches the ground (or the middle, in the air).

    `ground` stands on it, seen from the side; `perch` sits on a branch; `surface` swims, the
    origin at the waterline; `wading` stands in it; `flat` is seen from above and may lie any way
    round; `under` swims under water.
    """

    parts: Sequence[Part]
    stance: Stance
    taxon: str
    turn: float = 0.12  # radians either way that it may be tilted


Draw = Callable[[np.random.Generator], Creature]
