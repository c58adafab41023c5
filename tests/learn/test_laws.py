"""Laws of learning: the same seed gives the same bits, held-out rows teach nothing, what is saved comes back."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import skops.io
import torch
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from torch import nn

from endwise.errors import BundleError, DeclarationError, StudyError
from endwise.learn.fit import fit
from endwise.learn.model import Model, load
from endwise.learn.trainer import Fit, Recipe
from endwise.system.components import Learned, learned
from endwise.system.signals import Audio, Category, Gallery, Image, Number, Points, Signal, Stack, Vector

ROWS = 16
QUICK = Recipe(max_steps=40, evaluate_every=5)
PATIENT = Recipe(max_steps=240, evaluate_every=40, patience=100, shift=0.0)

PICTURE = Image("picture", size=(24, 26))
COLOUR = Image("colour", size=(18, 18), channels=3)
STACK = Stack("stack", count=2, size=(16, 16))
VECTOR = Vector("vector", size=5)
SEX = Category("sex", values=("f", "m"))
SCALE = Number("scale", unit="mm")
OUTPUTS: tuple[Signal, ...] = (
    Number("age", unit="months"),
    Vector("lengths", size=3, unit="mm"),
    Category("stage", values=("early", "middle", "late")),
)
SPOTS = Points("spots", unit="px", count=2, on="picture")
FROM: tuple[tuple[Signal, ...], ...] = ((PICTURE,), (STACK,), (VECTOR, SCALE, SEX))
IMAGE, _, _, STACKED, _, _, DENSE, _, DENSE_CLASS = PAIRS = [
    learned(*inputs, to=output) for inputs in FROM for output in OUTPUTS
]
SPOTTED, MIXED = learned(PICTURE, to=SPOTS), learned(STACK, VECTOR, SEX, to=OUTPUTS[0])
PAIRS += [SPOTTED, MIXED, learned(PICTURE, SEX, to=OUTPUTS[1]), learned(COLOUR, to=OUTPUTS[2])]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def rows_of(signal: Signal, count: int = ROWS, seed: int = 0) -> np.ndarray:
    """Random rows of a signal, in batch form; pictures are smooth enough to be told apart."""
    random = np.random.default_rng([seed, len(signal.name)])
    if isinstance(signal, Image | Stack):
        return random.integers(0, 256, (count, *signal.shape), dtype=np.uint8)
    if isinstance(signal, Category):
        return random.integers(0, len(signal.values), count).astype(np.int32)
    if isinstance(signal, Points):
        return random.uniform(2, 22, (count, *signal.shape)).astype(np.float32)
    return random.normal(100, 20, (count, *signal.shape)).astype(np.float32)  # type: ignore[arg-type]


def trained(component: Learned, recipe: Recipe = QUICK, seed: int = 0, spoil: bool = False) -> tuple[Model, Fit]:
    inputs, target = [rows_of(one) for one in component.inputs], rows_of(component.output)
    held_out = np.arange(ROWS) < 4
    if spoil:
        target[held_out] = target[held_out][::-1].copy()
    return fit(component, inputs, target, held_out=held_out, recipe=recipe, seed=seed)


def name_of(component: Learned) -> str:
    return "+".join(one.name for one in component.inputs) + "->" + component.output.name


@pytest.mark.parametrize("component", PAIRS, ids=name_of)
def test_every_pair_of_kinds_can_learn_sixteen_rows_by_heart(component: Learned) -> None:
    inputs, target = [rows_of(one) for one in component.inputs], rows_of(component.output)
    model, _ = fit(component, inputs, target, held_out=np.zeros(ROWS, bool), recipe=PATIENT, seed=0)
    found = model.predict(inputs)
    assert found.shape == target.shape
    assert found.dtype == target.dtype
    distance = np.mean([component.output.distance(a, b) for a, b in zip(found, target, strict=True)])
    others = np.mean([component.output.distance(a, b) for a, b in zip(target, target[::-1], strict=True)])
    assert distance < 0.2 * others


@pytest.mark.parametrize("component", [IMAGE, DENSE, SPOTTED], ids=name_of)
def test_the_same_seed_gives_the_same_bits_and_leaves_the_global_state_alone(component: Learned) -> None:
    inputs = [rows_of(one) for one in component.inputs]
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    first = trained(component)[0].predict(inputs)
    assert torch.equal(before, torch.random.get_rng_state())
    torch.rand(3)
    np.testing.assert_array_equal(first, trained(component)[0].predict(inputs))
    assert not np.array_equal(first, trained(component, seed=1)[0].predict(inputs))


@pytest.mark.parametrize("component", [IMAGE, STACKED, MIXED, DENSE_CLASS, SPOTTED], ids=name_of)
def test_one_row_or_a_thousand_agree(component: Learned) -> None:
    model, _ = trained(component)
    inputs = [rows_of(one, 1000, seed=3) for one in component.inputs]
    together = model.predict(inputs)
    for row in (0, 31, 32, 517, 999):
        alone = model.predict([one[row : row + 1] for one in inputs])
        np.testing.assert_allclose(alone[0], together[row], rtol=1e-5, atol=1e-5)
    assert model.predict([one[:0] for one in inputs]).shape == (0, *together.shape[1:])


ESTIMATORS = [
    learned(VECTOR, SEX, to=OUTPUTS[0], using=make_pipeline(StandardScaler(), Ridge(1.0))),
    learned(PICTURE, SEX, to=OUTPUTS[1], using=RandomForestRegressor(5)),
    learned(VECTOR, SCALE, to=OUTPUTS[2], using=make_pipeline(StandardScaler(), LogisticRegression())),
]


@pytest.mark.parametrize("component", [IMAGE, MIXED, SPOTTED, *ESTIMATORS], ids=name_of)
def test_what_is_saved_comes_back_bit_for_bit(component: Learned, tmp_path: Path) -> None:
    model, _ = trained(component)
    model.save(tmp_path / "model")
    inputs = [rows_of(one, 40, seed=2) for one in component.inputs]
    again = load(component, tmp_path / "model")
    np.testing.assert_array_equal(model.predict(inputs), again.predict(inputs))
    assert again.parameters == model.parameters > 0


@pytest.mark.parametrize("component", [IMAGE, SPOTTED, DENSE], ids=name_of)
def test_held_out_rows_teach_nothing(component: Learned) -> None:
    """With no evaluation before the limit, other held-out labels change not a bit."""
    blind = Recipe(max_steps=12, evaluate_every=100)
    inputs = [rows_of(one) for one in component.inputs]
    plain, spoilt = trained(component, blind)[0], trained(component, blind, spoil=True)[0]
    np.testing.assert_array_equal(plain.predict(inputs), spoilt.predict(inputs))


def test_scales_come_from_training_rows_only() -> None:
    component = DENSE
    inputs, target = [rows_of(one) for one in component.inputs], rows_of(component.output)
    held_out = np.arange(ROWS) < 4
    first, _ = fit(
        component, inputs, target, held_out=held_out, recipe=Recipe(max_steps=12, evaluate_every=100), seed=0
    )
    inputs[0][held_out] *= 1000
    target[held_out] *= 1000
    second, _ = fit(
        component, inputs, target, held_out=held_out, recipe=Recipe(max_steps=12, evaluate_every=100), seed=0
    )
    fresh = [rows_of(one, seed=9) for one in component.inputs]
    np.testing.assert_array_equal(first.predict(fresh), second.predict(fresh))


def test_a_limit_that_cuts_training_short_is_told() -> None:
    assert trained(DENSE, Recipe(max_steps=10))[1].still_improving
    done = trained(DENSE, Recipe(patience=2))[1]
    assert (done.still_improving, done.rows) == (False, 12)
    assert min(done.steps, done.seconds, done.epochs) > 0


def test_nan_in_a_row_is_named() -> None:
    component = DENSE
    inputs, target = [rows_of(one) for one in component.inputs], rows_of(component.output)
    inputs[0][3, 1] = np.nan
    with pytest.raises(StudyError, match=r"(?s)'vector'.*1 row hold.*row 3"):
        fit(component, inputs, target, held_out=np.zeros(ROWS, bool), recipe=QUICK, seed=0)


def test_a_loss_that_blows_up_says_step_and_rate() -> None:
    with pytest.raises(StudyError, match=r"(?s)At step \d+, with learning rate .*smaller learning rate"):
        trained(learned(VECTOR, to=OUTPUTS[0], using=Exploding))


def test_no_training_row_is_an_error() -> None:
    with pytest.raises(StudyError, match="none is left for training"):
        fit(
            DENSE,
            [rows_of(s) for s in DENSE.inputs],
            rows_of(OUTPUTS[0]),
            held_out=np.ones(ROWS, bool),
            recipe=QUICK,
            seed=0,
        )


def test_kinds_without_a_default_model_are_named() -> None:
    with pytest.raises(DeclarationError, match=r"(?s)vector \+ image to points.*using="):
        trained(learned(VECTOR, PICTURE, to=SPOTS))
    with pytest.raises(DeclarationError, match="'people' is of kind gallery"):
        fit(
            learned(Gallery("people"), to=SCALE),
            [np.zeros(ROWS, object)],
            rows_of(SCALE),
            held_out=np.zeros(ROWS, bool),
            recipe=QUICK,
            seed=0,
        )
    with pytest.raises(DeclarationError, match="There is no loss for that kind yet"):
        fit(
            learned(VECTOR, to=Audio("sound")),
            [rows_of(VECTOR)],
            np.zeros(ROWS, object),
            held_out=np.zeros(ROWS, bool),
            recipe=QUICK,
            seed=0,
        )


class Exploding(nn.Module):
    """The right shape, but its output overflows after a few steps."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(5, 1)
        self.step = 0

    def forward(self, vector: torch.Tensor) -> torch.Tensor:
        self.step += self.training
        return self.layer(vector) * (float("inf") if self.step > 7 else 1.0)


class Plain(nn.Module):
    """A module of one's own, with one output too many unless told otherwise."""

    def __init__(self, size: int = 2) -> None:
        super().__init__()
        self.layer = nn.Linear(6, size)

    def forward(self, vector: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        return self.layer(torch.cat([vector, scale], dim=1))


class Regressed(nn.Module):
    """Coordinates without a heatmap."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(24 * 26, 4))

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        return self.layers(picture).unflatten(1, (2, 2))


def test_a_module_of_ones_own(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"(?s)shape \(2, 2\).*must return 2 x 1 numbers"):
        trained(learned(VECTOR, SCALE, to=OUTPUTS[0], using=Plain))
    with pytest.raises(DeclarationError, match=r"(?s)picture \(2, 1, 24, 26\).*It failed with TypeError"):
        trained(learned(PICTURE, to=OUTPUTS[0], using=Plain))
    with pytest.raises(DeclarationError, match="It made a dict"):
        trained(learned(VECTOR, to=OUTPUTS[0], using=dict))
    component = learned(VECTOR, SCALE, to=OUTPUTS[0], using=lambda: Plain(1))
    model, _ = trained(component)
    model.save(tmp_path)
    assert load(component, tmp_path).parameters == 7
    assert trained(learned(PICTURE, to=SPOTS, using=Regressed))[0].predict([rows_of(PICTURE)]).shape == (ROWS, 2, 2)


def test_an_estimator_that_would_run_a_function_is_refused(tmp_path: Path) -> None:
    component = learned(VECTOR, SCALE, to=OUTPUTS[0], using=make_pipeline(FunctionTransformer(os.getcwd), Ridge()))
    skops.io.dump(component.using, tmp_path / "estimator.skops")
    with pytest.raises(BundleError, match=r"(?s)holds the type posix.getcwd.*could run code"):
        load(component, tmp_path)


def test_damaged_and_foreign_files_are_refused(tmp_path: Path) -> None:
    for component, name in ((IMAGE, "weights.safetensors"), (ESTIMATORS[0], "estimator.skops")):
        model, _ = trained(component)
        model.save(tmp_path)
        (tmp_path / name).write_bytes(b"nonsense")
        with pytest.raises(BundleError, match="to be loaded"):
            load(component, tmp_path)
