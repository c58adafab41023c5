"""A data curve refuses what cannot be an error, in four parts, and knows its noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from endwise.errors import UsageError
from endwise.evidence.forecast.curve import ASSUMED_SD, DataCurve

NAN = float("nan")
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"sizes": (), "errors": ()}, "It has no size."),
    ({"sizes": (1, 2), "errors": ((0.1,),)}, "2 sizes and 1 row of errors"),
    ({"sizes": (200, 100), "errors": ((0.1,), (0.2,))}, "Sort the sizes and join the repeats"),
    ({"sizes": (0, 100), "errors": ((0.1,), (0.2,))}, "positive, each once, increasing"),
    ({"sizes": (100,), "errors": ((NAN, NAN),)}, "At 100 rows no repeat has an error."),
    ({"sizes": (100,), "errors": ((),)}, "At 100 rows no repeat has an error."),
    ({"sizes": (100,), "errors": ((0.1, -0.2),)}, "an error of -0.2"),
    ({"sizes": (100,), "errors": ((float("inf"),),)}, "an error of inf"),
    ({"sizes": (100,), "errors": ((0.0, 0.0),)}, "Give n_test, the number of test rows."),
    ({"sizes": (100,), "errors": ((9.1,),), "n_test": 50}, "Divide percentages by 100"),
    ({"sizes": (100,), "errors": ((0.1,),), "n_test": 0}, "n_test is 0."),
    ({"sizes": (100,), "errors": ((0.1,),), "test_sd": (0.1, 0.2)}, "test_sd has 2 values for 1 size."),
    ({"sizes": (100,), "errors": ((0.1,),), "test_sd": (NAN,)}, "finite and not negative"),
    ({"sizes": (100,), "errors": ((0.1,),), "family": "forest"}, "network, linear, trees, kernel"),
]


@pytest.mark.parametrize(("given", "told"), REFUSED)
def test_impossible_curves_are_refused_in_four_parts(given: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as refused:
        DataCurve("a -> b", **given)
    error = refused.value
    assert all((error.asked, error.here, error.why, error.do))
    assert error.asked == "The data curve of a -> b."
    assert told in str(error)


def test_zero_errors_are_half_an_error() -> None:
    curve = DataCurve("a", (10, 20), ((0.1, 0.1), (0.0, 0.0)), n_test=50)
    assert curve.mean.tolist() == [0.1, 0.01]
    assert np.all(np.isfinite(curve.noise))
    assert np.all(np.isfinite(curve.test_noise))


def test_one_zero_among_repeats_needs_no_test_rows() -> None:
    assert DataCurve("a", (10,), ((0.0, 0.2),)).mean.tolist() == [0.1]


def test_noise_is_half_own_half_pooled() -> None:
    curve = DataCurve("a", (10, 20, 40), ((0.9, 1.1), (1.0, 1.0), (1.0, NAN)))
    own, pooled = 0.02, 0.01  # relative variances: .02 and 0, a repeat to spare each
    assert np.allclose(curve.noise, [(own + pooled) / 4, pooled / 4, pooled])


def test_one_repeat_is_taken_to_vary_by_the_assumed_sd() -> None:
    assert np.allclose(DataCurve("a", (10, 20), ((0.5,), (0.4,))).noise, ASSUMED_SD**2)


def test_test_rows_bring_binomial_noise_or_the_stated_one() -> None:
    assert np.allclose(DataCurve("a", (10,), ((0.2,),), n_test=100).test_noise, 0.04)  # (1 - e) / (e n)
    assert np.allclose(DataCurve("a", (10,), ((7.5,),), test_sd=(0.1,)).test_noise, 0.01)
    assert DataCurve("a", (10,), ((7.5,),)).test_noise.tolist() == [0.0]


def test_a_curve_is_cut_at_a_size() -> None:
    curve = DataCurve("a", (10, 20, 40), ((0.3,), (0.2,), (0.1,)), test_sd=(0.1, 0.2, 0.3))
    assert curve.upto(20) == DataCurve("a", (10, 20), ((0.3,), (0.2,)), test_sd=(0.1, 0.2))


def test_no_error_at_all_is_as_uncertain_as_its_test_rows_are_few() -> None:
    """A bootstrap of rows without an error draws no spread: half an error in 100 rows is not known exactly."""
    rows = ((0.2, 0.2), (0.0, 0.0))
    drawn = DataCurve("a", (100, 200), rows, n_test=100, test_sd=(0.3, 0.0))
    alone = DataCurve("a", (100, 200), rows, n_test=100)
    assert drawn.test_noise[0] == pytest.approx(0.09)
    assert drawn.test_noise[1] == alone.test_noise[1] == pytest.approx(1.99)
