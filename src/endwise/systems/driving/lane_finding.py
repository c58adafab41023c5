"""Lane mask -> lane: the ground plane, and a lane of smooth curvature fitted to the edges that the mask shows.

Every row shows up to three edges: that of our lane to the right, the one between the lanes, and that of the other
lane to the left. Each is a point on the ground of which the lane coordinate is known. The fit asks for the offset and
heading of the car, the lane's curvature at KNOTS (a line between them) and the pitch of the camera, which the width
of the lanes tells. Curvatures are held together by a prior, as roads bend evenly; outliers lose their weight.
Source: the form is Dickmanns and Mysliwetz 1992 (a road of evenly changing curvature, fitted in the picture); the
weights are those of Geman and McClure 1987, drawn in by steps. The prior is schematic.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from endwise.systems.driving.camera import FOCAL_X, FOCAL_Y, HEIGHT, HORIZON, MOUNTED, WIDTH
from endwise.systems.driving.road import EDGE
from endwise.systems.driving.scenes import CURVATURE_DISTANCES

Rows: TypeAlias = npt.NDArray[Any]
Doubles: TypeAlias = npt.NDArray[np.float64]

FIRST_ROW: Final = HORIZON + 3
"""Rows above it see more than 43 m far, where a pixel is 12 m deep."""
EDGES: Final = (((1, 0), -EDGE), ((2, 1), EDGE), ((0, 2), 3 * EDGE))
"""Classes to the left and to the right of an edge in the picture, and its lane coordinate in metres."""
KNOTS: Final = np.array([0.0, 6, 12, 18, 24, 30, 42])
"""Metres along the lane."""
PLACES: Final = np.arange(0.0, 71.0)
PIXEL: Final = 0.3
"""Pixels that an edge is off: even between -0.5 and 0.5."""
FINEST: Final = 0.02
"""Metres below which the fit does not ask to be exact."""
STEPS: Final = (np.inf, 12.0, 5.0, 3.0, 3.0)
"""At how many times the expected error an edge loses most of its weight, from step to step of the fit."""
OFFSETS, HEADINGS, CURVATURES, PITCHES = 1.5, 0.3, 0.02, 0.7
"""Spread before anything is seen: metres, radians, 1/m, pixels."""
BENDS_EVENLY: Final = 14.0
"""Metres over which curvatures are alike."""


def _hats() -> tuple[Doubles, Doubles]:
    """(P, K) curvature at PLACES of each knot's share, and how far that moves the lane aside."""
    curvature = np.stack([np.interp(PLACES, KNOTS, one) for one in np.eye(len(KNOTS))], axis=1)
    return curvature, _twice_summed(curvature)


def _twice_summed(curvature: Doubles) -> Doubles:
    """Over the places (P, K), by the trapezium rule: heading, then metres aside."""
    for _ in range(2):
        curvature = np.concatenate([0 * curvature[:1], np.cumsum((curvature[1:] + curvature[:-1]) / 2, axis=0)])
    return curvature


def _prior() -> Doubles:
    """(K + 3, K + 3) the inverse of the spread of offset, heading, curvatures and pitch before anything is seen."""
    apart = (KNOTS[:, None] - KNOTS) / BENDS_EVENLY
    spread = np.zeros((len(KNOTS) + 3, len(KNOTS) + 3))
    spread[2:-1, 2:-1] = CURVATURES**2 * (np.exp(-(apart**2) / 2) + 0.01 * np.eye(len(KNOTS)))
    spread[0, 0], spread[1, 1], spread[-1, -1] = OFFSETS**2, HEADINGS**2, PITCHES**2
    return np.asarray(np.linalg.inv(spread))


HATS, ASIDE = _hats()
PRIOR: Final = _prior()


class Fit(NamedTuple):
    """The lanes of N masks."""

    offset: Doubles
    """(N,) metres that the car is to the left of the lane's middle."""
    heading: Doubles
    """(N,) radians that it points to the left of the lane."""
    knots: Doubles
    """(N, K) the lane's curvature at KNOTS, 1/m."""
    pitch: Doubles
    """(N,) pixels that the horizon is below HORIZON."""

    def ground(self, edge: Doubles) -> Doubles:
        """(N, M) metres forward at which the picture's heights `edge`, in rows from the top, meet the ground."""
        return FOCAL_Y * MOUNTED / np.maximum(edge - HORIZON - self.pitch[:, None], 2)

    def place(self, forward: Doubles, left: Doubles) -> Place:
        """Where on the lane points (N, M) are that the car sees so far forward and to the left."""
        way, x, y = self._line()
        # Each point's place on the line by its distance forward; the line runs forward by a metre or less a place.
        low = np.clip((x[:, :, None] <= forward[:, None, :]).sum(axis=1) - 1, 0, len(PLACES) - 2)
        x0, x1 = np.take_along_axis(x, low, axis=1), np.take_along_axis(x, low + 1, axis=1)
        share = np.clip((forward - x0) / np.maximum(x1 - x0, 0.1), 0, 1)
        middle, slant = (
            (1 - share) * np.take_along_axis(one, low, axis=1) + share * np.take_along_axis(one, low + 1, axis=1)
            for one in (y, way)
        )
        # The lane is a circle about that place, as in `camera.ground`.
        bend = np.take_along_axis(self.knots @ HATS.T, low, axis=1)
        w = left - middle
        e = w * (2 * np.cos(slant) - bend * w)
        d = e / (1 + np.sqrt(np.maximum(1 - bend * e, 0)))
        return Place(np.clip(low + share + w * np.sin(slant), 0, PLACES[-1]), d, slant)

    def _line(self) -> tuple[Doubles, Doubles, Doubles]:
        """(N, P) heading, metres forward and metres to the left of the lane's middle, seen from the car."""
        bends = self.knots @ HATS.T
        way = np.pad(np.cumsum((bends[:, 1:] + bends[:, :-1]) / 2, axis=1), ((0, 0), (1, 0))) - self.heading[:, None]
        middle = (way[:, 1:] + way[:, :-1]) / 2
        x = np.pad(np.cumsum(np.cos(middle), axis=1), ((0, 0), (1, 0))) - (self.offset * np.sin(self.heading))[:, None]
        y = np.pad(np.cumsum(np.sin(middle), axis=1), ((0, 0), (1, 0))) - (self.offset * np.cos(self.heading))[:, None]
        return way, np.maximum.accumulate(x, axis=1), y


class Place(NamedTuple):
    """Points in lane coordinates, (N, M) each."""

    s: Doubles
    """Metres along the lane from beside the car."""
    d: Doubles
    slant: Doubles
    """Radians that the lane there points to the left of the car."""


def lane_of(lane_mask: Rows) -> Rows:
    """Offset, heading and curvatures of the lane in masks.

    Parameters
    ----------
    lane_mask: (N, 48, 96) uint8, numbers in `camera.CLASSES`. A mask without lanes gives a straight lane under the car.

    Returns
    -------
    (N, 5) float32 offset (m), heading (rad), curvature (1/m) at CURVATURE_DISTANCES along the lane.
    """
    fit = fit_lane(lane_mask)
    bends = [[np.interp(CURVATURE_DISTANCES, KNOTS, one)] for one in fit.knots]
    told = np.concatenate(bends) if bends else np.zeros((0, len(CURVATURE_DISTANCES)))
    return np.column_stack([fit.offset, fit.heading, told]).astype(np.float32)


def fit_lane(lane_mask: Rows) -> Fit:
    """The lanes of masks (N, 48, 96)."""
    count = len(lane_mask)
    column, seen = _edges(lane_mask)
    row = np.repeat(np.arange(FIRST_ROW, HEIGHT) + 0.5, len(EDGES))[None, :]
    known = np.tile([d for _, d in EDGES], HEIGHT - FIRST_ROW)
    tangent = (WIDTH / 2 - column) / FOCAL_X
    state = np.zeros((count, len(PRIOR)))
    for scale in STEPS:
        fit = _fit(state)
        forward = fit.ground(row)
        place = fit.place(forward, forward * tangent)
        error = np.hypot(PIXEL * forward / FOCAL_X * np.cos(place.slant), FINEST)
        off = known - place.d
        weight = seen / (1 + (off / (error * scale)) ** 2) ** 2 / error**2
        slopes = _slopes(place, forward, tangent)
        leaning = np.swapaxes(slopes, 1, 2) * weight[:, None, :]  # (N, K + 3, M)
        pull = (leaning @ off[:, :, None])[:, :, 0] - state @ PRIOR
        state = state + np.linalg.solve(leaning @ slopes + PRIOR, pull[:, :, None])[:, :, 0]
    return _fit(state)


def _fit(state: Doubles) -> Fit:
    return Fit(state[:, 0], state[:, 1], state[:, 2:-1], np.clip(state[:, -1], -2.5, 2.5))


def _slopes(place: Place, forward: Doubles, tangent: Doubles) -> Doubles:
    """(N, M, K + 3) how each point's lane coordinate grows with offset, heading, curvatures and pitch."""
    low = np.minimum(place.s.astype(np.int64), len(PLACES) - 2)
    share = (place.s - low)[:, :, None]
    aside = ASIDE[low] * (1 - share) + ASIDE[low + 1] * share
    deeper = forward**2 / (FOCAL_Y * MOUNTED)
    pitched = deeper * (tangent * np.cos(place.slant) - np.sin(place.slant))
    return np.concatenate([np.ones_like(place.s)[:, :, None], place.s[:, :, None], -aside, pitched[:, :, None]], axis=2)


def _edges(lane_mask: Rows) -> tuple[Doubles, npt.NDArray[np.bool_]]:
    """(N, M) the column of each of the EDGES in each row from FIRST_ROW down, and whether it is seen.

    On either side of an edge, one of the next two pixels is of the same class, so that a speckle makes none. An edge
    that a row shows several times is where it is on the average.
    """
    rows = np.pad(lane_mask[:, FIRST_ROW:], ((0, 0), (0, 0), (2, 2)), mode="edge")
    steps = [rows[:, :, first : first + WIDTH - 1] for first in range(6)]
    at, seen = [], []
    for (left, right), _ in EDGES:
        before, after = [one == left for one in steps[:3]], [one == right for one in steps[3:]]
        turns = before[2] & (before[1] | before[0]) & after[0] & (after[1] | after[2])
        times = turns.sum(axis=2)
        at.append(turns @ np.arange(1.0, WIDTH) / np.maximum(times, 1))
        seen.append(times > 0)
    shape = len(rows), (HEIGHT - FIRST_ROW) * len(EDGES)
    return np.stack(at, axis=2).reshape(shape), np.stack(seen, axis=2).reshape(shape)
