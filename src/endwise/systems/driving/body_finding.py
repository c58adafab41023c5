"""Lane mask -> what stands in our lane: the car ahead, and the obstacle that sticks into it.

A mask shows where each car and barrel meets the ground, column by column; the fitted lane tells where on the lane
that is. What reaches over the lane's middle is a car ahead, which a half-parked car or a barrel does not.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from endwise.systems.driving.camera import CLASSES, FOCAL_X, HEIGHT, HORIZON, WIDTH
from endwise.systems.driving.lane_finding import Fit, fit_lane
from endwise.systems.driving.road import EDGE
from endwise.systems.driving.scenes import FARTHEST_GAP
from endwise.systems.driving.vehicle import LENGTH

Rows: TypeAlias = npt.NDArray[Any]
Doubles: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]

LEAD_LEFT: Final = 0.2
LEAD_RIGHT: Final = 0.5
"""Metres to the left of the lane's middle. A car ahead reaches farther left than the first and farther right than the
second, also where it swings round something; a half-parked car stays right of the one, a barrel on the centre line
left of the other.
"""
BODIES: Final = 3
"""Bodies in our lane that are told apart, from near to far."""
DEEP: Final = (3.0, 0.1)
"""Metres, and share of the distance, within which columns belong to one body."""
FEWEST: Final = 2
"""Columns of a body: one by itself is a speckle."""


class Bodies(NamedTuple):
    """The bodies in our lane in N masks, from near to far, (N, BODIES)."""

    distance: Doubles
    """Metres from our front along the lane; not finite where there is none."""
    right: Doubles
    left: Doubles
    """Edges in lane coordinates."""

    @property
    def ahead(self) -> Bools:
        """Which are cars that drive ahead."""
        return (self.left > LEAD_LEFT) & (self.right < LEAD_RIGHT)


def sighting_of(lane_mask: Rows) -> Rows:
    """How far the car ahead is.

    Parameters
    ----------
    lane_mask: (N, 48, 96) uint8, numbers in `camera.CLASSES`.

    Returns
    -------
    (N, 2) float32 metres from our front, 0..FARTHEST_GAP (where none is nearer), one step before and now. A mask
    shows one moment, so both are the same.
    """
    found = find_bodies(lane_mask)
    now = np.where(found.ahead, found.distance, np.inf).min(axis=1)
    return np.repeat(np.clip(now, 0, FARTHEST_GAP)[:, None], 2, axis=1).astype(np.float32)


def obstacle_of(lane_mask: Rows) -> Rows:
    """The next obstacle that the mask shows. One that is nearer than 2 m has left the picture.

    Parameters
    ----------
    lane_mask: (N, 48, 96) uint8, numbers in `camera.CLASSES`.

    Returns
    -------
    (N, 3) float32 metres from our front, and the right and left edge (m) of its part in our lane; FARTHEST_GAP and
    twice the lane's right edge where there is none.
    """
    found = find_bodies(lane_mask)
    beside = ~found.ahead & (found.left > found.right)
    distance = np.where(beside, found.distance, np.inf)
    nearest = distance.argmin(axis=1)[:, None]
    metres, right, left = (
        np.take_along_axis(one, nearest, axis=1)[:, 0] for one in (distance, found.right, found.left)
    )
    near = metres < FARTHEST_GAP
    told = np.maximum(metres, 0), np.clip(right, -EDGE, EDGE), np.clip(left, -EDGE, EDGE)
    nothing = FARTHEST_GAP, -EDGE, -EDGE
    return np.column_stack([np.where(near, one, none) for one, none in zip(told, nothing, strict=True)]).astype(
        np.float32
    )


def find_bodies(lane_mask: Rows) -> Bodies:
    """The nearest bodies that reach into our lane, in masks (N, 48, 96)."""
    s, d, pixel = _feet(lane_mask, fit_lane(lane_mask))
    inside = np.abs(d) < EDGE
    left_to_find = np.isfinite(s)
    bodies = []
    for _ in range(BODIES):
        candidates = np.where(inside & left_to_find, s, np.inf)
        start = np.sort(candidates, axis=1)[:, FEWEST - 1, None]
        near = np.where(np.isfinite(start), start, 0)
        belongs = left_to_find & np.isfinite(start) & (s < near + DEEP[0] + DEEP[1] * near)
        right = np.where(belongs, d - pixel / 2, np.inf).min(axis=1)
        left = np.where(belongs, d + pixel / 2, -np.inf).max(axis=1)
        bodies.append((start[:, 0] - LENGTH / 2, right, left))
        left_to_find &= ~belongs
    return Bodies(*(np.stack(part, axis=1) for part in zip(*bodies, strict=True)))


def _feet(lane_mask: Rows, fit: Fit) -> tuple[Doubles, Doubles, Doubles]:
    """(N, WIDTH) where the nearest body of each column stands on the lane: s, d, and the metres across a column.

    Not finite in columns without one, and where one is beside the lanes.
    """
    is_body = lane_mask == CLASSES.index("car or barrel")
    foot = HEIGHT - is_body[:, ::-1].argmax(axis=1)  # the edge below the lowest row
    seen = is_body.any(axis=1) & (foot > HORIZON)
    forward = fit.ground(foot.astype(np.float64))
    column = np.arange(WIDTH) + 0.5
    place = fit.place(forward, forward * (WIDTH / 2 - column) / FOCAL_X)
    on_road = seen & (np.abs(place.d) < 3 * EDGE / 2)
    return np.where(on_road, place.s, np.inf), place.d, forward / FOCAL_X
