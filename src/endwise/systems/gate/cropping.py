"""From a frame and the box of a face to a small picture of that face: the zoom of the lecture."""

from __future__ import annotations

import numpy as np

from endwise.systems.gate.signals import CROP

AROUND = 1.2
"""Side of the square that is cut, in heights of the box: the face, and a little of what is around it."""
SMALLEST = 4.0
"""Pixels that a cut square has at least: a box found wrongly may be a line."""


def cut(frames: np.ndarray, boxes: np.ndarray, around: float = AROUND) -> np.ndarray:
    """The face in each frame, upright in a square: uint8 (N, H, W) and (N, 4) px -> uint8 (N, CROP, CROP).

    The square is `around` heights of the box wide. Bilinear between pixels; where the square is larger than the crop, a
    crop pixel is the mean of several points, so that fine patterns do not alias. What lies outside the frame repeats
    its border.
    """
    frames = np.asarray(frames)
    crops = np.empty((len(frames), CROP, CROP), np.uint8)
    for at, (picture, box) in enumerate(zip(frames, np.asarray(boxes, np.float64), strict=True)):
        crops[at] = _square(picture, box, around)
    return crops


def _square(picture: np.ndarray, box: np.ndarray, around: float) -> np.ndarray:
    side = max(around * (box[3] - box[1]), SMALLEST)
    finer = max(1, int(np.ceil(side / CROP)))  # points a crop pixel and direction
    steps = ((np.arange(CROP * finer) + 0.5) / (CROP * finer) - 0.5) * side
    sampled = _bilinear(picture, (box[1] + box[3]) / 2 + steps, (box[0] + box[2]) / 2 + steps)
    return np.rint(sampled.reshape(CROP, finer, CROP, finer).mean(axis=(1, 3))).astype(np.uint8)


def _bilinear(picture: np.ndarray, down: np.ndarray, across: np.ndarray) -> np.ndarray:
    """The picture at every (down, across), edges of the frame at 0 and its height or width."""
    (top, below, part_down), (left, right, part_across) = (
        _between(at, size) for at, size in zip((down, across), picture.shape, strict=True)
    )
    columns = picture[:, left] * (1 - part_across) + picture[:, right] * part_across  # (H, w)
    return columns[top] * (1 - part_down)[:, None] + columns[below] * part_down[:, None]


def _between(at: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The two pixels around each place, and how far it lies from the first to the second."""
    inside = np.clip(at - 0.5, 0, size - 1)
    low = np.floor(inside).astype(np.int64)
    return low, np.minimum(low + 1, size - 1), inside - low
