"""Known geometry of the hand: bone lengths from joints, a reject rule, and one oriented patch a joint."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from endwise.systems.bone_age.anatomy import ADULT_LENGTHS, BASES, BONES, LANDMARKS, TIPS, Floats

SHORTEST: Final = 0.22 * ADULT_LENGTHS
LONGEST: Final = 1.35 * ADULT_LENGTHS
"""Loose limits in mm of a bone from birth to adult: four spreads of size beyond the mean newborn girl and man."""
LARGEST_DISPROPORTION: Final = 1.5
"""How far one bone may be from the hand's own scale, as a factor; single bones spread by a few per cent."""

FIELD: Final = 0.16
"""Half the width of a patch at a finger joint, over the hand's scale (mean length of the four finger metacarpals,
61 mm in adults): 10 mm, a joint with both growing ends beside it."""
BASE_FIELD: Final = 0.36
BASE_SHIFT: Final = 0.24
"""At the base of a metacarpal the field is wider and lies towards the wrist, so that the carpals, the radius and
the ulna, which are no landmarks, are in sight (schematic)."""

_STARTS: Final = np.array([near for near, _ in BONES])
_ENDS: Final = np.array([far for _, far in BONES])
FINGER_METACARPALS: Final = np.array([bone for bone, (near, _) in enumerate(BONES) if near in BASES[1:]])
SMALLEST_SCALE: Final = 1.0
_ROWS_AT_ONCE: Final = 32


def bone_lengths(joints_px: npt.NDArray[np.floating], mm_per_px: npt.NDArray[np.floating]) -> Floats:
    """Lengths of the 19 bones.

    Parameters
    ----------
    joints_px: (N, 24, 2) landmarks as (x, y) in pixels, in the order of `anatomy.LANDMARKS`.
    mm_per_px: (N,) size of a pixel in mm.

    Returns
    -------
    (N, 19) float32 in mm, in the order of `anatomy.BONES`.

    >>> import numpy as np
    >>> joints = np.zeros((1, 24, 2)); joints[0, 1] = (3, 4)
    >>> float(bone_lengths(joints, np.array([2.0]))[0, 0])
    10.0
    """
    along = joints_px[:, _ENDS] - joints_px[:, _STARTS]
    return np.asarray(np.hypot(along[..., 0], along[..., 1]) * mm_per_px[:, None], dtype=np.float32)


def implausible_bones(lengths: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
    """Hands that no healthy person has, so that an age for them should be refused.

    Parameters
    ----------
    lengths: (N, 19) in mm.

    Returns
    -------
    (N,) True where a bone is outside `SHORTEST` to `LONGEST`, out of proportion to the others, or not a number.
    """
    scale = lengths / ADULT_LENGTHS
    within = (lengths >= SHORTEST) & (lengths <= LONGEST)
    middle = np.median(scale, axis=1, keepdims=True)
    proportionate = (scale <= middle * LARGEST_DISPROPORTION) & (scale >= middle / LARGEST_DISPROPORTION)
    return np.asarray(~(within & proportionate).all(axis=1))


def joint_patches(
    xray: npt.NDArray[np.uint8], joints: npt.NDArray[np.floating], size: int = 16
) -> npt.NDArray[np.uint8]:
    """One square patch a joint, turned along its bone and scaled by the hand, so that pose and zoom drop out.

    The top of a patch points along the bone away from the wrist; a base's patch looks down into the wrist.
    What lies outside the picture repeats its border.

    Parameters
    ----------
    xray: (N, H, W) uint8.
    joints: (N, 24, 2) landmarks as (x, y) in pixels.
    size: side of a patch in samples.

    Returns
    -------
    (N, 24, size, size) uint8, bilinear samples.
    """
    patches = np.empty((len(xray), len(LANDMARKS), size, size), dtype=np.uint8)
    for start in range(0, len(xray), _ROWS_AT_ONCE):  # bounds the memory: a sample takes some 40 bytes on the way
        rows = slice(start, start + _ROWS_AT_ONCE)
        patches[rows] = _bilinear(xray[rows], _sampling_points(joints[rows].astype(np.float32), size))
    return patches


def _sampling_points(joints: Floats, size: int) -> Floats:
    """Where to sample: (N, 24, size, size, 2) as (x, y) in pixels."""
    scale, forward = _hand_scale(joints), _forward(joints)
    right = np.stack([-forward[..., 1], forward[..., 0]], axis=-1)  # y points down: the thumb's side of a left hand
    is_base = np.isin(np.arange(len(LANDMARKS)), BASES)
    half = scale[:, None] * np.where(is_base, BASE_FIELD, FIELD).astype(np.float32)  # (N, 24)
    shift = scale[:, None] * np.where(is_base, BASE_SHIFT, 0).astype(np.float32)
    centre = joints - shift[..., None] * forward
    step = ((np.arange(size, dtype=np.float32) + 0.5) / size * 2 - 1) * half[..., None]  # (N, 24, size)
    across = step[:, :, None, :, None] * right[:, :, None, None]
    along = -step[:, :, :, None, None] * forward[:, :, None, None]
    return np.asarray(centre[:, :, None, None] + across + along, dtype=np.float32)


def _hand_scale(joints: Floats) -> Floats:
    """(N,) mean length of the four finger metacarpals in pixels; never zero, for joints found badly."""
    lengths = bone_lengths(joints, np.ones(len(joints)))[:, FINGER_METACARPALS]
    return np.asarray(np.maximum(lengths.mean(axis=1), SMALLEST_SCALE), dtype=np.float32)


def _forward(joints: Floats) -> Floats:
    """(N, 24, 2) unit direction of the bone that starts at a landmark; a tip has that of the bone it ends."""
    far = np.array([mark if mark in TIPS else mark + 1 for mark in range(len(LANDMARKS))])
    along = joints[:, far] - joints[:, far - 1]
    length = np.hypot(along[..., 0], along[..., 1])[..., None]
    up = np.array([0, -1], dtype=np.float32)
    return np.where(length > 0, along / np.where(length > 0, length, 1), up)


def _bilinear(xray: npt.NDArray[np.uint8], points: Floats) -> npt.NDArray[np.uint8]:
    """Sample (N, H, W) at (N, ..., 2); pixel centres lie at whole numbers."""
    _, height, width = xray.shape
    x = np.clip(points[..., 0], 0, width - 1)
    y = np.clip(points[..., 1], 0, height - 1)
    left = np.minimum(x.astype(np.int32), width - 2)
    top = np.minimum(y.astype(np.int32), height - 2)
    dx, dy = x - left.astype(np.float32), y - top.astype(np.float32)
    start = (np.arange(len(xray), dtype=np.int32) * height * width).reshape(-1, *[1] * (x.ndim - 1))
    first = start + top * width + left
    flat = xray.reshape(-1).astype(np.float32)  # four bytes throughout: half the time of eight
    upper, lower = (_between(flat.take(at), flat.take(at + 1), dx) for at in (first, first + width))
    return np.asarray(np.rint(_between(upper, lower, dy)), dtype=np.uint8)


def _between(one: Floats, other: Floats, share: Floats) -> Floats:
    return one + (other - one) * share
