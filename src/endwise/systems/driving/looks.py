"""How a route looks: light, fog, worn markings, shadows, the skyline; drawn once a route. All schematic."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from endwise.systems.driving.camera import HEIGHT, WIDTH, Floats
from endwise.systems.driving.road import BEHIND, POINTS, SPACING, Doubles, Integers
from endwise.systems.driving.traffic import THINGS, TICKS

SKYLINE: Final = 512
"""Directions round the horizon at which the height of hills and trees is known."""
CELLS: Final = (512, 256)
"""Of the ground's texture, along and across."""
CELL: Final = (0.20, 0.10)
"""Metres of one cell."""
GRAINS: Final = 64
"""Pictures of sensor noise, used over and over."""
NOISE: Final = 0.012
SHADES: Final = 2 * POINTS
"""Places along the road at which the shade is known."""
BODY_TONES: Final = (0.12, 0.22, 0.55, 0.75)
FOG_CHANCE: Final = 0.3


class Looks(NamedTuple):
    """N routes' looks. Brightness is 0..1."""

    asphalt: Floats
    verge: Floats
    sky: Floats
    paint: Floats
    haze: Floats
    """(N,) the brightness of fog."""
    visibility: Floats
    """(N,) metres over which contrast falls to 1/e."""
    gain: Floats
    contrast: Floats
    slope: Floats
    """(N,) brighter to the left, by this much at the picture's edge."""
    skyline: Floats
    """(N, SKYLINE) px above the horizon."""
    paint_left: Floats
    """(N, 3, POINTS) how much of the right, centre and left line is not worn away."""
    shade: Floats
    """(N, SHADES) factor on the ground's brightness."""
    shade_slant: Floats
    texture_shift: Integers
    """(N, 2) cells."""
    grain: Integers
    """(N,) the first picture of sensor noise."""
    pitch: Doubles
    """(N, TICKS) px by which the horizon is lowered."""
    bodies: Floats
    """(N, THINGS) the brightness of each car and barrel."""

    def only(self, rows: Integers) -> Looks:
        """The looks of the routes `rows`."""
        parts: list[Any] = [part[rows] for part in self]
        return Looks(*parts)


def draw_looks(rng: np.random.Generator, complexity: float) -> tuple[Any, ...]:
    """One route's looks, in the order of `Looks`."""
    z = complexity * np.clip(rng.standard_normal(8), -2, 2)
    asphalt, verge = 0.36 + 0.05 * z[0], 0.36 + 0.07 * z[1]
    verge += 0.10 if verge >= asphalt else -0.10  # never the same grey as the road
    foggy = rng.random() < FOG_CHANCE * complexity
    visibility = rng.uniform(60, 140) / max(complexity, 1) if foggy else 500.0
    sky = 0.78 + 0.06 * z[2]
    return (
        asphalt, verge, sky, np.clip(0.88 + 0.05 * z[3], 0.6, 1), 0.72 if foggy else sky, visibility,
        np.exp(0.16 * z[4]), np.exp(0.12 * z[5]), 0.06 * z[6],
        _skyline(rng), _wear(rng, complexity), _shade(rng, complexity), rng.uniform(-0.6, 0.6),
        rng.integers(0, CELLS, 2), rng.integers(GRAINS), _pitch(rng, complexity), rng.choice(BODY_TONES, THINGS),
    )  # fmt: skip


def _smooth(values: Doubles, width: int) -> Doubles:
    """A moving average that keeps the spread of white noise at one."""
    return np.convolve(values, np.ones(width) / np.sqrt(width), mode="same")


def _skyline(rng: np.random.Generator) -> Doubles:
    turns = np.arange(SKYLINE) * 2 * np.pi / SKYLINE
    hills = sum(np.sin(k * turns + rng.uniform(0, 2 * np.pi)) / k**0.7 for k in (3, 5, 8, 13, 21))
    return np.maximum(2.2 + 1.0 * np.asarray(hills) + 0.4 * _smooth(rng.standard_normal(SKYLINE), 4), 0)


def _wear(rng: np.random.Generator, complexity: float) -> Doubles:
    worst = np.clip(complexity * rng.uniform(-0.4, 0.8, 3), 0, 1)
    patches = np.stack([_smooth(rng.standard_normal(POINTS), 6) for _ in range(3)])
    return 1 - worst[:, None] * np.clip(0.5 + 0.5 * patches, 0, 1)


def _shade(rng: np.random.Generator, complexity: float) -> Doubles:
    """Trees and houses beside the road throw shadows on some stretches of some routes."""
    s = np.arange(SHADES) * SPACING / 2 - BEHIND
    shade = np.ones(SHADES)
    depth = rng.uniform(0.25, 0.55)
    for middle, half in zip(rng.uniform(-BEHIND, 300, 20), rng.uniform(0.5, 5, 20), strict=True):
        edge = np.clip(half + 0.5 - np.abs(s - middle), 0, 1)
        shade = np.minimum(shade, 1 - depth * edge)
    return shade if rng.random() < 0.4 * complexity else np.ones(SHADES)


def _pitch(rng: np.random.Generator, complexity: float) -> Doubles:
    return 0.35 * complexity * np.clip(_smooth(rng.standard_normal(TICKS), 3), -2, 2)


def texture() -> Floats:
    """CELLS of grain at three sizes, about 0; its ends meet."""
    rng = np.random.default_rng(20)
    made = np.zeros(CELLS)
    for size in (1, 4, 16):
        coarse = rng.standard_normal((CELLS[0] // size, CELLS[1] // size))
        made += np.kron(coarse, np.ones((size, size))) / 3**0.5
    return made.astype(np.float32)


def sensor_noise() -> Floats:
    """(GRAINS, HEIGHT, WIDTH)"""
    return NOISE * np.random.default_rng(21).standard_normal((GRAINS, HEIGHT, WIDTH), dtype=np.float32)
