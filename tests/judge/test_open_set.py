"""Identification with strangers: thresholds, misses, and who is counted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from endwise.errors import RowsError
from endwise.judge.metrics import constant, default_for
from endwise.judge.open_set import curve, miss_rate, pass_rate, threshold, wrong_person
from endwise.system.signals import Identity

WHO = Identity("who", people=("Ada", "Grace", "Mary"))
scores = st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=60).map(np.array)


def answers(*pairs: tuple[float, float]) -> np.ndarray:
    return np.array(pairs, np.float32)


@given(scores, st.floats(0, 1))
def test_no_more_than_the_share_is_above_the_threshold(found: np.ndarray, share: float) -> None:
    assert (found > threshold(found, share)).mean() <= share + 1e-9


@given(scores.filter(lambda one: len(np.unique(one)) == len(one)), st.floats(0, 0.99))
def test_a_lower_threshold_would_let_more_through(found: np.ndarray, share: float) -> None:
    """The lowest that keeps the promise: right below it one more passes than may."""
    limit = threshold(found, share)
    assert (found >= limit).mean() > share


def test_a_known_person_is_missed_below_either_half_s_threshold() -> None:
    """Stranger 0's best score is .5, stranger 1's .7: a half miss between them."""
    true = answers((0, 1), (0, 1), (1, 1), (2, 1), (-1, 1), (-2, 1))
    found = answers((0, 0.9), (0, 0.6), (1, 0.4), (0, 0.9), (1, 0.5), (2, 0.7))
    records = miss_rate(0.0).records(WHO, found, true)
    assert records.tolist() == [[0, 1], [0.5, 1], [1, 1], [1, 1], [0, 0], [0, 0]]  # the fourth is taken for another
    assert miss_rate(0.0).aggregate(records) == pytest.approx(100 * 2.5 / 4)


def test_a_stranger_passes_by_the_threshold_of_the_other_half() -> None:
    true, found = answers((-1, 1), (-2, 1), (0, 1)), answers((1, 0.5), (2, 0.7), (0, 0.9))
    records = pass_rate(0.0).records(WHO, found, true)
    assert records.tolist() == [[0, 1], [1, 1], [0, 0]]
    assert pass_rate(0.0).aggregate(records) == 50


def test_who_is_taken_for_whom_is_counted_among_the_known() -> None:
    true, found = answers((0, 1), (1, 1), (-1, 1)), answers((0, -5), (2, 9), (2, 9))
    records = wrong_person.records(WHO, found, true)
    assert records.tolist() == [[0, 1], [1, 1], [0, 0]]
    assert wrong_person.aggregate(records) == 50


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.01, 0.05, 0.2]))
def test_the_promise_holds_on_other_strangers(seed: int, share: float) -> None:
    """Strangers of one kind: those let through are as many as promised, within four standard errors."""
    draw = np.random.default_rng(seed)
    count = 4000
    true = np.stack([-1.0 - np.arange(count), np.ones(count)], axis=1)
    found = np.stack([np.zeros(count), draw.normal(size=count)], axis=1)
    through = pass_rate(share).aggregate(pass_rate(share).records(WHO, found, true)) / 100
    assert abs(through - share) < 4 * np.sqrt(2 * share / count)


@given(st.lists(st.tuples(st.integers(-4, 2), st.integers(0, 2), st.floats(0, 1, width=16)), min_size=1, max_size=40))
def test_the_trade_off_goes_one_way(rows: list[tuple[int, int, float]]) -> None:
    true = np.array([[place, 1] for place, _, _ in rows], np.float32)
    found = np.array([[place, score] for _, place, score in rows], np.float32)
    drawn = curve(found, true)
    assert (np.diff(drawn.let_through) <= 1e-12).all()
    assert (np.diff(drawn.missed) >= -1e-12).all()
    assert ((drawn.let_through >= -1e-12) & (drawn.let_through <= 1) & (drawn.missed <= 1)).all()


def test_one_half_without_strangers_is_refused() -> None:
    with pytest.raises(RowsError) as refused:
        miss_rate(0.01).records(WHO, answers((0, 1), (0, 1)), answers((0, 1), (-1, 1)))
    assert "Of 2 test rows, 1 show strangers, 1 and 0 of them in the two halves." in str(refused.value)
    assert "Add test rows of people who are not known" in str(refused.value)


def test_strangers_alone_are_refused() -> None:
    with pytest.raises(RowsError) as refused:
        miss_rate(0.01).records(WHO, answers((0, 1), (0, 1)), answers((-1, 1), (-2, 1)))
    assert "Of 2 test rows, none shows anybody who is known." in str(refused.value)
    assert "Add test rows of people who are known, with their names." in str(refused.value)


def test_a_constant_answer_knows_nobody() -> None:
    true = answers((0, 1), (1, 1), (1, 1), (-1, 1), (-2, 1))
    answer = constant(WHO, true)
    assert answer is not None
    always = np.repeat(answer[None], len(true), axis=0)
    metric = miss_rate(0.01)
    assert metric.aggregate(metric.records(WHO, always, true)) == 100
    assert default_for(WHO)[0].aggregate(wrong_person.records(WHO, always, true)) == pytest.approx(100 / 3)
