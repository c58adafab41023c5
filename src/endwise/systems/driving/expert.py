"""The expert: full knowledge of the road and the traffic, and the control that it would give.

Sideways a Stanley controller (Hoffmann, Tomlin, Montemerlo and Thrun 2007, equation 9) with the curvature fed
forward; lengthwise the intelligent driver model (Treiber, Hennecke and Helbing 2000, equations 2 and 3) below a
speed that the bends ahead allow.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from endwise.systems.driving.road import POINTS, SPACING, Doubles, Road, at
from endwise.systems.driving.vehicle import HARDEST, LARGEST_ANGLE, STEERING_LAG, STEP, STRONGEST, WHEELBASE, Car

CRUISE: Final = 13.0
"""m/s on a free straight road."""
SIDEWAYS: Final = 2.5
"""m/s² in bends, what passengers still find comfortable."""
ROUND_SPEED: Final = 8.5
"""m/s beside an obstacle."""
SLOWING: Final = 1.8
"""m/s² at which speed is taken off before a bend."""

STANLEY_GAIN: Final = 1.6
STANLEY_SOFT: Final = 2.0
HEADWAY: Final = 1.2
STANDING_GAP: Final = 3.0
ACCELERATING: Final = 2.0
BRAKING: Final = 2.5
"""Of the intelligent driver model: s, m, m/s² and m/s²."""


def speed_limits(road: Road, line: Doubles) -> Doubles:
    """(N, POINTS) the speed of the expert on a road without others, looking far enough ahead to slow down in time."""
    bend = np.sqrt(SIDEWAYS / np.maximum(np.abs(road.curvature), 1e-6))
    swerves = np.where(np.abs(line) > 0.1, ROUND_SPEED, CRUISE)
    limit = np.minimum(np.minimum(bend, swerves), CRUISE)
    for point in range(POINTS - 2, -1, -1):
        limit[:, point] = np.minimum(limit[:, point], np.sqrt(limit[:, point + 1] ** 2 + 2 * SLOWING * SPACING))
    return limit


def steering(car: Car, road: Road, line: Doubles) -> Doubles:
    """(N,) the steer in -1..1 that brings the front axle onto `line` (N, POINTS)."""
    front = car.s + WHEELBASE / 2 * np.cos(car.heading)
    slope = (at(line, front + SPACING / 2) - at(line, front - SPACING / 2)) / SPACING
    error = car.d + WHEELBASE / 2 * np.sin(car.heading) - at(line, front)
    soon = front + car.speed * (STEERING_LAG + STEP / 2)
    turn = at(road.curvature, soon) + _curvature(line, soon)
    now = at(road.curvature, car.s) + _curvature(line, car.s)
    aligned = np.arctan(slope) - WHEELBASE / 2 * now  # in a bend the front axle leads the middle outwards
    angle = np.arctan(WHEELBASE * turn) - (car.heading - aligned)
    angle -= np.arctan(STANLEY_GAIN * error / (car.speed + STANLEY_SOFT))
    return np.clip(angle / LARGEST_ANGLE, -1, 1)


def _curvature(line: Doubles, s: Doubles) -> Doubles:
    """(N,) of a line in lane coordinates, as its second difference over four metres each way."""
    return (at(line, s + 4) - 2 * at(line, s) + at(line, s - 4)) / 16


def acceleration(car: Car, limit: Doubles, gap: Doubles, closing: Doubles) -> Doubles:
    """(N,) m/s² below the speed `limit` (N, POINTS), `gap` metres behind a car that comes nearer at `closing`."""
    free = (car.speed / at(limit, car.s + car.speed * STEP)) ** 4
    braking = car.speed * closing / (2 * np.sqrt(ACCELERATING * BRAKING))
    wanted_gap = STANDING_GAP + np.maximum(car.speed * HEADWAY + braking, 0)
    near = (wanted_gap / np.maximum(gap, 0.1)) ** 2
    return np.clip(ACCELERATING * (1 - free - near), -HARDEST, STRONGEST)


def pedals(acceleration: Doubles) -> Doubles:
    """(N,) the accel in -1..1 that asks for an acceleration in m/s²."""
    return np.where(acceleration > 0, acceleration / STRONGEST, acceleration / HARDEST)
