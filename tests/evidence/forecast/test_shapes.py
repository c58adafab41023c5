"""The bank is fixed, anchored at today's size, and finite wherever it is asked."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st
from scipy.stats import norm, qmc

from endwise.evidence.forecast.shapes import FAMILIES, HIGHEST, LOWEST, SHAPES, bank
from endwise.evidence.forecast.sobol import normal, normal_strata, sobol


def test_points_are_those_of_scipy() -> None:
    assert np.array_equal(sobol(1024, 6), qmc.Sobol(6, scramble=False).random(1024))


def test_normal_quantiles_are_those_of_scipy() -> None:
    uniform = np.array([[1e-6, 0.1], [0.5, 0.999]])
    assert np.allclose(normal(uniform), norm.ppf(uniform), atol=1e-9)
    assert np.allclose(normal_strata(64), norm.ppf((np.arange(64) + 0.5) / 64), atol=1e-9)


def test_bank_is_always_the_same() -> None:
    """The weights of the learnt prior belong to shapes by place: a change here needs a new prior file."""
    shapes = bank()
    assert len(shapes) == SHAPES
    assert np.bincount(shapes.family).tolist() == [1720, 574, 491, 246, 328, 327, 410]
    assert np.allclose(shapes.parameters.sum(axis=0), [2230.6, 1696.1, 2129.5, 2122.0], atol=0.06)


def test_families_have_their_share() -> None:
    found = np.bincount(bank().family) / SHAPES
    assert np.allclose(found, list(FAMILIES.values()), atol=0.001)


@given(st.lists(st.floats(-5, 10), min_size=1, max_size=4))
@settings(max_examples=15, deadline=None)
def test_shapes_are_bounded_everywhere_and_nothing_at_today(ratios: list[float]) -> None:
    found = bank(1024).change(np.array([0.0, *ratios]))
    assert np.all(np.isfinite(found))
    assert np.all((found >= LOWEST) & (found <= HIGHEST))
    assert np.allclose(found[:, 0], 0, atol=1e-12)


def test_most_shapes_fall_and_some_do_not() -> None:
    later = bank().change(np.log([4.0]))[:, 0]
    assert 0.02 < np.mean(later > 0.01) < 0.2


def test_chosen_shapes_are_the_same_shapes() -> None:
    chosen = np.array([5, 900, 17])
    ratios = np.log([0.5, 2.0])
    assert np.array_equal(bank(1024).change(ratios, chosen), bank(1024).change(ratios)[chosen])
