"""Networks trained as one: where gradients pass, whose labels count, and that it never gets worse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from torch import Tensor, nn

import endwise as ew
from endwise.errors import DeclarationError, StudyError
from endwise.learn.fit import fit
from endwise.learn.heads import head
from endwise.learn.model import Network
from endwise.learn.ragged import Ragged
from endwise.learn.together import Together, _check_same, fit_together, made_by, refusal, seams
from endwise.learn.trainer import Recipe
from endwise.system.components import Fixed

x, m, d, y = ew.Vector("x", size=3), ew.Number("m"), ew.Number("d"), ew.Number("y")
sort = ew.Category("sort", values=("low", "high"))
SHORT = Recipe(max_steps=60, patience=2)


def double(values: Any) -> Any:
    return 2 * values


def parts(differentiable: Any = double) -> tuple[ew.Component, ...]:
    return (
        ew.learned(x, to=m),
        ew.fixed(m, to=d, using=double, differentiable=differentiable),
        ew.learned(d, to=y),
    )


def networks(of: tuple[ew.Component, ...]) -> dict[str, Network]:
    return {one.output.name: Network(one) for one in of if one.learns}  # type: ignore[arg-type]


def batch(count: int, *, known: tuple[float, float]) -> list[Tensor]:
    """Inputs, the targets of m and y, and who carries them."""
    inputs = torch.randn(count, 3)
    return [inputs, inputs[:, 0], 2 * inputs[:, 0], *(torch.full((count,), share) for share in known)]


def reached(network: nn.Module) -> bool:
    return any(one.grad is not None and bool(one.grad.abs().sum() > 0) for one in network.parameters())


@pytest.mark.parametrize(("differentiable", "passes"), [(double, True), (None, False)])
def test_the_loss_of_the_last_stage_reaches_the_first_where_it_can(differentiable: Any, passes: bool) -> None:
    torch.manual_seed(0)
    made = networks(parts(differentiable))
    whole = Together(parts(differentiable), made).train()
    whole.loss(*batch(8, known=(0, 1))).sum().backward()
    assert reached(made["y"])
    assert reached(made["m"]) == passes
    assert seams(parts(differentiable)) == ((("d",), ()) if passes else ((), ("d",)))


def test_a_label_that_a_row_lacks_teaches_nothing() -> None:
    torch.manual_seed(0)
    made = networks(parts())
    whole = Together(parts(), made).train()
    rows = batch(8, known=(1, 0))
    whole.loss(*rows).sum().backward()
    assert reached(made["m"])
    assert not reached(made["y"])
    lone = made["m"].loss(rows[0], rows[1])
    torch.testing.assert_close(whole.loss(*rows), lone)


def test_what_says_when_to_stop_is_the_last_stage_alone() -> None:
    torch.manual_seed(0)
    made = networks(parts())
    whole = Together(parts(), made).eval()
    rows = batch(8, known=(1, 1))
    passed = 2 * made["m"].head.rows(made["m"](rows[0]))
    torch.testing.assert_close(whole.loss(*rows), made["y"].loss(passed, rows[2]))


def test_a_choice_stops_the_gradient_and_both_sides_still_learn() -> None:
    torch.manual_seed(0)
    of = (ew.learned(x, to=sort), ew.learned(sort, to=y))
    made = networks(of)
    whole = Together(of, made).train()
    inputs = torch.randn(8, 3)
    rows = [inputs, (inputs[:, 0] > 0).int(), inputs[:, 0]]
    whole.loss(*rows, torch.zeros(8), torch.ones(8)).sum().backward()
    assert not reached(made["sort"])
    assert reached(made["y"])
    assert seams(of) == ((), ("sort",))


PASSING = [
    (ew.learned(x, to=m), (4, 1)),
    (ew.learned(x, to=ew.Vector("v", size=5)), (4, 5)),
    (ew.learned(ew.Image("p", size=(32, 32)), to=ew.Points("q", count=3, on="p")), (4, 3, 8, 8)),
    (ew.learned(ew.Image("p", size=(32, 32)), to=ew.Box("q", on="p")), (4, 5, 8, 8)),
    (ew.learned(x, to=ew.Vector("e", size=5), label=sort), (4, 5)),
]


@pytest.mark.parametrize(("component", "shape"), PASSING)
def test_rows_that_pass_gradients_are_the_rows_that_are_run(component: Any, shape: tuple[int, ...]) -> None:
    torch.manual_seed(1)
    raw = torch.randn(*shape, requires_grad=True)
    of = head(component)
    rows = of.rows(raw)
    assert of.passes
    np.testing.assert_array_equal(rows.detach().numpy(), of.decode(raw.detach()))
    rows.sum().backward()
    assert raw.grad is not None
    assert raw.grad.abs().sum() > 0


def test_chances_pass_gradients_and_end_where_their_row_ends() -> None:
    of = head(ew.learned(ew.Frames("f", size=4), to=ew.Posteriors("c", labels=("a", "b", "c"))))
    raw = Ragged(torch.randn(2, 6, 3, requires_grad=True), torch.tensor([6, 4]))
    rows = of.rows(raw)
    for made, row in zip(of.decode(Ragged(raw.values.detach(), raw.lengths)), rows.values, strict=True):
        np.testing.assert_allclose(made, row[: len(made)].detach().numpy())
    assert not rows.values[1, 4:].any()


def trained(seed: int, count: int = 80) -> tuple[dict[str, Any], Any, float]:
    """A joint training of which only a third of the rows carry m; with it the loss at its start."""
    chance = np.random.default_rng(seed)
    inputs = chance.normal(size=(count, 3)).astype(np.float32)
    middle = inputs.sum(axis=1)
    out = (middle**2).astype(np.float32)
    has = np.arange(count) % 3 == 0
    held = np.arange(count) % 5 == 0
    first, last = parts()[0], parts()[2]
    nothing = np.zeros(count, bool)
    start = {
        "m": fit(first, [inputs[has]], middle[has], held_out=nothing[has], recipe=SHORT, seed=seed)[0],  # type: ignore[arg-type]
        "y": fit(last, [2 * middle], out, held_out=held, recipe=SHORT, seed=seed)[0],  # type: ignore[arg-type]
    }
    whole = Together(parts(), {name: one.network for name, one in start.items()}).eval()  # type: ignore[attr-defined]
    rows = [torch.from_numpy(one[held]) for one in (inputs, middle, out)]
    ones = torch.ones(int(held.sum()))
    with torch.no_grad():
        before = float(whole.loss(*rows, ones, ones).mean())
    models, done = fit_together(
        parts(), start, {"x": inputs}, {"m": (middle, has), "y": (out, np.ones(count, bool))},
        held_out=held, recipe=SHORT, seed=seed,
    )  # fmt: skip
    return models, done, before


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000))
def test_it_ends_no_worse_than_it_starts(seed: int) -> None:
    _, done, before = trained(seed)
    assert done.held_out_loss <= before * (1 + 1e-5)


def test_the_same_seed_gives_the_same_numbers() -> None:
    once, again = (trained(3)[0] for _ in range(2))
    for name in once:
        for one, other in zip(once[name].network.parameters(), again[name].network.parameters(), strict=True):
            assert torch.equal(one, other)


@pytest.mark.parametrize(
    ("other", "here"),
    [
        (lambda values: 3 * values, "On 16 rows a row differs by"),
        (lambda values: values[:, None], "One makes rows of shape (), the other of (1,)."),
    ],
)
def test_a_differentiable_form_that_does_otherwise_is_refused(other: Any, here: str) -> None:
    of = parts(other)
    start = {name: _model(one) for name, one in (("m", of[0]), ("y", of[2]))}
    rows = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    label = (rows[:, 0], np.ones(40, bool))
    with pytest.raises(DeclarationError) as error:
        fit_together(of, start, {"x": rows}, {"m": label, "y": label}, held_out=np.arange(40) < 8, recipe=SHORT, seed=0)
    assert "d:from_m" in error.value.asked
    assert here in error.value.here
    assert "What is trained has to be what is run." in str(error.value)
    assert "leave it out: the gradient then stops there" in str(error.value)


def test_each_value_of_a_row_is_held_against_its_own_spread() -> None:
    """A small one that is wrong does not hide behind a large one that is right."""
    both, sides = ew.Vector("both", size=2), ew.Vector("sides", size=2)
    wide = np.array([1.0, 1000.0], np.float32)
    of = ew.fixed(both, to=sides, using=np.copy, differentiable=lambda rows: rows * torch.tensor([1.2, 1.0]))
    rows = torch.from_numpy(np.random.default_rng(0).normal(size=(16, 2)).astype(np.float32) * wide)
    assert isinstance(of, Fixed)
    with pytest.raises(DeclarationError, match=r"On 16 rows value 0 of a row differs by"):
        _check_same(of, [rows], made_by(of, [rows]))


def test_rows_that_hold_nan_are_named() -> None:
    of = parts()
    start = {name: _model(one) for name, one in (("m", of[0]), ("y", of[2]))}
    rows = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    spoilt = rows[:, 0].copy()
    spoilt[5] = np.nan
    for taken, label in ((np.where(rows == rows[5], np.nan, rows), rows[:, 0]), (rows, spoilt)):
        known = (label, np.ones(40, bool))
        with pytest.raises(StudyError, match=r"1 row hold NaN|1 row holds NaN"):
            fit_together(
                of, start, {"x": taken}, {"m": known, "y": known}, held_out=np.arange(40) < 8, recipe=SHORT, seed=0
            )


def _model(component: Any) -> Any:
    rows = np.random.default_rng(1).normal(size=(20, 3)).astype(np.float32)
    taken = rows if component.inputs[0] is x else rows[:, 0]
    return fit(component, [taken], rows[:, 0], held_out=np.arange(20) < 4, recipe=SHORT, seed=0)[0]


class OneLayer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.only = nn.Linear(3, 1)

    def forward(self, rows: Tensor) -> Tensor:
        made: Tensor = self.only(rows)
        return made


@pytest.mark.parametrize(
    ("of", "why"),
    [
        (parts(), ""),
        ((ew.learned(x, to=m, using=OneLayer), ew.learned(m, to=y)), ""),
        (parts(None), "a seam through which a gradient passes ('d' stops it)"),
        ((ew.learned(x, to=sort), ew.learned(sort, to=y)), "a seam through which a gradient passes ('sort' stops it)"),
        ((ew.learned(x, to=y),), "a second stage that learns"),
        (
            (ew.learned(x, to=m), ew.fixed(m, to=d, using=double)),
            "a last stage that learns: 'd' is made by a function, and has no loss",
        ),
        (
            (ew.learned(x, to=m, auxiliary=[d]), ew.learned(m, to=y)),
            "a network in every learned stage, without auxiliary signals ('m:from_x' is none)",
        ),
    ],
)
def test_why_stages_cannot_be_trained_together(of: tuple[ew.Component, ...], why: str) -> None:
    assert refusal(of) == why
