"""What true values at a seam leave of the error, and the signal that is missing there."""

from __future__ import annotations

import numpy as np

from endwise.evidence.ceilings import Cut, ceilings
from endwise.judge.metrics import mean_absolute_error

UNITS = np.array([f"u{at}" for at in range(60)])


def cut(error: float, path: str, truths: tuple[str, ...], design: str) -> Cut:
    records = error + np.random.default_rng(0).normal(0, 0.1, size=len(UNITS))
    return Cut(path, truths, "age", (), (design,), records)


def test_a_part_that_several_designs_trained_is_told_of_once_where_it_errs_least() -> None:
    few = [cut(error, "lengths -> age", ("lengths",), design) for error, design in ((13.6, "a"), (13.3, "b"))]
    more = cut(12.7, "lengths, patches -> age", ("lengths", "patches"), "c")
    found, (missing,) = ceilings([*few, more], UNITS, mean_absolute_error, "months", 0)
    assert len(found) == 3
    assert "has an error of 13.3 months" in missing.explanation
    assert "told the true `patches` as well it has 12.7 months" in missing.explanation


def test_nothing_is_missing_where_more_truth_brings_no_more_than_chance() -> None:
    few, more = cut(12.7, "lengths -> age", ("lengths",), "a"), cut(12.7, "all -> age", ("lengths", "patches"), "b")
    assert ceilings([few, more], UNITS, mean_absolute_error, "months", 0)[1] == ()
