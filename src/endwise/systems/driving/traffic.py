"""Who else is on the road: a car ahead that brakes and stops, oncoming cars, and what sticks into our lane.

The others do not react to our car: where they are depends on the route and the step only. All figures are
schematic, but for the braking, which stays within what drivers do (hard braking: 4-6 m/s²).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from endwise.systems.driving.road import AHEAD, BEHIND, EDGE, LANE_WIDTH, POINTS, SPACING, Bools, Doubles, Integers
from endwise.systems.driving.vehicle import LENGTH, STEP, WIDTH

STEPS: Final = 150
"""Of an episode, at most."""
TICKS: Final = STEPS + 2
"""Moments of a route: one before the first step, so that there is a picture of one step before."""
ONCOMING: Final = 4
OBSTACLES: Final = 4
THINGS: Final = 1 + ONCOMING + OBSTACLES
"""The car ahead, the oncoming cars and the obstacles, always in this order."""
NOWHERE: Final = -1e3
"""The place of what is not there."""

LEAD_CHANCE: Final = 0.75
LEAD_STOPS: Final = 0.3
LEAD_BENDS: Final = 2.2
"""m/s² sideways that the car ahead allows itself in bends."""
ONCOMING_LINE: Final = LANE_WIDTH + 0.2

CAR, BARREL = 0, 1
BARREL_SIZE: Final = 0.6
FIRST_OBSTACLE: Final = 38.0
BETWEEN: Final = (45.0, 130.0)
"""Metres from the start at least, and from one obstacle to the next."""
ROOM: Final = 0.35
"""Metres kept to what is driven round."""
WAY_ROUND: Final = (20.0, 4.0, 14.0)
"""Metres over which the way round swings out, those that it keeps besides the obstacle, and those back."""


class Traffic(NamedTuple):
    """The others on N routes."""

    lead_s: Doubles
    """(N, TICKS) the middle of the car ahead; NOWHERE where there is none."""
    lead_speed: Doubles
    lead_brakes: Bools
    """(N, TICKS) are its brake lights on?"""
    oncoming_s: Doubles
    """(N, ONCOMING) at the first moment."""
    oncoming_speed: Doubles
    """(N,)"""

    def oncoming(self, tick: int) -> Doubles:
        """(N, ONCOMING) where the oncoming cars are."""
        return self.oncoming_s - self.oncoming_speed[:, None] * tick * STEP


class Obstacles(NamedTuple):
    """What stands on N routes, in order of s, (N, OBSTACLES); NOWHERE where there are fewer."""

    start: Doubles
    end: Doubles
    right: Doubles
    left: Doubles
    """Its edges in lane coordinates."""
    kind: Integers
    """CAR or BARREL."""

    @property
    def there(self) -> Bools:
        """(N, OBSTACLES)"""
        return self.start > NOWHERE


def lead(rng: np.random.Generator, curvature: Doubles, complexity: float) -> tuple[Doubles, Doubles, Bools]:
    """One car ahead, (TICKS,) each: it drives at a speed for some seconds, then at another, or stops."""
    if rng.random() >= LEAD_CHANCE * complexity:
        return np.full(TICKS, NOWHERE), np.zeros(TICKS), np.zeros(TICKS, dtype=bool)
    s, speed = rng.uniform(16, 45), rng.uniform(6, 12)
    places, speeds, brakes = np.zeros(TICKS), np.zeros(TICKS), np.zeros(TICKS, dtype=bool)
    wanted, until, hardness = speed, rng.uniform(1, 4), 3.0
    for tick in range(TICKS):
        if tick * STEP >= until:
            stops = rng.random() < LEAD_STOPS and wanted > 0
            wanted = 0.0 if stops else rng.uniform(4, 13)
            hardness = rng.uniform(2, 4 + min(complexity, 2))
            until += rng.uniform(2.5, 4.5) if stops else rng.uniform(2, 5)
        bend = abs(curvature[min(int((s + 6 + BEHIND) / SPACING), POINTS - 1)])
        aim = min(wanted, float(np.sqrt(LEAD_BENDS / max(bend, 1e-4))))
        change = float(np.clip(aim - speed, -hardness * STEP, 1.8 * STEP))
        places[tick], speeds[tick], brakes[tick] = s, speed, change < -0.05 or speed < 0.1
        s, speed = s + (speed + change / 2) * STEP, speed + change
    return places, speeds, brakes


def oncoming(rng: np.random.Generator, complexity: float) -> tuple[Doubles, float]:
    """(ONCOMING,) places of the oncoming cars at the first moment, and their common speed."""
    gaps = 15 + rng.exponential(70, ONCOMING) / max(complexity, 1e-3)
    return np.minimum(20 + np.cumsum(gaps), 1e6), float(rng.uniform(8, 12))


def obstacles(rng: np.random.Generator) -> tuple[Doubles, ...]:
    """One route's obstacles: half-parked cars on our right, barrels on either side of our lane.

    They leave room: with the way round, no car comes nearer than 0.5 m to oncoming ones.
    """
    start, end, right, left = (np.full(OBSTACLES, NOWHERE) for _ in range(4))
    kind = np.zeros(OBSTACLES)
    s = FIRST_OBSTACLE + rng.uniform(*BETWEEN) - BETWEEN[0]
    for one in range(OBSTACLES):
        if rng.random() < 0.5:
            length, high = LENGTH, rng.uniform(-1.2, 0.1)
            low = high - WIDTH
        else:
            length, kind[one] = BARREL_SIZE, BARREL
            if rng.random() < 0.5:
                high = rng.uniform(-1.2, 0.0)
                low = high - BARREL_SIZE
            else:  # on the centre line
                low = rng.uniform(0.55, 1.3)
                high = low + BARREL_SIZE
        start[one], end[one], right[one], left[one] = s, s + length, low, high
        s += length + rng.uniform(*BETWEEN)
        if s > AHEAD - 60:
            break
    return start, end, right, left, kind


def way_round(them: Obstacles) -> Doubles:
    """(N, POINTS) the line to drive in lane coordinates: the middle of the lane, and round what sticks into it."""
    s = (np.arange(POINTS) * SPACING - BEHIND)[:, None]
    out, besides, back = WAY_ROUND
    rises = (s - (them.start[:, None] - besides - out)) / out
    falls = ((them.end[:, None] + besides + back) - s) / back
    swing = np.clip(np.minimum(rises, falls), 0, 1)
    swing = swing * swing * (3 - 2 * swing)
    room = WIDTH / 2 + ROOM
    on_right = them.right + them.left < 0
    offset = np.where(on_right, np.maximum(them.left + room, 0), np.minimum(them.right - room, 0))
    each = np.where(them.there[:, None], swing * offset[:, None], 0.0)
    strongest = np.abs(each).argmax(axis=2)
    return np.take_along_axis(each, strongest[:, :, None], axis=2)[:, :, 0]


def sticks_in(them: Obstacles) -> tuple[Doubles, Doubles]:
    """(N, OBSTACLES) the right and left edges of that part of each obstacle that is in our lane."""
    return np.clip(them.right, -EDGE, EDGE), np.clip(them.left, -EDGE, EDGE)
