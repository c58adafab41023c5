"""Networks that find a box, name people, and lay people apart."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from endwise.errors import DeclarationError
from endwise.learn.fit import fit
from endwise.learn.heads import head
from endwise.learn.heads.boxes import Boxes
from endwise.learn.model import NetworkModel
from endwise.learn.trainer import Recipe
from endwise.system.components import Learned, learned
from endwise.system.signals import Box, Category, Identity, Image, Vector

SIDE = (48, 64)
PICTURE, PLACE = Image("picture", size=SIDE), Box("place", on="picture")
WHO = Identity("who", people=("Ada", "Grace"))
SHORT = dataclasses.replace(Recipe(), max_steps=600)


def scenes(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Bright rectangles on noise, and where they lie."""
    draw = np.random.default_rng(seed)
    frames = draw.integers(0, 90, (count, *SIDE), dtype=np.uint8)
    boxes = np.zeros((count, 4), np.float32)
    for at in range(count):
        high, wide = draw.integers(8, 24, 2)
        top, left = draw.integers(0, SIDE[0] - high), draw.integers(0, SIDE[1] - wide)
        frames[at, top : top + high, left : left + wide] += 120
        boxes[at] = left, top, left + wide, top + high
    return frames, boxes


def trained(component: Learned, inputs: np.ndarray, target: np.ndarray) -> NetworkModel:
    held = np.arange(len(inputs)) % 5 == 0
    model, _ = fit(component, [inputs], target, held_out=held, recipe=SHORT, seed=0)
    assert isinstance(model, NetworkModel)
    return model


@pytest.fixture(scope="module")
def finder() -> NetworkModel:
    return trained(learned(PICTURE, to=PLACE), *scenes(300, 0))


def test_a_box_is_found(finder: NetworkModel) -> None:
    frames, boxes = scenes(60, 1)
    found = finder.predict([frames])
    apart = [PLACE.distance(one, true) for one, true in zip(found, boxes, strict=True)]
    assert np.median(apart) < 0.25
    assert (found[:, 2:] > found[:, :2]).all()


def test_none_one_and_two_are_told_apart(finder: NetworkModel) -> None:
    noise = np.random.default_rng(2).integers(0, 90, (3, *SIDE), dtype=np.uint8)
    noise[1, 10:26, 8:22] += 120
    noise[2, 10:26, 4:18] += 120
    noise[2, 20:36, 42:58] += 120
    boxes_head = finder.network.head
    assert isinstance(boxes_head, Boxes)
    with torch.no_grad():
        counts = [len(one.chances) for one in boxes_head.found(finder.network(torch.from_numpy(noise)), 0.3)]
    assert counts == [0, 1, 2]


@settings(deadline=None, max_examples=50)
@given(
    st.tuples(st.floats(0, 40), st.floats(0, 30), st.floats(4, 24), st.floats(4, 18)).filter(
        lambda box: box[0] + box[2] <= SIDE[1] and box[1] + box[3] <= SIDE[0]
    )
)
def test_a_perfect_answer_decodes_to_the_box_and_costs_least(box: tuple[float, float, float, float]) -> None:
    """Raw outputs made from the truth give it back, and any other box costs more."""
    made = head(learned(PICTURE, to=PLACE))
    left, top, wide, high = box
    true = torch.tensor([[left, top, left + wide, top + high]])
    raw = _perfect(true)
    assert made.decode(raw)[0] == pytest.approx(true[0].numpy(), abs=1e-3)
    other = true + torch.tensor([3.0, 0, 3, 0])
    assert made.loss(raw, true).item() < made.loss(raw, other).item()


def _perfect(true: torch.Tensor) -> torch.Tensor:
    rows, columns = 12, 16
    across, down = (torch.arange(columns) + 0.5) / columns, (torch.arange(rows) + 0.5) / rows
    left, top, right, bottom = (true[0] / torch.tensor([SIDE[1], SIDE[0], SIDE[1], SIDE[0]])).tolist()
    grid = torch.stack(torch.meshgrid(down, across, indexing="ij")[::-1])
    ways = torch.stack([grid[0] - left, grid[1] - top, right - grid[0], bottom - grid[1]])
    apart = (grid[0] - (left + right) / 2).square() + (grid[1] - (top + bottom) / 2).square()
    heat = torch.where(apart == apart.min(), 8.0, -8.0)
    return torch.cat([heat[None], (ways - 0.25) * 4])[None]


def test_a_box_that_lies_on_no_picture_is_numbers() -> None:
    assert head(learned(Vector("v", size=3), to=PLACE)).size == (4,)


def dots(count: int, people: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Each person a pattern of their own, under noise."""
    patterns = np.random.default_rng(99).integers(0, 160, (40, 24, 24))
    draw = np.random.default_rng(seed)
    who = np.arange(count) % people
    return (patterns[who] + draw.integers(0, 80, (count, 24, 24))).clip(0, 255).astype(np.uint8), who


FACE = Image("face", size=(24, 24))


def test_people_are_named_and_strangers_score_lower() -> None:
    faces, who = dots(300, 12, 0)
    places = np.where(who < 2, who, -1 - who).astype(np.float32)  # ten of the twelve are strangers
    model = trained(learned(FACE, to=WHO), faces, np.stack([places, np.ones(len(who))], axis=1).astype(np.float32))
    faces, who = dots(120, 12, 1)
    found = model.predict([faces])
    known = who < 2
    assert (found[known, 0] == who[known]).all()
    assert found[known, 1].min() > found[~known, 1].max()
    assert set(found[:, 0]) <= {0, 1}  # a stranger is never the answer: the score says so


def test_an_embedding_lays_people_apart_that_it_never_saw() -> None:
    people = Category("person", values=tuple(f"p{at}" for at in range(20)))
    component = learned(FACE, to=Vector("embedding", size=16), label=people)
    faces, who = dots(400, 20, 0)
    model = trained(component, faces, who.astype(np.int32))
    faces, who = dots(160, 40, 1)
    made = model.predict([faces])[who >= 20]
    who = who[who >= 20]
    assert np.linalg.norm(made, axis=1) == pytest.approx(1, abs=1e-5)
    alike = made @ made.T
    same = who[:, None] == who[None]
    assert np.median(alike[same & ~np.eye(len(who), dtype=bool)]) > np.quantile(alike[~same], 0.95)


def test_a_label_of_another_kind_is_refused() -> None:
    with pytest.raises(DeclarationError, match="except for a vector from a category"):
        learned(FACE, to=Vector("embedding", size=16), label=WHO)
