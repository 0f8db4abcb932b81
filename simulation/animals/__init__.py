"""The creatures that can be drawn, by super-class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulation.animals.aquatic import (
    crab,
    jellyfish,
    octopus,
    reef_fish,
    sea_star,
    snail,
    trout,
)
from simulation.animals.arthropods import beetle, butterfly, dragonfly, ladybird, spider
from simulation.animals.birds import duck, gull, hawk, heron, owl, songbird
from simulation.animals.creature import Creature, Draw, Stance
from simulation.animals.mammals import deer, fox, hare, squirrel
from simulation.animals.reptiles import frog, lizard, salamander, snake, turtle

CREATURES: Mapping[str, Sequence[Draw]] = {
    "Aves": (songbird, songbird, owl, heron, duck, gull, hawk),
    "Mammalia": (deer, fox, squirrel, hare),
    "Reptilia": (lizard, snake, turtle),
    "Amphibia": (frog, frog, salamander),
    "Actinopterygii": (trout, reef_fish),
    "Insecta": (beetle, ladybird, butterfly, butterfly, dragonfly),
    "Arachnida": (spider,),
    "Mollusca": (snail, octopus),
    "Animalia": (crab, sea_star, jellyfish),
}

__all__ = ["CREATURES", "Creature", "Draw", "Stance"]
