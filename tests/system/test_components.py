"""Components: what they are made of, what is refused, and what their identity says."""

from __future__ import annotations

import functools
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from endwise.errors import DeclarationError
from endwise.system.components import Component, Fixed, Learned, fixed, learned, predictions
from endwise.system.fingerprint import fingerprint
from endwise.system.signals import Number

a, b, c = Number("a"), Number("b"), Number("c")


def double(rows: np.ndarray) -> np.ndarray:
    return 2 * rows


def plus(amount: Any) -> Any:
    def add(rows: np.ndarray) -> np.ndarray:
        return rows + amount

    return add


class Times:
    def __init__(self, factor: Any) -> None:
        self.factor = factor

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        return rows * self.factor

    def other(self, rows: np.ndarray) -> np.ndarray:
        return rows / self.factor


class Sums:
    def __init__(self) -> None:
        self.total = 0.0

    def reset(self) -> None:
        self.total = 0.0

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        self.total += float(rows.sum())
        return rows + self.total


def refused(make: Any) -> DeclarationError:
    with pytest.raises(DeclarationError) as error:
        make()
    assert all((error.value.asked, error.value.here, error.value.why, error.value.do))
    return error.value


def test_what_is_no_function_is_refused() -> None:
    assert refused(lambda: fixed(a, to=b, using=3)).here == "That is not a function."  # type: ignore[arg-type]


@pytest.mark.parametrize("start", ["scratch", "tuned", "predictions"])
def test_a_fixed_component_does_not_start_like_a_learned_one(start: Any) -> None:
    error = refused(lambda: fixed(a, to=b, using=double, start=start))
    assert error.here == "fixed(...) knows the starts fixed, frozen and service."


@pytest.mark.parametrize("start", ["fixed", "frozen", "service", "predictions"])
def test_a_learned_component_is_trained(start: Any) -> None:
    error = refused(lambda: learned(a, to=b, start=start))
    assert error.here == "learned(...) knows the starts scratch and tuned."
    assert "frozen" in error.do


@pytest.mark.parametrize("inputs", [(), (a, a), (a, b)])
def test_inputs_are_some_each_once_and_never_the_output(inputs: Any) -> None:
    error = refused(lambda: learned(*inputs, to=b))
    assert error.do == "List each input once, and another signal as output."


@pytest.mark.parametrize("name", ["a, b", "a -> b", "b[chained]", "b:c", "a=b;c", "1"])
def test_a_name_that_designs_cannot_be_written_with_is_refused(name: str) -> None:
    error = refused(lambda: learned(a, to=b, name=name))
    assert error.asked == f"A component that makes 'b' was called {name!r}."


def test_names_and_words() -> None:
    assert repr(learned(a, b, to=c)) == "<scratch c:from_a_b from a + b>"
    assert repr(fixed(a, to=b, using=double, name="net", start="service", price=0.1)) == "<service b:net from a>"
    assert repr(predictions(a, to=b, column="theirs")) == "<predictions b:theirs from a + theirs>"


def test_predictions_hand_on_their_column() -> None:
    component = predictions(a, to=b, column="theirs")
    assert component.inputs[-1] == Number("theirs")
    assert component.apply(np.zeros(3), np.arange(3)).tolist() == [0, 1, 2]
    assert isinstance(component, Fixed)
    assert not component.learns


def test_what_remembers_is_a_class_and_every_run_gets_its_own() -> None:
    component = fixed(a, to=b, using=Sums)
    one, other = component.made(), component.made()
    assert one(np.ones(2)).tolist() == [3, 3]
    assert one(np.ones(2)).tolist() == [5, 5]
    assert other(np.ones(2)).tolist() == [3, 3]
    assert [component.apply(np.ones(2)).tolist() for _ in range(2)] == [[3, 3], [3, 3]]
    error = refused(lambda: fixed(a, to=b, using=Sums()))
    assert error.here == "That is an object of Sums with a reset(): it remembers."
    assert error.do == "Hand over the class: using=Sums (with functools.partial, where it takes arguments)."


def test_fixed_and_learned_know_what_they_are() -> None:
    assert isinstance(learned(a, to=b), Learned)
    assert learned(a, to=b).learns
    assert not fixed(a, to=b, using=double).learns


DIFFERENT: dict[str, list[Any]] = {
    "source": [double, np.negative, plus(1)],
    "closure": [plus(1), plus(2), plus(np.arange(3)), plus(np.arange(4)), plus([1, 2]), plus("1")],
    "lambdas of one line": [lambda r: r, lambda r: r + 1, lambda r: r + 2],
    "defaults": [lambda r, k=k: r * k for k in range(3)],
    "attributes": [Times(1), Times(2), Times(np.zeros(2000)), Times(np.r_[np.zeros(1000), 1, np.zeros(999)])],
    "methods": [Times(1), Times(1).other, Times(2).other],
    "partials": [functools.partial(plus, 1), functools.partial(plus, 2), functools.partial(Times, factor=1)],
    "partial of a function": [functools.partial(plus, double), functools.partial(plus, np.negative)],
    "estimators": [Ridge(), Ridge(alpha=2), make_pipeline(StandardScaler(), Ridge()), make_pipeline(Ridge())],
    "functions in estimators": [FunctionTransformer(double), FunctionTransformer(plus(1)), FunctionTransformer()],
    "nested": [Times(Times(1)), Times(Times(2)), Times({"k": plus(1)}), Times({"k": plus(2)})],
}


@pytest.mark.parametrize("kind", DIFFERENT)
def test_what_would_do_something_else_has_another_fingerprint(kind: str) -> None:
    found = [fingerprint(one) for one in DIFFERENT[kind]]
    assert len(set(found)) == len(found)


def test_other_weights_make_another_fingerprint() -> None:
    import torch

    linear = torch.nn.Linear(1, 1)
    before = fingerprint(linear)
    assert fingerprint(linear) == before
    with torch.no_grad():
        linear.weight += 1
    assert fingerprint(linear) != before


TYPED: dict[str, Any] = {}
exec("f = lambda r: [x for x in r if x in {'a', 'b', 'c'}]", TYPED)  # its source cannot be read

SAME: dict[str, Any] = {
    "function": lambda: double,
    "closure": lambda: plus(np.arange(3)),
    "object": lambda: Times(np.ones(3)),
    "method": lambda: Times(3).other,
    "partial": lambda: functools.partial(plus, {"a": {1, 2}}),
    "estimator": lambda: make_pipeline(FunctionTransformer(double), GradientBoostingRegressor(max_depth=2)),
    "class": lambda: Times,
    "ufunc": lambda: np.negative,
    "typed into a console": lambda: TYPED["f"],
}


@pytest.mark.parametrize("kind", SAME)
def test_the_same_thing_has_the_same_fingerprint(kind: str) -> None:
    assert fingerprint(SAME[kind]()) == fingerprint(SAME[kind]())


def test_a_ring_of_references_ends() -> None:
    one = Times(1)
    one.factor = one
    assert fingerprint(one) == fingerprint(one)


def test_an_estimators_fit_does_not_change_it() -> None:
    fitted = Ridge().fit(np.eye(2), [0, 1])
    assert fingerprint(fitted) == fingerprint(Ridge())


def test_fingerprints_are_those_of_another_process() -> None:
    script = (
        "from tests.system.test_components import SAME, fingerprint\n"
        "print(*(fingerprint(SAME[kind]()) for kind in SAME))"
    )
    other = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[2], capture_output=True, check=True, text=True
    )
    assert other.stdout.split() == [fingerprint(SAME[kind]()) for kind in SAME]


def test_everything_that_decides_what_a_component_does_is_in_its_identity() -> None:
    base = learned(a, to=b)
    others = [
        learned(a, to=b, version="2"),
        learned(a, to=b, name="other"),
        learned(a, c, to=b),
        learned(a, to=c),
        learned(a, to=b, start="tuned"),
        learned(a, to=b, using=Ridge()),
        learned(Number("a", unit="mm"), to=b),
        fixed(a, to=b, using=double),
        fixed(a, to=b, using=plus(1)),
    ]
    identities = [one.identity() for one in (base, *others)]
    assert len(set(identities)) == len(identities)
    assert base.identity() == learned(a, to=b).identity()


def test_components_are_equal_and_hashed_by_what_they_do() -> None:
    class Awkward:
        __hash__ = None  # type: ignore[assignment]

        def __eq__(self, other: object) -> bool:
            raise ValueError("the truth value of an array is ambiguous")

        def __call__(self, rows: np.ndarray) -> np.ndarray:
            return rows

    def made() -> Component:
        return fixed(a, to=b, using=Awkward())

    assert made() == made()
    assert hash(made()) == hash(made())
    assert fixed(a, to=b, using=plus(1)) != fixed(a, to=b, using=plus(2))


@pytest.mark.parametrize("wrong", [("a", b), (a, "b")])
def test_what_is_no_signal_is_refused(wrong: Any) -> None:
    with pytest.raises(DeclarationError, match="A component joins signals"):
        learned(wrong[0], to=wrong[1])
