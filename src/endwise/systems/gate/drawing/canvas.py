"""A sheet to paint a head on: tones under soft edged covers, before light falls on it."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from endwise.systems.gate.drawing.faces import Floats
from endwise.systems.gate.drawing.heads import Head, Surface, limited

Window: TypeAlias = tuple[slice, slice]


class Canvas:
    """The pixels round a head, each cut into fine x fine.

    `tone` (R, C) is already weighted by how much is covered; `clear` (R, C) is the share not covered yet.
    """

    def __init__(self, head: Head, left: int, top: int, right: int, bottom: int, fine: int) -> None:
        self.head, self.left, self.top, self.fine = head, left, top, fine
        self.surface: Surface = head.surface(left, top, right, bottom, fine)
        self.tone: Floats = np.zeros(self.surface.u.shape, dtype=np.float32)
        self.clear: Floats = np.ones(self.surface.u.shape, dtype=np.float32)
        self.sharpness = 1 / self.surface.unit

    def near(self, u: float, v: float, wide: float, tall: float) -> Window:
        """The part of the sheet within `wide` and `tall` of a spot of the face; may be empty."""
        x, y = self.head.flat(u, v)
        return self.part(x - wide, y - tall, x + wide, y + tall)

    def near_both(self, u: float, v: float, wide: float, tall: float) -> Window:
        """The same about a spot and the one that mirrors it, with all between."""
        left, y = self.head.flat(-u, v)
        right, _ = self.head.flat(u, v)
        return self.part(left - wide, y - tall, right + wide, y + tall)

    def part(self, left: float, top: float, right: float, bottom: float) -> Window:
        """The pixels about a rectangle that is upright with the head, in face heights from the middle of the face."""
        fine, (rows, columns) = self.fine, self.tone.shape
        first, above, last, below = self.head.bounds(left, top, right, bottom)
        return (
            _clipped((above - self.top) * fine, (below - self.top) * fine, rows),
            _clipped((first - self.left) * fine, (last - self.left) * fine, columns),
        )

    def edge(self, distance: Floats, softness: float = 0.0) -> Floats:
        """0..1: how much of a pixel lies inside a shape, given the distance to its edge in face heights."""
        return limited(distance * (1 / (self.sharpness + softness)) + 0.5, 0, 1)

    def paint(self, tone: Floats | float, cover: Floats, window: Window) -> None:
        """Lay a tone over what is there."""
        below = 1 - cover
        sheet, clear = self.tone[window], self.clear[window]
        sheet *= below
        sheet += cover * tone
        clear *= below

    def shade(self, factor: Floats, window: Window) -> None:
        """Darken or lighten what is there."""
        sheet = self.tone[window]
        sheet *= factor

    def shrink(self, sheet: Floats) -> Floats:
        """The mean of each pixel's parts."""
        fine = self.fine
        tall = sum((sheet[part::fine] for part in range(1, fine)), start=sheet[::fine])
        total = sum((tall[:, part::fine] for part in range(1, fine)), start=tall[:, ::fine])
        return total * np.float32(1 / fine**2)


def _clipped(start: float, stop: float, size: int) -> slice:
    low = min(max(int(start), 0), size)
    return slice(low, max(low, min(int(stop) + 2, size)))
