"""Which photos are good enough to enrol: portraits of the built-in world with true boxes, spoiled in one way each."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from endwise.systems.gate.cropping import cut
from endwise.systems.gate.door.quality import complaint, sharpness
from endwise.systems.gate.door.recogniser import Face
from endwise.systems.gate.signals import NUMBERS
from endwise.systems.gate.world import Photograph, portrait


@pytest.fixture(scope="module")
def portraits() -> list[Photograph]:
    return [portrait(person) for person in range(8)]


def face(picture: np.ndarray, box: np.ndarray) -> Face:
    return Face(box, 0.9, cut(picture[None], box[None])[0], np.zeros(NUMBERS, np.float32))


def told(picture: np.ndarray, box: np.ndarray) -> str:
    return complaint(picture, [face(picture, box)])


def test_portraits_are_taken(portraits: list[Photograph]) -> None:
    assert [told(one.picture, one.face_box[0]) for one in portraits] == [""] * len(portraits)


SPOILED: dict[str, tuple[Callable[[np.ndarray], np.ndarray], str]] = {
    "dark": (lambda picture: picture * 0.1, r"^the face is too dark: mean grey \d+ of 255, at least 30 is needed"),
    "bright": (lambda picture: np.minimum(picture * 0.1 + 235, 255), r"too bright: mean grey \d+ of 255, at most 225"),
    "flat": (lambda picture: 128 + (picture - 128) * 0.1, r"^the face has too little contrast: spread [\d.]+ of 255"),
    "blurred": (lambda picture: gaussian_filter(picture, 12), r"^the face is blurred: sharpness [\d.]+, at least 0\.1"),
}


@pytest.mark.parametrize("how", SPOILED)
def test_what_is_wrong_is_said_with_the_figure_and_the_bar(portraits: list[Photograph], how: str) -> None:
    spoil, said = SPOILED[how]
    spoiled = [(spoil(one.picture.astype(float)).astype(np.uint8), one.face_box[0]) for one in portraits]
    found = [bool(re.search(said, told(*one))) for one in spoiled]
    assert sum(found) >= len(found) - (how == "blurred") * 2  # a face with little on it looks sharp to this measure


def test_small_faces_are_refused(portraits: list[Photograph]) -> None:
    picture, boxes = portraits[0]
    assert told(picture[::8, ::8], boxes[0] / 8).startswith("the face is too small: 1")
    assert "px high, at least 24 px are needed" in told(picture[::8, ::8], boxes[0] / 8)


def test_faces_cut_off_by_the_border_are_refused(portraits: list[Photograph]) -> None:
    picture, boxes = portraits[0]
    left, top = 0.0, float(boxes[0, 1]) + 30
    moved = boxes[0] - np.float32([left, top, left, top])
    assert told(picture[int(top) :], moved).startswith("the face is cut off by the border of the picture, by 30 px")


def test_one_face_is_wanted(portraits: list[Photograph]) -> None:
    picture, boxes = portraits[0]
    one = face(picture, boxes[0])
    assert complaint(picture, []) == "no face was found"
    assert complaint(picture, [one, one]) == "2 faces were found, and it would not be known whose to enrol"


def test_sharpness_falls_with_blur_and_not_with_contrast(portraits: list[Photograph]) -> None:
    for picture, boxes in portraits:
        crop = face(picture, boxes[0]).crop
        blurred = [gaussian_filter(crop.astype(float), width) for width in (0.5, 1.0, 2.0, 4.0)]
        ladder = [sharpness(one) for one in (crop, *blurred)]
        assert ladder == sorted(ladder, reverse=True)
        assert sharpness(crop * 0.5) == pytest.approx(sharpness(crop), rel=1e-6)
