"""Moved pictures take their points along, and a label that depends on the place survives."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from endwise.learn.augment import augment
from endwise.learn.fit import fit
from endwise.learn.trainer import Recipe
from endwise.system.components import Learned, learned
from endwise.system.signals import Box, Image, Mask, Number, Points, Stack, Vector

PICTURE = Image("picture", size=(40, 60))
SPOT = Points("spot", unit="px", count=1, on="picture")


def bright(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Dark pictures with one bright block, and where its centre is."""
    random = np.random.default_rng(seed)
    where = np.stack([random.integers(12, 48, count), random.integers(12, 28, count)], axis=1)  # (N, 2) as x, y
    pictures = np.zeros((count, *PICTURE.size), np.uint8)
    for picture, (x, y) in zip(pictures, where, strict=True):
        picture[y - 3 : y + 4, x - 3 : x + 4] = 200
    return pictures, where[:, None].astype(np.float32)


def test_points_and_boxes_move_with_their_picture() -> None:
    pictures, spots = bright(50)
    box = Box("box", unit="px", on="picture")
    boxes = np.concatenate([spots[:, 0] - 3, spots[:, 0] + 3], axis=1)
    move = augment(learned(PICTURE, box, to=SPOT), share=0.1)
    assert move is not None
    moved, framed, found = move([pictures, boxes, spots], np.random.default_rng(0))
    assert np.abs(found - spots).max() == 4
    rows = np.arange(50)
    x, y = found[:, 0].astype(int).T
    assert (moved[rows, y, x] == 200).all()
    assert (moved[rows, y + 3, x - 3] == 200).all()
    assert (moved[rows, y + 4, x] == 0).all()
    np.testing.assert_array_equal((framed[:, :2] + framed[:, 2:]) / 2, found[:, 0])


def test_a_stack_moves_as_one_and_numbers_stay() -> None:
    stack, size = Stack("stack", count=2, size=(40, 40)), Vector("size", size=2)
    move = augment(learned(stack, size, to=SPOT), share=0.05)
    assert move is not None
    pictures = np.random.default_rng(0).integers(0, 255, (3, 2, 40, 40), dtype=np.uint8)
    pictures[:, 1] = pictures[:, 0]
    sizes = np.ones((3, 2), np.float32)
    moved, same, _ = move([pictures, sizes, np.zeros((3, 1, 2), np.float32)], np.random.default_rng(1))
    np.testing.assert_array_equal(moved[:, 0], moved[:, 1])
    assert same is sizes
    assert not np.array_equal(moved, pictures)


def test_nothing_moves_where_there_is_no_picture_or_no_whole_pixel() -> None:
    assert augment(learned(Vector("size", size=2), to=SPOT), share=0.5) is None
    assert augment(learned(Image("thumb", size=(12, 12)), to=SPOT), share=0.03) is None


def test_a_picture_that_says_so_is_mirrored_with_its_box() -> None:
    pictures, spots = bright(200)
    boxes = np.concatenate([spots[:, 0] - 3, spots[:, 0] + 4], axis=1)  # the edges of the block
    face = Image("picture", size=PICTURE.size, mirrors=True)
    change = augment(learned(face, to=Box("box", on="picture")), share=0.01)
    assert change is not None
    changed, found = change([pictures, boxes], np.random.default_rng(0))
    for picture, (left, top, right, bottom) in zip(changed, found.astype(int), strict=True):
        assert (picture[top:bottom, left:right] == 200).all()
        assert (picture == 200).sum() == 49
    swapped = np.abs(found - boxes).max(axis=1) > 1
    assert 0.35 < swapped.mean() < 0.65
    assert found.dtype == boxes.dtype


def test_auxiliary_signals_change_along_and_what_is_known_of_them_stays() -> None:
    pictures, spots = bright(80)
    boxes = np.concatenate([spots[:, 0] - 3, spots[:, 0] + 4], axis=1)
    masks = (pictures > 100).astype(np.uint8)
    face = Image("picture", size=PICTURE.size, mirrors=True)
    beside = [Box("box", on="picture"), Mask("bright", size=PICTURE.size, values=("dark", "bright"))]
    change = augment(learned(face, to=Number("age"), auxiliary=beside), share=0.05)
    assert change is not None
    assert change.mirrors
    known = np.arange(80) % 2 == 0
    ages = np.arange(80, dtype=np.float32)
    changed, same, found, painted, *kept = change([pictures, ages, boxes, masks, known], np.random.default_rng(0))
    np.testing.assert_array_equal(painted, changed > 100)
    for picture, (left, top, right, bottom) in zip(changed, found.astype(int), strict=True):
        assert (picture[top:bottom, left:right] == 200).all()
    np.testing.assert_array_equal(same, ages)
    assert kept[0] is known


@pytest.mark.parametrize(
    "component",
    [
        learned(PICTURE, to=Box("box", on="picture")),
        learned(Image("face", size=(40, 60), mirrors=True), to=SPOT),
        learned(Image("face", size=(40, 60), mirrors=True), PICTURE, to=Number("age")),
        learned(Image("picture", size=(40, 60), mirrors=True), to=Number("age"), auxiliary=[SPOT]),
        learned(Image("picture", size=(40, 60), mirrors=True), to=Box("box", unit="m", on="picture")),
        learned(Image("picture", size=(40, 60), mirrors=True), to=Box("box", on="another")),
    ],
)
def test_nothing_else_is_mirrored(component: Learned) -> None:
    """A picture that does not say so, points that have names, and a second input that has a left and a right."""
    change = augment(component, share=0.05)
    assert change is not None
    assert not change.mirrors


@pytest.mark.slow
def test_a_label_that_is_a_place_is_learnt_in_spite_of_moving() -> None:
    """The recipe's last part shows pictures as they are."""
    torch.set_num_threads(1)
    errors = []
    pictures, spots = bright(300)
    tested, truth = bright(200, seed=1)
    for share in (0.0, 0.05):
        model, _ = fit(
            learned(PICTURE, to=Number("x", unit="px")),
            [pictures],
            spots[:, 0, 0],
            held_out=np.arange(300) < 45,
            recipe=Recipe(shift=share),
            seed=0,
        )
        errors.append(np.abs(model.predict([tested]) - truth[:, 0, 0]).mean())
    assert errors[1] < 1.5 * errors[0] + 0.2, errors
