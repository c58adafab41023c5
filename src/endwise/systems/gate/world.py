"""A world of people before a camera: frames with the truth of every signal, the same bits for the same seed.

A person is a few dozen numbers (`faces`); a visit changes hair, beard, weight and what is worn, a picture changes
pose, expression, light and camera (`moments`). Heads are drawn on cluttered scenes (`drawing`, `scenes`, `camera`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

import endwise as ew
from endwise.systems.gate.drawing.camera import take
from endwise.systems.gate.drawing.faces import Face, identity
from endwise.systems.gate.drawing.heads import Head
from endwise.systems.gate.drawing.moments import PICTURE_STREAM, VISIT_STREAM, Camera, moment, on_the_day
from endwise.systems.gate.drawing.person import draw_person, pose_of
from endwise.systems.gate.drawing.scenes import background

SIZE: Final = (96, 128)
PICTURES_A_VISIT: Final = 5
HEIGHTS: Final = (24 / 96, 60 / 96)
"""Smallest and largest face over the frame's shorter side."""
MARGINS: Final = (0.52, 0.84, 0.69)
"""What a whole head takes beside, above and below the middle of its face, in face heights."""
PORTRAIT_SIZE: Final = (240, 200)
PORTRAIT_STREAM: Final = 3
PHOTOGRAPH_STREAM: Final = 4


class Photograph(NamedTuple):
    """A picture of any number of people and where their faces are."""

    picture: npt.NDArray[np.uint8]
    face_box: npt.NDArray[np.float32]
    """(faces, 4) left, top, right, bottom in px, in the order of the people."""


def generate(
    people: Sequence[int] | npt.NDArray[np.integer[Any]],
    pictures: int,
    *,
    seed: int = 0,
    first_picture: int = 0,
    complexity: float = 1.0,
    size: tuple[int, int] = SIZE,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, npt.NDArray[Any]]:
    """Frames of people, `pictures` of each, person by person, with the truth of every signal.

    The same arguments give the same bits (on one machine and numpy). A row depends on its seed, person and picture
    alone, so parts can be made apart. Each frame shows exactly one face, its head wholly inside.

    ============================  ====================  ============================  =================
    complexity                    0                     1                             2
    ============================  ====================  ============================  =================
    turn, nod, tilt (spread)      none                  9, 5, 4 degrees               twice
    expression, gaze              at rest               as in life                    twice
    side, height of the light     one                   27, 15 degrees                twice
    hair, beard, weight, tan      always the same       differ from visit to visit    twice
    blur, exposure, noise         one                   as in life                    twice
    hats, glasses taken off       never                 5 %, 20 % of the visits       twice
    place and height of the face  middle, 0.44 of side  anywhere, 0.25 to 0.62        anywhere
    things behind                 a plain wall          4 to 10, and 0 to 3 round     twice as many
    ============================  ====================  ============================  =================

    Turns end at 35, nods at 18 and tilts at 15 degrees. How much people differ is the same at every complexity.

    Parameters
    ----------
    people: numbers of the people, 0 or more; who a number is depends on the seed.
    pictures: how many of each; `PICTURES_A_VISIT` in a row are of one visit.
    first_picture: the number of the first picture, to continue where another call ended.
    size: height and width of the frames in px.
    progress: called with the people done and all people after each.

    Returns
    -------
    frame (N, 96, 128) uint8; face_box (N, 4) float32, left, top, right, bottom in px: the face from hairline to chin
    and cheek to cheek, without the hair; person (N,) int32; visit (N,) int32; height (N,) float32, px from hairline to
    chin before any nod.

    >>> rows = generate([7, 8], 3)
    >>> rows["frame"].shape, rows["person"].tolist()
    ((6, 96, 128), [7, 7, 7, 8, 8, 8])
    """
    _check(people, complexity)
    count = len(people) * pictures
    frames = np.empty((count, *size), dtype=np.uint8)
    boxes = np.empty((count, 4), dtype=np.float32)
    heights = np.empty(count, dtype=np.float32)
    numbers = np.arange(first_picture, first_picture + pictures, dtype=np.int32)
    visit_numbers = numbers // PICTURES_A_VISIT
    for index, person in enumerate(map(int, people)):
        face = identity(seed, person)
        visits = {visit: _at_visit(face, seed, person, visit, complexity) for visit in {*visit_numbers.tolist()}}
        for row, picture in enumerate(numbers.tolist(), start=index * pictures):
            today = visits[picture // PICTURES_A_VISIT]
            rng = np.random.default_rng([seed, person, PICTURE_STREAM, picture])
            frames[row], boxes[row], heights[row] = _frame(rng, today, complexity, size)
        if progress is not None:
            progress(index + 1, len(people))
    return {
        "frame": frames,
        "face_box": boxes,
        "person": np.repeat(np.asarray(people, dtype=np.int32), pictures),
        "visit": np.tile(visit_numbers, len(people)),
        "height": heights,
    }


def portrait(person: int, *, seed: int = 0, picture: int = 0, size: tuple[int, int] = PORTRAIT_SIZE) -> Photograph:
    """One person from the front in soft light before a plain wall, as handed in to be enrolled.

    Another `picture` is of another day, with a little other light and pose; the person is that of `generate`.
    """
    _check([person], 0)
    rng = np.random.default_rng([seed, person, PORTRAIT_STREAM, picture])
    today = on_the_day(identity(seed, person), rng, 0.7)
    shot = moment(rng, 0.25)._replace(camera=Camera(blur=0.4, noise=0.006, coarseness=0.2))
    rows, columns = size
    scene = background(rng, size, 0)
    height = 0.52 * min(rows, 1.2 * columns)
    head = Head(today, pose_of(shot, columns / 2, 0.5 * rows, height))
    draw_person(scene, head, shot, clothes=float(rng.uniform(0.1, 0.8)))
    return Photograph(take(scene, shot.camera, rng), np.array([head.box()], dtype=np.float32))


def photograph(
    people: Sequence[int], *, seed: int = 0, picture: int = 0, size: tuple[int, int] = (600, 800)
) -> Photograph:
    """Any number of people, none included, side by side in one scene as a camera meets them."""
    _check(people, 1)
    rng = np.random.default_rng([seed, PHOTOGRAPH_STREAM, picture, *people])
    rows, columns = size
    scene = background(rng, size, 1)
    boxes = np.empty((len(people), 4), dtype=np.float32)
    for place, person in enumerate(people):
        today = on_the_day(identity(seed, person), rng, 1)
        shot = moment(rng, 0.6)
        room = columns / len(people)
        height = float(rng.uniform(0.7, 1.0)) * min(rows / sum(MARGINS[1:]), room / (2 * MARGINS[0] + 0.1))
        y = rng.uniform(MARGINS[1] * height, rows - MARGINS[2] * height)
        head = Head(today, pose_of(shot, (place + 0.5) * room, y, height))
        draw_person(scene, head, shot, clothes=float(rng.uniform(0.1, 0.8)))
        boxes[place] = head.box()
    return Photograph(take(scene, Camera(), rng), boxes)


def _frame(
    rng: np.random.Generator, face: Face, complexity: float, size: tuple[int, int]
) -> tuple[npt.NDArray[np.uint8], tuple[float, float, float, float], float]:
    shot = moment(rng, complexity)
    place = rng.random(3)
    clothes = 0.45 + rng.uniform(-0.35, 0.35) * min(complexity, 1)
    scene = background(rng, size, complexity)
    head = Head(face, pose_of(shot, *_place(place, complexity, size)))
    draw_person(scene, head, shot, clothes)
    return take(scene, shot.camera, rng), head.box(), head.pose.height


def _place(place: npt.NDArray[np.float64], complexity: float, size: tuple[int, int]) -> tuple[float, float, float]:
    """Pixel of the middle of the face and its height; anywhere from complexity 1, in the middle at 0."""
    freedom = min(complexity, 1)
    x, y, large = (0.5 + freedom * (place - 0.5)).tolist()
    rows, columns = size
    height = min(size) * (HEIGHTS[0] + large * (HEIGHTS[1] - HEIGHTS[0]))
    beside, above, below = (margin * height for margin in MARGINS)
    return beside + x * (columns - 2 * beside), above + y * (rows - above - below), height


def _at_visit(face: Face, seed: int, person: int, visit: int, complexity: float) -> Face:
    return on_the_day(face, np.random.default_rng([seed, person, VISIT_STREAM, visit]), complexity)


def _check(people: Sequence[int] | npt.NDArray[np.integer[Any]], complexity: float) -> None:
    if complexity < 0:
        raise ew.EndwiseError(
            f"Frames of complexity {complexity:g} were asked for.",
            "It starts at 0, where all pictures of a person are alike; 1 is as in life.",
            "It scales how far pictures differ, which cannot be less than not at all.",
            "Give 0 or more.",
        )
    if any(person < 0 for person in people):
        raise ew.EndwiseError(
            f"A person with the number {min(people)} was asked for.",
            "The people of a world are numbered from 0, without end.",
            "A face is drawn from its number, and there is none below 0.",
            "Give numbers of 0 or more.",
        )
