"""Faces on a photograph of any size, by a detector that looks at frames of one size.

The detector learnt faces of a quarter to two thirds of a frame's height. So the photograph is brought to several sizes
and cut into overlapping frames; what several of them show is joined (non-maximum suppression). The largest faces are
looked for first, and smaller ones only where there are none: whoever is far behind somebody at the gate does not count.
A picture of the camera's own size is one frame, looked at as in the study.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import PIL.Image

from endwise.systems.gate.signals import SIZE

Detect: TypeAlias = Callable[[np.ndarray], Sequence[tuple[np.ndarray, np.ndarray]]]
"""Takes frames, uint8 (N, 96, 128); for each the boxes (K, 4) px and their chances (K,)."""

SHORTEST, TALLEST = 20.0, 68.0
"""Heights in px of faces that are believed where several sizes are looked at: those of the study, 24 to 60, and the
error of a box. Others are found at another size."""
CLOSE: Final = 0.6
"""A photograph that one face fills is looked at in this part of a frame: of 20 portraits cut to the face none was found
in a whole frame, 15 in 0.7 and 18 in 0.5 of one; cut wider, fewer in 0.5."""
CLOSE_FROM: Final = 30.0
"""Pixels of height from which on a face is believed there: others are found in a whole frame."""
OVERLAP: Final = 64
"""Pixels that neighbouring frames share: the tallest face of the study lies whole in one of them."""
LARGEST: Final = 1024
"""Longer side in px of the largest size looked at: a face is 24 px there, or it is small on the photograph."""
SHARED: Final = 0.4
"""Two boxes are of one face where this share of the smaller one lies in the other."""


class Spot(NamedTuple):
    """A face: box (4,) in px of the photograph, chance 0..1; a frame that shows it, and its box (4,) in that."""

    box: np.ndarray
    chance: float
    frame: np.ndarray
    inside: np.ndarray


class _Level(NamedTuple):
    """The photograph at one size: pixels, how many of them are one of the photograph's (across, down), and which
    heights of faces are believed."""

    pixels: np.ndarray
    scale: np.ndarray
    heights: tuple[float, float]


def find(photograph: np.ndarray, detect: Detect) -> list[Spot]:
    """All faces on a grey photograph, uint8 (H, W), the surest first."""
    for levels in _levels(photograph):
        spots = [spot for level in levels for spot in _spots(level, detect)]
        if spots:
            return joined(spots)
    return []


def joined(spots: Sequence[Spot]) -> list[Spot]:
    """Of spots on the same face the surest."""
    kept: list[Spot] = []
    for spot in sorted(spots, key=lambda one: -one.chance):
        if all(shared(spot.box, other.box) < SHARED for other in kept):
            kept.append(spot)
    return kept


def shared(one: np.ndarray, other: np.ndarray) -> float:
    """The part of the smaller box that lies in the other.

    >>> shared(np.array([0, 0, 2, 2]), np.array([1, 0, 9, 9]))
    0.5
    """
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    areas = [float(np.prod(box[2:] - box[:2])) for box in (one, other)]
    return float(np.prod(np.maximum(sides, 0))) / max(min(areas), 1e-9)


def _levels(photograph: np.ndarray) -> Iterator[list[_Level]]:
    """The photograph as large as a frame, with room around a face that fills it; then each time twice as large."""
    high, wide = photograph.shape
    if (high, wide) == SIZE:
        yield [_Level(photograph, np.ones(2), (0, np.inf))]
        return
    scale = min(SIZE[0] / high, SIZE[1] / wide)
    yield [_scaled(photograph, CLOSE * scale, CLOSE_FROM), _scaled(photograph, scale)]
    while (scale := 2 * scale) <= min(1, LARGEST / max(high, wide)):
        yield [_scaled(photograph, scale)]


def _scaled(photograph: np.ndarray, scale: float, least: float = SHORTEST) -> _Level:
    high, wide = (max(1, round(side * scale)) for side in photograph.shape)
    pixels = PIL.Image.fromarray(photograph).resize((wide, high), PIL.Image.Resampling.BILINEAR)
    return _Level(np.asarray(pixels), np.array([wide, high]) / photograph.shape[::-1], (least, TALLEST))


def _spots(level: _Level, detect: Detect) -> Iterator[Spot]:
    corners = [(top, left) for top in _starts(level, 0) for left in _starts(level, 1)]
    frames = np.stack([_frame(level.pixels, *corner) for corner in corners])
    least, most = level.heights
    for corner, (boxes, chances) in zip(corners, detect(frames), strict=True):
        for box, chance in zip(boxes, chances, strict=True):
            if least <= box[3] - box[1] <= most and _whole(box, corner, level.pixels.shape):
                yield _spot(level, np.asarray(box, np.float64), float(chance), corner)


def _starts(level: _Level, axis: int) -> list[int]:
    """Where frames begin: evenly, with the overlap or more; a picture that is smaller is in the middle of one."""
    side, frame = level.pixels.shape[axis], SIZE[axis]
    if side <= frame:
        return [-((frame - side) // 2)]
    count = 1 + -(-(side - frame) // (frame - OVERLAP))
    return [int(start) for start in np.rint(np.linspace(0, side - frame, count))]


def _frame(pixels: np.ndarray, top: int, left: int) -> np.ndarray:
    """The frame at a place of the picture, black beside it."""
    frame = np.zeros(SIZE, np.uint8)
    part = pixels[max(top, 0) : top + SIZE[0], max(left, 0) : left + SIZE[1]]
    down, across = max(-top, 0), max(-left, 0)
    frame[down : down + part.shape[0], across : across + part.shape[1]] = part
    return frame


def _whole(box: np.ndarray, corner: tuple[int, int], shape: tuple[int, ...]) -> bool:
    """Whether no side is cut off by the frame where the picture goes on: another frame shows that face whole."""
    (top, left), (high, wide) = corner, shape
    goes_on = np.array([left > 0, top > 0, left + SIZE[1] < wide, top + SIZE[0] < high])
    beyond = np.array([box[0] < 0, box[1] < 0, box[2] > SIZE[1], box[3] > SIZE[0]])
    return not bool((goes_on & beyond).any())


def _spot(level: _Level, box: np.ndarray, chance: float, corner: tuple[int, int]) -> Spot:
    """The face on the photograph, and in the frame of its level in whose middle it is."""
    top, left = corner
    at = box + [left, top, left, top]  # px of the level
    middle = ((at[1] + at[3]) / 2, (at[0] + at[2]) / 2)
    top, left = (
        start if side <= frame else int(np.clip(round(centre - frame / 2), 0, side - frame))
        for start, side, frame, centre in zip(corner, level.pixels.shape, SIZE, middle, strict=True)
    )
    frame = _frame(level.pixels, top, left)
    return Spot(at / np.tile(level.scale, 2), chance, frame, at - [left, top, left, top])
