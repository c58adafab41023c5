"""What one curve says about its shape, its level and how far shapes can be trusted; exact up to the bank.

y(x) = level + g(x / n; shape) + misfit + noise, in logs of the error. The level is integrated in closed form under a
flat prior, shapes and the size of the misfit (tau) are weighed: no optimiser that could fail, no Markov chain.
Ours; the parts are textbook Bayesian linear regression (Gelman et al. 2013, ch. 14) on a fixed grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from endwise.evidence.forecast.curve import COMMON_TEST_SHARE, DataCurve
from endwise.evidence.forecast.prior import TAUS, Prior
from endwise.evidence.forecast.shapes import bank

# Constants of forecast.md, checked again on the calibration half (docs/forecasts.md).
WINDOW = 4.0  # sizes from n / 4 on: older ones mislead more than they tell
LEAST_SIZES = 3  # where the window holds fewer, the nearest older sizes are taken in
AGEING = 1.5  # misfit grows by this much of itself an octave back


@dataclass(frozen=True)
class Points:
    """The sizes that count, seen from the largest: log ratios x / n, log errors, and their noise variances (X,).

    `common` is the variance of the level that more sizes do not bring down: luck of the test rows.
    """

    log_ratios: np.ndarray
    logs: np.ndarray
    noise: np.ndarray
    common: float


@dataclass(frozen=True)
class Posterior:
    """Weights over shapes and misfits (S, T), the level that each implies (S, T), and its variance (T,).

    `noise_share` (T,) is the part of that variance that is noise of the repeats: it is what designs measured on the
    same repeats share.
    """

    weights: np.ndarray
    level: np.ndarray
    variance: np.ndarray
    noise_share: np.ndarray


def points(curve: DataCurve) -> Points:
    """The points of a curve that its forecast rests on."""
    sizes = np.array(curve.sizes, dtype=float)
    kept = slice(min(int(np.searchsorted(sizes, sizes[-1] / WINDOW * 0.99)), max(0, len(sizes) - LEAST_SIZES)), None)
    noise = curve.noise + (1 - COMMON_TEST_SHARE) * curve.test_noise
    common = COMMON_TEST_SHARE * float(curve.test_noise[-1])
    return Points(np.log(sizes[kept] / sizes[-1]), np.log(curve.mean[kept]), noise[kept], common)


def posterior(seen: Points, prior: Prior) -> Posterior:
    """Bayes' rule over the bank: what is left of the prior once the points are seen."""
    changes = changes_at(len(prior.log_weights), tuple(seen.log_ratios.tolist()))
    rest = (seen.logs - seen.logs[-1]) - changes  # (S, X)
    age = 1 - AGEING * seen.log_ratios / np.log(2)
    variance = seen.noise + np.square(np.outer(TAUS, age))  # (T, X)
    precision = 1 / variance
    total = precision.sum(axis=1)  # (T,)
    level = rest @ precision.T / total
    misfit = np.square(rest) @ precision.T - total * np.square(level)
    log_weights = prior.log_weights - 0.5 * (misfit + np.log(variance).sum(axis=1) + np.log(total))
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    noise_share = (np.square(precision) @ seen.noise) / total
    return Posterior(weights, level + seen.logs[-1], 1 / total + seen.common, noise_share)


@lru_cache(maxsize=64)  # designs of a study share their sizes
def changes_at(shapes: int, log_ratios: tuple[float, ...]) -> np.ndarray:
    """g of the first `shapes` of the bank at `log_ratios`, kept for the next curve."""
    return bank(shapes).change(np.array(log_ratios))
