"""True values: read from their column, or computed from true inputs; absent is never a target."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from endwise.data.rows import Rows
from endwise.errors import DeclarationError, RowsError
from endwise.judge.metrics import mean_absolute_error
from endwise.learn.truth import Truth
from endwise.system.components import Component, fixed, learned, predictions
from endwise.system.graph import System
from endwise.system.signals import Number, Signal

LAW = settings(max_examples=80, deadline=None)
x, m, d, q, y = (Number(name) for name in "xmdqy")


def double(a: Any) -> Any:
    return 2 * a


def triple(a: Any) -> Any:
    return 3 * a


def system(*more: Component, wants: Signal = y) -> System:
    return System(
        "s",
        inputs=x,
        wants=wants,
        judge=mean_absolute_error,
        components=[
            learned(x, to=m),
            fixed(m, to=d, using=double),
            fixed(d, to=q, using=double),
            learned(q, to=y),
            *more,
        ],
    )


def rows(**present: list[bool]) -> Rows:
    """x = 0, 1, 2 ..; m = 10 x; a column d of its own holds -x, so that it is told from a computed one."""
    count = len(next(iter(present.values())))
    at = np.arange(count, dtype=np.float32)
    known = {"x": at, "m": 10 * at, "d": -at, "q": -10 * at, "y": at}
    has = {"x": [True] * count, **present}
    return Rows.from_columns(
        [s for s in (x, m, d, q, y) if s.name in has],
        {name: known[name] for name in has},
        present={name: np.array(one) for name, one in has.items()},
    )


masks = st.integers(1, 12).flatmap(
    lambda n: st.fixed_dictionaries({name: st.lists(st.booleans(), min_size=n, max_size=n) for name in ("m", "d", "y")})
)


@LAW
@given(masks)
def test_a_value_is_there_from_its_column_or_from_true_inputs(present: dict[str, list[bool]]) -> None:
    truth = Truth(system(), rows(**present))
    has_m, has_d = np.array(present["m"]), np.array(present["d"])
    assert (truth.has("d") == (has_m | has_d)).all()
    assert (truth.derived("d") == (has_m & ~has_d)).all()
    assert (truth.has("q") == truth.has("d")).all()
    assert (truth.has("m") == has_m).all()  # a learned maker gives no truth
    index = np.flatnonzero(truth.has("d"))
    expected = np.where(has_d, -np.arange(len(has_d)), 20 * np.arange(len(has_m)))[index]
    if len(index):
        assert truth.take("d", index).tolist() == expected.tolist()
        assert truth.take("q", index).tolist() == (2 * expected).tolist()
        assert truth.take("d", index[::-1]).tolist() == expected[::-1].tolist()


@LAW
@given(masks, st.data())
def test_an_absent_value_is_never_made_up(present: dict[str, list[bool]], data: st.DataObject) -> None:
    truth = Truth(system(), rows(**present))
    name = data.draw(st.sampled_from(["m", "d", "q", "y"]))
    index = np.array(data.draw(st.lists(st.integers(0, len(present["m"]) - 1), min_size=1)))
    if truth.has(name)[index].all():
        assert len(truth.take(name, index)) == len(index)
    else:
        with pytest.raises(RowsError):
            truth.take(name, index)


@LAW
@given(masks, st.data())
def test_used_names_the_functions_that_decide_a_value(present: dict[str, list[bool]], data: st.DataObject) -> None:
    truth = Truth(system(), rows(**present))
    index = np.flatnonzero(truth.has("q"))
    index = index[np.array(data.draw(st.lists(st.booleans(), min_size=len(index), max_size=len(index))), bool)]
    makes_d = len(index) and truth.derived("d")[index].any()
    used = [component.output.name for component in truth.used("q", index)]
    assert used == (["q", "d"] if makes_d else ["q"] if len(index) else [])
    assert list(truth.used("m", index)) == []


def test_of_several_functions_the_first_declared_decides() -> None:
    both = system(fixed(m, to=d, using=triple, name="second"))
    assert Truth(both, rows(m=[True, True])).take("d", np.array([1])).tolist() == [20]
    third = system(fixed(x, to=d, using=triple, name="second"))
    truth = Truth(third, rows(m=[False, True]))
    assert truth.take("d", np.array([0, 1])).tolist() == [0, 20]
    assert [c.name for c in truth.used("d", np.array([0, 1]))] == ["from_m", "second"]


@pytest.mark.parametrize("start", ["frozen", "service"])
def test_what_a_model_says_is_no_truth(start: Any) -> None:
    asked = system(fixed(x, to=m, using=double, start=start, name="model"))
    assert not Truth(asked, rows(m=[False, False])).has("m").any()


def test_somebodys_predictions_are_no_truth() -> None:
    theirs = System(
        "s", inputs=x, wants=y, judge=mean_absolute_error,
        components=[learned(x, to=y), predictions(x, to=y, column="d")],
    )  # fmt: skip
    truth = Truth(theirs, rows(d=[True, True], y=[True, False]))
    assert truth.has("y").tolist() == [True, False]


def test_a_function_that_makes_the_wrong_shape_is_refused_for_truth_as_in_a_run() -> None:
    def wrong(a: Any) -> Any:
        return a[:, None]

    truth = Truth(
        System("s", inputs=x, wants=y, judge=mean_absolute_error,
               components=[fixed(x, to=d, using=wrong), learned(d, to=y)]),
        rows(y=[True]),
    )  # fmt: skip
    with pytest.raises(DeclarationError, match="needs shape"):
        truth.take("d", np.array([0]))


class Counter:
    """Numbers the rows that it has seen since it was reset."""

    def __init__(self) -> None:
        self.seen = 0

    def reset(self) -> None:
        self.seen = 0

    def __call__(self, a: Any) -> Any:
        self.seen += len(a)
        return np.arange(self.seen - len(a), self.seen)


def test_what_is_known_comes_with_which_rows_know_it() -> None:
    rows = Rows.from_columns([x, m, y], {name: [1.0, 2.0, 3.0] for name in "xmy"}, present={"m": [True, False, True]})
    truth = Truth(system(), rows)
    values, has = truth.known("d", np.array([2, 1, 0]))
    assert has.tolist() == [True, False, True]
    assert values[has].tolist() == [6.0, 2.0]
    nothing, none = truth.known("m", np.array([1]))
    assert (nothing.shape, none.tolist()) == ((1,), [False])


def test_what_remembers_starts_anew_for_truth() -> None:
    graph = System(
        "s", inputs=x, wants=y, judge=mean_absolute_error,
        components=[fixed(x, to=d, using=Counter), learned(d, to=y)],
    )  # fmt: skip
    truth = Truth(graph, rows(y=[True] * 3))
    assert truth.take("d", np.arange(3)).tolist() == truth.take("d", np.arange(3)).tolist() == [0, 1, 2]
