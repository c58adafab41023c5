"""The posterior is exact: curves drawn from the bank are covered as often as stated, and known laws are recovered."""

from __future__ import annotations

import numpy as np
import pytest

from endwise.evidence.forecast.curve import DataCurve
from endwise.evidence.forecast.joint import draw, level_correlation
from endwise.evidence.forecast.posterior import AGEING, points, posterior
from endwise.evidence.forecast.prior import TAUS, Prior, generic, learnt
from endwise.evidence.forecast.shapes import bank

SHAPES = 1024  # a smaller bank: the law is the same, and the test quick
SIZES = (64, 90, 128, 181, 256)
LATER = (512, 1024, 2048, 4096)
NOISE = 0.05
WORLDS = 400


def small(prior: Prior) -> Prior:
    weights = prior.log_weights[:SHAPES]
    return Prior(prior.name, weights - np.log(np.exp(weights).sum()))


def curve_from(prior: Prior, chance: np.random.Generator) -> tuple[DataCurve, np.ndarray]:
    """A curve as the model has it, level, shape, misfit and noise, and its true errors later."""
    weights = np.exp(prior.log_weights).ravel()
    shape, tau = divmod(int(chance.choice(len(weights), p=weights / weights.sum())), len(TAUS))
    octaves = np.log2(np.array([*SIZES, *LATER]) / SIZES[-1])
    logs = chance.normal() + bank(SHAPES).change(octaves * np.log(2), np.array([shape]))[0]
    seen = len(SIZES)
    logs[:seen] += TAUS[tau] * (1 - AGEING * octaves[:seen]) * chance.normal(size=seen)
    offset, drift = chance.normal(size=2) * TAUS[tau]
    logs[seen:] += offset + drift * octaves[seen:]
    repeats = np.exp(logs[:seen]) * np.exp(NOISE * chance.normal(size=(6, seen)))
    return DataCurve("a", SIZES, tuple(map(tuple, repeats.T.tolist()))), np.exp(logs[seen:])


@pytest.mark.parametrize(
    "prior",
    [small(generic()), small(learnt()[None]), small(learnt()["network"])],
    ids=["generic", "learnt", "networks"],
)
def test_curves_from_the_bank_are_covered_at_the_stated_rate(prior: Prior) -> None:
    chance = np.random.default_rng(1)
    inside = np.zeros((2, len(LATER)))
    for _ in range(WORLDS):
        curve, truth = curve_from(prior, chance)
        low90, low80, high80, high90 = np.quantile(
            draw([curve], {None: prior})[0].errors(LATER), (0.05, 0.1, 0.9, 0.95), axis=0
        )
        inside += [(low80 <= truth) & (truth <= high80), (low90 <= truth) & (truth <= high90)]
    found = inside / WORLDS
    # Three standard errors of a share out of 400 are .060 and .045. The spread of the noise is estimated, which costs
    # a little, and some of the time.
    assert np.all(np.abs(found[0] - 0.8) < 0.06), found
    assert np.all(np.abs(found[1] - 0.9) < 0.05), found


@pytest.mark.parametrize("exponent", [0.2, 0.5])
def test_a_clean_power_law_is_recovered(exponent: float) -> None:
    errors = [
        (3 * size**-exponent * (1 + wiggle), 3 * size**-exponent * (1 - wiggle))
        for size in SIZES
        for wiggle in (0.002,)
    ]
    found = draw([DataCurve("a", SIZES, tuple(errors))], {None: generic()})[0].errors(LATER)
    truth = 3 * np.array(LATER, dtype=float) ** -exponent
    assert np.allclose(np.median(found, axis=0)[:3], truth[:3], rtol=0.12)
    low, high = np.quantile(found, (0.05, 0.95), axis=0)
    assert np.all((low < truth) & (truth < high))


def test_weights_are_a_distribution_and_better_data_narrow_it() -> None:
    spreads = []
    for wiggle in (0.2, 0.01):
        rows = tuple((size**-0.5 * (1 + wiggle), size**-0.5 * (1 - wiggle)) for size in SIZES)
        curve = DataCurve("a", SIZES, rows)
        assert np.isclose(posterior(points(curve), generic()).weights.sum(), 1)
        low, high = np.quantile(draw([curve], {None: generic()})[0].errors([1024])[:, 0], (0.1, 0.9))
        spreads.append(high / low)
    assert spreads[1] < spreads[0]


def test_sizes_long_past_do_not_count_where_three_newer_ones_do() -> None:
    rows = tuple((size**-0.5 * 1.02, size**-0.5 * 0.98) for size in SIZES)
    whole = DataCurve("a", (4, *SIZES), ((99.0, 101.0), *rows))
    assert np.array_equal(points(whole).log_ratios, points(DataCurve("a", SIZES, rows)).log_ratios)


def test_where_the_window_holds_fewer_than_three_older_sizes_are_taken() -> None:
    assert len(points(DataCurve("a", (10, 100, 1000), ((3.0,), (2.0,), (1.0,)))).logs) == 3


def test_levels_of_designs_that_share_their_luck_are_drawn_together() -> None:
    luck = np.random.default_rng(0).normal(size=(3, 6)) * 0.05
    rows = tuple(map(tuple, (0.3 * (1 + luck)).tolist()))
    other = tuple(map(tuple, (0.3 * (1 - luck)).tolist()))
    same, against = DataCurve("b", SIZES[-3:], rows), DataCurve("c", SIZES[-3:], other)
    found = level_correlation([DataCurve("a", SIZES[-3:], rows), same, against])
    assert found[0, 1] > 0.8
    assert found[0, 2] < -0.5
    assert np.array_equal(found, found.T)
