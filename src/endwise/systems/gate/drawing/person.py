"""A person in a picture: shoulders, neck, ears, head, face and hair, drawn at the picture's own resolution."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from endwise.systems.gate.drawing.canvas import Canvas
from endwise.systems.gate.drawing.faces import Face, Floats
from endwise.systems.gate.drawing.features import draw_brows, draw_features
from endwise.systems.gate.drawing.hair import (
    draw_back,
    draw_beard,
    draw_front,
    draw_glasses,
    draw_hat,
    hair_tone,
    hair_window,
)
from endwise.systems.gate.drawing.heads import CHIN, Head, Pose, limited
from endwise.systems.gate.drawing.moments import Moment
from endwise.systems.gate.drawing.relief import flat_shade, shading

FINE: Final = 2
"""Each pixel of a head is drawn as FINE x FINE."""
ROOM: Final = (0.54, 0.82, 0.82)
"""What most heads take beside, above and below the middle of the face, in face heights."""
HAIRY_ROOM: Final = (0.66, 0.92, 1.06)
"""The same with long or curly hair."""
MOUTH_OPENS: Final = 0.045


def pose_of(moment: Moment, x: float, y: float, height: float) -> Pose:
    """The pose of a face at pixel (x, y)."""
    drop = MOUTH_OPENS * moment.expression.open
    return Pose(x, y, height, moment.yaw, moment.pitch, moment.roll, drop)


def draw_person(picture: Floats, head: Head, moment: Moment, clothes: float) -> None:
    """Paint a person into a picture, (R, C) float32 in 0..1, changed in place."""
    pose = head.pose
    rows, columns = picture.shape
    beside, above, below = (
        share * pose.height for share in (HAIRY_ROOM if head.face.hair in ("long", "curly") else ROOM)
    )
    left, right = max(0, math.floor(pose.x - beside)), min(columns, math.ceil(pose.x + beside))
    top, bottom = max(0, math.floor(pose.y - above)), min(rows, math.ceil(pose.y + below))
    _shoulders(picture, head, clothes * flat_shade(moment.light))
    canvas = Canvas(head, left, top, right, bottom, FINE)
    _paint_head(canvas, head.face, moment)
    cover = 1 - canvas.shrink(canvas.clear)
    patch = picture[top:bottom, left:right]
    patch *= 1 - cover
    patch += canvas.shrink(canvas.tone) * _light(head, moment, (left, top, right, bottom))


def _paint_head(canvas: Canvas, face: Face, moment: Moment) -> None:
    """From the back to the front, as if the light were even."""
    hair = hair_window(canvas, face)
    tone = hair_tone(canvas, face, hair)
    draw_back(canvas, face, tone, hair)
    _neck(canvas, canvas.head)
    _ears(canvas, canvas.head)
    _skin(canvas, face)
    draw_features(canvas, face, moment.expression)
    draw_beard(canvas, face)
    draw_brows(canvas, face, moment.expression)
    draw_front(canvas, face, tone, hair)
    draw_hat(canvas, face)
    draw_glasses(canvas, face)


def _light(head: Head, moment: Moment, area: tuple[int, int, int, int]) -> Floats:
    """(R, C) the light on each pixel of a rectangle: that on the head's forms, and beside the head that on no form."""
    left, top, right, bottom = area
    flat = flat_shade(moment.light)
    light: Floats = np.full((bottom - top, right - left), flat, dtype=np.float32)
    first, above, last, below = head.bounds(*head.skull(0.06))
    first, above = max(left, math.floor(first)), max(top, math.floor(above))
    last, below = min(right, math.ceil(last)), min(bottom, math.ceil(below))
    surface = head.surface(first, above, last, below, 1)
    formed = limited(surface.inside * 12 + 0.6, 0, 1)
    formed *= shading(head, surface, moment.expression, moment.light) - flat
    light[above - top : below - top, first - left : last - left] += formed
    return light


def _skin(canvas: Canvas, face: Face) -> None:
    """Even, with a little grain, redder (darker) cheeks and nose."""
    window = canvas.part(*canvas.head.skull(0.03))
    surface = canvas.surface.cut(window)
    grain = (0.010 * face.skin) * face.grain(surface.u * 16 + surface.v * 9)
    canvas.paint(face.skin + grain, canvas.edge(surface.inside), window)
    _, y = canvas.head.flat(0.0, 0.1)
    window = canvas.part(-0.45, y - 0.2, 0.45, y + 0.2)
    u, v = canvas.surface.u[window], canvas.surface.v[window]
    flush = np.exp(-(((np.abs(u) - 0.2) * (1 / 0.1)) ** 2) - ((v - 0.1) * (1 / 0.09)) ** 2)
    canvas.shade(1 - 0.05 * flush, window)


def _neck(canvas: Canvas, head: Head) -> None:
    """A column behind the chin, in its shadow; higher up the head hides it."""
    face, aside = head.face, 0.05 * math.sin(head.pose.yaw)
    window = canvas.part(aside - 0.5, 0.12, aside + 0.5, 0.84)
    x, y = canvas.surface.x[window] - aside, canvas.surface.y[window]
    half = 0.225 + 0.03 * face.male + 0.6 * limited(y - 0.58, 0, 1)
    square = x * x
    cover = canvas.edge(np.minimum(np.minimum(half - np.abs(x), y - 0.1), 0.80 - 2.6 * square - y))
    shadow = limited((y - (CHIN + head.pose.drop - head.nod)) * (1 / 0.22), 0, 1)
    canvas.paint(face.skin * (0.58 + 0.22 * shadow - 1.6 * square), cover, window)


def _ears(canvas: Canvas, head: Head) -> None:
    face, surface = head.face, canvas.surface
    if face.hair in ("medium", "long"):
        return
    tall, wide = 0.165 * face.ears, 0.062 * face.ears
    for side in (-1.0, 1.0):
        x = face.width * head.stretch * math.sin(side * math.radians(96) + head.turn)
        if side * x < 0.7 * face.width * head.stretch:
            x = side * face.width * head.stretch * 0.98
        x, y = x + side * 0.008, 0.02 - head.nod * 0.1
        beside, above = wide + 0.12 * tall + 0.03, tall + 0.03
        window = canvas.part(x - beside, y - above, x + beside, y + above)
        down = surface.y[window]
        across = (surface.x[window] - x) * side + 0.12 * down
        down = down - y
        radius = np.sqrt((across * (1 / wide)) ** 2 + (down * (1 / tall)) ** 2)
        inner = np.sqrt(((across + 0.012) * (1 / wide)) ** 2 + ((down + 0.01) * (1 / tall)) ** 2)
        tone = face.skin * (0.88 - 0.30 * limited(1 - np.abs(inner - 0.45) * (1 / 0.3), 0, 1))
        canvas.paint(tone, canvas.edge((1 - radius) * wide), window)


def _shoulders(picture: Floats, head: Head, tone: float) -> None:
    """Clothes from the neck down to the picture's edge; they do not turn with the head."""
    pose = head.pose
    rows, columns = picture.shape
    top = max(0, math.floor(pose.y + 0.5 * pose.height))
    if top >= rows:
        return
    x = (np.arange(columns, dtype=np.float32) + 0.5 - pose.x) / pose.height
    y = ((np.arange(top, rows, dtype=np.float32) + 0.5 - pose.y) / pose.height)[:, None]
    away = np.abs(x - 0.3 * math.sin(-pose.roll) * 0.5)
    wide = 0.98 + 0.10 * head.face.male
    line = 0.60 + 0.18 * limited(away / 0.5, 0, 1) ** 1.4 + 0.9 * limited(away - wide + 0.25, 0, 1) ** 2 / 0.25
    collar = limited(0.76 - 1.2 * away, 0, 1) * (away < 0.25)
    line = np.maximum(line, collar)
    under = y - line
    cover = limited(under * pose.height + 0.5, 0, 1)
    fold = 1 + 0.10 * np.sin(9 * x + 5 * y) * limited(under, 0, 1) - 0.25 * np.exp(-((under * (1 / 0.03)) ** 2))
    below = picture[top:]
    below += cover * (tone * fold - below)
