"""Auxiliary signals shape the features of a network while it is trained, and leave nothing else behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from endwise.errors import DeclarationError, StudyError
from endwise.learn.fit import fit
from endwise.learn.model import Model, load
from endwise.learn.trainer import Recipe
from endwise.system.components import Learned, learned
from endwise.system.signals import Category, Image, Mask, Number, Points, Signal, Vector

PICTURE = Image("picture", size=(24, 32))
SIZE = Vector("size", size=2)
BRIGHT = Mask("bright", size=(24, 32), values=("dark", "bright"))
PLACE = Points("place", unit="px", count=1, on="picture")
SIDE = Category("side", values=("left", "right"))
ACROSS = Number("across", unit="px")
COUNT = 60
HELD_OUT = np.arange(COUNT) < 12


def rows(count: int = COUNT) -> dict[str, np.ndarray]:
    """Dark pictures with a bright block: where it is, on which side, and how far across."""
    random = np.random.default_rng(0)
    at = np.stack([random.integers(3, 29, count), random.integers(3, 21, count)], axis=1)
    pictures = random.integers(0, 40, (count, *PICTURE.size)).astype(np.uint8)
    for picture, (x, y) in zip(pictures, at, strict=True):
        picture[y - 2 : y + 3, x - 2 : x + 3] += 150
    return {
        "picture": pictures,
        "size": np.ones((count, 2), np.float32),
        "bright": (pictures > 100).astype(np.uint8),
        "place": at[:, None].astype(np.float32),
        "side": (at[:, 0] > 16).astype(np.int32),
        "across": at[:, 0].astype(np.float32),
    }


def trained(component: Learned, has: np.ndarray | None = None, **other: np.ndarray) -> Model:
    torch.set_num_threads(1)
    made = {**rows(), **other}
    known = np.ones(COUNT, bool) if has is None else has
    model, _ = fit(
        component,
        [made[signal.name] for signal in component.inputs],
        made[component.output.name],
        held_out=HELD_OUT,
        recipe=Recipe(patience=2),
        seed=0,
        auxiliary=[(made[signal.name], known) for signal in component.auxiliary],
    )
    return model


def answers(model: Model) -> np.ndarray:
    return model.predict([rows()["picture"]])


@pytest.mark.parametrize("signal", [BRIGHT, PLACE, SIDE, SIZE], ids=lambda one: one.kind)
def test_they_shape_what_is_learnt_and_only_the_network_is_kept(signal: Signal, tmp_path: Path) -> None:
    component = learned(PICTURE, to=ACROSS, auxiliary=[signal])
    model, alone = trained(component), trained(learned(PICTURE, to=ACROSS))
    assert not np.array_equal(answers(model), answers(alone))
    assert model.parameters == alone.parameters
    model.save(tmp_path)
    np.testing.assert_array_equal(answers(load(component, tmp_path)), answers(model))


def test_rows_without_a_true_value_add_nothing() -> None:
    component = learned(PICTURE, to=ACROSS, auxiliary=[BRIGHT])
    nobody = answers(trained(component, has=np.zeros(COUNT, bool)))
    np.testing.assert_array_equal(nobody, answers(trained(learned(PICTURE, to=ACROSS))))
    some = np.arange(COUNT) % 2 == 0
    wrong = np.where(some[:, None, None], rows()["bright"], 1).astype(np.uint8)
    found, expected = trained(component, has=some, bright=wrong), trained(component, has=some)
    np.testing.assert_array_equal(answers(found), answers(expected))


def test_a_value_that_is_no_number_is_named_and_one_that_is_unknown_does_not_matter() -> None:
    component = learned(PICTURE, to=ACROSS, auxiliary=[SIZE])
    sizes = rows()["size"]
    sizes[3] = np.nan
    with pytest.raises(StudyError, match="'size'"):
        trained(component, size=sizes)
    trained(component, has=np.arange(COUNT) != 3, size=sizes)


def test_only_the_output_says_when_to_stop() -> None:
    """An auxiliary signal that held-out rows tell wrongly changes nothing."""
    component = learned(PICTURE, to=ACROSS, auxiliary=[SIDE])
    sides = rows()["side"]
    turned = np.where(HELD_OUT, 1 - sides, sides).astype(np.int32)
    np.testing.assert_array_equal(answers(trained(component, side=turned)), answers(trained(component)))


def test_a_mask_needs_a_picture_and_a_flat_output() -> None:
    numbers = learned(SIZE, to=ACROSS, auxiliary=[BRIGHT])
    with pytest.raises(DeclarationError, match="was to learn 'bright' \\(mask\\) as an auxiliary signal"):
        trained(numbers)
    points = learned(PICTURE, to=PLACE, auxiliary=[SIDE])
    with pytest.raises(DeclarationError, match=r"It makes 'place' \(points\) by a network of another shape"):
        trained(points)


def test_an_input_is_no_auxiliary_signal_and_other_models_have_none() -> None:
    with pytest.raises(DeclarationError, match="only ones that they neither take nor make"):
        learned(PICTURE, to=ACROSS, auxiliary=[PICTURE])
    with pytest.raises(DeclarationError, match="Only the default networks learn auxiliary signals"):
        learned(PICTURE, to=ACROSS, using=torch.nn.Identity, auxiliary=[BRIGHT])


def test_two_components_that_differ_in_them_are_two() -> None:
    plain, beside = learned(PICTURE, to=ACROSS), learned(PICTURE, to=ACROSS, auxiliary=[SIDE])
    assert plain.identity() != beside.identity()
