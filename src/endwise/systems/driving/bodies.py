"""Cars and barrels in the picture: boxes on the ground, drawn from far to near as an end and the side one sees."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np

from endwise.systems.driving.camera import FARTHEST, HEIGHT, WIDTH, Bytes, Floats, project
from endwise.systems.driving.road import Bools, Doubles, Integers, Pose, Road, on_ground
from endwise.systems.driving.routes import Things

CAR_HEIGHT: Final = 1.45
BARREL_HEIGHT: Final = 1.0
NEAREST: Final = 1.2
"""Metres; what is nearer is drawn as if it were there."""
DARK, LIT, DULL, STRIPE = 0.07, 1.0, 0.45, 0.92
BARREL_TONE: Final = 0.5
SMALL: Final = 2.5
"""Pixels of width below which a body has neither window nor lamps."""
SLIVER: Final = 0.4
"""Pixels of width below which a side is not drawn."""
SIDE_TONE: Final = 0.65
"""Brightness of a body's side over that of its end."""


class Bodies(NamedTuple):
    """The B bodies that A pictures show, from far to near, in pixels."""

    picture: Integers
    """(B,) which of the pictures."""
    thing: Integers
    """(B,) which of its things."""
    distance: Doubles
    """(B,) metres to the nearer end."""
    barrel: Bools
    end: Doubles
    """(B, 4) top, bottom, left and right of the end that points at us."""
    back: Doubles
    """(B, 4) of the end that points away."""


def bodies_in_view(road: Road, eye: Pose, things: Things, pitch: Doubles, rows: Integers) -> Bodies:
    """What the cameras at `eye` (A,) see of `things` (A, THINGS) on the roads `rows` (A,)."""
    ends = np.stack([things.s - things.length / 2, things.s + things.length / 2], axis=2)
    sides = np.stack([things.d - things.width / 2, things.d + things.width / 2], axis=2)
    shape = (*things.s.shape, 2, 2)  # thing, end, side
    s, d = (np.broadcast_to(part, shape).reshape(len(rows), -1) for part in (ends[..., None], sides[..., None, :]))
    forward, left = (part.reshape(shape) for part in eye.sees(*on_ground(road, s, d, rows)))
    depth = forward.mean(axis=3)
    near_first = np.argsort(depth, axis=2, kind="stable")
    depth = np.take_along_axis(depth, near_first, axis=2)
    left = np.take_along_axis(left, near_first[..., None], axis=2)

    drawn_at = np.maximum(depth, NEAREST)
    tall = np.where(things.barrel, BARREL_HEIGHT, CAR_HEIGHT)[..., None]
    top, _ = project(drawn_at, 0.0, tall, pitch[:, None, None])
    bottom, _ = project(drawn_at, 0.0, 0.0, pitch[:, None, None])
    _, columns = project(drawn_at[..., None], left, 0.0)
    edges = np.stack([top, bottom, columns.min(axis=3), columns.max(axis=3)], axis=-1)

    inside = (edges[..., 3].max(axis=2) > 0) & (edges[..., 2].min(axis=2) < WIDTH)
    seen = inside & (depth[..., 1] > NEAREST) & (depth[..., 0] < FARTHEST)
    picture, thing = np.nonzero(seen)
    far_first = np.argsort(-depth[picture, thing, 0], kind="stable")
    place = (picture[far_first], thing[far_first])
    return Bodies(*place, depth[(*place, 0)], things.barrel[place], edges[(*place, 0)], edges[(*place, 1)])


def paint_bodies(pictures: Floats, seen: Bodies, body: Floats, lamps: Bools, veil: Floats, haze: Floats) -> None:
    """Paint into `pictures` (A, HEIGHT, WIDTH): brightness `body` (B,), are its `lamps` lit, and fog.

    `veil` (B,) is the share of a body's own brightness that comes through fog of brightness `haze` (B,).
    """
    edges, tones = _end(seen, body, lamps)
    tones = (tones * veil[:, None] + (haze * (1 - veil))[:, None]).astype(np.float32)
    side_tones = SIDE_TONE * body * veil + haze * (1 - veil)
    rows, columns = _cover(edges[..., 0], edges[..., 1], HEIGHT), _cover(edges[..., 2], edges[..., 3], WIDTH)
    first = np.maximum(np.floor(edges[..., ::2]), 0).astype(int)
    last = np.maximum(np.ceil(edges[..., 1::2]), 0).astype(int)
    parts = np.where(edges[:, 1, 3] - edges[:, 1, 2] < SMALL, 2, np.where(seen.barrel, 3, 5))
    for which, picture in enumerate(seen.picture):
        for place, share in _sides(seen.end[which], seen.back[which]):
            _lay_over(pictures[picture][place], share, side_tones[which])
        for part in range(parts[which]):
            r, c = (slice(first[which, part, axis], last[which, part, axis]) for axis in (0, 1))
            share = rows[which, part, r, None] * columns[which, part, c]
            _lay_over(pictures[picture, r, c], share, tones[which, part])


def mark_bodies(masks: Bytes, seen: Bodies, number: int) -> None:
    """Write class `number` into `masks` (A, HEIGHT, WIDTH) wherever a body fills half a pixel."""
    for picture, end, back in zip(seen.picture, seen.end, seen.back, strict=True):
        for place, share in _sides(end, back):
            masks[picture][place][share >= 0.5] = number
        top, bottom, left, right = np.maximum(np.rint(end), 0).astype(int)
        masks[picture, top:bottom, left:right] = number


def _end(seen: Bodies, body: Floats, lamps: Bools) -> tuple[Doubles, Doubles]:
    """(B, 5, 4) rectangles and (B, 5) their brightness, each over the one before: shadow, end, window, two lamps.

    On a barrel the window is a bright stripe, and there are no lamps.
    """
    top, bottom, left, right = seen.end.T
    tall, wide = bottom - top, right - left
    inset = np.where(seen.barrel, 0, 0.12) * wide
    lower = top + np.where(seen.barrel, 0.35, 0.42) * tall
    lamp_top, lamp_bottom = top + 0.52 * tall, top + 0.68 * tall
    rectangles = [
        (bottom - 0.14 * tall, bottom + 0.06 * tall, left, right),
        (top, bottom - 0.12 * tall, left, right),
        (top + 0.10 * tall, lower, left + inset, right - inset),
        (lamp_top, lamp_bottom, left, left + 0.2 * wide),
        (lamp_top, lamp_bottom, right - 0.2 * wide, right),
    ]
    lamp = np.where(lamps, LIT, DULL)
    window = np.where(seen.barrel, STRIPE, 2 * DARK)
    tones = [np.full_like(lamp, DARK), np.where(seen.barrel, BARREL_TONE, body), window, lamp, lamp]
    return np.stack([np.stack(one, axis=-1) for one in rectangles], axis=1), np.stack(tones, axis=1)


def _lay_over(there: Floats, share: Floats, tone: Any) -> None:
    there += share * (tone - there)


def _cover(start: Doubles, end: Doubles, size: int) -> Floats:
    """(..., size) the share of each pixel between `start` and `end`."""
    pixel = np.arange(size, dtype=np.float32)
    share = np.minimum(end[..., None], pixel + 1) - np.maximum(start[..., None], pixel)
    return np.clip(share, 0, 1).astype(np.float32)


def _sides(end: Doubles, back: Doubles) -> list[tuple[tuple[slice, slice], Floats]]:
    """The sides that one sees of a box: where they are in the picture, and the share of each pixel there.

    A wall's upper and lower edge are straight lines in the picture, from its near end to its far end.
    """
    walls = []
    for edge, outwards in ((2, -1), (3, 1)):
        near, far = float(end[edge]), float(back[edge])
        first, last = max(math.floor(min(near, far)), 0), min(math.ceil(max(near, far)), WIDTH)
        if (far - near) * outwards < SLIVER or last <= first:
            continue
        column = np.arange(first, last)
        way = np.minimum(np.maximum((column + 0.5 - near) / (far - near), 0), 1)
        top, bottom = end[0] + way * (back[0] - end[0]), end[1] + way * (back[1] - end[1])
        high, low = max(math.floor(top.min()), 0), min(math.ceil(bottom.max()), HEIGHT)
        row = np.arange(high, low)[:, None]
        tall = np.minimum(bottom, row + 1) - np.maximum(top, row)
        wide = np.minimum(max(near, far), column + 1) - np.maximum(min(near, far), column)
        share = (np.minimum(np.maximum(tall, 0), 1) * wide).astype(np.float32)
        walls.append(((slice(high, low), slice(first, last)), share))
    return walls
