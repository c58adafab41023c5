"""Histograms of oriented gradients: what a face's edges look like, cell by cell, whatever the light."""

from __future__ import annotations

from typing import Final

import numpy as np

from endwise.systems.gate.signals import CROP

CELL: Final = 6
"""Pixels a cell's side: an eye is two cells wide."""
ANGLES: Final = 9
"""Directions of an edge, over half a turn, as in the paper."""
LIMIT: Final = 0.2
"""What no entry of a normalised block exceeds: one strong edge must not drown the rest (the paper's L2-Hys)."""
_CELLS: Final = CROP // CELL
_BLOCKS: Final = _CELLS - 1
SIZE: Final = _BLOCKS**2 * 4 * ANGLES
HALF: Final = _BLOCKS * (_BLOCKS // 2 + 1) * 4 * ANGLES


def gradients(crops: np.ndarray) -> np.ndarray:
    """uint8 (N, CROP, CROP) -> float32 (N, SIZE).

    Dalal & Triggs 2005, *Histograms of oriented gradients for human detection*, section 6: unsigned gradients, votes
    shared between neighbouring directions, blocks of 2 x 2 cells a cell apart, each normalised.
    """
    light = np.sqrt(np.asarray(crops, np.float32))  # the paper's gamma compression
    down, across = np.gradient(light, axis=(1, 2))
    strength = np.hypot(down, across)
    turn = np.mod(np.arctan2(down, across), np.pi) * ANGLES / np.pi - 0.5  # in bins, centres at whole numbers
    low = np.floor(turn).astype(np.int64)
    share = turn - low
    votes = np.zeros((*light.shape, ANGLES), np.float32)
    for bins, weight in ((low, 1 - share), (low + 1, share)):
        np.put_along_axis(votes, (bins % ANGLES)[..., None], (strength * weight)[..., None], axis=-1)
    cells = votes.reshape(len(light), _CELLS, CELL, _CELLS, CELL, ANGLES).sum(axis=(2, 4))
    corners = [cells[:, i : _CELLS - 1 + i, j : _CELLS - 1 + j] for i in (0, 1) for j in (0, 1)]
    blocks = np.concatenate(corners, axis=-1)  # (N, 7, 7, 4 ANGLES)
    clipped = np.minimum(_normalised(blocks), LIMIT)
    return _normalised(clipped).reshape(len(light), SIZE)


def of_half(crops: np.ndarray) -> np.ndarray:
    """uint8 (N, CROP, CROP) -> float32 (N, HALF): gradients of a face and its mirror image, halved.

    What a face looks like from the left and from the right is one, and what is left of the middle says all. Of 20
    people in drawn rooms, true boxes, discriminants from 100 others: rank-1 .92 with all of them, .95 with these.
    """
    both = gradients(crops).reshape(-1, _BLOCKS, _BLOCKS, 2, 2, ANGLES)
    both = (both + both[:, :, ::-1, :, ::-1, ::-1]) / 2  # a mirror turns an edge's direction round as well
    return np.asarray(both[:, :, : _BLOCKS // 2 + 1]).reshape(len(both), HALF)


def _normalised(blocks: np.ndarray) -> np.ndarray:
    return np.asarray(blocks / np.sqrt((blocks**2).sum(axis=-1, keepdims=True) + 1e-4))
