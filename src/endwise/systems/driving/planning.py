"""Situation -> plan: the line to drive, and a speed that its bends, the limit and the car ahead allow.

The line is laid out over the arc length from what `lane` tells: the lane bends evenly between the places where its
curvature is told. With an obstacle the line swings round it. The speed follows from the line's curvature (a bound on
the acceleration sideways) and from the intelligent driver model.
Source: Treiber, Hennecke and Helbing 2000, eqs. 2-4 (the model); Flash and Hogan 1985 (the swing: a path of least
jerk). Figures without a source are schematic.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from endwise.systems.driving.scenes import CURVATURE_DISTANCES, FARTHEST_GAP, PLAN_DISTANCES, PLAN_SECONDS
from endwise.systems.driving.vehicle import LENGTH, WIDTH

Rows: TypeAlias = npt.NDArray[Any]
Doubles: TypeAlias = npt.NDArray[np.float64]

CRUISE: Final = 13.0
"""m/s, the speed limit (47 km/h)."""
SIDEWAYS: Final = 2.5
"""m/s² in bends: what drivers of cars accept at this speed (Reymond et al. 2001 measured 2-4)."""
EASY: Final = 1.8
"""m/s², the model's acceleration."""
COMFORTABLE: Final = 2.5
"""m/s², the model's deceleration, and that before bends."""
HARDEST: Final = 7.0
"""m/s² braked at most."""
HEADWAY: Final = 1.2
"""Seconds to the car ahead; the paper has 1.6, for motorways."""
STANDSTILL: Final = 3.0
"""Metres to a car ahead that stands."""
EXPONENT: Final = 4

PLACES: Final = np.arange(0.0, 49.0)
"""Metres along the lane at which the line is laid out: 32 m forward and more in the tightest bends."""
SWING: Final = 20.0
"""Metres over which the line swings out, and back."""
BESIDE: Final = 3.0
"""Metres before an obstacle from which on the line is as far out as it gets, reckoned from the middle of the car
less half its length."""
PASSED: Final = 12.0
"""Metres behind an obstacle's start at which the line turns back: a car is 4.4 m long, what stands there seldom longer.
"""
ROOM: Final = 0.4
"""Metres between our side and what we pass."""


def plan_in_lane(situation: Rows, speed: Rows) -> Rows:
    """The plan that keeps to the middle of the lane.

    Parameters
    ----------
    situation: (N, 7) offset, heading and curvatures of the lane, distance and closing speed of the car ahead.
    speed: (N,) in m/s.

    Returns
    -------
    (N, 6) float32: metres to the left of where the car points, PLAN_DISTANCES forward, and the speed in m/s that is
    wanted PLAN_SECONDS later.

    >>> straight = np.array([[0.5, 0, 0, 0, 0, 60, 0]])
    >>> plan_in_lane(straight, np.array([13.0]))
    array([[-0.5, -0.5, -0.5, -0.5, -0.5, 13. ]], dtype=float32)
    """
    return _plan(situation, speed, np.zeros((len(situation), len(PLACES))))


def plan_round(situation: Rows, obstacle: Rows, speed: Rows) -> Rows:
    """The plan that also swings round the next obstacle.

    Parameters
    ----------
    situation, speed: as for `plan_in_lane`.
    obstacle: (N, 3) metres from our front, and the right and left edge of what sticks into the lane.

    Returns
    -------
    (N, 6) float32 as from `plan_in_lane`.
    """
    return _plan(situation, speed, detour(obstacle))


def detour(obstacle: Rows) -> Doubles:
    """(N, P) metres to the left of the lane's middle at PLACES that leave ROOM beside the obstacle (N, 3)."""
    start, right, left = (part[:, None] for part in obstacle.astype(np.float64).T)
    start = start + LENGTH / 2
    out = (PLACES - (start - BESIDE - SWING)) / SWING
    back = (start + PASSED + SWING - PLACES) / SWING
    share = _least_jerk(np.clip(np.minimum(out, back), 0, 1))
    clear = WIDTH / 2 + ROOM
    aside = np.where(right + left < 0, np.maximum(left + clear, 0), np.minimum(right - clear, 0))
    there = (start < FARTHEST_GAP + LENGTH / 2) & (left > right)
    return np.where(there, share * aside, 0.0)


def follow(speed: Rows, gap: Rows) -> Doubles:
    """(N,) the acceleration in m/s² of the intelligent driver model behind the car at `gap` (N, 2).

    On an empty road it comes to CRUISE. None is ahead where the distance is FARTHEST_GAP.
    """
    v, (distance, closing) = speed.astype(np.float64), gap.astype(np.float64).T
    dynamic = v * HEADWAY + v * closing / (2 * np.sqrt(EASY * COMFORTABLE))
    least = STANDSTILL + np.maximum(dynamic, 0)
    near = np.where(distance < FARTHEST_GAP, (least / np.maximum(distance, 0.5)) ** 2, 0)
    free = 1 - (v / CRUISE) ** EXPONENT
    return np.clip(EASY * (np.maximum(free, -1) - near), -HARDEST, EASY)


def _plan(situation: Rows, speed: Rows, aside: Doubles) -> Rows:
    offset, heading = situation[:, 0].astype(np.float64), situation[:, 1].astype(np.float64)
    bends = lane_curvature(situation[:, 2:5])
    forward, left = _lay(offset, heading, bends, aside)
    v = speed.astype(np.float64)
    allowed = np.minimum(CRUISE, np.sqrt(SIDEWAYS / np.maximum(_curvature(bends, aside), 1e-3)))
    acceleration = follow(v, situation[:, 5:7])
    acceleration = np.minimum(acceleration, _for_bends(v, allowed))
    aim = np.maximum(v + PLAN_SECONDS * acceleration, 0)
    return np.column_stack([_at_plan_distances(forward, left), aim]).astype(np.float32)


def lane_curvature(told: Rows) -> Doubles:
    """(N, P) the lane's curvature at PLACES, on straight lines between the places where it is `told` (N, 3)."""
    near, middle, far = CURVATURE_DISTANCES
    first = np.clip((PLACES - near) / (middle - near), 0, 1)
    second = np.clip((PLACES - middle) / (far - middle), 0, 1)
    return told[:, :1] * (1 - first) + told[:, 1:2] * (first - second) + told[:, 2:3] * second


def _lay(offset: Doubles, heading: Doubles, bends: Doubles, aside: Doubles) -> tuple[Doubles, Doubles]:
    """(N, P) metres forward and to the left, seen from the car, of the line `aside` (N, P) of the lane's middle."""
    step = PLACES[1] - PLACES[0]
    turned = np.cumsum((bends[:, 1:] + bends[:, :-1]) * step / 2, axis=1)
    way = np.pad(turned, ((0, 0), (1, 0))) - heading[:, None]
    middle = (way[:, 1:] + way[:, :-1]) / 2
    forward = np.pad(np.cumsum(np.cos(middle) * step, axis=1), ((0, 0), (1, 0)))
    left = np.pad(np.cumsum(np.sin(middle) * step, axis=1), ((0, 0), (1, 0)))
    forward -= offset[:, None] * np.sin(heading)[:, None]
    left -= offset[:, None] * np.cos(heading)[:, None]
    return forward - aside * np.sin(way), left + aside * np.cos(way)


def _at_plan_distances(forward: Doubles, left: Doubles) -> Doubles:
    """(N, D) where the lines (N, P) are PLAN_DISTANCES forward; one that turns back goes on from its farthest point."""
    forward = np.maximum.accumulate(forward, axis=1)
    wanted = np.array(PLAN_DISTANCES)
    low = np.clip((forward[:, :, None] <= wanted).sum(axis=1) - 1, 0, forward.shape[1] - 2)
    x0, x1 = np.take_along_axis(forward, low, axis=1), np.take_along_axis(forward, low + 1, axis=1)
    y0, y1 = np.take_along_axis(left, low, axis=1), np.take_along_axis(left, low + 1, axis=1)
    share = np.clip((wanted - x0) / np.maximum(x1 - x0, 1e-9), 0, 1)
    return y0 + share * (y1 - y0)


def _curvature(bends: Doubles, aside: Doubles) -> Doubles:
    """(N, P) of the line: that of the lane, and that of the swing."""
    step = PLACES[1] - PLACES[0]
    swing = np.gradient(np.gradient(aside, step, axis=1), step, axis=1)
    return np.abs(bends + swing)


def _for_bends(v: Doubles, allowed: Doubles) -> Doubles:
    """(N,) the acceleration that meets the speeds `allowed` (N, P) at PLACES, braking evenly before them."""
    # What is nearer than a second's way is braked for within that second.
    way = np.maximum(PLACES, np.maximum(v, 3)[:, None] * PLAN_SECONDS)
    needed = (allowed**2 - v[:, None] ** 2) / (2 * way)
    binding = np.where((needed < -COMFORTABLE) | (v[:, None] * PLAN_SECONDS >= PLACES), needed, np.inf)
    return np.clip(binding.min(axis=1), -HARDEST, np.inf)


def _least_jerk(share: Doubles) -> Doubles:
    """0..1 for 0..1: the way of least jerk from rest to rest (Flash and Hogan 1985)."""
    return share**3 * (10 - 15 * share + 6 * share**2)
