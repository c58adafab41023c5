"""A detector's box is brought into place: on heads of lines drawn anywhere, without the world."""

from __future__ import annotations

import numpy as np
import pytest

from endwise.systems.gate.aligning import Aligned
from endwise.systems.gate.cropping import cut
from endwise.systems.gate.signals import CROP, SIZE

COUNT = 120


def heads(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Grey frames with one oval each, two eyes and a mouth in it, and the box of the oval."""
    random = np.random.default_rng(seed)
    frames = random.normal(90, 6, (count, *SIZE))
    down, across = np.mgrid[: SIZE[0], : SIZE[1]]
    boxes = np.empty((count, 4), np.float32)
    for frame, box in zip(frames, boxes, strict=True):
        height = random.uniform(30, 50)
        x, y = random.uniform(35, SIZE[1] - 35), random.uniform(32, SIZE[0] - 32)
        right, below = (across - x) / (0.38 * height), (down - y) / (0.5 * height)
        frame[right**2 + below**2 < 1] += 70
        for eye in (-0.4, 0.4):
            frame[(right - eye) ** 2 + (below + 0.25) ** 2 < 0.03] -= 80
        frame[(np.abs(right) < 0.4) & (np.abs(below - 0.5) < 0.07)] -= 80
        box[:] = x - 0.38 * height, y - height / 2, x + 0.38 * height, y + height / 2
    return np.clip(frames, 0, 255).astype(np.uint8), boxes


def displaced(boxes: np.ndarray, seed: int) -> np.ndarray:
    """As a detector finds them: middles off by 5 % of the height, heights by 10 %."""
    random = np.random.default_rng(seed)
    middle, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2
    middle = middle + random.normal(0, 0.05, (len(boxes), 2)) * 2 * half[:, 1:]
    half = half * np.exp(random.normal(0, 0.1, (len(boxes), 1)))
    return np.concatenate([middle - half, middle + half], axis=1).astype(np.float32)


def off(boxes: np.ndarray, true: np.ndarray) -> tuple[float, float]:
    """Root mean squares, in heights: of the way between middles, and of the difference of heights."""
    high = true[:, 3] - true[:, 1]
    middles = ((boxes[:, :2] + boxes[:, 2:]) - (true[:, :2] + true[:, 2:])) / 2 / high[:, None]
    sizes = (boxes[:, 3] - boxes[:, 1]) / high - 1
    return float(np.sqrt((middles**2).sum(axis=1).mean())), float(np.sqrt((sizes**2).mean()))


@pytest.fixture(scope="module")
def learnt() -> Aligned:
    frames, true = heads(COUNT, 0)
    found = displaced(true, 1)
    found[:6] = (0, 0, 30, 30)  # a detector finds other things as well
    learner = Aligned()
    loss = learner.fit([frames, found], true, np.arange(COUNT) % 6 == 5, 0)
    assert 0 < loss < 0.05
    return learner


def test_boxes_come_nearer_to_faces_that_nothing_was_learnt_from(learnt: Aligned) -> None:
    frames, true = heads(60, 7)
    found = displaced(true, 8)
    (place, size), (before, grown) = off(learnt.boxes(frames, found), true), off(found, true)
    assert place < before / 2
    assert size < grown / 2


def test_a_crop_is_cut_round_the_box_in_its_place(learnt: Aligned) -> None:
    frames, true = heads(20, 7)
    found = displaced(true, 8)
    made = learnt.predict([frames, found])
    assert made.shape == (20, CROP, CROP)
    assert made.dtype == np.uint8
    np.testing.assert_array_equal(made, cut(frames, learnt.boxes(frames, found.astype(float))))
    wanted = cut(frames, true).astype(float)
    assert np.abs(made - wanted).mean() < np.abs(cut(frames, found) - wanted).mean()


def test_what_was_learnt_comes_back_and_the_same_seed_learns_the_same(learnt: Aligned) -> None:
    frames, true = heads(COUNT, 0)
    again, other = Aligned(), Aligned()
    again.restore(learnt.state())
    np.testing.assert_array_equal(again.predict([frames, true]), learnt.predict([frames, true]))
    found = displaced(true, 1)
    found[:6] = (0, 0, 30, 30)
    other.fit([frames, found], true, np.arange(COUNT) % 6 == 5, 0)
    np.testing.assert_array_equal(other.state()["maps"], learnt.state()["maps"])


def test_a_row_alone_is_cut_out_as_among_others(learnt: Aligned) -> None:
    frames, true = heads(30, 7)
    found = displaced(true, 8)
    together = learnt.predict([frames, found])
    alone = np.concatenate([learnt.predict([frames[at : at + 1], found[at : at + 1]]) for at in range(30)])
    np.testing.assert_array_equal(alone, together)


def test_a_box_without_an_inside_still_gives_a_crop(learnt: Aligned) -> None:
    frames, _ = heads(2, 3)
    assert np.isfinite(learnt.boxes(frames, np.float32([[5, 5, 5, 5], [-40, -40, -30, -20]]))).all()
