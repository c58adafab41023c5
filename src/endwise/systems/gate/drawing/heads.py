"""The head as a surface: which spot of it shows at which pixel, turned to any side, and where that puts the face.

Across, the head is an ellipse (the outline's half width by `DEPTH` of it), so a turn to the side has a closed form:
x = w(v) (sin a cos yaw + k cos a sin yaw) = w(v) A sin(a + f), where a is the angle round the head from the middle of
the face. A nod shifts each spot by its depth. Lengths are shares of the face's height (see `faces`).
"""

from __future__ import annotations

import functools
import math
from typing import Final, NamedTuple

import numpy as np

from endwise.systems.gate.drawing.faces import Face, Floats

TOP: Final = -0.70
"""Top of the skull."""
CHIN: Final = 0.5
WIDEST: Final = -0.13
DEPTH: Final = 1.15
"""Depth of the front of the head over its half width."""
NOD_DEPTH: Final = 0.42
CHEEK_ANGLE: Final = math.radians(75)
"""The face ends before the ears, this far round the head."""
SAMPLES: Final = 1024
"""Rows of the outline's table, over v in -1..1."""


class Pose(NamedTuple):
    """Where a face is and how it is turned: pixels of the picture and radians."""

    x: float
    y: float
    height: float
    """Pixels from hairline to chin, before any nod."""
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    drop: float = 0.0
    """How far the jaw is lowered, in face heights."""


class Surface(NamedTuple):
    """What each pixel of a grid shows. All arrays (R, C) float32, lengths in face heights."""

    x: Floats
    y: Floats
    """Across and down in the picture plane, upright with the head."""
    angle: Floats
    """Round the head from the middle of the face, radians."""
    u: Floats
    v: Floats
    """In the face's own plane."""
    inside: Floats
    """Distance to the head's outline, positive inside."""
    row: Floats
    """The v whose outline bounds this pixel's row."""
    wide: Floats
    """Half width of the head there, before any turn."""
    unit: float
    """Pixels of the grid to one face height."""

    def cut(self, window: tuple[slice, slice]) -> Surface:
        """The same of a part of the grid."""
        x, y, angle, u, v, inside, row, wide = (sheet[window] for sheet in self[:-1])
        return Surface(x, y, angle, u, v, inside, row, wide, self.unit)


class Head:
    """A face in a pose: maps pixels to the face and the face to pixels."""

    def __init__(self, face: Face, pose: Pose) -> None:
        self.face, self.pose = face, pose
        self.widths, self.upright = outline(face.width, face.cheek, face.jaw, face.chin)
        sin, cos = math.sin(pose.yaw), math.cos(pose.yaw)
        self.stretch = math.hypot(cos, DEPTH * sin)
        self.turn = math.atan2(DEPTH * sin, cos)
        self.nod = NOD_DEPTH * math.sin(pose.pitch)

    def surface(self, left: int, top: int, right: int, bottom: int, fine: int) -> Surface:
        """What the pixels of a rectangle of the picture show, each cut into fine x fine."""
        pose = self.pose
        across = (np.arange(left * fine, right * fine, dtype=np.float32) + 0.5) / fine - pose.x
        down = ((np.arange(top * fine, bottom * fine, dtype=np.float32) + 0.5) / fine - pose.y)[:, None]
        sin, cos = math.sin(pose.roll) / pose.height, math.cos(pose.roll) / pose.height
        x, y = cos * across + sin * down, cos * down - sin * across
        lift = self.nod * _ramp(y)
        row = self._close_jaw(y + lift)
        at = _table_index(row)
        wide = self.widths.take(at)
        width = np.maximum(wide * self.stretch, 1e-3)
        sine = limited(x / width, -1, 1)  # of the angle from the middle of what shows
        cosine = np.sqrt(1 - sine * sine)
        sin, cos = math.sin(self.turn), math.cos(self.turn)
        v = self._close_jaw(y + lift * (cosine * cos + sine * sin))
        u = wide * (sine * cos - cosine * sin)
        inside = (width - np.abs(x)) * self.upright.take(at) - (wide <= 0)
        return Surface(x, y, np.arcsin(sine) - self.turn, u, v, inside, row, wide, pose.height * fine)

    def place(self, u: float, v: float) -> tuple[float, float]:
        """The pixel (x, y) that shows a spot of the face, to a few hundredths of the face's height."""
        x, y = self.flat(u, v)
        sin, cos = math.sin(self.pose.roll) * self.pose.height, math.cos(self.pose.roll) * self.pose.height
        return self.pose.x + cos * x - sin * y, self.pose.y + sin * x + cos * y

    def flat(self, u: float, v: float) -> tuple[float, float]:
        """Where a spot of the face shows in the picture plane, upright with the head, in face heights."""
        width = float(self.widths[max(0, min(SAMPLES - 1, int((v + 1) * (SAMPLES / 2))))])
        angle = math.asin(max(-1.0, min(1.0, u / max(width, 1e-3))))
        x = width * self.stretch * math.sin(angle + self.turn)
        jaw = self.pose.drop * max(0.0, min(1.0, (v - 0.2) / 0.3))
        return x, v + jaw - self.nod * math.cos(angle)

    def bounds(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels about a rectangle of the picture plane that is upright with the head."""
        pose = self.pose
        sin, cos = math.sin(pose.roll) * pose.height, math.cos(pose.roll) * pose.height
        x, y = (left + right) / 2, (top + bottom) / 2
        wide, tall = (right - left) / 2, (bottom - top) / 2
        column, beside = pose.x + cos * x - sin * y, cos * wide + abs(sin) * tall
        row, above = pose.y + sin * x + cos * y, cos * tall + abs(sin) * wide
        return column - beside, row - above, column + beside, row + above

    def skull(self, room: float) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the whole head in the picture plane, in face heights, with some room about it."""
        wide = self.face.width * self.stretch + 0.03 + room
        return -wide, TOP - room, wide, CHIN + self.pose.drop + abs(self.nod) + room

    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the face's oval in pixels: hairline to chin and cheek to cheek, as it shows.

        The oval's rows run from the hairline (v = -0.5) to the chin; each ends `CHEEK_ANGLE` round the head, or where
        the head hides it; towards the hairline it closes like an ellipse.
        """
        brow, chin = self.nod / 0.35, CHIN + self.pose.drop - self.nod
        top = (-CHIN - brow * 0.65) / (1 + brow)
        y = np.linspace(top, chin, 96)
        row = self._close_jaw((y + self.nod * _ramp(y)).astype(np.float32))
        width = self.widths[_table_index(row)] * self.stretch
        upper = limited((WIDEST - y) / (WIDEST - top), 0, 1)
        reach = CHEEK_ANGLE * np.sqrt(1 - upper**4)
        angles = np.stack([self.turn - reach, self.turn + reach])
        x = width * np.sin(limited(angles, -math.pi / 2, math.pi / 2))
        sin, cos = math.sin(self.pose.roll), math.cos(self.pose.roll)
        across, down = cos * x - sin * y, sin * x + cos * y
        px, py, height = self.pose.x, self.pose.y, self.pose.height
        return (
            float(px + height * across.min()),
            float(py + height * down.min()),
            float(px + height * across.max()),
            float(py + height * down.max()),
        )

    def _close_jaw(self, v: Floats) -> Floats:
        """Undo the lowered jaw: v of the spot that shows at height v."""
        drop = self.pose.drop
        return v - drop * limited((v - 0.2) / (0.3 + drop), 0, 1) if drop else v


@functools.lru_cache(maxsize=64)
def outline(width: float, cheek: float, jaw: float, chin: float) -> tuple[Floats, Floats]:
    """Half width of the head over v, and the cosine of its slope (to turn widths into distances), (SAMPLES,) each.

    From the fields of a `Face`; kept, since all pictures of a visit have the same.
    """
    v = np.linspace(-1, 1, SAMPLES, dtype=np.float32)
    upper = limited((WIDEST - v) / (WIDEST - TOP), 0, 1)
    lower = limited((v - WIDEST) / (CHIN - WIDEST), 0, 1)
    skull = (width + 0.022) * (1 - upper**2.5) ** 0.5
    below = (width + cheek * np.exp(-(((v - 0.08) / 0.12) ** 2))) * (1 - lower**jaw) ** chin
    blend = limited((v - WIDEST) / 0.25, 0, 1)
    half = np.where(v < WIDEST, skull, below + 0.022 * (1 - blend) ** 2)
    slope = np.gradient(half, 2 / (SAMPLES - 1))
    tables = half.astype(np.float32), (1 / np.sqrt(1 + slope**2)).astype(np.float32)
    for table in tables:
        table.flags.writeable = False
    return tables


def limited(values: Floats, low: float, high: float) -> Floats:
    """Values cut to a range; two thirds of the time of `numpy.clip` on the small arrays of a face."""
    return values.clip(low, high)


def _table_index(v: Floats) -> np.ndarray:
    return limited((v + 1) * (SAMPLES / 2), 0, SAMPLES - 1).astype(np.intp)


def _ramp(y: np.ndarray) -> np.ndarray:
    """The front of the head moves with a nod, the top of the skull does not."""
    return limited((y + 0.65) / 0.35, 0, 1)
