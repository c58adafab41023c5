"""Rounded bars, the one shape that bones are drawn with: long ones are shafts, short ones discs and blobs."""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from endwise.systems.bone_age.anatomy import Floats

HEIGHT: Final = 128
WIDTH: Final = 96

Numbers: TypeAlias = npt.NDArray[np.floating]

_TINY: Final = np.float32(1e-6)


class Bars(NamedTuple):
    """S rounded bars in each of N pictures, in pixels."""

    start: Floats
    """(N, S, 2) middle of the near end."""
    forward: Floats
    """(N, S, 2) unit direction."""
    length: Floats
    """(N, S)"""
    widths: Floats
    """(N, S, 3) half the width at the near end, in the middle and at the far end."""
    density: Floats
    """(N, S) thickness of bone, 1 in a full-grown shaft, less in what is smaller than a pixel."""

    @classmethod
    def of(cls, start: Numbers, forward: Numbers, length: Numbers, widths: Numbers, density: Numbers) -> Bars:
        """Bars in single precision, which draws twice as fast and is far finer than a pixel."""
        parts = (start, forward, length, widths, density)
        return cls(*(np.asarray(part, dtype=np.float32) for part in parts))

    def only(self, chosen: list[int]) -> Bars:
        """Some of the S bars."""
        return Bars(*(part[:, chosen] for part in self))


def paint(bars: Bars) -> Numbers:
    """Thickness of all bars summed a pixel: (N * 128 * 96,). Each bar is worked out in a small window only."""
    middle = bars.start + bars.forward * (bars.length / 2)[..., None]
    reach = int(np.ceil((bars.length / 2 + bars.widths.max(axis=-1)).max())) + 1
    corner = np.rint(middle).astype(np.int32) - reach  # (N, S, 2)
    steps = np.arange(2 * reach + 1, dtype=np.int32)
    x, y = corner[..., 0, None] + steps, corner[..., 1, None] + steps  # (N, S, R)
    thickness = _thickness(bars, x.astype(np.float32), y.astype(np.float32))
    inside = ((x >= 0) & (x < WIDTH))[..., None, :] & ((y >= 0) & (y < HEIGHT))[..., :, None]
    picture = np.arange(len(bars.length), dtype=np.int32)[:, None, None, None] * (HEIGHT * WIDTH)
    pixel = picture + y[..., :, None] * WIDTH + x[..., None, :]
    pixels = len(bars.length) * HEIGHT * WIDTH
    return np.bincount(pixel[inside], weights=thickness[inside], minlength=pixels).astype(np.float64)


def _thickness(bars: Bars, x: Floats, y: Floats) -> Floats:
    """(N, S, R, R) thickness at the crossings of columns x and rows y, both (N, S, R)."""
    dx, dy = x - bars.start[..., :1], y - bars.start[..., 1:]
    fx, fy = bars.forward[..., 0, None, None], bars.forward[..., 1, None, None]
    along = dx[..., None, :] * fx + dy[..., :, None] * fy
    across = np.abs(dy[..., :, None] * fx - dx[..., None, :] * fy)
    length = bars.length[..., None, None]
    share = along / np.maximum(length, _TINY)
    near, shaft, far = (bars.widths[..., i, None, None] for i in range(3))
    to_near, to_far = np.maximum(1 - share * 2.8, 0), np.maximum(share * 2.8 - 1.8, 0)
    half = shaft + (near - shaft) * np.minimum(to_near, 1) ** 2 + (far - shaft) * np.minimum(to_far, 1) ** 2
    round_off = np.minimum(np.minimum(near, far) * 0.9, length / 2)
    beyond = np.abs(along - length / 2) - length / 2 + round_off
    beside = across - half + round_off
    outside = np.sqrt(np.maximum(beyond, 0) ** 2 + np.maximum(beside, 0) ** 2)  # np.hypot is five times slower
    distance = outside + np.minimum(np.maximum(beyond, beside), 0) - round_off
    cortex = 0.7 + 0.3 * np.minimum(across / np.maximum(half, 0.5), 1) ** 2  # the compact outer layer is brighter
    covered = np.clip(0.5 - distance, 0, 1)  # of the pixel
    return np.asarray(bars.density[..., None, None] * cortex * covered, dtype=np.float32)
