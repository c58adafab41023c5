"""What differs between pictures of one person: the day (a visit), and the moment (pose, expression, light, camera).

`complexity` scales every spread here: 0 = every picture alike, 1 = as in life, 2 = twice the spread.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Final, NamedTuple

import numpy as np

from endwise.systems.gate.drawing.faces import Face

VISIT_STREAM: Final = 1
PICTURE_STREAM: Final = 2
NUISANCE: Final = 0.85
"""Spread of visits and moments relative to the spread of people: the one number that sets how hard it is to tell people
apart. HOG + LDA on true boxes, 10 pictures a person of 40 people tried on later visits, 40 others as strangers (two
seeds, `bench/gate_world.py`): rank-1 .84 to .86 and FNIR at FPIR 5 % .50 to .55, as the camera's noise is drawn; on the
ORL faces it was .86 and .54."""
FURTHEST: Final = 2.5
YAW, PITCH, ROLL = math.radians(11), math.radians(6), math.radians(5)
MOST_YAW, MOST_PITCH, MOST_ROLL = math.radians(35), math.radians(18), math.radians(15)


class Expression(NamedTuple):
    """The face's muscles: 0 (or 1 for `lids`) is at rest."""

    smile: float = 0.0
    open: float = 0.0
    brows: float = 0.0
    """How far the brows are raised, in face heights."""
    frown: float = 0.0
    lids: float = 1.0
    """1 = open, 0.4 = half closed."""
    gaze: tuple[float, float] = (0.0, 0.0)


class Light(NamedTuple):
    """Where the strong light comes from (radians from the camera, to the right and up), and its share of all light."""

    side: float = -0.2
    height: float = 0.5
    key: float = 0.55
    level: float = 1.0


class Camera(NamedTuple):
    """How the picture is taken."""

    blur: float = 0.5
    """Standard deviation in px of a 96 px high picture."""
    gain: float = 1.0
    gamma: float = 1.0
    noise: float = 0.012
    """Of full scale."""
    coarseness: float = 0.4
    """Steps of the 8 x 8 transform over those of JPEG's quality 50."""


class Moment(NamedTuple):
    """One picture's nuisance."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    expression: Expression = Expression()
    light: Light = Light()
    camera: Camera = Camera()


def on_the_day(face: Face, rng: np.random.Generator, complexity: float) -> Face:
    """The face at one visit: hair cut or grown, beard, weight, tan, and whether glasses or a hat are worn."""
    hair, beard, weight, tan, tone, fringe = (complexity * NUISANCE * _normal(rng, 6)).tolist()
    without, hat, hat_tone = rng.random(3)
    return dataclasses.replace(
        face,
        hair_volume=max(0.02, face.hair_volume * math.exp(0.15 * hair)),
        hair_length=face.hair_length + 0.06 * hair,
        hair_tone=_within(face.hair_tone * math.exp(0.10 * tone), 0.03, 0.85),
        fringe=face.fringe + 0.012 * fringe * (face.fringe > 0),
        beard_density=_within(face.beard_density + 0.15 * beard, 0.2, 1),
        width=face.width * math.exp(0.012 * weight),
        cheek=face.cheek + 0.004 * weight,
        skin=_within(face.skin * math.exp(0.04 * tan), 0.2, 0.9),
        glasses=0.0 if without < 0.2 * min(complexity, 2) else face.glasses,
        hat=0.05 + 0.7 * float(hat_tone) if hat < 0.05 * complexity else -1.0,
    )


def moment(rng: np.random.Generator, complexity: float) -> Moment:
    """One picture's pose, expression, light and camera."""
    spread = complexity * NUISANCE
    yaw, pitch, roll, smile, mouth, brows, frown, lids, look_u, look_v = (spread * _normal(rng, 10)).tolist()
    side, height, key, level, blur, gain, gamma, noise, coarse = (spread * _normal(rng, 9)).tolist()
    blink = rng.random() < 0.06 * spread
    return Moment(
        yaw=_within(YAW * yaw, -MOST_YAW, MOST_YAW),
        pitch=_within(PITCH * pitch, -MOST_PITCH, MOST_PITCH),
        roll=_within(ROLL * roll, -MOST_ROLL, MOST_ROLL),
        expression=Expression(
            smile=_within(0.12 + 0.35 * smile, -0.4, 1),
            open=_within(0.35 * mouth - 0.15 * spread, 0, 1),
            brows=_within(0.008 * brows, -0.015, 0.025),
            frown=_within(0.4 * frown, 0, 1),
            lids=0.35 if blink else _within(1 + 0.12 * lids, 0.5, 1.25),
            gaze=(_within(0.012 * look_u, -0.03, 0.03), _within(0.005 * look_v, -0.01, 0.01)),
        ),
        light=Light(
            side=_within(-0.2 + 0.55 * side, -1.3, 1.3),
            height=_within(0.5 + 0.30 * height, -0.2, 1.2),
            key=_within(0.55 + 0.13 * key, 0.2, 0.85),
            level=math.exp(0.12 * _within(level, -3, 3)),
        ),
        camera=Camera(
            blur=0.5 * math.exp(0.45 * _within(blur, -2, 2)),
            gain=math.exp(0.13 * _within(gain, -3, 3)),
            gamma=math.exp(0.12 * _within(gamma, -3, 3)),
            noise=0.012 * math.exp(0.4 * _within(noise, -3, 3)),
            coarseness=0.4 * math.exp(0.5 * _within(coarse, -3, 3)),
        ),
    )


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _normal(rng: np.random.Generator, count: int) -> np.ndarray:
    return np.clip(rng.standard_normal(count), -FURTHEST, FURTHEST)
