"""A design hears of the others: it leans on their shapes, and is held back from passing those that are ahead."""

from __future__ import annotations

import numpy as np

from endwise.evidence.forecast.curve import DataCurve
from endwise.evidence.forecast.others import REFERENCE, heard, held_back, leaning
from endwise.evidence.forecast.posterior import Posterior, changes_at, points, posterior
from endwise.evidence.forecast.prior import generic

PRIOR = generic(1024)
STEEP, FLAT, FAR = (0.40, 0.31, 0.24, 0.186), (0.162, 0.160, 0.159, 0.158), (0.95, 0.94, 0.93, 0.92)


def found(errors: tuple[float, ...], first: int = 50) -> tuple[Posterior, int]:
    """The posterior of a curve with two repeats at doubling sizes, alone, and its largest size."""
    sizes = tuple(first * 2**k for k in range(len(errors)))
    curve = DataCurve("a", sizes, tuple((0.98 * error, 1.02 * error) for error in errors))
    return posterior(points(curve), PRIOR), sizes[-1]


def held(*given: tuple[Posterior, int]) -> list[Posterior]:
    return held_back([one for one, _ in given], [largest for _, largest in given])


def later(one: Posterior) -> float:
    return float(np.sum(one.weights * (one.level + changes_at(len(one.weights), (float(np.log(REFERENCE)),)))))


def test_a_design_alone_hears_nothing() -> None:
    alone, largest = found(STEEP)
    (same,) = heard([alone], [largest], [PRIOR])
    assert same is alone


def test_the_design_behind_is_held_back_and_the_one_ahead_is_not() -> None:
    steep, flat = found(STEEP), found(FLAT)
    behind, ahead = held(steep, flat)
    assert later(behind) > later(steep[0])
    assert ahead is flat[0]


def test_what_does_not_pass_is_not_held_back() -> None:
    far, flat = found(FAR), found(FLAT)
    assert np.allclose(held(far, flat)[0].weights, far[0].weights, atol=1e-4)


def test_a_lead_weighs_more_the_farther_it_goes() -> None:
    """Between shapes alike in all else, the share that is left falls with the lead."""
    steep, flat = found(STEEP), found(FLAT)
    behind = held(steep, flat)[0]
    ahead = steep[0].level + changes_at(1024, (float(np.log(REFERENCE)),))
    known = steep[0].weights > 1e-12
    left, lead = (behind.weights[known] / steep[0].weights[known]), (later(flat[0]) - ahead)[known]
    order = np.argsort(lead)
    assert np.all(np.diff(left[order]) <= 1e-9)
    assert np.allclose(left[lead < 0], left[lead < 0][0])  # whatever stays behind keeps its odds


def test_equal_designs_stay_as_they_are() -> None:
    one, other = held(found(STEEP), found(STEEP))
    assert np.array_equal(one.weights, other.weights)


def test_designs_of_unequal_sizes_are_compared_at_the_same_rows() -> None:
    """Behind at its own last size, ahead where the other one ends: the shorter curve is not held back."""
    short, long = found(STEEP[:3]), found((0.30, 0.28, 0.27, 0.265, 0.262, 0.260))
    behind, ahead = held(short, long)
    assert behind is short[0]
    assert later(ahead) >= later(long[0])


def test_weights_stay_a_distribution() -> None:
    given = [found(one) for one in (STEEP, FLAT, FAR)]
    for one in heard([it for it, _ in given], [largest for _, largest in given], [PRIOR] * len(given)):
        assert np.isclose(one.weights.sum(), 1)
    for one in leaning([it for it, _ in given], [PRIOR] * len(given)):
        assert np.isclose(one.weights.sum(), 1)
