"""The road from above, as it truly is: our car, the others, and the path that is planned."""

from __future__ import annotations

from typing import Final

import numpy as np
import PIL.Image
import PIL.ImageDraw

from endwise.systems.driving.film.colours import BODIES, MEADOW, OTHER_LANE, PLAN, QUIET, ROAD, TEXT, Colour
from endwise.systems.driving.film.recording import Moment, Rows
from endwise.systems.driving.road import EDGE, Doubles, Pose, Road, on_ground, pose
from endwise.systems.driving.scenes import PLAN_DISTANCES
from endwise.systems.driving.traffic import NOWHERE, ONCOMING
from endwise.systems.driving.vehicle import LENGTH, WIDTH

FORWARD: Final = 46.0
BACK: Final = 8.0
"""Metres that are shown."""
FINE: Final = 3
"""Times that it is drawn larger than shown, so that lines come out smooth."""


def birdview(road: Road, moment: Moment, size: tuple[int, int]) -> PIL.Image.Image:
    """A picture of `size` (width, height) with our car pointing up. What the picture shows is the truth."""
    large = (FINE * size[0], FINE * size[1])
    picture = PIL.Image.new("RGB", large, MEADOW)
    pen = PIL.ImageDraw.Draw(picture)
    eye = pose(road, moment.car.s, moment.car.d, moment.car.heading)

    def on_map(forward: Doubles, left: Doubles) -> list[tuple[float, float]]:
        metre = large[1] / (FORWARD + BACK)
        return [(large[0] / 2 - x * metre, (FORWARD - y) * metre) for y, x in zip(forward, left, strict=True)]

    along = float(moment.car.s[0]) + np.arange(-BACK - 6, FORWARD + 25)
    right, left = _seen(road, eye, along, -EDGE), _seen(road, eye, along[::-1], 3 * EDGE)
    pen.polygon(on_map(*(np.concatenate(part) for part in zip(right, left, strict=True))), fill=ROAD)
    for edge in (-EDGE, 3 * EDGE):
        pen.line(on_map(*_seen(road, eye, along, edge)), fill=QUIET, width=2)
    for start in np.arange(along[0] - along[0] % 9, along[-1], 9):  # dashes as on the road itself
        pen.line(on_map(*_seen(road, eye, start + np.arange(4.0), EDGE)), fill=QUIET, width=2)
    if "plan" in moment.made:
        aside = moment.made["plan"][: len(PLAN_DISTANCES)]
        pen.line(on_map(np.array([LENGTH / 2, *PLAN_DISTANCES]), np.array([_nose(aside), *aside])), fill=PLAN, width=4)
    for box, colour in _boxes(moment):
        pen.polygon(on_map(*_seen(road, eye, box[:, 0], box[:, 1])), fill=colour)
    ours = np.array([(1, 0.6), (1, -0.6), (0.6, -1), (-1, -1), (-1, 1), (0.6, 1)]) * (LENGTH / 2, WIDTH / 2)
    pen.polygon(on_map(ours[:, 0], ours[:, 1]), fill=TEXT)
    return picture.resize(size, PIL.Image.Resampling.BOX)


def _nose(left: Rows) -> float:
    """Where the path starts at our front: on the line through its first two points."""
    near, next_one = PLAN_DISTANCES[:2]
    return float(left[0] + (left[1] - left[0]) * (LENGTH / 2 - near) / (next_one - near))


def _seen(road: Road, eye: Pose, s: Doubles, d: float | Doubles) -> tuple[Doubles, Doubles]:
    """Metres forward and to the left of places on the road, (P,) each."""
    forward, left = eye.sees(*on_ground(road, s[None], d))
    return forward[0], left[0]


def _boxes(moment: Moment) -> list[tuple[Doubles, Colour]]:
    """The corners (4, 2) of everybody else in lane coordinates, and a colour."""
    things, boxes = moment.things, []
    for which in np.flatnonzero((things.s[0] > NOWHERE / 2) & (things.s[0] < -NOWHERE)):
        half = np.array([things.length[0, which], things.width[0, which]]) / 2
        corners = np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)]) * half
        middle = np.array([things.s[0, which], things.d[0, which]])
        boxes.append((middle + corners, OTHER_LANE if 0 < which <= ONCOMING else BODIES))
    return boxes
