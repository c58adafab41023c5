"""Every metric against its formula, in numpy's or scikit-learn's words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import given, settings, strategies as st

from endwise.judge.metrics import (
    bias,
    constant,
    default_for,
    error_rate,
    mean_absolute_error,
    mean_distance,
    root_mean_square_error,
    share_beyond,
)
from endwise.learn.chain import Chain
from endwise.system.components import fixed
from endwise.system.judging import Metric, OpenLoop, judge_of
from endwise.system.signals import Box, Category, Number, Points, Text, Vector

LAW = settings(max_examples=60, deadline=None)
age = Number("age", unit="months")
lengths = Vector("lengths", size=3, unit="mm")
sex = Category("sex", values=("F", "M", "X"))
figures = st.floats(-1e4, 1e4, width=32)


def figure(metric: Metric, signal: Any, predicted: Any, true: Any) -> float:
    records = metric.records(signal, predicted, true)
    assert records.shape[0] == len(true)  # one record a row
    return metric.aggregate(records)


@LAW
@given(st.lists(st.tuples(figures, figures), min_size=1, max_size=30))
def test_numbers(pairs: list[tuple[float, float]]) -> None:
    predicted, true = np.array(pairs, np.float32).T
    exact = predicted.astype(np.float64), true.astype(np.float64)
    assert figure(mean_absolute_error, age, predicted, true) == pytest.approx(
        reference.mean_absolute_error(*exact[::-1])
    )
    assert figure(root_mean_square_error, age, predicted, true) == pytest.approx(
        reference.root_mean_squared_error(*exact[::-1])
    )
    assert figure(bias, age, predicted, true) == pytest.approx(abs(np.mean(exact[0] - exact[1])), abs=1e-9)
    beyond = figure(share_beyond(12), age, predicted, true)
    assert beyond == pytest.approx(100 * np.mean(np.abs(exact[0] - exact[1]) > 12))
    assert 0 <= figure(bias, age, predicted, true) <= figure(mean_absolute_error, age, predicted, true) + 1e-9
    assert figure(mean_absolute_error, age, predicted, true) <= figure(root_mean_square_error, age, *exact) + 1e-9


@LAW
@given(st.integers(1, 20), st.integers(0, 99))
def test_vectors(count: int, seed: int) -> None:
    predicted, true = np.random.default_rng(seed).normal(size=(2, count, 3)).astype(np.float32)
    expected = reference.mean_absolute_error(true.astype(float), predicted.astype(float))
    assert figure(mean_absolute_error, lengths, predicted, true) == pytest.approx(expected)
    squared = reference.mean_squared_error(true.astype(float), predicted.astype(float))
    assert figure(root_mean_square_error, lengths, predicted, true) == pytest.approx(np.sqrt(squared))


@LAW
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=30))
def test_categories(pairs: list[tuple[int, int]]) -> None:
    predicted, true = np.array(pairs, np.int32).T
    assert figure(error_rate, sex, predicted, true) == pytest.approx(
        100 * (1 - reference.accuracy_score(true, predicted))
    )
    assert error_rate.unit_for(sex) == "%"


def test_distances_are_those_of_the_signal() -> None:
    points = Points("p", count=1)
    assert figure(mean_distance, points, [[[3, 4]], [[0, 0]]], [[[0, 0]], [[0, 1]]]) == pytest.approx(3)
    assert figure(mean_distance, Text("t"), ["a b", "c"], ["a b", "d"]) == pytest.approx(0.5)


@LAW
@given(st.lists(figures, min_size=1, max_size=20))
def test_the_truth_has_no_error(true: list[float]) -> None:
    values = np.array(true, np.float32)
    for metric in (mean_absolute_error, root_mean_square_error, bias, error_rate, share_beyond(0.5)):
        assert figure(metric, age, values, values) == 0


@LAW
@given(st.lists(figures, min_size=1, max_size=21), figures)
def test_no_constant_beats_the_median(true: list[float], other: float) -> None:
    values = np.array(true, np.float64)
    best = constant(age, values)
    error = figure(mean_absolute_error, age, np.full(len(values), best), values)
    assert error <= figure(mean_absolute_error, age, np.full(len(values), other), values) + 1e-3


@LAW
@given(st.lists(st.integers(0, 2), min_size=1, max_size=21), st.integers(0, 2))
def test_no_category_beats_the_commonest(true: list[int], other: int) -> None:
    values = np.array(true, np.int32)
    best = figure(error_rate, sex, np.full(len(values), constant(sex, values)), values)
    assert best <= figure(error_rate, sex, np.full(len(values), other), values)


def test_what_has_no_constant_answer_has_none() -> None:
    assert constant(Text("t"), ["a"]) is None
    assert constant(lengths, np.array([[0, 1, 2], [2, 3, 4]])).tolist() == [1, 2, 3]  # type: ignore[union-attr]


def test_units_and_defaults() -> None:
    assert mean_absolute_error.unit_for(age) == "months"
    assert share_beyond(12).unit_for(age) == "%"
    assert share_beyond(12).name == "share_beyond_12"
    assert default_for(age)[0] is mean_absolute_error
    assert default_for(lengths)[0] is mean_absolute_error
    assert default_for(sex) == (error_rate,)
    assert default_for(Box("b")) == (mean_distance,)


def test_an_open_loop_compares_what_the_design_makes_with_the_truth() -> None:
    run = Chain((fixed(Number("x"), to=age, using=lambda x: x + 1),), {})
    judge = judge_of([mean_absolute_error, bias])
    records = judge.measure(run, {"x": np.array([1.0, 2.0]), "age": np.array([2.0, 2.0])}, age)
    assert {name: one.tolist() for name, one in records.items()} == {"mean_absolute_error": [0, 1], "bias": [0, 1]}
    assert judge_of(judge) is judge
    assert judge_of(bias) == OpenLoop((bias,))
    assert judge.units(np.array(["a", "b"])).tolist() == ["a", "b"]
