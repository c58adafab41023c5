"""Light on the face: a height map of brows, sockets, nose, cheeks, lips and chin over the round of the head.

The light is Lambert's, softened as skin and walls soften it; forms in face heights (see `faces`).
"""

from __future__ import annotations

import math

import numpy as np

from endwise.systems.gate.drawing.faces import Face, Floats
from endwise.systems.gate.drawing.heads import Head, Surface, limited
from endwise.systems.gate.drawing.moments import Expression, Light


def shading(head: Head, surface: Surface, expression: Expression, light: Light) -> Floats:
    """(R, C) how much light each pixel of the head gives back, near 1 where it faces the light."""
    face = head.face
    forms = relief(face, surface, head.pose.yaw, head.pose.pitch, expression)
    slope_down, slope_across = _slopes(forms * surface.unit)
    out = limited(surface.x / ((surface.wide + 0.05) * head.stretch), -0.96, 0.96)
    upper = limited(-0.28 - surface.y, 0, 0.45) * (1 / 0.47)
    lower = limited(surface.row - 0.30, 0, 0.22) * (1 / 0.30)
    square = out * out
    nx = out * (0.35 * square + 0.62) - slope_across
    ny = lower * (lower + 0.25) - upper**1.5 - slope_down + 0.10 * head.nod
    rest = 1 - 0.85 * square  # of a length of one; never below 0.2
    nz = np.sqrt(rest)
    tx, ty, tz = _direction(light)
    facing = (nx * tx + ny * ty + nz * tz) / np.sqrt(nx * nx + ny * ny + rest)
    lit = np.maximum(0.22 + 0.78 * facing, 0)  # light bent round by skin and walls
    hollow = limited(1 + 3.2 * np.minimum(forms, 0), 0.4, 1)
    keyed, even = light.level * light.key, light.level * (1 - light.key)
    return np.asarray((keyed * lit + 0.25 * even * nz + 0.75 * even) * hollow)


def _slopes(heights: Floats) -> tuple[Floats, Floats]:
    """Central differences down and across; level at the edges, where no form is."""
    down, across = np.zeros_like(heights), np.zeros_like(heights)
    np.subtract(heights[2:], heights[:-2], out=down[1:-1])
    np.subtract(heights[:, 2:], heights[:, :-2], out=across[:, 1:-1])
    return down * np.float32(0.5), across * np.float32(0.5)


def flat_shade(light: Light) -> float:
    """The light on what has no form here: neck, ears, clothes, hair that stands out."""
    return light.level * (light.key * (0.22 + 0.6 * _direction(light)[2]) + 0.9 * (1 - light.key))


def _direction(light: Light) -> tuple[float, float, float]:
    """Towards the light; down is positive."""
    level = math.cos(light.height)
    return math.sin(light.side) * level, -math.sin(light.height), math.cos(light.side) * level


def relief(face: Face, surface: Surface, yaw: float, pitch: float, expression: Expression) -> Floats:
    """(R, C) height over the round of the head in face heights, positive towards the camera."""
    u, v = surface.u, surface.v
    aside, eye, mouth = np.abs(u), face.eye_height, face.mouth_height
    deep = 1.0 + 0.25 * face.male
    forms = (-0.040 * deep) * _hill(aside - face.eye_apart * 0.92, 0.085, v - (eye - 0.005), 0.045)
    forms += 0.020 * _hill(aside - face.eye_apart, 0.05, v - eye, 0.035)
    forms += (0.014 * deep) * _hill(aside * aside, 0.22**2, v - (eye - face.brow_lift), 0.045)
    cheeks = 0.026 + 0.9 * face.cheek + 0.014 * max(expression.smile, 0)
    forms += cheeks * _hill(aside - 0.215, 0.085, v - 0.075, 0.085)
    forms += 0.022 * _hill(u, 1.1 * face.mouth_width, v - mouth, 0.075)
    forms += 0.010 * _hill(u, 0.75 * face.mouth_width, v - (mouth + 0.028), 0.020)
    forms -= 0.014 * _hill(u, 0.10, v - (mouth + 0.085), 0.026)
    forms += 0.024 * _hill(u, 0.095, v - 0.435, 0.055)
    forms -= 0.012 * _hill(u, 0.012, v - (face.nose_length + 0.055), 0.035)
    return forms + _nose(face, u, v, yaw, pitch)


def _hill(across: Floats, wide: float, down: Floats, tall: float) -> Floats:
    """A round form of height 1 (Gaussian), at these distances from its middle."""
    return np.exp((across * across) * (-1 / wide**2) + (down * down) * (-1 / tall**2))


def _nose(face: Face, u: Floats, v: Floats, yaw: float, pitch: float) -> Floats:
    tip = face.nose_length - 0.03
    along = limited((v - (face.eye_height - 0.02)) * (1 / (tip - face.eye_height)), 0, 1)
    stands = (0.12 * face.nose_bridge) * along
    across = u - math.sin(yaw) * stands
    down = v + math.sin(pitch) * stands
    end = 1 / (1 + np.exp(limited((down - (tip + 0.028)) * (1 / 0.0085), -30, 30)))
    broad = across / (0.034 + (0.55 * face.nose_width) * along**2.5)
    bridge = face.nose_bridge * (0.012 + 0.050 * along**1.3) * np.exp(-broad * broad) * end
    bridge *= limited((down - (face.eye_height - 0.09)) * (1 / 0.05), 0, 1)
    ball = 0.022 * _hill(across, 0.5 * face.nose_width, down - tip, 0.032)
    wings = 0.024 * _hill(np.abs(across) - 0.75 * face.nose_width, 0.024, down - (tip + 0.01), 0.026)
    return np.asarray(bridge + ball + wings)
