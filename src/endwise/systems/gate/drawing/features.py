"""Eyes, brows, nose and mouth, as they lie on the skin.

Each is a few curves in the face's plane (see `faces` for units) with edges soft by one pixel; the two sides are drawn
at once, mirrored. The tones are shares of the light they give back; light and form come later (`relief`).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from endwise.systems.gate.drawing.canvas import Canvas, Window
from endwise.systems.gate.drawing.faces import FRECKLE, Face, Floats
from endwise.systems.gate.drawing.heads import limited
from endwise.systems.gate.drawing.moments import Expression

IRIS: Final = 0.033
"""Radius of the iris, near 5.9 mm in everybody."""


def draw_features(canvas: Canvas, face: Face, expression: Expression) -> None:
    """Everything on the skin of the face but hair."""
    _eyes(canvas, face, expression)
    _nose(canvas, face)
    _mouth(canvas, face, expression)
    _folds(canvas, face, expression)
    mole = face.marks[:, 3] > np.float32(FRECKLE[1])
    for u, v, radius, dark in face.marks[mole].tolist():
        _mole(canvas, u, v, radius, dark)
    if not mole.all():
        _freckles(canvas, face.marks[~mole])


def draw_brows(canvas: Canvas, face: Face, expression: Expression) -> None:
    """Bows of hair over the eyes, thick towards the nose."""
    half = 1.25 * face.eye_size
    tone = min(face.hair_tone, 0.8 * face.skin) if face.age < 0.7 else 0.6 * face.skin
    centre_v = face.eye_height - face.brow_lift - expression.brows
    window = canvas.near_both(face.eye_apart, centre_v, half + 0.03, 0.09)
    aside, v = np.abs(canvas.surface.u[window]), canvas.surface.v[window]
    across = (aside - face.eye_apart) * (1 / half)
    along = limited(across, -1, 1)
    square = along * along
    bow = half * (face.brow_tilt * along + 0.22 * square) + (centre_v - 0.08 * half)
    if expression.frown:
        bow += (0.25 * expression.frown * half) * limited(-along, 0, 1)
    thick = face.brow_thick * (1.0 - 0.45 * along - 0.35 * square * square)
    cover = canvas.edge(thick - np.abs(v - bow), 0.008)
    hairs = face.grain(70 * aside + 40 * v)
    cover *= limited(8 * (1.08 - np.abs(across)), 0, 1)
    cover *= limited(0.82 + 0.15 * hairs, 0, 1)
    canvas.paint(tone, cover, window)


def _eyes(canvas: Canvas, face: Face, expression: Expression) -> None:
    half = face.eye_size
    window = canvas.near_both(face.eye_apart, face.eye_height, 1.8 * half, 0.04 + 0.8 * half)
    u = canvas.surface.u[window]
    along = np.abs(u) - face.eye_apart  # away from the nose
    up = face.eye_height - canvas.surface.v[window] + face.eye_tilt * along
    share = (along * (1 / half)) ** 2
    _lid_shadow(canvas, face, expression, (along, up, share), window)
    shape = limited(1 - share, 0, 1)
    there = shape > 0
    upper = half * face.eye_open * expression.lids * (shape**0.75 + 0.12 * shape * (along < 0))
    lower = -half * face.eye_open * (0.55 + 0.15 * expression.smile) * shape
    over, under = upper - up, up - lower
    open_ = canvas.edge(np.minimum(over, under)) * there
    canvas.paint(
        _ball(canvas, face, expression, u - np.copysign(np.float32(face.eye_apart), u), up, over), open_, window
    )
    lash = 0.0075 if face.male else 0.0115
    line = canvas.edge(lash * (0.55 + 0.6 * limited(along * (1 / half) + 0.5, 0, 1)) - np.abs(over), 0.003)
    canvas.paint(0.06 + 0.12 * face.skin, 0.9 * line * (share < 1.04**2), window)
    rim = canvas.edge(0.004 - np.abs(under), 0.006) * there
    canvas.paint(0.55 * face.skin, 0.55 * rim, window)


def _ball(canvas: Canvas, face: Face, expression: Expression, u: Floats, up: Floats, over: Floats) -> Floats:
    """The eyeball with iris, pupil and glint, at u and up from its middle, `over` under the upper lid."""
    gaze_u, gaze_v = expression.gaze
    across, high = u - gaze_u, up + gaze_v
    radius = np.sqrt(across**2 + (high - 0.006) ** 2)
    white = np.float32(0.80) - 2.2 * limited(np.abs(u) - 0.03, 0, 1)
    iris = canvas.edge(IRIS - radius)
    pupil = canvas.edge(0.014 - radius)
    ring = 0.75 + 0.25 * canvas.edge(0.85 * IRIS - radius, 0.006)
    ball = white + iris * (face.iris * ring * (1 - 0.85 * pupil) + 0.02 - white)
    ball *= 0.62 + 0.38 * limited(over * (1 / 0.02), 0, 1)  # the upper lid's shadow
    ball += 0.55 * canvas.edge(0.0075 - np.sqrt((across + 0.010) ** 2 + (high - 0.018) ** 2))
    return ball


def _lid_shadow(
    canvas: Canvas, face: Face, expression: Expression, place: tuple[Floats, Floats, Floats], window: Window
) -> None:
    """The crease over the eye, the bag under it and the dark of the inner corner."""
    half, (along, up, share) = face.eye_size, place
    shape = limited(1.15 - share, 0, 1)
    crease = half * (face.eye_open * (0.25 + 0.75 * expression.lids) * 1.1 * shape + 0.24)
    bag = half * (0.55 + 0.25 * shape)
    dark = 0.30 * np.exp(-(((up - crease) * (1 / 0.011)) ** 2))
    dark += (0.10 + 0.16 * face.age) * np.exp(-(((up + bag) * (1 / 0.014)) ** 2))
    dark *= shape
    dark += 0.22 * np.exp(-(((along + 1.05 * half) * (1 / 0.03)) ** 2) - ((up - 0.01) * (1 / 0.04)) ** 2)
    canvas.shade(1 - dark, window)


def _nose(canvas: Canvas, face: Face) -> None:
    """Nostrils, wings and the shadow under the tip. The tip stands out, so it moves more than the skin in a turn."""
    tip, half = face.nose_length, face.nose_width
    window = canvas.near(0.0, tip - 0.01, half + 0.09, 0.11)
    u, v = _nose_plane(canvas, face, window)
    aside = np.abs(u)
    across, down = aside - 0.46 * half, v - (tip - 0.004)
    nostril = 0.018 - np.sqrt((0.72 * across + 0.3 * down) ** 2 + (1.75 * down - 0.4 * across) ** 2)
    canvas.paint(0.24 * face.skin, 0.8 * canvas.edge(nostril, 0.012), window)
    under = np.exp(-((u * (1 / (0.75 * half))) ** 2) - ((down - 0.026) * (1 / 0.016)) ** 2)
    wing = np.exp(-(((aside - half) * (1 / 0.010)) ** 2) - ((down + 0.021) * (1 / 0.026)) ** 2)
    canvas.shade(1 - 0.30 * under - 0.34 * wing, window)


def _nose_plane(canvas: Canvas, face: Face, window: Window) -> tuple[Floats, Floats]:
    """u and v of the nose, which stands up to 0.12 before the skin at its tip."""
    u, v = canvas.surface.u[window], canvas.surface.v[window]
    out = 0.12 * face.nose_bridge * limited((v - face.eye_height) * (1 / (face.nose_length - face.eye_height)), 0, 1)
    pose = canvas.head.pose
    return u - math.sin(pose.yaw) * out, v + math.sin(pose.pitch) * out


def _mouth(canvas: Canvas, face: Face, expression: Expression) -> None:
    half = face.mouth_width * (1 + 0.16 * expression.smile - 0.10 * expression.open)
    window = canvas.near(0.0, face.mouth_height + 0.02, half + 0.05, 0.12 + 0.07 * expression.open)
    u = canvas.surface.u[window]
    share = (u * (1 / half)) ** 2
    shape = limited(1 - share, 0, 1)
    down = canvas.surface.v[window] - face.mouth_height + 0.05 * expression.smile * (share - 0.4)
    gap = (0.004 + 0.055 * expression.open) * shape
    tone = face.skin * (0.70 if face.male else 0.60)
    bow = 0.010 * np.exp(-((u * (1 / 0.014)) ** 2))
    split = 0.3 * gap
    upper = canvas.edge(np.minimum(down + gap + face.lips * shape**0.6 - bow, -split - down), 0.004)
    canvas.paint(0.88 * tone, 0.85 * upper, window)
    below = down - gap
    lower = canvas.edge(np.minimum(split + 1.25 * face.lips * shape**0.7 - below, down - split), 0.006)
    shine = 0.2 * np.exp(-(((below - 0.6 * face.lips) * (1 / 0.010)) ** 2))
    canvas.paint(tone * (1.12 + shine), 0.8 * lower, window)
    hollow = canvas.edge(gap - np.abs(down), 0.003) * (shape > 0)
    teeth = min(1.0, max(0.0, 2 * (expression.smile + expression.open) - 0.25))
    inner: Floats | float = 0.07
    if teeth:
        inner = 0.07 + 0.55 * teeth * canvas.edge(-down - 0.05 * gap) * (0.5 + 0.5 * shape)
    canvas.paint(inner, 0.92 * hollow, window)
    corner = np.exp(-(((np.abs(u) - half) * (1 / 0.015)) ** 2) - (down * (1 / 0.014)) ** 2)
    groove = np.exp(-(share * (1 / 0.36)) - ((below - 1.25 * face.lips - 0.022) * (1 / 0.014)) ** 2)
    canvas.shade(1 - 0.30 * corner - 0.18 * groove, window)


def _folds(canvas: Canvas, face: Face, expression: Expression) -> None:
    """From the nose to the mouth's corners; with age also over the forehead and beside the eyes."""
    window = canvas.near(0.0, face.nose_length + 0.045, 0.25, 0.11)
    u, v = np.abs(canvas.surface.u[window]), canvas.surface.v[window]
    down = (v - face.nose_length + 0.03) * (1 / 0.15)
    line = face.nose_width + 0.012 + 0.065 * down
    deep = 0.06 + 0.22 * face.age + 0.20 * max(expression.smile, 0)
    fold = np.exp(-(((u - line) * (1 / 0.013)) ** 2)) * limited(6 * down, 0, 1) * limited(4 * (1.0 - down), 0, 1)
    canvas.shade(1 - deep * fold, window)
    if face.age < 0.45:
        return
    old = face.age - 0.4
    window = canvas.near(0.0, -0.32, 0.27, 0.17)
    u, v = canvas.surface.u[window], canvas.surface.v[window]
    square = u * u
    lines = limited(np.sin((v + 0.12 * square) * 125 + face.parting), 0, 1)
    strong = np.exp(-square * (1 / 0.16**2) - ((v + 0.33) * (1 / 0.07)) ** 2)
    canvas.shade(1 - 0.5 * old * (lines * lines) ** 2 * strong, window)


def _mole(canvas: Canvas, u: float, v: float, radius: float, dark: float) -> None:
    window = canvas.near(u, v, 2 * radius, 2 * radius)
    distance = np.sqrt((canvas.surface.u[window] - u) ** 2 + (canvas.surface.v[window] - v) ** 2)
    canvas.shade(1 - dark * canvas.edge(radius - distance, 0.004), window)


def _freckles(canvas: Canvas, marks: Floats) -> None:
    """All at once, where each pixel is as dark as the nearest makes it."""
    window = canvas.near(0.0, 0.05, 0.33, 0.11)
    u, v = canvas.surface.u[window], canvas.surface.v[window]
    radius, dark = FRECKLE
    squares = (u - marks[:, 0, None, None]) ** 2 + (v - marks[:, 1, None, None]) ** 2  # (freckles, R, C)
    canvas.shade(1 - dark * canvas.edge(radius - np.sqrt(squares.min(axis=0)), 0.004), window)
