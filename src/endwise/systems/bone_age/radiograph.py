"""How a hand looks on the film: growing bones, wrist bones, soft tissue, exposure.

A schematic projection. Every bone part is a rounded bar with a width at its near end, middle and far end; their
thicknesses add up, as absorption does. Sizes are in mm of the mean adult hand and scale with the hand, so that all
hands are drawn alike but for maturity, length, breadth and pose. All numbers here are schematic unless
said otherwise; growth plates are drawn about twice as wide as in life, so that a pixel of 1.8 mm can show them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from endwise.systems.bone_age.anatomy import BONE_RAYS, BONE_SEGMENTS, BONES, CARPALS, CENTRES, MIDDLE_BASE, Floats
from endwise.systems.bone_age.bars import HEIGHT, WIDTH, Bars, Numbers, paint


class HandOnFilm(NamedTuple):
    """Where a hand lies and how ripe it is; all that a picture shows before exposure."""

    joints: Floats
    """(N, 24, 2) landmarks as (x, y) in pixels."""
    unit: Floats
    """(N,) pixels that one adult mm takes: size of the hand over mm_per_px."""
    rotation: Floats
    """(N,) of the wrist in radians, positive turns the fingers to the right."""
    stages: Floats
    """(N, 29) of the centres, in the order of `anatomy.CENTRES`."""
    breadths: Floats
    """(N, 29) of the bones that grow from these centres, over what is usual in a hand of this size."""
    cartilage: Floats
    """(N, 29) width of their growth plates, over what is usual at this stage."""

    def growing_from(self, first: int, end: int) -> HandOnFilm:
        """The same hand with some of its centres only."""
        parts = (self.stages[:, first:end], self.breadths[:, first:end], self.cartilage[:, first:end])
        return HandOnFilm(self.joints, self.unit, self.rotation, *parts)


_HALF_WIDTHS: Final = {
    "metacarpal": (6.0, 3.9, 6.8),
    "proximal": (6.6, 4.0, 5.2),
    "middle": (5.8, 3.4, 4.6),
    "distal": (4.8, 2.2, 3.0),
}
_THUMB_BROADER: Final = 1.15
_EPIPHYSIS: Final = {"metacarpal": 4.6, "proximal": 4.0, "middle": 3.5, "distal": 3.0, "forearm": 6.0}
"""Full thickness along the bone, mm of the adult hand."""
_JOINT_SPACE: Final = 0.8
_GROWTH_PLATE: Final = 3.0

_CARPAL_PLACES: Final = {
    # towards the thumb, towards the forearm (from the base of the middle metacarpal); half length, half width; turn
    "capitate": (1.0, 10.0, 8.5, 5.6, 0.0),
    "hamate": (-10.5, 9.0, 7.0, 5.6, -0.35),
    "triquetrum": (-13.5, 20.5, 5.2, 5.2, 0.5),
    "lunate": (-1.5, 23.5, 5.4, 6.0, 0.0),
    "trapezium": (19.0, 11.0, 6.0, 5.4, 0.7),
    "trapezoid": (10.8, 6.5, 4.6, 4.6, 0.0),
    "scaphoid": (10.8, 18.0, 7.4, 4.8, 0.7),
    "pisiform": (-17.0, 18.5, 3.8, 3.4, 0.0),
}
_FOREARM: Final = {"radius": (8.5, 31.5, (12.0, 7.0, 7.0)), "ulna": (-13.0, 33.5, (7.0, 4.6, 4.6))}
_FOREARM_LENGTH: Final = 80.0

_FINGER_FLESH: Final = {"metacarpal": 12.0, "proximal": 9.5, "middle": 8.5, "distal": 7.5}
_WRIST_FLESH: Final = 25.0
_FLESH_STEP: Final = 2
_FLESH_EDGE: Final = 1.5


def wrist_points(hand: HandOnFilm, places: Numbers) -> Floats:
    """(P, 2) places in the wrist (towards the thumb, towards the forearm; adult mm) as (N, P, 2) pixels."""
    origin = hand.joints[:, [MIDDLE_BASE]]
    cos, sin = np.cos(hand.rotation)[:, None], np.sin(hand.rotation)[:, None]
    across, down = places[None, :, 0], places[None, :, 1]
    turned = np.stack([across * cos - down * sin, across * sin + down * cos], axis=-1)
    return (origin + turned * hand.unit[:, None, None]).astype(np.float32)


def bone_thickness(hand: HandOnFilm) -> Floats:
    """(N, 128, 96) thickness of bone along the beam; 1 in a full-grown shaft."""
    canvas = np.zeros(len(hand.unit) * HEIGHT * WIDTH)
    shafts, caps = _rays(hand)
    for segment in _HALF_WIDTHS:
        canvas += paint(shafts.only([i for i, name in enumerate(BONE_SEGMENTS) if name == segment]))
    forearm, forearm_caps = _forearm(hand)
    for bars in (caps, forearm, forearm_caps, _carpals(hand)):
        canvas += paint(bars)
    return canvas.reshape(-1, HEIGHT, WIDTH).astype(np.float32)


def _rays(hand: HandOnFilm) -> tuple[Bars, Bars]:
    """The 19 shafts and their 19 growing ends."""
    near, far = np.array(BONES).T
    start, end = hand.joints[:, near], hand.joints[:, far]
    grows_at_head = np.array(
        [segment == "metacarpal" and ray > 0 for segment, ray in zip(BONE_SEGMENTS, BONE_RAYS, strict=True)]
    )
    start, end = (  # measured from the end that grows
        np.where(grows_at_head[:, None], end, start),
        np.where(grows_at_head[:, None], start, end),
    )
    broader = np.where(np.array(BONE_RAYS) == 0, _THUMB_BROADER, 1.0)[:, None]
    widths = np.array([_HALF_WIDTHS[segment] for segment in BONE_SEGMENTS]) * broader
    widths = np.where(grows_at_head[:, None], widths[:, ::-1], widths)
    full = np.array([_EPIPHYSIS[segment] for segment in BONE_SEGMENTS])
    return _growing(hand.growing_from(len(CARPALS), len(CARPALS) + len(BONES)), start, end, widths, full)


def _forearm(hand: HandOnFilm) -> tuple[Bars, Bars]:
    """Radius and ulna, running out of the picture, and their growing ends."""
    places = np.array([(across, down) for across, down, _ in _FOREARM.values()])
    start = wrist_points(hand, places)
    end = wrist_points(hand, places + (0, _FOREARM_LENGTH))
    widths = np.array([width for _, _, width in _FOREARM.values()])
    centres = hand.growing_from(len(CARPALS) + len(BONES), len(CENTRES))
    return _growing(centres, start, end, widths, np.full(len(widths), _EPIPHYSIS["forearm"]))


def _growing(hand: HandOnFilm, start: Floats, end: Floats, widths: Numbers, full: Numbers) -> tuple[Bars, Bars]:
    """Shaft and epiphysis of bones that grow at their start: a dot, then a disc, then a closing gap, then one bone.

    Parameters
    ----------
    hand: with the S centres of these bones.
    start, end: (N, S, 2) joints in pixels.
    widths: (S, 3) half widths in adult mm, from the growing end.
    full: (S,) thickness of the ripe epiphysis in adult mm.
    """
    along = end - start
    reach = np.hypot(along[..., 0], along[..., 1])
    forward = along / np.maximum(reach, 1e-6)[..., None]
    px, stages = hand.unit[:, None], hand.stages
    open_plate = hand.cartilage * (1 - 0.5 * stages) * (1 - _smoothstep((stages - 0.75) / 0.25))
    skip = (_JOINT_SPACE + full + _GROWTH_PLATE * open_plate) * px
    shaft_length = np.maximum(reach - skip - _JOINT_SPACE * px, 1.0)
    breadth = hand.breadths * px
    shaft = Bars.of(
        start + forward * skip[..., None], forward, shaft_length, widths * breadth[..., None], np.ones_like(stages)
    )
    thick = full * stages**0.5 * px  # quick at first, as the disc must fit the shaft by mid-childhood
    wide = widths[:, 0] * 1.04 * np.minimum(stages / 0.5, 1) ** 0.7 * breadth
    middle = (_JOINT_SPACE + full / 2) * px
    cap = Bars.of(
        start + forward * (middle - thick / 2)[..., None],
        forward,
        thick,
        np.repeat(np.maximum(wide, thick / 2)[..., None], 3, axis=-1),
        np.minimum(thick, 1),
    )
    return shaft, cap


def _carpals(hand: HandOnFilm) -> Bars:
    """The eight wrist bones: dots that grow to their adult outline."""
    table = np.array([_CARPAL_PLACES[carpal.name] for carpal in CARPALS])
    centres = hand.growing_from(0, len(CARPALS))
    grown = (
        centres.stages**0.6 * centres.breadths * hand.unit[:, None]
    )  # wide at first glance, then filling its place slowly
    turn = table[:, 4] + hand.rotation[:, None]
    forward = np.stack([-np.sin(turn), np.cos(turn)], axis=-1)
    half_length, half_width = table[:, 2] * grown, table[:, 3] * grown
    return Bars.of(
        wrist_points(hand, table[:, :2]) - forward * half_length[..., None],
        forward,
        2 * half_length,
        np.repeat(half_width[..., None], 3, axis=-1),
        np.minimum(2 * half_width, 1),
    )


def _smoothstep(share: Floats) -> Floats:
    within = np.clip(share, 0, 1)
    return within * within * (3 - 2 * within)


def flesh(hand: HandOnFilm) -> Floats:
    """(N, 128, 96) soft tissue along the beam, 0 outside the hand to about 1 in the palm."""
    depth = _flesh_depth(hand)  # worked out on a coarser grid: it has no fine detail
    full = _refine(_refine(depth, 1), 2) / (_FLESH_EDGE * 2)
    covered = 1 / (1 + np.exp(-2 * np.clip(full, -8, 8)))
    return np.asarray(covered * (0.55 + 0.45 * np.clip(full / 4, 0, 1)), dtype=np.float32)


def _flesh_depth(hand: HandOnFilm) -> Floats:
    """Depth in pixels below the skin (negative outside) on every second pixel: (N, 64, 48)."""
    near, far = np.array(BONES).T
    wrist = wrist_points(hand, np.array([(-1.0, 10.0), (-2.0, 90.0)]))
    start = np.concatenate([hand.joints[:, near], wrist[:, :1]], axis=1)
    end = np.concatenate([hand.joints[:, far], wrist[:, 1:]], axis=1)
    radius = np.array([*(_FINGER_FLESH[segment] for segment in BONE_SEGMENTS), _WRIST_FLESH], dtype=np.float32)
    x = np.arange(WIDTH // _FLESH_STEP, dtype=np.float32) * _FLESH_STEP + 0.5
    y = np.arange(HEIGHT // _FLESH_STEP, dtype=np.float32)[:, None] * _FLESH_STEP + 0.5
    depth = np.full((len(hand.unit), len(y), len(x)), -np.inf, dtype=np.float32)
    for capsule in range(len(radius)):
        (ax, ay), (bx, by) = start[:, capsule].T[..., None, None], end[:, capsule].T[..., None, None]
        ux, uy, px, py = bx - ax, by - ay, x - ax, y - ay
        share = np.clip((px * ux + py * uy) / (ux * ux + uy * uy), 0, 1)
        distance = np.sqrt((px - share * ux) ** 2 + (py - share * uy) ** 2)
        depth = np.maximum(depth, radius[capsule] * hand.unit[:, None, None] - distance)
    return depth


def _refine(coarse: Floats, axis: int) -> Floats:
    """Twice the samples along an axis; the coarse ones lie halfway between two fine ones."""
    before = np.concatenate([coarse.take([0], axis), coarse.take(range(coarse.shape[axis] - 1), axis)], axis)
    after = np.concatenate([coarse.take(range(1, coarse.shape[axis]), axis), coarse.take([-1], axis)], axis)
    pair = np.stack([0.75 * coarse + 0.25 * before, 0.75 * coarse + 0.25 * after], axis=axis + 1)
    shape = list(coarse.shape)
    shape[axis] *= 2
    return pair.reshape(shape).astype(np.float32)
