"""Running a design: one way for all, the same for one row or a thousand, with truth put in at any seam."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from endwise.data.rows import Rows
from endwise.errors import DeclarationError
from endwise.learn.chain import CHUNK, Chain, checked
from endwise.learn.model import Model
from endwise.system.components import fixed, learned
from endwise.system.designs import designs
from endwise.system.signals import Audio, Category, Image, Number, Points, Symbols, Text, Vector
from tests.system.graphs import systems

x, m, y = Vector("x", size=2), Number("m"), Number("y")


class Sums(Model):
    """A model that adds its inputs up."""

    def predict(self, inputs: Sequence[np.ndarray]) -> np.ndarray:
        return np.sum([one.reshape(len(one), -1).sum(axis=1) for one in inputs], axis=0).astype(np.float32)

    @property
    def parameters(self) -> int:
        return 0

    def save(self, folder: Path) -> None:
        raise NotImplementedError


PARTS = (learned(x, to=m), fixed(m, to=y, using=lambda a: a + 1))
chain = Chain(PARTS, {"m": Sums()})


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 2 * CHUNK + 3))
def test_one_row_or_a_thousand_give_the_same(count: int) -> None:
    rows = np.random.default_rng(count).normal(size=(count, 2)).astype(np.float32)
    whole = chain({"x": rows})
    assert set(whole) == {"m", "y"}
    assert all(len(values) == count for values in whole.values())
    for at in {0, count // 2, count - 1}:
        assert chain({"x": rows[at : at + 1]})["y"][0] == pytest.approx(whole["y"][at], abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(systems(makers=2), st.integers(0, 100), st.data())
def test_what_is_left_after_a_seam_goes_on_from_what_is_put_in(system: Any, seed: int, data: st.DataObject) -> None:
    design = next(iter(designs(system)))
    chance = np.random.default_rng(seed)
    models = {part.output.name: Sums() for part in design.learned}
    between = sorted(design.makers.keys() - {system.wants.name})
    truth = {name: chance.normal(size=3).astype(np.float32) for name in [*system.source_names, *between]}
    some = set(data.draw(st.lists(st.sampled_from(between), unique=True))) if between else set()
    later = Chain(design.parts, models).after(some)
    assert not some & {part.output.name for part in later.parts}
    assert set(later.takes) <= some | set(system.source_names)
    made = later({name: truth[name] for name in later.takes})
    for part in later.parts:  # what is not put in is made from what stands before it
        taken = [{**truth, **made}[signal.name] for signal in part.inputs]
        assert (made[part.output.name] == (Sums().predict(taken) if part.learns else taken[0])).all()


class Counter:
    """Counts the steps of each row."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.steps = 0

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        self.steps += 1
        return np.full(len(rows), self.steps, np.float32)


def test_steps_remember_and_rows_do_not() -> None:
    counting = Chain((fixed(x, to=m, using=Counter),), {})
    rows = np.zeros((CHUNK + 9, 2), np.float32)
    for _ in range(2):
        assert counting({"x": rows})["m"].tolist() == [1] * len(rows)
    counting.reset()
    assert [counting.step({"x": rows[:2]})["m"].tolist() for _ in range(3)] == [[1, 1], [2, 2], [3, 3]]
    other = Chain(counting.parts, {})
    assert other.step({"x": rows[:2]})["m"].tolist() == [1, 1]  # two runs share nothing
    counting.reset()
    assert counting.step({"x": rows[:2]})["m"].tolist() == [1, 1]


def test_values_of_varying_length_go_through() -> None:
    sound, words = Audio("sound"), Text("words")

    def heard(sounds: Any) -> np.ndarray:
        return np.array([f"{len(one)}" for one in sounds], dtype=object)

    batch = np.empty(CHUNK + 1, dtype=object)
    batch[:] = [np.zeros(at % 3, np.float32) for at in range(CHUNK + 1)]
    made = Chain((fixed(sound, to=words, using=heard),), {})({"sound": batch})
    assert made["words"].tolist() == [str(at % 3) for at in range(CHUNK + 1)]


WRONG: dict[str, tuple[Any, Any, str]] = {
    "shape": (m, np.zeros((3, 1)), "shape (3, 1)."),
    "rows": (m, np.zeros(2), "shape (2,)."),
    "nan": (m, np.array([1.0, np.nan, 2.0]), "shape (3,) with NaN or infinite numbers."),
    "infinite": (x, np.full((3, 2), np.inf), "shape (3, 2) with NaN or infinite numbers."),
    "nothing": (m, None, "shape ()."),
    "ragged rows for a vector": (x, [[1, 2], [3], [4, 5]], "shape (0,)."),
    "a table for a sequence": (Symbols("s", alphabet=("a",)), np.zeros((3, 2)), "shape (3, 2)."),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_a_function_returns_is_checked(case: str) -> None:
    signal, made, found = WRONG[case]
    component = fixed(Number("in"), to=signal, using=np.negative, name="f")
    with pytest.raises(DeclarationError) as error:
        checked(component, made, 3)
    assert error.value.asked == f"The component <fixed {signal.name}:f from in> was run on 3 rows."
    assert error.value.here == f"It returned an array of {found}"
    assert error.value.why.startswith(f"The signal '{signal.name}' ({signal.kind}) needs shape (3,")
    assert error.value.do


@pytest.mark.parametrize(("made", "first"), [(["hot", "ok", "ok"], "'hot' (<U3)"), ([0, 7, -1], "7 (int64)")])
def test_a_category_is_made_as_places_among_its_values(made: list[Any], first: str) -> None:
    kind = Category("kind", values=("ok", "hot"))
    component = fixed(Number("in"), to=kind, using=np.negative, name="f")
    with pytest.raises(DeclarationError) as error:
        checked(component, made, 3)
    assert error.value.here == f"It returned {first} among others."
    assert error.value.why.endswith("is the place of its value as a whole number: 0 is 'ok', 1 is 'hot'.")
    assert error.value.do.startswith("Mend the function")
    assert checked(component, [1, 0, 1], 3).tolist() == [1, 0, 1]


def test_a_function_gets_arrays_also_where_pictures_were_left_on_disk() -> None:
    picture, light = Image("picture", size=(4, 4)), Number("light")
    pixels = np.arange(48, dtype=np.uint8).reshape(3, 4, 4)
    rows = Rows.from_columns([picture], {"picture": pixels})
    bright = Chain([fixed(picture, to=light, using=lambda p: (p / 2).mean(axis=(1, 2)))], {})
    np.testing.assert_allclose(
        bright({"picture": rows.view("picture", np.arange(3))})["light"], pixels.mean(axis=(1, 2)) / 2
    )


class Forgetful:
    """Has no state before its first reset."""

    def reset(self) -> None:
        self.last = 1.0

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        return np.full(len(rows), self.last, np.float32)


def test_a_run_begins_with_a_reset_and_what_is_learnt_has_none() -> None:
    part = fixed(x, to=m, using=Forgetful)
    assert part.apply(np.zeros((2, 2))).tolist() == [1, 1]
    net = learned(x, to=m, using=Forgetful, name="named_like_one_that_remembers")
    run = Chain((net,), {"m": Sums()})
    run.reset()
    assert run({"x": np.zeros((2, 2), np.float32)})["m"].tolist() == [0, 0]


CHANCE = np.random.default_rng(0)
UNSTEADY = {
    "by chance": lambda a: a + CHANCE.normal(size=len(a)),
    "over all rows": lambda a: a - a.mean(),
    "by the number of rows": lambda a: a + len(a),
}


def run_again(function: Any, output: Any = y, rows: int = 40) -> None:
    design = Chain((fixed(m, to=output, using=function),), {})
    values = {"m": np.random.default_rng(1).normal(size=rows)}
    design.check_alone({**values, **design(values)})


@pytest.mark.parametrize("how", UNSTEADY)
def test_a_function_of_more_than_the_row_is_told(how: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        run_again(UNSTEADY[how])
    asked, here, why, do = str(caught.value).splitlines()
    assert asked.endswith("was run again on 3 of 40 rows.")
    assert here.startswith("For 3 of them it made another 'y': ")
    assert (
        why
        == "A row must become the same each time, whatever rows are beside it: else no winner does what was measured."
    )
    assert "random numbers only from a generator that it seeds itself" in do


def test_a_text_by_chance_is_told() -> None:
    said = itertools.count()
    text = Text("text", alphabet="0123456789")
    with pytest.raises(DeclarationError, match="it made another 'text': '4', before '0'"):
        run_again(lambda a: np.array([str(next(said)) for _ in a], object), text, rows=4)


def test_a_function_of_the_row_alone_passes() -> None:
    run_again(lambda a: a + np.random.default_rng(3).normal())  # seeded inside: the same each time
    run_again(lambda a: (a > 0).astype(int), Category("sign", values=("minus", "plus")))
    run_again(lambda a: np.array([[[one, one]] for one in a]), Points("place", count=1))


def test_a_service_is_not_asked_twice() -> None:
    asked: list[int] = []

    def service(a: np.ndarray) -> np.ndarray:
        asked.append(len(a))
        return a + CHANCE.normal(size=len(a))

    design = Chain((fixed(m, to=y, using=service, start="service"),), {})
    values = {"m": np.zeros(5)}
    design.check_alone({**values, **design(values)})
    assert asked == [5]
