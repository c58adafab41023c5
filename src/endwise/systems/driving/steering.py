"""Plan -> control: pure pursuit of the path, and pedals in proportion to the speed that is missing.

Source: Coulter 1992, "Implementation of the Pure Pursuit Path Tracking Algorithm" (CMU-RI-TR-92-01); the path is
pursued by the rear axle. Look-ahead and gains were chosen on routes of their own.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from endwise.systems.driving.scenes import PLAN_DISTANCES, PLAN_SECONDS
from endwise.systems.driving.vehicle import HARDEST, LARGEST_ANGLE, STRONGEST, WHEELBASE

Rows: TypeAlias = npt.NDArray[Any]
Doubles: TypeAlias = npt.NDArray[np.float64]

LOOK_AHEAD: Final = (5.0, 12.0)
"""Metres forward of the point that is pursued, at least and at most."""
SECONDS_AHEAD: Final = 0.75
"""Between them, the way of so many seconds."""


def pursue(plan: Rows, speed: Rows) -> Rows:
    """Steering and pedals that follow the plan.

    Parameters
    ----------
    plan: (N, 6) metres to the left at PLAN_DISTANCES forward, and the speed in m/s wanted PLAN_SECONDS later.
    speed: (N,) in m/s.

    Returns
    -------
    (N, 2) float32 steer (left is positive) and accel, each in -1..1.

    >>> pursue(np.array([[0, 0, 0, 0, 0, 13.0]]), np.array([10.5]))
    array([[0., 1.]], dtype=float32)
    """
    steer = _wheel_angle(plan[:, : len(PLAN_DISTANCES)], speed) / LARGEST_ANGLE
    wanted = (plan[:, len(PLAN_DISTANCES)] - speed) / PLAN_SECONDS
    accel = wanted / np.where(wanted > 0, STRONGEST, HARDEST)
    return np.clip(np.column_stack([steer, accel]), -1, 1).astype(np.float32)


def _wheel_angle(left: Rows, speed: Rows) -> Doubles:
    """(N,) radians of the front wheels that bring the rear axle onto the path on a circle."""
    ahead = np.clip(SECONDS_AHEAD * speed.astype(np.float64), *LOOK_AHEAD)
    aside = _path_at(left.astype(np.float64), ahead)
    behind = ahead + WHEELBASE / 2  # the path is told from the middle of the car
    curvature = 2 * aside / (behind**2 + aside**2)
    return np.asarray(np.arctan(WHEELBASE * curvature))


def _path_at(left: Doubles, ahead: Doubles) -> Doubles:
    """(N,) the path at `ahead` (N,) metres forward, on the parabola through the three points next to the car."""
    x0, x1, x2 = PLAN_DISTANCES[:3]
    first = (ahead - x1) * (ahead - x2) / ((x0 - x1) * (x0 - x2))
    second = (ahead - x0) * (ahead - x2) / ((x1 - x0) * (x1 - x2))
    third = (ahead - x0) * (ahead - x1) / ((x2 - x0) * (x2 - x1))
    return first * left[:, 0] + second * left[:, 1] + third * left[:, 2]
