"""What stands behind a face: walls, doors, windows, shelves, leaves, lamps, and round things that are no heads.

Schematic throughout. A thing's size goes by the frame's height, so a scene looks the same at any resolution.
"""

from __future__ import annotations

import functools
import math
from typing import Final

import numpy as np

from endwise.systems.gate.drawing.faces import Floats
from endwise.systems.gate.drawing.heads import limited

THINGS: Final = (4, 11)
"""Fewest and most flat things in a scene of complexity 1."""
ROUND_THINGS: Final = (0, 4)
"""Fewest and most head-shaped things in a scene of complexity 1."""


STRIPED_BALL, BALLOON, CLOCK, LAMP, BAG, BACK_OF_A_HEAD = range(6)


def background(rng: np.random.Generator, size: tuple[int, int], clutter: float) -> Floats:
    """(R, C) float32 in 0..1. A `clutter` of 0 is a plain wall, 1 as in life, 2 has twice as many things."""
    rows, columns = size
    most = min(clutter, 1)
    across, down = (most * rng.uniform(-0.25, 0.25, 2)).tolist()
    tone = 0.5 + rng.uniform(-0.3, 0.3) * most
    x = np.arange(columns, dtype=np.float32) * (2 / columns) - 1
    y = (np.arange(rows, dtype=np.float32) * (2 / rows) - 1)[:, None]
    scene: Floats = (tone + across * x) + down * y
    flat = (_panel, _panel, _door, _window, _stripes, _shelf, _leaves, _edge)
    for _ in range(round(clutter * rng.integers(*THINGS))):
        flat[int(rng.integers(len(flat)))](scene, rng)
    for _ in range(round(clutter * rng.integers(*ROUND_THINGS))):
        _round_thing(scene, rng)
    if rng.random() < 0.25 * clutter:
        _glow(scene, rng)
    if clutter:
        scene += cloud(rng, size, 12, 0.03 * most)
    return scene.clip(0.02, 1)


def cloud(rng: np.random.Generator, size: tuple[int, int], cells: int, spread: float) -> Floats:
    """Smooth noise, mean 0 and about this spread, with `cells` cells down the picture."""
    wide = max(2, round(cells * size[1] / max(size[0], 1)))
    noise = rng.standard_normal((cells + 1, wide + 1), dtype=np.float32) * np.float32(1.5 * spread)
    return np.asarray(_between(size[0], cells) @ (noise @ _between(size[1], wide).T))


@functools.lru_cache(maxsize=256)
def _between(pixels: int, cells: int) -> Floats:
    """(pixels, cells + 1) weights of linear interpolation."""
    at = (np.arange(pixels, dtype=np.float32) + 0.5) * np.float32(cells / pixels)
    return np.maximum(1 - np.abs(at[:, None] - np.arange(cells + 1, dtype=np.float32)), 0)


def _area(
    scene: Floats, rng: np.random.Generator, wide: tuple[float, float], tall: tuple[float, float]
) -> tuple[Floats, Floats, Floats]:
    """A view of a random rectangle of the scene, with its own x (C,) and y (R, 1), both 0..1."""
    rows, columns = scene.shape
    share_y, share_x, at_y, at_x = rng.random(4).tolist()
    height = max(3, int((tall[0] + (tall[1] - tall[0]) * share_y) * rows))
    width = max(3, int((wide[0] + (wide[1] - wide[0]) * share_x) * rows))
    top, left = int(at_y * rows - 0.4 * height), int(at_x * columns - 0.4 * width)
    view = scene[max(top, 0) : top + height, max(left, 0) : left + width]
    x = (np.arange(view.shape[1], dtype=np.float32) + (max(left, 0) + 0.5 - left)) * (1 / width)
    y = (np.arange(view.shape[0], dtype=np.float32) + (max(top, 0) + 0.5 - top)) * (1 / height)
    return view, x, y[:, None]


def _panel(scene: Floats, rng: np.random.Generator) -> None:
    view, x, y = _area(scene, rng, (0.08, 0.9), (0.08, 0.9))
    tone = rng.uniform(0.05, 0.95)
    across, down = rng.uniform(-0.15, 0.15, 2).tolist()
    opaque = rng.uniform(0.5, 1)
    view *= 1 - opaque
    view += opaque * (tone + across * x) + (opaque * down) * y


def _door(scene: Floats, rng: np.random.Generator) -> None:
    view, x, y = _area(scene, rng, (0.25, 0.5), (0.7, 1.4))
    tone = rng.uniform(0.15, 0.8)
    view[...] = tone
    beside, above = np.minimum(x, 1 - x) < 0.06, y[:, 0] < 0.04
    view[:, beside] = tone - 0.2
    view[above] = tone - 0.2
    panel = np.float32(0.12) * (np.abs(np.abs(x - 0.5) - 0.22) < 0.015)
    view += panel * (np.abs(y - 0.5) < 0.4)
    knob = (x - 0.87) ** 2 + (2.2 * (y - 0.5)) ** 2 < 0.045**2
    view -= np.float32(0.3) * knob


def _window(scene: Floats, rng: np.random.Generator) -> None:
    view, x, y = _area(scene, rng, (0.25, 0.8), (0.25, 0.8))
    light, bar = rng.uniform(0.6, 1.0), rng.uniform(0.1, 0.9)
    panes = int(rng.integers(1, 4))
    view[...] = light - (0.3 * rng.random()) * y
    view[:, np.abs(np.mod(x * panes + 0.5, 1) - 0.5) < 0.035 * panes] = bar
    view[np.abs(np.mod(y[:, 0] * 2 + 0.5, 1) - 0.5) < 0.05] = bar


def _stripes(scene: Floats, rng: np.random.Generator) -> None:
    view, x, y = _area(scene, rng, (0.2, 1.2), (0.2, 1.0))
    across, down = rng.normal(0, 25, 2).tolist()
    depth = rng.uniform(0.03, 0.2)
    view += limited((3 * depth) * np.sin(across * x + down * y), -depth, depth)


def _shelf(scene: Floats, rng: np.random.Generator) -> None:
    """Books of any height, thickness and tone on boards."""
    view, x, y = _area(scene, rng, (0.3, 1.0), (0.3, 0.9))
    boards, books = int(rng.integers(1, 4)), int(rng.integers(6, 24))
    tone, tall = rng.uniform(0.08, 0.92, (books, boards)), rng.uniform(0.55, 0.95, (books, boards))
    book = limited(x * books, 0, books - 1).astype(np.intp)
    row = limited(y[:, 0] * boards, 0, boards - 0.01)
    board = row.astype(np.intp)
    high = 1 - (row - board)
    tones, heights = tone.T.astype(np.float32)[:, book], tall.T.astype(np.float32)[:, book]  # (boards, C)
    shown = high[:, None] < heights[board]
    view[...] = (tones[board] - np.float32(0.12)) * shown
    view += np.float32(0.12)


def _leaves(scene: Floats, rng: np.random.Generator) -> None:
    view, _, _ = _area(scene, rng, (0.3, 1.3), (0.3, 1.0))
    size, tone = (view.shape[0], view.shape[1]), rng.uniform(0.2, 0.6)
    coarse, fine = cloud(rng, size, 6, 1), cloud(rng, size, 17, 0.14)
    cover = limited(2 * coarse + 1.2, 0, 1)
    view += cover * (limited(fine + 0.08 * coarse + tone, 0, 1) - view)


def _edge(scene: Floats, rng: np.random.Generator) -> None:
    """A straight edge through the scene: floor, corner or roof."""
    rows, columns = scene.shape
    angle, offset, step = rng.uniform(0, math.pi), rng.normal(0, 0.35), rng.uniform(-0.25, 0.25)
    x = math.cos(angle) * (np.arange(columns, dtype=np.float32) - columns / 2) + (0.5 - offset * rows)
    y = math.sin(angle) * (np.arange(rows, dtype=np.float32) - rows / 2)
    scene += step * limited(x + y[:, None], 0, 1)


def _glow(scene: Floats, rng: np.random.Generator) -> None:
    """A light behind."""
    rows, columns = scene.shape
    x = (np.arange(columns, dtype=np.float32) - rng.uniform(0, columns)) / rows
    y = ((np.arange(rows, dtype=np.float32) - rng.uniform(0, 0.6 * rows)) / rows)[:, None]
    reach = rng.uniform(0.05, 0.3)
    strength = rng.uniform(0.3, 0.8)
    scene += (strength * np.exp(x * x * (-1 / reach**2))) * np.exp(y * y * (-1 / reach**2))


def _round_thing(scene: Floats, rng: np.random.Generator) -> None:
    """A ball, balloon, clock, lamp, bag or the back of a head: as large and as round as a head, but no face."""
    rows, columns = scene.shape
    radius = rng.uniform(0.10, 0.32) * rows
    wide = radius * rng.uniform(0.65, 1.0)
    centre_x, centre_y = rng.uniform(0, columns), rng.uniform(0.1, 0.9) * rows
    left, right = max(0, int(centre_x - wide) - 1), min(columns, int(centre_x + wide) + 2)
    top, bottom = max(0, int(centre_y - radius) - 1), min(rows, int(centre_y + radius) + 2)
    x = (np.arange(left, right, dtype=np.float32) + (0.5 - centre_x)) * (1 / wide)
    y = ((np.arange(top, bottom, dtype=np.float32) + (0.5 - centre_y)) * (1 / radius))[:, None]
    square = x * x + y * y
    cover = limited((wide + 0.5) - wide * np.sqrt(square), 0, 1)
    tone, kind = rng.uniform(0.1, 0.9), int(rng.integers(6))
    light = rng.uniform(-0.6, 0.6, 2).tolist()
    area = scene[top:bottom, left:right]
    area += cover * (limited(_round_form(kind, tone, rng, x, y, square, light), 0, 1) - area)


def _round_form(
    kind: int, tone: float, rng: np.random.Generator, x: Floats, y: Floats, square: Floats, light: tuple[float, float]
) -> Floats:
    """(R, C) the light a thing gives back at x (C,) and y (R, 1) of a disc of radius 1; `square` of their length."""
    light_x, light_y = light
    if kind == CLOCK:
        face = 1.2 - np.float32(0.8) * ((square > 0.82**2) & (square < 0.98**2))
        hand = np.minimum(np.abs(x - light_x * y) + 9 * (y > 0), np.abs(y - light_y * x) + 9 * (x < 0)) < 0.06
        return tone * (face - np.float32(0.7) * (hand & (square < 0.7**2)))
    if kind == LAMP:
        return 1.05 - 0.45 * square
    if kind == BAG:  # a flap and a buckle
        flap = np.float32(0.25) * (y < -0.1 + 0.2 * x * x)
        buckle = np.float32(0.4) * ((np.abs(x) < 0.1) & (np.abs(y) < 0.12))
        return tone * ((0.9 - 0.2 * y) - flap - buckle)
    ball = (0.7 * tone) * np.sqrt(np.maximum(1 - square, 0))
    ball += (0.4 * tone) * (light_x * x + light_y * y) + 0.35 * tone
    if kind == STRIPED_BALL:
        seam = np.abs(np.sin(rng.uniform(2, 5) * x + rng.uniform(-4, 4) * y)) < 0.15
        return ball * (1 - np.float32(0.5) * seam)
    if kind == BALLOON:
        glint = (0.8 * tone) * np.exp((x - light_x) ** 2 * (-1 / 0.03))
        return ball + glint * np.exp((y - light_y) ** 2 * (-1 / 0.03))
    grain = np.sin(24 * np.arctan2(x, 1.2 + y) + 3 * np.sin(5 * x + 3 * y))
    return ball * (0.45 + 0.06 * grain)  # the back of a head
