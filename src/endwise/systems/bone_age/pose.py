"""How a hand is laid on the film: flat, thumb to the right, fingers just apart, filling most of the picture."""

from __future__ import annotations

from typing import Final

import numpy as np

from endwise.systems.bone_age import anatomy
from endwise.systems.bone_age.anatomy import Floats
from endwise.systems.bone_age.bars import HEIGHT, WIDTH, Numbers

_METACARPAL_BASES: Final = np.array([(25.0, 15.0), (13.0, 1.5), (0.0, 0.0), (-10.5, 2.0), (-19.5, 5.5)])
"""Adult mm towards the thumb and towards the forearm, from the base of the middle one (schematic)."""
_METACARPAL_ANGLES: Final = np.array([42.0, 8.0, 0.0, -8.0, -17.0])
_FINGER_ANGLES: Final = np.array([28.0, 10.0, 1.0, -8.0, -18.0])
"""Degrees from the axis of the middle metacarpal, positive to the thumb; thumb about 30 degrees from the index
finger, fingers just apart (positioning of Tanner & Whitehouse)."""
_SPREADING: Final = np.array([8.0, 4.0, 0.0, -4.0, -8.0])
"""Standard deviation in degrees of each finger when all spread or close together (schematic, as all below)."""
_METACARPAL_SWAY: Final = np.array([4.0, 0.5, 0.5, 0.5, 1.0])
_JOINT_SWAY: Final = 2.0
"""Standard deviation in degrees of each metacarpal on its base, and of each further bone on the one before."""
_TURN: Final = 8.0
"""Standard deviation in degrees of the whole hand's turn on the film."""
_SHIFT: Final = 2.5
"""Standard deviation in pixels of the hand's place, each way."""
_LARGEST_DEVIATION: Final = 2.0
"""In standard deviations: beyond it the radiographer takes the picture again."""
_MARGIN: Final = 3.0
"""Least distance in pixels of a landmark from the edge of the picture."""
_WRIST_SHOWN: Final = 45.0
"""Adult mm from the base of the middle metacarpal to the edge of the picture: wrist and end of the forearm."""
_FULLEST: Final = 0.95
"""Largest share of the picture's height that the hand takes: the growth plate of the radius must be in it."""


def lay_down(
    rng: np.random.Generator, lengths: Numbers, size: Numbers, *, complexity: float, fill: float, zoom_spread: float
) -> tuple[Floats, Floats, Floats]:
    """Joints on the film. The hand lies flat, so the picture keeps every length exactly.

    Parameters
    ----------
    rng: where turn, spreading, zoom and place come from.
    lengths: (N, 19) of the bones in mm.
    size: (N,) of the hand over the mean adult's.
    complexity: scales all that varies from picture to picture.
    fill: mean share of the picture's height that the hand takes.
    zoom_spread: standard deviation of ln(zoom).

    Returns
    -------
    joints (N, 24, 2) as (x, y) in pixels; rotation (N,) of the wrist in radians; mm_per_px (N,).
    """
    deviations = np.clip(rng.standard_normal((5, len(size))), -_LARGEST_DEVIATION, _LARGEST_DEVIATION)
    zoom_z, turn_z, spreading_z, *shift_z = deviations
    rotation = np.radians(complexity * _TURN * turn_z)
    angles = _bone_angles(rng, complexity, spreading_z) + rotation[:, None]
    hand = _hand_in_mm(lengths, size, angles, rotation)

    middle_ray = [bone for bone, ray in enumerate(anatomy.BONE_RAYS) if ray == anatomy.RAYS.index("middle")]
    height = lengths[:, middle_ray].sum(axis=1) + _WRIST_SHOWN * size
    filled = np.minimum(fill * np.exp(complexity * zoom_spread * zoom_z), _FULLEST)
    mm_per_px = np.maximum(height / (filled * HEIGHT), _coarsest_needed(hand)).astype(np.float32)

    joints = hand / mm_per_px[:, None, None]
    joints += _placement(joints, height / mm_per_px, complexity * _SHIFT * np.stack(shift_z, axis=-1))
    return joints.astype(np.float32), rotation.astype(np.float32), mm_per_px


def _hand_in_mm(lengths: Numbers, size: Numbers, angles: Numbers, rotation: Numbers) -> Numbers:
    """(N, 24, 2) landmarks in mm from the base of the middle metacarpal."""
    bones = lengths[..., None] * np.stack([np.sin(angles), -np.cos(angles)], axis=-1)  # (N, 19, 2); y points down
    hand = np.empty((len(size), len(anatomy.LANDMARKS), 2))
    hand[:, anatomy.BASES] = _turned(size[:, None, None] * _METACARPAL_BASES, rotation)
    for bone, (near, far) in enumerate(anatomy.BONES):
        hand[:, far] = hand[:, near] + bones[:, bone]
    return hand


def _bone_angles(rng: np.random.Generator, complexity: float, spreading_z: Numbers) -> Numbers:
    """(N, 19) radians from the hand's axis, positive to the thumb; each joint bends on from the bone before."""
    rays = np.array(anatomy.BONE_RAYS)
    is_metacarpal = np.array(anatomy.BONE_SEGMENTS) == "metacarpal"
    sway = rng.standard_normal((len(spreading_z), len(rays)))
    fingers = _FINGER_ANGLES[rays] + complexity * spreading_z[:, None] * _SPREADING[rays]
    bent = np.zeros_like(fingers)
    for bone in np.flatnonzero(~is_metacarpal):
        bent[:, bone] = np.where(is_metacarpal[bone - 1], 0, bent[:, bone - 1]) + _JOINT_SWAY * sway[:, bone]
    palm = _METACARPAL_ANGLES[rays] + complexity * _METACARPAL_SWAY[rays] * sway
    return np.asarray(np.radians(np.where(is_metacarpal, palm, fingers + complexity * bent)))


def _turned(points: Numbers, rotation: Numbers) -> Numbers:
    """(N, P, 2) turned by (N,) radians; y points down."""
    cos, sin = np.cos(rotation)[:, None], np.sin(rotation)[:, None]
    x, y = points[..., 0], points[..., 1]
    return np.stack([x * cos - y * sin, x * sin + y * cos], axis=-1)


def _coarsest_needed(hand_mm: Numbers) -> Numbers:
    """(N,) mm a pixel at which all landmarks just fit the picture."""
    extent = np.ptp(hand_mm, axis=1) / (np.array([WIDTH, HEIGHT]) - 1 - 2 * _MARGIN)
    return np.asarray(extent.max(axis=1))


def _placement(joints: Numbers, height: Numbers, shift: Numbers) -> Numbers:
    """(N, 1, 2) shift that centres hand and wrist in the picture, and keeps every landmark inside it."""
    low, high = joints.min(axis=1), joints.max(axis=1)
    frame = np.array([WIDTH, HEIGHT]) - 1
    middle_x = (low[:, 0] + high[:, 0]) / 2
    middle_y = low[:, 1] + height / 2
    wanted = frame / 2 - np.stack([middle_x, middle_y], axis=-1) + shift
    return np.asarray(np.clip(wanted, _MARGIN - low, frame - _MARGIN - high))[:, None]
