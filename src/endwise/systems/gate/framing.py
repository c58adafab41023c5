"""From photographs of any size to frames, the box of a face carried along.

A frame shows a face 24 to 60 px high, as the built-in world's do, and no second one that somebody marked. What lies
outside the photograph repeats its border.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import PIL.Image

from endwise.systems.gate.door import pictures
from endwise.systems.gate.signals import SIZE

HEIGHTS: Final = (24.0, 60.0)
"""Pixels of a face in a frame, as in the built-in world."""
WIDEST: Final = 100.0
"""Pixels across a box in a frame: a face as high as 60 is some 45."""
NOTICED: Final = 12.0
"""A second face of so many pixels, half of the smallest that is looked for, is one."""
OFF: Final = 0.5
"""Pixels by which a box may be larger or smaller, or go over the frame: a shrunk photograph has whole pixels."""
TRIES: Final = 50
"""Places that are tried for a frame with one face alone; nothing is drawn for one that is not taken."""

_TURNED: Final = (5, 6, 7, 8)
"""Orientations in EXIF data whose rows are the columns of what is shown."""
_ORIENTATION: Final = 0x0112


class Photograph(NamedTuple):
    """What a file shows: grey pixels, uint8 (H, W), and how many of them are one px of the file (across, down)."""

    pixels: np.ndarray
    scale: np.ndarray

    def holds(self, box: np.ndarray) -> bool:
        """Whether the middle of a box (4,) in px of the file is on it."""
        middle = (box[:2] + box[2:]) / 2 * self.scale
        return bool(((middle >= 0) & (middle < self.pixels.shape[::-1])).all())


class Framed(NamedTuple):
    """A frame, uint8 (96, 128), and the box (4,) px of the face on it."""

    frame: np.ndarray
    box: np.ndarray


def photograph(file: Path) -> Photograph:
    """The photograph in a file, upright. Raises ValueError with the reason where it cannot be used."""
    pixels = pictures.read(file)
    with PIL.Image.open(file) as opened:
        size = opened.size
        turned = opened.getexif().get(_ORIENTATION) in _TURNED
    return Photograph(pixels, np.array(pixels.shape[::-1]) / (size[::-1] if turned else size))


def whole(pixels: np.ndarray, part: float = 1.0) -> np.ndarray:
    """A photograph (H, W) in the middle of a frame, of which it fills `part`, 0 to 1, of one side."""
    return _in_the_middle(pixels.shape, part).shown(pixels)


def around(taken: Photograph, box: np.ndarray, others: Sequence[np.ndarray], seed: int) -> Framed | None:
    """A frame with the face in `box`, and without the faces in `others`: boxes (4,) in px of the file.

    All of the photograph where the face is of a fitting size in it; else a part of it, in which height and place of
    the face are drawn, the same for the same `seed`. A photograph is shrunk for a part, never enlarged. None where
    the face is too small, or never alone.
    """
    scale = np.tile(taken.scale, 2)
    here, there = np.asarray(box) * scale, np.reshape([*others], (-1, 4)) * scale
    for view in _views(taken.pixels.shape, here, np.random.default_rng(seed)):
        if _fits(view.moved(here)) and not _crowded(view.moved(there)):
            return Framed(view.shown(taken.pixels), view.moved(here).astype(np.float32))
    return None


class _View(NamedTuple):
    """A frame to be: the size (width, height) that the photograph (H, W) is brought to, and where on it it begins."""

    shape: tuple[int, ...]
    size: tuple[int, int]
    left: int
    top: int

    def moved(self, boxes: np.ndarray) -> np.ndarray:
        """Boxes (..., 4) on the photograph, in px of the frame."""
        scale = np.array(self.size) / self.shape[::-1]  # whole pixels: not quite the same each way
        return np.asarray(boxes * np.tile(scale, 2) - np.tile([self.left, self.top], 2))

    def shown(self, pixels: np.ndarray) -> np.ndarray:
        """The frame."""
        resized = np.asarray(PIL.Image.fromarray(pixels).resize(self.size, PIL.Image.Resampling.BILINEAR))
        down, across = (
            np.clip(start + np.arange(size), 0, side - 1)
            for start, size, side in zip((self.top, self.left), SIZE, resized.shape, strict=True)
        )
        return resized[np.ix_(down, across)]


def _views(shape: tuple[int, ...], box: np.ndarray, rng: np.random.Generator) -> Iterator[_View]:
    """Frames with the face: all of the photograph, then parts of it."""
    yield _in_the_middle(shape)
    wide, high = (box[2:] - box[:2]).tolist()
    if high < HEIGHTS[0]:
        return
    for _ in range(TRIES):
        scale = min(rng.uniform(HEIGHTS[0], min(HEIGHTS[1], high)) / high, WIDEST / wide)
        size = _size(shape, scale)
        inside = _View(shape, size, 0, 0).moved(box)
        left, top = (_start(rng, inside[axis], inside[axis + 2], SIZE[1 - axis], size[axis]) for axis in (0, 1))
        yield _View(shape, size, left, top)


def _in_the_middle(shape: tuple[int, ...], part: float = 1.0) -> _View:
    size = _size(shape, part * min(SIZE[0] / shape[0], SIZE[1] / shape[1]))
    return _View(shape, size, (size[0] - SIZE[1]) // 2, (size[1] - SIZE[0]) // 2)


def _size(shape: tuple[int, ...], scale: float) -> tuple[int, int]:
    return max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale))


def _start(rng: np.random.Generator, low: float, high: float, frame: int, side: int) -> int:
    """Where a frame begins that holds all from `low` to `high`, and where it can be nothing beside the picture."""
    first, last = int(np.ceil(high - frame)), int(np.floor(low))
    least, most = sorted((0, side - frame))
    return int(rng.integers(max(first, min(least, last)), min(last, max(most, first)) + 1))


def _fits(box: np.ndarray) -> bool:
    wide, high = (box[2:] - box[:2]).tolist()
    fitting = HEIGHTS[0] - OFF <= high <= HEIGHTS[1] + OFF and wide <= WIDEST + OFF
    return bool(fitting and (box[:2] >= -OFF).all() and (box[2:] <= np.array(SIZE[::-1]) + OFF).all())


def _crowded(others: np.ndarray) -> bool:
    """Whether one of the boxes (K, 4) has its middle in the frame, and is large enough to be noticed."""
    middles = (others[:, :2] + others[:, 2:]) / 2
    inside = ((middles >= 0) & (middles < SIZE[::-1])).all(axis=1)
    return bool((inside & (others[:, 3] - others[:, 1] >= NOTICED)).any())
