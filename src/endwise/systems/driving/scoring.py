"""What a drive came to: the driving score, and what else is told beside it.

The score of a route is completion x 0.60^collisions x 0.90^departures. The form and the 0.60 are those of the CARLA
leaderboard (collision with a vehicle); the 0.90 is ours. Completion is the way driven over the length of the route,
at most 1. A route is 95 % as long as the way that the expert drives on it in 150 steps, so who stands behind a
standing car as the expert does loses nothing, and who drives 5 % slower than the expert neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from endwise.systems.driving.road import EDGE, LANE_WIDTH, Bools, Doubles, Integers, at
from endwise.systems.driving.routes import Routes
from endwise.systems.driving.scenes import Scene
from endwise.systems.driving.traffic import STEPS
from endwise.systems.driving.vehicle import STEP, WIDTH, touching

COLLISION: Final = 0.60
DEPARTURE: Final = 0.90
MARGIN: Final = 0.3
"""Metres of the car beyond the edge of its lane that count as leaving it."""
BACK_INSIDE: Final = 0.2
"""Metres farther in that a car has to come before it can leave again."""
BESIDE_LINE: Final = 0.6
"""Metres beside the way round an obstacle at which a car leaves it."""
LOST: Final = 3.0
"""Metres from the road's edge to the middle of the car at which an episode ends."""


@dataclass(frozen=True)
class Records:
    """N routes driven, (N,) each."""

    score: Doubles
    """0..1"""
    completion: Doubles
    collisions: Integers
    """0 or 1: the episode ends there."""
    departures: Integers
    """How often the car left its lane."""
    off_road: Doubles
    """Share of the steps with a part of the car off both lanes."""
    jerk: Doubles
    """Root mean square of the change of acceleration along the road, m/s³."""
    metres: Doubles
    steps: Integers

    def figures(self) -> dict[str, float]:
        """The routes in a few numbers: means, and collisions over the kilometres driven by all."""
        return {
            "score": float(self.score.mean()),
            "success": float((self.score == 1).mean()),
            "completion": float(self.completion.mean()),
            "collisions per km": float(1000 * self.collisions.sum() / max(self.metres.sum(), 1)),
            "departures": float(self.departures.mean()),
            "off road": float(self.off_road.mean()),
            "jerk": float(self.jerk.mean()),
        }


class Marks:
    """The tally of N episodes while they run."""

    def __init__(self, routes: Routes, scene: Scene, length: Doubles) -> None:
        count = len(length)
        self._length, self._start = length, scene.car.s
        self._right, self._left = allowed(routes)
        self.done: Bools = np.zeros(count, dtype=bool)
        self._away = self.done.copy()
        self._collisions, self._departures, self._off, self._steps = np.zeros((4, count), dtype=np.int64)
        self._jerks, self._metres = np.zeros((2, count))

    def update(self, before: Scene, now: Scene) -> None:
        """Count one step of the episodes that run."""
        runs, car = ~self.done, now.car
        self._steps += runs
        self._metres = np.where(runs, car.s - self._start, self._metres)
        self._jerks += np.where(runs, ((car.accel - before.car.accel) / STEP) ** 2, 0)
        hit = touching(car, *now.things[:4]).any(axis=1)
        self._collisions += runs & hit

        beyond = np.maximum(at(self._right, car.s) - car.d, car.d - at(self._left, car.s))
        left = ~self._away & (beyond > 0)
        self._departures += runs & left
        self._away = (self._away | left) & (beyond > -BACK_INSIDE)
        from_edge = np.abs(car.d - EDGE) - LANE_WIDTH
        self._off += runs & (from_edge > -WIDTH / 2)
        ended = (self._metres >= self._length) | (self._steps >= STEPS) | hit | (from_edge > LOST)
        self.done = self.done | ended

    def records(self) -> Records:
        """The tally so far."""
        completion = np.clip(self._metres / self._length, 0, 1)
        steps = np.maximum(self._steps, 1)
        return Records(
            score=completion * COLLISION**self._collisions * DEPARTURE**self._departures,
            completion=completion,
            collisions=self._collisions.copy(),
            departures=self._departures.copy(),
            off_road=self._off / steps,
            jerk=np.sqrt(self._jerks / steps),
            metres=self._metres.copy(),
            steps=self._steps.copy(),
        )


def allowed(routes: Routes) -> tuple[Doubles, Doubles]:
    """(N, POINTS) how far to the right and to the left the middle of the car may be before it leaves its lane.

    Round an obstacle the expert's way is lane as well.
    """
    most = EDGE + MARGIN - WIDTH / 2
    return np.minimum(routes.line - BESIDE_LINE, -most), np.maximum(routes.line + BESIDE_LINE, most)
