"""The camera: a pinhole in the middle of the car. Each row of the picture is one forward distance on the ground.

The picture is 96 px wide and 48 px high, squeezed in width by a third (FOCAL_X against FOCAL_Y), and sees 67 degrees
of the road from 4 m on. Pixel (row, column) covers [row, row + 1) x [column, column + 1).
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from endwise.systems.driving.road import EDGE, Doubles, Integers, Pose, Road, at, look_ahead

Floats: TypeAlias = npt.NDArray[np.float32]
Bytes: TypeAlias = npt.NDArray[np.uint8]

HEIGHT: Final = 48
WIDTH: Final = 96
FOCAL_X: Final = 72.0
FOCAL_Y: Final = 108.0
MOUNTED: Final = 1.4
"""Metres above the ground."""
HORIZON: Final = 12
"""The row at which the horizon is when the car does not pitch."""
FARTHEST: Final = 90.0
"""Metres; ground beyond shows no road."""

CLASSES: Final = ("off road", "own lane", "other lane", "car or barrel")
"""Of a lane mask's pixels, by their number."""

COLUMNS: Final = (WIDTH / 2 - 0.5 - np.arange(WIDTH)).astype(np.float32)
"""Middles of the columns, counted to the left from the picture's middle."""


def project(forward: Any, left: Any, up: Any, pitch: Any = 0.0) -> tuple[Any, Any]:
    """(row, column) of a point in metres seen from the car; `pitch` px lowers the horizon."""
    return HORIZON + pitch + FOCAL_Y * (MOUNTED - up) / forward, WIDTH / 2 - FOCAL_X * left / forward


def row_distances(pitch: Doubles) -> Doubles:
    """(N, HEIGHT - HORIZON) metres forward at which the rows from HORIZON down meet the ground."""
    below = np.arange(HORIZON, HEIGHT) + 0.5 - HORIZON - pitch[:, None]
    return np.minimum(FOCAL_Y * MOUNTED / np.maximum(below, 0.1), FARTHEST)


class Ground(NamedTuple):
    """What the rows from HORIZON down see of the ground, for N pictures; R rows."""

    distance: Floats
    """(N, R) metres forward."""
    s: Floats
    """(N, R) where our lane's middle is at that distance."""
    left: Floats
    """(N, R) metres that our lane's middle is to the left there."""
    slant: Floats
    """(N, R) radians between our lane there and where the car points."""
    d: Floats
    """(N, R, WIDTH) the lane coordinate of each pixel."""
    shown: npt.NDArray[np.bool_]
    """(N, R) does the row show road at all?"""

    @property
    def along(self) -> Floats:
        """(N, R, WIDTH) the s of each pixel."""
        w = (self.distance / np.float32(FOCAL_X))[:, :, None] * COLUMNS - self.left[:, :, None]
        return self.s[:, :, None] + np.sin(self.slant)[:, :, None] * w

    @property
    def footprint(self) -> Floats:
        """(N, R) metres of d that one pixel covers."""
        across = self.distance / np.float32(FOCAL_X) * np.abs(np.cos(self.slant))
        along = self.distance**2 / np.float32(FOCAL_Y * MOUNTED) * np.abs(np.sin(self.slant))
        return across + along


def ground(road: Road, eye: Pose, s: Doubles, pitch: Doubles, rows: Integers | None = None) -> Ground:
    """The ground that N cameras see; our lane is taken as a circle about each row, so d is exact in even bends."""
    distance = row_distances(pitch)
    ahead = look_ahead(road, eye, s, distance, rows=rows)
    slant = (at(road.heading, ahead.s, rows) - eye.heading[:, None]).astype(np.float32)
    curvature = at(road.curvature, ahead.s, rows).astype(np.float32)
    shown = ahead.reached & (distance < FARTHEST)
    metres = distance.astype(np.float32)
    d = _lane_coordinate(metres, ahead.left.astype(np.float32), slant, np.where(shown, curvature, 0))
    d[~shown] = 1e3
    return Ground(
        distance=metres,
        s=ahead.s.astype(np.float32),
        left=ahead.left.astype(np.float32),
        slant=slant,
        d=d,
        shown=shown,
    )


def _lane_coordinate(distance: Floats, left: Floats, slant: Floats, curvature: Floats) -> Floats:
    """(N, R, WIDTH) d of each pixel, from the circle through our lane's middle at that distance.

    A point w metres to the left of it is at d = e / (1 + sqrt(1 - k e)) with e = 2 w cos(slant) - k w².
    """
    w = (distance / np.float32(FOCAL_X))[:, :, None] * COLUMNS
    w -= left[:, :, None]
    k = curvature[:, :, None]
    e = w * -k
    e += 2 * np.cos(slant)[:, :, None]
    e *= w
    below = e * -k
    below += 1
    np.maximum(below, 0, out=below)
    np.sqrt(below, out=below)
    below += 1
    e /= below
    return e


def classes(d: Floats) -> Bytes:
    """(N, HEIGHT, WIDTH) the class of each pixel (its number in CLASSES), before cars and barrels are drawn in."""
    mask = np.zeros((len(d), HEIGHT, WIDTH), dtype=np.uint8)
    mask[:, HORIZON:] += np.abs(d) <= EDGE
    mask[:, HORIZON:] += 2 * ((d > EDGE) & (d <= 3 * EDGE)).astype(np.uint8)
    return mask
