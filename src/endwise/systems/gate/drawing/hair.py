"""Hair behind, over and on the face, and what is worn on the head: hats and glasses."""

from __future__ import annotations

import functools
import math
from typing import Final

import numpy as np

from endwise.systems.gate.drawing.canvas import Canvas, Window
from endwise.systems.gate.drawing.faces import Face, Floats
from endwise.systems.gate.drawing.heads import TOP, limited

TEMPLE: Final = math.radians(64)
"""Beyond this angle round the head hair grows down to the ears."""
LINE_SAMPLES: Final = 2048
"""Rows of the hairline's table, over all angles round the head."""


def draw_back(canvas: Canvas, face: Face, tone: Floats, window: Window) -> None:
    """The hair that shows beside and above the head."""
    if face.hair != "bald":
        distance = _shell_distance(face, canvas.surface.x[window], canvas.surface.y[window])
        canvas.paint(0.85 * tone, canvas.edge(distance, 0.012), window)


def _shell_distance(face: Face, x: Floats, y: Floats) -> Floats:
    """Distance to the edge of the hair that stands out round the skull, positive inside, face heights."""
    full = _fullness(face)
    end = _end(face)
    middle = -0.13 if face.hair != "ring" else -0.05
    top = TOP - full if face.hair != "ring" else -0.35
    widest = face.width + 0.02 + full
    above = limited((middle - y) * (1 / (middle - top)), 0, 1)
    below = limited((y - middle) * (1 / (end - middle)), 0, 1)
    taper = 0.08 if face.hair in ("medium", "long") else 0.4
    low = below * below
    half = widest * np.sqrt((1 - above * above) * (1 - (low * low) ** 2)) * (1 - taper * low)
    under = y - top
    distance = np.minimum(half - np.abs(x), 0.6 * under)
    distance = np.minimum(distance, np.minimum(20 * under, 20 * (end - y)))  # no strand stands out of either end
    ragged = 0.014 if face.hair == "curly" else 0.006
    return distance + ragged * face.grain(20 * x + 13 * y)


def _fullness(face: Face) -> float:
    """How far the hair stands out."""
    return (
        face.hair_volume
        * {"bald": 0.0, "ring": 0.5, "short": 0.75, "medium": 1.2, "long": 1.2, "curly": 2.0}[face.hair]
    )


def _end(face: Face) -> float:
    """How far down the hair at the sides reaches."""
    longest = {"bald": 0.0, "ring": 0.10, "short": 0.04, "medium": 0.36, "long": 0.85, "curly": 0.12}
    return longest[face.hair] + 0.25 * (face.hair_length - 0.45) * (face.hair in ("medium", "long", "curly"))


def hair_window(canvas: Canvas, face: Face) -> Window:
    """The part of the sheet where hair can be, on the skull and beside it."""
    wide = face.width * canvas.head.stretch + _fullness(face) + 0.08
    lowest = max(_end(face), 0.03) + abs(canvas.head.nod) + 0.06
    return canvas.part(-wide, TOP - _fullness(face) - 0.06, wide, lowest)


def draw_front(canvas: Canvas, face: Face, tone: Floats, window: Window) -> None:
    """The hair that grows on the skull and over the forehead."""
    angle, v = canvas.surface.angle[window], canvas.surface.v[window]
    line = _hairline(face).take((angle * (LINE_SAMPLES / math.tau) + LINE_SAMPLES / 2).astype(np.intp))
    if face.hair == "bald":
        canvas.shade(1 - 0.10 * limited((line - v) * (1 / 0.15), 0, 1), window)
        return
    cover = canvas.edge(line - v, 0.035 if face.fringe < 0.05 else 0.02)
    cover *= canvas.edge(canvas.surface.inside[window] + 0.01)
    canvas.paint(tone, cover, window)


@functools.lru_cache(maxsize=64)
def _hairline(face: Face) -> Floats:
    """(LINE_SAMPLES,) the v above which hair grows, over the angle round the head from -pi to pi.

    Kept, since all pictures of a visit have the same.
    """
    angle = np.linspace(-math.pi, math.pi, LINE_SAMPLES, dtype=np.float32)
    away = np.abs(angle)
    centre = TOP - 0.2 if face.hair in ("bald", "ring") else face.hairline + max(face.fringe, 0)
    if face.fringe > 0:
        front = centre - 0.03 * np.abs(np.sin(angle * 6 + face.parting))
    else:
        bow = 0.07 * limited(away / TEMPLE, 0, 1) ** 2  # lower to the sides
        corner = 2.2 * face.fringe * np.exp(-(((away - 0.62) / 0.25) ** 2))  # receded over the temples
        front = centre + bow + corner - 0.02 * np.exp(-(((angle - face.parting) / 0.10) ** 2))
    sides = _end(face) if face.hair in ("medium", "long") else 0.03
    if face.hair == "bald":
        sides = -0.1
    fall = limited((away - TEMPLE) / 0.20, 0, 1)
    fall = fall * fall * (3 - 2 * fall)
    line = front * (1 - fall) + sides * fall
    if face.hair != "bald":
        line += 0.012 * face.grain(angle * 25)
    line.flags.writeable = False
    return line


def hair_tone(canvas: Canvas, face: Face, window: Window) -> Floats:
    """(R, C) strands from the parting down, or curls, with a sheen across the crown."""
    surface = canvas.surface
    x, y = surface.x[window], surface.y[window]
    if face.hair == "curly":
        grain = _texture(face, 24 * x + 17 * y + 0.7 * np.sin(31 * y - 9 * x), 2.5 * y - 1.8 * x)
    else:
        parted = surface.angle[window] + 2 * x - face.parting
        grain = _texture(face, parted * 11 + 5 * np.copysign(y, y * parted), 0.12 * y + 0.8 * x)
    sheen = np.exp(((y + 0.50) * (1 / 0.09)) ** 2 * -1)
    grain *= 0.20 * face.hair_tone + 0.018
    sheen *= 0.16 * (face.hair_tone + 0.06)
    return limited(grain + sheen + face.hair_tone, 0.02, 0.95)


def _texture(face: Face, across: Floats, along: Floats) -> Floats:
    """The person's own strands, looked up across them and mixed with a slower change along them."""
    return 0.65 * face.grain(across) + 0.45 * face.grain(0.43 * across + 2.2 * along + 50)


def draw_beard(canvas: Canvas, face: Face) -> None:
    """Stubble, moustache, goatee or full beard."""
    if face.beard == "none":
        return
    surface = canvas.surface
    window = _beard_window(canvas, face)
    u, v = np.abs(surface.u[window]), surface.v[window]
    grain = face.grain(60 * surface.u[window] + 9 * v)
    tone = limited(0.8 * face.hair_tone * (1 + 0.25 * grain) + 0.02, 0.03, 0.9)
    density = face.beard_density * limited(0.9 + 0.2 * grain, 0, 1)
    canvas.paint(tone, _beard_cover(canvas, face, u, v) * density * canvas.edge(surface.inside[window]), window)


def _beard_window(canvas: Canvas, face: Face) -> Window:
    if face.beard == "moustache":
        return canvas.near(0.0, face.mouth_height - 0.03, face.mouth_width + 0.04, 0.11)
    if face.beard == "goatee":
        return canvas.near(0.0, 0.37, 1.12 * face.mouth_width + 0.06, 0.25)
    wide = face.width * canvas.head.stretch + 0.04
    _, y = canvas.head.flat(0.0, 0.29)
    return canvas.part(-wide, y - 0.32, wide, y + 0.32)


def _beard_cover(canvas: Canvas, face: Face, u: Floats, v: Floats) -> Floats:
    """How much of the skin is under the beard; `u` is without its side."""
    mouth, half, edge = face.mouth_height, face.mouth_width, canvas.edge
    bow = np.abs(v - (mouth - 0.052) - 0.9 * limited(u - 0.04, 0, 1) ** 1.3)
    moustache = edge(np.minimum(0.026 - bow, half - u), 0.025)
    if face.beard == "moustache":
        return moustache
    if face.beard == "goatee":
        goatee = edge(np.minimum(v - mouth - 0.055, 0.75 * half - u), 0.03)
        radius = np.sqrt(u * u + (0.9 * (v - mouth - 0.01)) ** 2)
        ring = edge(0.022 - np.abs(radius - 1.12 * half), 0.025) * (v > mouth - 0.06)
        return np.maximum(np.maximum(moustache, goatee), ring)
    cheek_line = 0.05 + 0.45 * limited(0.34 - u, 0, 1) + 0.7 * limited(0.20 - u, 0, 1)
    jaw = edge(np.minimum(v - cheek_line, np.maximum(u - 0.95 * half, v - mouth - 0.058)), 0.045)
    both = np.maximum(moustache, jaw)
    return both if face.beard == "full" else 0.30 * both


def draw_hat(canvas: Canvas, face: Face) -> None:
    """A knitted hat down to the upper forehead."""
    if face.hat < 0:
        return
    window = canvas.part(-face.width - 0.08, -0.86, face.width + 0.08, 0.0)
    surface = canvas.surface.cut(window)
    rim = -0.40 + 0.05 * surface.angle**2
    half = (face.width + 0.05) * np.sqrt(limited(1 - limited((-0.2 - surface.y) / 0.62, 0, 1) ** 2.2, 0, 1))
    cover = canvas.edge(np.minimum(half - np.abs(surface.x), rim - surface.v))
    cuff = limited((surface.v - rim + 0.13) * 60, 0, 1)
    knit = 0.06 * np.sin(surface.angle * 42) * (0.5 + cuff)
    canvas.paint(face.hat * (0.85 + 0.2 * cuff + knit), cover * (surface.y < 0), window)


def draw_glasses(canvas: Canvas, face: Face) -> None:
    """Two rims, the bridge between them and the sides."""
    if not face.glasses:
        return
    round_ = 2 + 3 * (1 - face.glasses)
    wide, high, rim = 0.125, 0.075 + 0.04 * face.glasses, 0.005 + 0.007 * (face.glasses < 0.6)
    window = canvas.near(0.0, face.eye_height, 0.45, 0.26)
    surface = canvas.surface
    u = np.abs(surface.u[window] - 0.05 * math.sin(canvas.head.pose.yaw))
    v = surface.v[window] - face.eye_height - 0.012
    across, down = np.abs(u - face.eye_apart - 0.004) / wide, np.abs(v) / high
    lens = 1 - (across**round_ + down**round_) ** (1 / round_)
    frame = canvas.edge(rim - np.abs(lens) * (0.5 * (wide + high)))
    bridge = canvas.edge(np.minimum(rim - np.abs(v + 0.018 - 4 * u**2), face.eye_apart - wide - u))
    temple = canvas.edge(np.minimum(0.8 * rim - np.abs(v + 0.02), u - face.eye_apart - wide))
    canvas.shade(1 - 0.10 * limited(lens * 30, 0, 1), window)
    canvas.paint(0.10 + 0.25 * face.glasses, np.maximum(frame, np.maximum(bridge, temple)), window)
