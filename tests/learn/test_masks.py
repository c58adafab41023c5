"""Networks that paint a mask, read one, and read several moments of a scene."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from endwise.learn.augment import augment
from endwise.learn.encode import encoder
from endwise.learn.fit import fit
from endwise.learn.heads import head
from endwise.learn.model import Network
from endwise.learn.trainer import Recipe
from endwise.system.components import Learned, learned
from endwise.system.signals import Image, Mask, Number, Stack, Vector

SIZE = (32, 48)
SCENE, PICTURE = Stack("scene", count=2, size=SIZE), Image("picture", size=SIZE)
PARTS = Mask("parts", size=SIZE, values=("ground", "block", "bar"))
SPEED = Number("speed", unit="px")
SHORT = dataclasses.replace(Recipe(), max_steps=240)


def scenes(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A bright block that moves to the right over a grey bar; the mask of the second moment, and how far it moved."""
    draw = np.random.default_rng(seed)
    moments = draw.integers(0, 60, (count, 2, *SIZE), dtype=np.uint8)
    masks = np.zeros((count, *SIZE), np.uint8)
    moved = draw.integers(0, 9, count)
    for at in range(count):
        row, column, bar = draw.integers(2, 20), draw.integers(2, 26), draw.integers(0, 28)
        moments[at, :, bar : bar + 4] += 80
        masks[at, bar : bar + 4] = 2
        for moment, by in enumerate((0, moved[at])):
            moments[at, moment, row : row + 9, column + by : column + by + 9] = 220
        masks[at, row : row + 9, column + by : column + by + 9] = 1
    return moments, masks, moved.astype(np.float32)


def error(component: Learned, inputs: tuple[np.ndarray, np.ndarray], target: tuple[np.ndarray, np.ndarray]) -> float:
    """The mean distance on new scenes after a short training."""
    held = np.arange(len(inputs[0])) % 5 == 0
    model, _ = fit(component, [inputs[0]], target[0], held_out=held, recipe=SHORT, seed=0)
    found = model.predict([inputs[1]])
    return float(np.mean([component.output.distance(one, true) for one, true in zip(found, target[1], strict=True)]))


@pytest.fixture(scope="module")
def made() -> list[tuple[np.ndarray, np.ndarray]]:
    return list(zip(scenes(400, 0), scenes(80, 1), strict=True))


def test_a_mask_is_painted_to_the_pixel(made: list[tuple[np.ndarray, np.ndarray]]) -> None:
    moments, masks, _ = made
    now = tuple(one[:, 1] for one in moments)
    assert error(learned(PICTURE, to=PARTS), now, masks) < 0.02  # type: ignore[arg-type]
    assert error(learned(SCENE, to=PARTS), moments, masks) < 0.02


def test_moments_of_a_scene_are_seen_together(made: list[tuple[np.ndarray, np.ndarray]]) -> None:
    moments, _, moved = made
    guess = float(np.abs(moved[1] - np.median(moved[0])).mean())
    assert error(learned(SCENE, to=SPEED), moments, moved) < guess / 3


def test_a_mask_is_read(made: list[tuple[np.ndarray, np.ndarray]]) -> None:
    _, masks, _ = made
    middle = tuple(np.array([np.nonzero(m == 1)[1].mean() for m in one], np.float32) for one in masks)
    assert error(learned(PARTS, to=SPEED), masks, middle) < 1.5  # type: ignore[arg-type]


def test_an_encoded_mask_has_a_channel_for_each_class() -> None:
    mask = np.random.default_rng(0).integers(0, 3, (4, *SIZE), dtype=np.uint8)
    read = encoder(PARTS)
    encoded = read(torch.from_numpy(mask)).numpy()
    assert encoded.shape == (4, 3, *SIZE)
    np.testing.assert_array_equal(encoded.argmax(axis=1), mask)
    assert (encoded.sum(axis=1) == 1).all()
    np.testing.assert_array_equal(read.numbers(mask).reshape(4, *SIZE, 3).argmax(axis=3), mask)


@given(scale=st.sampled_from([1, 2, 4]), seed=st.integers(0, 99))
@settings(max_examples=12, deadline=None)
def test_coarse_scores_are_spread_over_the_mask(scale: int, seed: int) -> None:
    to = head(learned(PICTURE, to=PARTS))
    random = torch.Generator().manual_seed(seed)
    raw = torch.randn(2, 3, SIZE[0] // scale, SIZE[1] // scale, generator=random)
    assert to.fits(raw.shape[1:])
    found = to.decode(raw)
    assert found.shape == (2, *SIZE)
    assert found.dtype == np.uint8
    sure = 20 * torch.nn.functional.one_hot(torch.from_numpy(found).long(), 3).movedim(3, 1).float()
    assert to.loss(sure, torch.from_numpy(found)).max() < 1e-3
    assert (to.loss(raw, torch.from_numpy(found)) > 0).all()


@pytest.mark.parametrize("size", [(24, 30), (33, 47), (96, 70)])
def test_masks_of_any_size_are_painted(size: tuple[int, int]) -> None:
    network = Network(learned(Image("picture", size=size, channels=3), to=Mask("parts", size=size)))
    assert network(torch.zeros(2, *size, 3, dtype=torch.uint8)).shape == (2, 2, *size)


def test_a_mask_moves_with_its_picture() -> None:
    move = augment(learned(SCENE, PARTS, to=Vector("v", size=1)), share=0.1)
    painted = augment(learned(SCENE, to=PARTS), share=0.1)
    assert move is not None
    assert painted is not None
    moments, masks, _ = scenes(20, 3)
    moments[:, 1] = np.where(masks == 1, 255, 0)
    moved, mask, _ = move([moments, masks, np.zeros((20, 1), np.float32)], np.random.default_rng(0))
    np.testing.assert_array_equal(moved[:, 1] == 255, mask == 1)
    assert not np.array_equal(mask, masks)
    moved, mask = painted([moments, masks], np.random.default_rng(1))
    np.testing.assert_array_equal(moved[:, 1] == 255, mask == 1)
