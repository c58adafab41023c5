"""The driving system in the world with roadworks: half-parked cars and barrels that `situation` does not tell of."""

from __future__ import annotations

import endwise as ew
from endwise.systems.driving import system as driving


def system() -> ew.System:
    """The designs of the driving system, and those with a planner that is told of the next obstacle."""
    return driving.system(preset="roadworks")


def rows(*, quick: bool, seed: int = 0, complexity: float = 1.0) -> ew.Rows:
    """Rows of the built-in world with roadworks."""
    return driving.rows(quick=quick, seed=seed, complexity=complexity, preset="roadworks")
