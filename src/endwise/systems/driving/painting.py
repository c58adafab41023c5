"""The camera's picture: sky, ground, markings, light, fog and sensor noise, in grey."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from endwise.systems.driving.bodies import Bodies, bodies_in_view, mark_bodies, paint_bodies
from endwise.systems.driving.camera import (
    CLASSES,
    COLUMNS,
    FOCAL_X,
    FOCAL_Y,
    HEIGHT,
    HORIZON,
    MOUNTED,
    WIDTH,
    Bytes,
    Floats,
    Ground,
    classes,
    ground,
)
from endwise.systems.driving.looks import CELL, CELLS, GRAINS, SHADES, SKYLINE, Looks, sensor_noise, texture
from endwise.systems.driving.road import BEHIND, EDGE, LANE_WIDTH, SPACING, Doubles, Integers, Pose, pose
from endwise.systems.driving.routes import Routes
from endwise.systems.driving.scenes import Scene
from endwise.systems.driving.traffic import ONCOMING, THINGS

LINE: Final = 0.15
"""Metres, the width of a marking."""
DASH: Final = (3.0, 9.0)
"""Metres painted, and from one dash to the next."""
SHOULDER: Final = 0.35
"""Metres of asphalt outside the edge lines."""
GRAIN: Final = 0.03
"""Brightness of the ground's texture close by; three times as much on the verge."""
CHUNK: Final = 16
"""Pictures painted at once: they stay in a core's cache."""

_texture = cache(texture)
_sensor_noise = cache(sensor_noise)


def photograph(routes: Routes, scene: Scene, rows: Integers) -> Bytes:
    """(A, HEIGHT, WIDTH) what the cameras of the routes `rows` (A,) see."""
    if not len(rows):
        return np.zeros((0, HEIGHT, WIDTH), dtype=np.uint8)
    parts = [_photograph(routes, scene, rows[start : start + CHUNK]) for start in range(0, len(rows), CHUNK)]
    return np.concatenate(parts)


def lane_masks(routes: Routes, scene: Scene, rows: Integers) -> Bytes:
    """(A, HEIGHT, WIDTH) the class of every pixel, by its number in CLASSES."""
    _, below, seen = _look(routes, scene, rows)
    masks = classes(below.d)
    mark_bodies(masks, seen, CLASSES.index("car or barrel"))
    return masks


def _look(routes: Routes, scene: Scene, rows: Integers) -> tuple[Pose, Ground, Bodies]:
    """Where the cameras are, and the ground and the bodies that they see."""
    s, d, heading = (part[rows] for part in scene.car[:3])
    eye, pitch = pose(routes.road, s, d, heading, rows), routes.looks.pitch[rows, scene.tick]
    bodies = bodies_in_view(routes.road, eye, scene.things.only(rows), pitch, rows)
    return eye, ground(routes.road, eye, s, pitch, rows), bodies


def _photograph(routes: Routes, scene: Scene, rows: Integers) -> Bytes:
    eye, below, seen = _look(routes, scene, rows)
    looks = routes.looks.only(rows)
    picture = np.empty((len(rows), HEIGHT, WIDTH), dtype=np.float32)
    picture[:, :HORIZON] = _sky(looks, eye.heading, scene.tick)
    picture[:, HORIZON:] = _painted_ground(below, looks)

    lit = np.zeros((len(rows), THINGS), dtype=bool)
    lit[:, 0], lit[:, 1 : 1 + ONCOMING] = routes.traffic.lead_brakes[rows, scene.tick], True
    place = (seen.picture, seen.thing)
    veil = np.exp(-np.maximum(seen.distance, 0) / looks.visibility[seen.picture]).astype(np.float32)
    paint_bodies(picture, seen, looks.bodies[place], lit[place], veil, looks.haze[seen.picture])
    return _exposed(picture, looks, scene.tick)


def _sky(looks: Looks, heading: Doubles, tick: int) -> Floats:
    """(A, HORIZON, WIDTH) a sky that is brighter below, before hills and trees that turn with the car."""
    direction = heading[:, None] + np.arctan(COLUMNS / FOCAL_X)
    place = (direction * SKYLINE / (2 * np.pi)).astype(np.int64) % SKYLINE
    tall = np.take_along_axis(looks.skyline, place, axis=1)[:, None, :]
    tall = tall - looks.pitch[:, None, tick, None].astype(np.float32)
    up = (HORIZON - 1 - np.arange(HORIZON, dtype=np.float32))[None, :, None]
    sky = looks.sky[:, None, None] + 0.012 * (4 - up)
    far = np.exp(-250 / looks.visibility)[:, None, None]
    trees = 0.30 * far + looks.haze[:, None, None] * (1 - far)
    return sky + np.clip(tall - up, 0, 1) * (trees - sky)


def _painted_ground(seen: Ground, looks: Looks) -> Floats:
    """(A, R, WIDTH) asphalt, verge, texture, lines, shadows and fog."""
    sharp = (1 / np.maximum(seen.footprint, 1e-3))[:, :, None]
    beside = np.abs(seen.d - EDGE)
    road = np.clip((LANE_WIDTH + SHOULDER - beside) * sharp + 0.5, 0, 1)
    tone = looks.verge[:, None, None] + road * (looks.asphalt - looks.verge)[:, None, None]
    s = seen.along
    tone += _grain(seen, s, looks) * (3 - 2 * road)
    lines = _line_strength(seen, looks)
    for which in range(3):
        middle = np.abs(seen.d - np.float32((2 * which - 1) * EDGE))
        cover = np.clip((LINE / 2 - middle) * sharp + 0.5, 0, np.minimum(1, LINE * sharp))
        cover *= lines[:, :, which, None]
        tone += cover * (looks.paint[:, None, None] - tone)
    tone *= _shade(s, seen.d, looks)
    veil = np.exp(-seen.distance / looks.visibility[:, None])[:, :, None]
    return tone * veil + looks.haze[:, None, None] * (1 - veil)


def _grain(seen: Ground, s: Floats, looks: Looks) -> Floats:
    """The ground's texture where each pixel looks; it blurs with the distance."""
    shift = looks.texture_shift
    along = (s * np.float32(1 / CELL[0])).astype(np.int32) + shift[:, :1, None].astype(np.int32)
    across = (seen.d * np.float32(1 / CELL[1])).astype(np.int32) + shift[:, 1:, None].astype(np.int32)
    cells = (along & (CELLS[0] - 1)) * CELLS[1] + (across & (CELLS[1] - 1))
    size = np.asarray(GRAIN / (1 + (seen.distance / 8) ** 2), dtype=np.float32)
    return _texture().ravel()[cells] * size[:, :, None]


def _line_strength(seen: Ground, looks: Looks) -> Floats:
    """(A, R, 3) how much paint the right, centre and left line has where each row meets it."""
    at_line = seen.s[:, :, None] + np.tan(seen.slant)[:, :, None] * np.array([-EDGE, EDGE, 3 * EDGE], dtype=np.float32)
    place = np.clip((at_line + BEHIND) / SPACING, 0, looks.paint_left.shape[2] - 1).astype(np.int64)
    strength = looks.paint_left[np.arange(len(place))[:, None, None], np.arange(3), place]
    painted, period = DASH
    deep = np.maximum(seen.distance**2 / (FOCAL_Y * MOUNTED), 0.05)  # metres of s in one row
    phase = np.abs((at_line[:, :, 1] % period) - period / 2)
    dash = np.clip((painted / 2 - phase) / deep + 0.5, 0, 1)
    blurred = np.clip(deep / period, 0, 1)
    strength[:, :, 1] *= dash * (1 - blurred) + blurred * painted / period
    return strength


def _shade(s: Floats, d: Floats, looks: Looks) -> Floats:
    """(A, R, WIDTH) the factor that shadows put on each pixel; they lie across the road at a slant."""
    place = ((s + looks.shade_slant[:, None, None] * np.clip(d, -20, 20) + BEHIND) * (2 / SPACING)).astype(np.int32)
    place = np.clip(place, 0, SHADES - 1)
    place += (np.arange(len(s), dtype=np.int32) * SHADES)[:, None, None]
    return looks.shade.ravel()[place]


def _exposed(picture: Floats, looks: Looks, tick: int) -> Bytes:
    """The light of the day, then the sensor."""
    picture -= np.float32(0.5)
    picture *= (looks.contrast * looks.gain)[:, None, None]
    picture += (0.5 * looks.gain)[:, None, None] + looks.slope[:, None, None] * (COLUMNS / (WIDTH / 2))
    picture += _sensor_noise()[(looks.grain + 7 * tick) % GRAINS]
    picture *= 255
    np.rint(picture, out=picture)
    np.clip(picture, 0, 255, out=picture)
    return picture.astype(np.uint8)
