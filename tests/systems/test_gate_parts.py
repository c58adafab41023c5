"""The parts of the gate that need no world: the zoom, the gradients, the discriminants, the gallery."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from endwise.systems.gate.cropping import AROUND, cut
from endwise.systems.gate.embedding import Discriminants
from endwise.systems.gate.gallery import Gallery, template
from endwise.systems.gate.hog import HALF, SIZE, gradients, of_half
from endwise.systems.gate.signals import CROP, NUMBERS, SIZE as FRAME


def ramp() -> np.ndarray:
    """Brighter to the right and downwards, by less than a step a pixel."""
    down, across = np.mgrid[: FRAME[0], : FRAME[1]]
    return (across + down / 2).astype(np.uint8)


@settings(deadline=None)
@given(st.floats(30, 90), st.floats(30, 60), st.floats(12, 40))
def test_a_crop_shows_the_square_around_the_box(x: float, y: float, height: float) -> None:
    """On a plane every crop pixel is the plane's value where it was taken from, to rounding."""
    box = np.float32([x - 5, y - height / 2, x + 5, y + height / 2])
    made = cut(ramp()[None], box[None])[0].astype(float)
    steps = ((np.arange(CROP) + 0.5) / CROP - 0.5) * AROUND * height
    across, down = np.clip(x + steps - 0.5, 0, FRAME[1] - 1), np.clip(y + steps - 0.5, 0, FRAME[0] - 1)
    assert np.abs(made - (across[None] + down[:, None] / 2)).max() < 1.6


def test_a_box_outside_or_without_an_inside_still_gives_a_crop() -> None:
    boxes = np.float32([[-50, -50, -40, -40], [200, 200, 260, 300], [10, 10, 10, 10]])
    assert cut(np.repeat(ramp()[None], 3, axis=0), boxes).shape == (3, CROP, CROP)


def test_gradients_know_edges_and_not_light() -> None:
    draw = np.random.default_rng(0)
    crop = draw.integers(60, 120, (1, CROP, CROP)).astype(np.uint8)
    made = gradients(crop)
    assert made.shape == (1, SIZE)
    assert made.dtype == np.float32
    darker = gradients((crop * 0.5).astype(np.uint8))
    assert float((made * darker).sum() / np.linalg.norm(made) / np.linalg.norm(darker)) > 0.97
    turned = gradients(crop.transpose(0, 2, 1))
    assert float((made * turned).sum() / np.linalg.norm(made) / np.linalg.norm(turned)) < 0.95


def test_an_upright_edge_votes_for_its_own_direction() -> None:
    crop = np.zeros((1, CROP, CROP), np.uint8)
    crop[:, :, CROP // 2 :] = 200
    votes = gradients(crop).reshape(-1, 9).sum(axis=0)
    assert votes[[0, 8]].sum() > 0.95 * votes.sum()  # 0 and 180 degrees are the same


def test_a_face_and_its_mirror_image_have_the_same_half() -> None:
    crops = np.random.default_rng(0).integers(0, 255, (3, CROP, CROP)).astype(np.uint8)
    half = of_half(crops)
    assert half.shape == (3, HALF)
    np.testing.assert_allclose(of_half(crops[:, :, ::-1]), half, atol=2e-3)
    assert np.abs(of_half(crops[:, ::-1]) - half).max() > 0.05


def people(count: int, of: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Vectors in which few directions say who somebody is, and many vary from picture to picture."""
    draw = np.random.default_rng(seed)
    who = np.repeat(np.arange(count), of)
    centres = np.zeros((count, 80))
    centres[:, :8] = draw.normal(size=(count, 8))
    noise = draw.normal(size=(len(who), 80)) * np.r_[np.full(8, 0.5), np.full(72, 3)]
    return (centres[who] + noise).astype(np.float32), who.astype(np.int32)


def test_discriminants_find_what_tells_people_apart() -> None:
    rows, who = people(60, 12, 0)
    learner = Discriminants()
    loss = learner.fit([rows], who, np.arange(len(who)) % 6 == 0, 0)
    assert 0 < loss < 1
    rows, who = people(30, 4, 1)
    made = learner.predict([rows])
    assert made.shape == (120, NUMBERS)
    assert np.linalg.norm(made, axis=1) == pytest.approx(1, abs=1e-5)
    alike, plain = made @ made.T, rows @ rows.T
    same = (who[:, None] == who[None]) & ~np.eye(len(who), dtype=bool)
    knowing = unit(rows[:, :8])  # the directions that count, told
    assert _ahead(plain, same) < 0.7 < 0.9 * _ahead(knowing @ knowing.T, same) < _ahead(alike, same)


def _ahead(alike: np.ndarray, same: np.ndarray) -> float:
    """How often a pair of one person is more alike than one of two."""
    other = ~same & ~np.eye(len(same), dtype=bool)
    return float((np.quantile(alike[other], np.linspace(0, 1, 200))[:, None] < alike[same]).mean())


def test_what_was_learnt_comes_back() -> None:
    rows, who = people(10, 6, 0)
    learner, again = Discriminants(), Discriminants()
    learner.fit([rows], who, np.zeros(len(who), bool), 0)
    again.restore(learner.state())
    np.testing.assert_array_equal(learner.predict([rows]), again.predict([rows]))


def unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def test_the_nearest_of_the_enrolled_is_named_and_strangers_are_not_enrolled() -> None:
    draw = np.random.default_rng(0)
    faces = unit(draw.normal(size=(5, 16)))
    target = np.array([[2, 1], [2, 1], [0, 1], [-7, 1], [-1, 1]], np.float32)
    gallery = Gallery()
    assert gallery.fit([faces], target, np.zeros(5, bool), 0) == 0
    assert gallery.places.tolist() == [0, 2]
    found = gallery.predict([np.stack([template(faces[:2]), faces[2], faces[3]])])
    assert found[:, 0].tolist()[:2] == [2, 0]
    assert found[:2, 1] == pytest.approx(1, abs=1e-6)
    assert found[2, 1] < 0.9
    again = Gallery()
    again.restore(gallery.state())
    np.testing.assert_array_equal(again.predict([faces]), gallery.predict([faces]))


def test_the_differentiable_zoom_is_the_zoom() -> None:
    """To half a grey level on average: a face smaller than the crop is sampled twice as finely."""
    import torch

    from endwise.systems.gate import cropping, differentiable, world

    made = world.generate([1, 2, 3], 4)
    boxes = torch.from_numpy(made["face_box"]).requires_grad_()
    crops = differentiable.cut(torch.from_numpy(made["frame"]), boxes)
    assert np.abs(crops.detach().numpy() - cropping.cut(made["frame"], made["face_box"])).mean() < 0.5
    crops.sum().backward()
    assert boxes.grad is not None
    assert (boxes.grad != 0).all()
