"""Two-lane roads as a curvature over the arc length, many at once, and places on them.

Everything is told in lane coordinates: `s` metres along the middle of our lane, `d` metres to the left of it.
Traffic keeps to the right, so the other lane lies at d = +3.5. Angles and steering count to the left
(ISO 8855: x forward, y left). The shapes of bends are schematic.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Doubles: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]

LANE_WIDTH: Final = 3.5
EDGE: Final = LANE_WIDTH / 2
"""Our lane reaches from -EDGE to EDGE, the other one from EDGE to 3 EDGE."""
SPACING: Final = 1.0
"""Metres between the points that a road is kept at."""
BEHIND: Final = 20
AHEAD: Final = 310
"""A road is known from s = -BEHIND to s = AHEAD: 150 steps at most, and what is seen from the last one."""
POINTS: Final = int((BEHIND + AHEAD) / SPACING)
STRAIGHTS: Final = 0.3
"""Share of the pieces that are straight."""
PIECE: Final = (20, 60)
EASING: Final = 17
"""Points over which a bend grows, as on roads that are built with clothoids."""
STEEPEST: Final = 1.2
"""Radians to our heading beyond which a road counts as gone: it has long left the picture."""


class Road(NamedTuple):
    """N roads at POINTS places each, (N, POINTS)."""

    curvature: Doubles
    """1/m, bends to the left are positive."""
    heading: Doubles
    x: Doubles
    y: Doubles


class Ahead(NamedTuple):
    """What a line on the ground does at given distances ahead of the car, each (N, D)."""

    left: Doubles
    """Metres to the left of where the car points."""
    s: Doubles
    reached: Bools
    """False where the line ends or turns away before that distance."""


def bends(rng: np.random.Generator, tightest: float) -> Doubles:
    """(POINTS,) the curvature of one road: straights and bends both ways, at most `tightest` (1/m)."""
    pieces: list[Doubles] = []
    filled = 0
    while filled < POINTS + EASING - 1:
        length = int(rng.integers(*PIECE))
        straight, size, side = rng.random() < STRAIGHTS, rng.uniform(0.25, 1), rng.choice([-1, 1])
        pieces.append(np.full(length, 0.0 if straight else tightest * size * side))
        filled += length
    easing = np.hanning(EASING + 2)[1:-1]
    return np.convolve(np.concatenate(pieces), easing / easing.sum(), mode="valid")[:POINTS]


def lay(curvature: Doubles) -> Road:
    """Roads (N, POINTS) from their curvatures: integrated twice over the arc length."""
    turned = np.cumsum((curvature[:, 1:] + curvature[:, :-1]) * SPACING / 2, axis=1)
    heading = np.pad(turned, ((0, 0), (1, 0)))
    middle = (heading[:, 1:] + heading[:, :-1]) / 2
    x = np.pad(np.cumsum(np.cos(middle) * SPACING, axis=1), ((0, 0), (1, 0)))
    y = np.pad(np.cumsum(np.sin(middle) * SPACING, axis=1), ((0, 0), (1, 0)))
    return Road(curvature, heading, x, y)


def at(table: Doubles, s: Doubles, rows: Integers | None = None) -> Doubles:
    """The values of `table` (N, POINTS) at places `s` (N,) or (N, K), between points on a straight line.

    `rows` (A,) names the roads that `s` (A, ...) speaks of; without it, all.
    """
    place = np.clip((s + BEHIND) / SPACING, 0, POINTS - 1.001)
    low = place.astype(np.int64)
    share = place - low
    which = np.arange(len(table)) if rows is None else rows
    which = which.reshape(-1, *[1] * (s.ndim - 1))
    return (1 - share) * table[which, low] + share * table[which, low + 1]


def on_ground(road: Road, s: Doubles, d: Any, rows: Integers | None = None) -> tuple[Doubles, Doubles]:
    """World coordinates of the places (s, d)."""
    heading = at(road.heading, s, rows)
    return at(road.x, s, rows) - d * np.sin(heading), at(road.y, s, rows) + d * np.cos(heading)


class Pose(NamedTuple):
    """Where N cars stand in the world, each (N,)."""

    x: Doubles
    y: Doubles
    heading: Doubles

    def sees(self, x: Doubles, y: Doubles) -> tuple[Doubles, Doubles]:
        """World coordinates (N, K) as metres forward and metres to the left."""
        dx, dy = x - self.x[:, None], y - self.y[:, None]
        cos, sin = np.cos(self.heading)[:, None], np.sin(self.heading)[:, None]
        return cos * dx + sin * dy, cos * dy - sin * dx


def pose(road: Road, s: Doubles, d: Doubles, heading: Doubles, rows: Integers | None = None) -> Pose:
    """The pose of cars that are at (s, d) and point `heading` radians to the left of their lane."""
    return Pose(*on_ground(road, s, d, rows), at(road.heading, s, rows) + heading)


def look_ahead(
    road: Road,
    eye: Pose,
    s: Doubles,
    distances: Doubles,
    line: Doubles | None = None,
    rows: Integers | None = None,
) -> Ahead:
    """Where a line of the road is at `distances` (A, D) metres forward of `eye`, at s (A,) on its road.

    `line` (N, POINTS) is the line's d along the road; without it, the middle of our lane.
    """
    which = (np.arange(len(s)) if rows is None else rows)[:, None]
    reach = int(distances.max() / SPACING) + 20
    first = np.clip(((s + BEHIND) / SPACING).astype(np.int64) - 12, 0, POINTS - 2)
    points = np.minimum(first[:, None] + np.arange(reach), POINTS - 1)
    heading, x, y = road.heading[which, points], road.x[which, points], road.y[which, points]
    if line is not None:
        offset = line[which, points]
        x, y = x - offset * np.sin(heading), y + offset * np.cos(heading)
    forward, left = eye.sees(x, y)
    forward = np.maximum.accumulate(forward, axis=1)
    turned = np.abs(heading - eye.heading[:, None]) > STEEPEST
    gone = np.logical_or.accumulate(turned & (forward > 0), axis=1)
    end = np.where(gone.any(axis=1), np.maximum(gone.argmax(axis=1), 1), reach - 1)
    passed = (forward[:, None, :] <= distances[:, :, None]).sum(axis=2)
    low = np.clip(passed - 1, 0, np.minimum(end, reach - 1)[:, None] - 1)
    each = np.arange(len(s))[:, None]
    span = np.maximum(forward[each, low + 1] - forward[each, low], 1e-9)
    share = np.clip((distances - forward[each, low]) / span, 0, 1)
    return Ahead(
        left=(1 - share) * left[each, low] + share * left[each, low + 1],
        s=(points[each, low] + share) * SPACING - BEHIND,
        reached=passed <= end[:, None],
    )
