"""How a driver is judged: by driving, on routes that nobody learnt from.

The driving score decides. How far a driver's control is from the expert's on recorded rows is told beside it and does
not decide: the two rank drivers differently (Codevilla et al. 2018, "On Offline Evaluation of Vision-based Driving
Models", section 5).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

import endwise as ew
from endwise.systems.driving.drive import METRICS, Drive, score_lost
from endwise.systems.driving.episodes import SIGNALS, Episodes
from endwise.systems.driving.routes import Preset

ROUTES: Final = 96
ROUTES_BELOW: Final = 48
"""Routes at all sizes but the largest: the first of the same ones."""
ROUTES_QUICK: Final = 24
"""Routes in a quick study."""


@final
@dataclass(frozen=True)
class Drives(ew.ClosedLoop):
    """Drives routes 0 .. `routes` - 1 of the world, all at once, each for 15 s at most.

    Parameters
    ----------
    preset: "clear" or "roadworks".
    routes, routes_below, routes_quick: how many at the largest size, below it, and in a quick study; 1 or more.
    seed: not negative; rows are collected on other routes of any seed.
    complexity: of the world, see `world`.
    """

    preset: Preset = "clear"
    routes: int = ROUTES
    routes_below: int = ROUTES_BELOW
    routes_quick: int = ROUTES_QUICK
    seed: int = 0
    complexity: float = 1.0
    metrics: tuple[ew.Metric, ...] = METRICS
    knows: frozenset[str] = field(default=frozenset(SIGNALS))

    def episodes(self) -> Drive:
        return Drive(Episodes(range(self.routes), self.preset, self.seed, complexity=self.complexity))

    def units(self, groups: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.array([f"route {route}" for route in range(self.routes)], dtype=object)

    def film(self, run: ew.Run, records: ew.Batch) -> tuple[bytes, str]:
        """A film of 3 s of the route with the lowest score, about its worst moment; of several routes, the first."""
        from endwise.systems.driving.film.clips import worst_moment  # only reports need pictures
        from endwise.systems.driving.film.recording import Reel

        route = int(records[score_lost.name].argmin())
        return worst_moment(Reel(run, [route], self.preset, self.seed, self.complexity).recording(0))

    def at(self, *, largest: bool, quick: bool) -> Drives:
        most = self.routes_quick if quick else self.routes if largest else self.routes_below
        return replace(self, routes=min(self.routes, most))
