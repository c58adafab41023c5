"""What the driver sees: the camera's picture enlarged, and what was perceived and planned drawn over it."""

from __future__ import annotations

from typing import Final

import numpy as np
import PIL.Image
import PIL.ImageDraw
from scipy.interpolate import PchipInterpolator

from endwise.systems.driving.camera import CLASSES, HEIGHT, WIDTH, project
from endwise.systems.driving.film.colours import AMBER, BODIES, OTHER_LANE, OWN_LANE, PLAN, Colour
from endwise.systems.driving.film.recording import Moment, Rows
from endwise.systems.driving.road import Doubles
from endwise.systems.driving.scenes import FARTHEST_GAP, PLAN_DISTANCES
from endwise.systems.driving.vehicle import LENGTH

GREYS: Final = 24
"""Levels that are left of the picture's 256: what is written is then a third as large, and looks the same."""
TINTS: Final[dict[str, Colour]] = {"own lane": OWN_LANE, "other lane": OTHER_LANE, "car or barrel": BODIES}
TINT: Final = 0.32
"""Share of a tint in what is shown."""
NEAREST: Final = 4.4
"""Metres forward of what stands on the picture's lowest row."""
WIDE: Final = 0.22
"""Metres from the middle of the drawn path to its edge."""
FINE: Final = 2
"""Times that lines are drawn larger than shown, so that they come out smooth."""


def windscreen(moment: Moment, scale: int) -> PIL.Image.Image:
    """The picture `scale` times enlarged; the mask, the path and the gap over it, as far as the driver made them.

    A frame round it says that the guard intervenes.
    """
    picture = PIL.Image.fromarray(_tinted(moment.picture, moment.made.get("lane_mask")))
    picture = picture.resize((scale * WIDTH, scale * HEIGHT), PIL.Image.Resampling.NEAREST)
    if "plan" in moment.made:
        path = _path(moment.made["plan"])
        _lay(picture, _ribbon(path, moment.pitch), PLAN, scale)
        if moment.gap is not None and moment.gap[0] < FARTHEST_GAP:
            _lay(picture, _bar(path, float(moment.gap[0]), moment.pitch), BODIES, scale)
    if moment.guarded:
        edges = (0, 0, picture.width - 1, picture.height - 1)
        PIL.ImageDraw.Draw(picture).rectangle(edges, outline=AMBER, width=scale)
    return picture


def _tinted(picture: Rows, mask: Rows | None) -> Rows:
    """(48, 96, 3) uint8"""
    grey = np.rint(picture / 255 * (GREYS - 1)) * (255 / (GREYS - 1))
    shown = np.repeat(grey[:, :, None], 3, axis=2)
    for name, colour in TINTS.items():
        if mask is not None:
            there = mask == CLASSES.index(name)
            shown[there] = (1 - TINT) * shown[there] + TINT * np.array(colour)
    return np.rint(shown).astype(np.uint8)


def _path(plan: Rows) -> PchipInterpolator:
    """Metres to the left, over metres forward."""
    return PchipInterpolator(PLAN_DISTANCES, plan[: len(PLAN_DISTANCES)].astype(np.float64), extrapolate=True)


def _ribbon(path: PchipInterpolator, pitch: float) -> Doubles:
    """(P, 2) corners (column, row) of the path as it lies on the ground."""
    forward = np.geomspace(NEAREST, PLAN_DISTANCES[-1], 40)
    left = np.asarray(path(forward))
    sides = [(forward, left + WIDE), (forward[::-1], left[::-1] - WIDE)]
    return np.concatenate([_on_picture(*side, pitch) for side in sides])


def _bar(path: PchipInterpolator, gap: float, pitch: float) -> Doubles:
    """(4, 2) corners of a bar across the path where the car ahead ends, a tenth of the distance deep."""
    forward = max(gap + LENGTH / 2, NEAREST)
    left = float(path(min(forward, PLAN_DISTANCES[-1])))
    corners = np.array([(0.94, 1), (0.94, -1), (1, -1), (1, 1)])
    return _on_picture(forward * corners[:, 0], left + corners[:, 1], pitch)


def _on_picture(forward: Doubles, left: Doubles, pitch: float) -> Doubles:
    row, column = project(forward, left, 0.0, pitch)
    return np.stack([column, row], axis=1)


def _lay(picture: PIL.Image.Image, corners: Doubles, colour: Colour, scale: int) -> None:
    """Fill a polygon, in pixels of the camera, with some of what is below shining through."""
    share = PIL.Image.new("L", (FINE * picture.width, FINE * picture.height))
    PIL.ImageDraw.Draw(share).polygon([(x, y) for x, y in (FINE * scale * corners).tolist()], fill=200)
    picture.paste(colour, mask=share.resize(picture.size, PIL.Image.Resampling.BOX))
