"""Attribution, on chains that go wrong at known stages in known rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import endwise as ew
from endwise.evidence.attribution import LISTED, Steps, attribute, own_errors
from endwise.judge.metrics import error_rate, mean_absolute_error, root_mean_square_error
from endwise.records import Attribution
from endwise.system.judging import Metric


def errors(faults: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As it is, and with the truth up to each seam, of a chain whose stages add `faults` (stages, rows)."""
    left = np.cumsum(faults[::-1], axis=0)[::-1]  # what the stages from one on add
    return left[0], left[1:]


def attributed(as_it_is: np.ndarray, with_truth: np.ndarray, kind: str, told: Any = True) -> Attribution:
    names = [f"s{at}" for at in range(len(with_truth))]
    ids = np.array([f"row{at}" for at in range(len(as_it_is))], dtype=object)
    marked = np.broadcast_to(np.asarray(told), len(as_it_is))
    found = attribute(Steps("x -> y", names, [(n,) for n in names], ids, as_it_is, with_truth, marked), kind, fewest=10)
    assert found is not None
    return found


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1), stages=st.integers(2, 6), rows=st.integers(10, 45), share=st.floats(0, 0.6))
def test_each_wrong_row_goes_to_the_last_stage_that_corrupts_it(
    seed: int, stages: int, rows: int, share: float
) -> None:
    """Only when all stages that corrupt it are given perfect outputs is it right; the last stage is what follows."""
    corrupt = np.random.default_rng(seed).random((stages, rows)) < share
    found = attributed(*errors(100.0 * corrupt), kind="category")
    wrong = corrupt.any(axis=0)
    last = stages - 1 - corrupt[::-1].argmax(axis=0)
    counts = [int((wrong & (last == at)).sum()) for at in range(stages)]
    assert [step.made_right for step in found.steps] == counts[:-1]
    assert found.never == counts[-1]
    assert sum(counts) == found.mistakes == len(found.listed)
    names = [*(step.signal for step in found.steps), ""]
    assert {one.row: one.signal for one in found.listed} == {
        f"row{at}": names[last[at]] for at in np.flatnonzero(wrong)
    }


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1), stages=st.integers(2, 5))
def test_measured_mistakes_are_the_planted_ones(seed: int, stages: int) -> None:
    """A tenth of the rows goes wrong by far more than the noise of the others, each at one known stage."""
    random = np.random.default_rng(seed)
    rows = 100
    place = np.where(random.permutation(rows) < 10, random.integers(stages, size=rows), -1)
    faults = random.uniform(0.5, 1.0, (stages, rows)) * 0.1
    faults[-1] += 5 * (place < 0)  # all other rows are off by as much, whatever is true: none is better than the median
    faults += 100 * (place == np.arange(stages)[:, None])
    found = attributed(*errors(faults), kind="number")
    assert found.mistakes == 10
    assert [step.made_right for step in found.steps] == [int((place == at).sum()) for at in range(stages - 1)]
    assert found.never == int((place == stages - 1).sum())
    assert all(step.made_wrong == 0 for step in found.steps)


def test_rows_that_only_the_truth_makes_wrong_are_counted_apart() -> None:
    as_it_is = np.array([100.0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    with_truth = np.array([[0.0, 100, 100, 0, 0, 0, 0, 0, 0, 0]])
    found = attributed(as_it_is, with_truth, "category")
    assert (found.mistakes, found.steps[0].made_right, found.steps[0].made_wrong, found.never) == (1, 1, 2, 0)


def test_the_first_seam_counts_though_the_row_goes_wrong_again_later() -> None:
    as_it_is = np.array([100.0, *[0.0] * 9])
    again = np.array([[0.0] * 10, [100.0, *[0.0] * 9]])
    assert attributed(as_it_is, again, "category").listed[0].signal == "s0"


def test_a_yes_or_no_metric_of_numbers_is_right_or_wrong() -> None:
    found = attributed(np.repeat([100.0, 0.0], [8, 12]), np.zeros((1, 20)), "number")
    assert (found.exact, found.mistakes, found.steps[0].made_right) == (True, 8, 8)
    assert attributed(np.arange(20.0), np.zeros((1, 20)), "number").mistakes == 2


def test_rows_without_the_truth_are_counted_and_too_few_say_nothing() -> None:
    told = np.arange(20) < 12
    found = attributed(np.arange(20.0), np.where(told, 0, np.nan)[None], "text", told)
    assert (found.rows, found.without, found.mistakes) == (12, 8, 11)
    few = Steps("d", ["s"], [("s",)], np.arange(20), np.arange(20.0), np.zeros((1, 20)), np.arange(20) < 9)
    assert attribute(few, "text", fewest=10) is None


def test_the_list_is_short_and_holds_the_worst_of_each_seam() -> None:
    """A seam with few mistakes is not crowded out by one with many, or with worse ones."""
    as_it_is = np.arange(1.0, 201)
    with_truth = np.where(np.arange(200) < 3, 0.0, as_it_is)[None]
    found = attributed(as_it_is, with_truth, "text")
    assert len(found.listed) == LISTED
    assert [one.row for one in found.listed[:4]] == ["row2", "row1", "row0", "row199"]
    assert found.steps[0].made_right == 3
    assert found.never == 197


def test_a_row_s_own_error_is_the_figure_of_its_record_alone() -> None:
    records = np.array([4.0, 9.0])
    assert own_errors(records, root_mean_square_error).tolist() == [2, 3]
    assert own_errors(records / 9, error_rate)[1] == 100
    assert own_errors(records, mean_absolute_error).tolist() == [4, 9]
    stranger_and_missed = np.array([[0.0, 0.0], [0.5, 1.0], [0.0, 1.0]])
    assert own_errors(stranger_and_missed, ew.miss_rate(0.01))[1:].tolist() == [50, 0]


def _spread(records: np.ndarray) -> float:
    if len(records) < 2:
        raise ValueError("one row has no spread")
    return float(records.std())


def test_a_metric_that_has_no_figure_for_one_row_attributes_nothing() -> None:
    spread = Metric("spread", "spread", mean_absolute_error.records, _spread)
    alone = own_errors(np.arange(30.0), spread)
    assert np.isnan(alone).all()
    steps = Steps("d", ["s"], [("s",)], np.arange(30), alone, alone[None], np.ones(30, bool))
    assert attribute(steps, "number", fewest=10) is None


@pytest.mark.parametrize("kind", ["number", "category"])
def test_a_design_without_mistakes_has_none(kind: str) -> None:
    found = attributed(np.zeros(20), np.zeros((2, 20)), kind)
    assert (found.mistakes, found.never, found.listed) == (0, 0, ())
