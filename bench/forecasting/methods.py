"""The methods set side by side. Each gives draws of the log error at later sizes: (draws, sizes).

All see the same: the sizes up to n, with their replicates. The rivals get relative weights and the noise of the
replicates, and use all sizes from n / 16 on unless it is said otherwise.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from endwise.evidence.forecast.curve import DataCurve
from endwise.evidence.forecast.joint import draw
from endwise.evidence.forecast.prior import Priors
from endwise.evidence.forecast.sobol import normal_strata

Method = Callable[[DataCurve, np.ndarray], np.ndarray]
ROUNDS = 24  # bootstrap rounds of a fitted law
LEAST, MOST = np.log(1e-5), np.log(2.0)  # a law's forecast is held between these: without it the tails are absurd


def bank_of_shapes(priors: Priors) -> Method:
    def forecast(curve: DataCurve, sizes: np.ndarray) -> np.ndarray:
        return np.log(np.maximum(draw([curve], priors)[0].errors(sizes), 1e-12))

    return forecast


def last_value(curve: DataCurve, sizes: np.ndarray) -> np.ndarray:
    """The error stays what it is at n, give or take the noise of the replicates."""
    spread = np.sqrt(curve.noise[-1]) * normal_strata(64)
    return np.repeat((np.log(curve.mean[-1]) + spread)[:, None], len(sizes), axis=1)


def _window(curve: DataCurve) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log ratios to n, log errors and noise sd from n / 16 on: a fit needs more sizes than the bank does."""
    kept = np.array(curve.sizes) >= curve.largest / 16.5
    sizes = np.array(curve.sizes, dtype=float)[kept]
    return np.log(sizes / curve.largest), np.log(curve.mean[kept]), np.sqrt(np.maximum(curve.noise[kept], 1e-6))


def _bootstrapped(curve: DataCurve) -> tuple[np.ndarray, np.ndarray]:
    """Log ratios, and log errors of each bootstrap round: the replicates drawn with replacement, once for all sizes."""
    ratios, logs, _ = _window(curve)
    errors = np.array(curve.errors)[-len(ratios) :]
    picked = np.random.default_rng(0).integers(errors.shape[1], size=(ROUNDS, errors.shape[1]))
    drawn = np.nanmean(np.where(np.isnan(errors), np.nanmean(errors, axis=1, keepdims=True), errors)[:, picked], axis=2)
    floor = 0.5 / curve.n_test if curve.n_test else 1e-6
    rounds = np.log(np.maximum(drawn.T, floor))
    rounds[0] = logs
    return ratios, rounds


# Nonlinear laws are fitted on a grid of their nonlinear parameter: given it, floor and scale are least squares with
# relative weights. A grid finds the best fit that an optimiser would, from no starting value, and cheaply.
EXPONENTS = np.geomspace(0.03, 3.0, 40)


def _gridded(basis: np.ndarray, later: np.ndarray, rounds: np.ndarray) -> np.ndarray:
    """Fits error = c + a * basis for each grid value, (G, X); keeps the best per round; (rounds, sizes) of logs."""
    errors = np.exp(rounds)  # (B, X)
    weight = 1 / np.square(errors)  # relative weights
    sw = weight.sum(1)[:, None]  # (B, 1)
    sb, sbb = weight @ basis.T, weight @ np.square(basis).T  # (B, G)
    sy, sby = (weight * errors).sum(1)[:, None], (weight * errors) @ basis.T
    scale = np.maximum((sw * sby - sb * sy) / np.maximum(sw * sbb - sb**2, 1e-12), 0.0)
    floor = (sy - scale * sb) / sw
    below = floor < 0
    scale = np.where(below, sby / sbb, scale)
    floor = np.where(below, 0.0, floor)
    fitted = floor[:, :, None] + scale[:, :, None] * basis[None]  # (B, G, X)
    loss = (weight[:, None] * np.square(fitted - errors[:, None])).sum(2)
    best, rows = np.argmin(loss, axis=1), np.arange(len(rounds))
    forecast = floor[rows, best, None] + scale[rows, best, None] * later[best]
    return np.clip(np.log(np.maximum(forecast, 1e-9)), LEAST, MOST)


def pow3(curve: DataCurve, sizes: np.ndarray) -> np.ndarray:
    """The power law with a floor, c + a x^-b, relative weights, bootstrap over the replicates."""
    ratios, rounds = _bootstrapped(curve)
    later = np.log(sizes / curve.largest)
    return _gridded(np.exp(-np.outer(EXPONENTS, ratios)), np.exp(-np.outer(EXPONENTS, later)), rounds)


def laws(curve: DataCurve, sizes: np.ndarray) -> np.ndarray:
    """Five laws, each bootstrapped: pow3, pow2 (no floor), stretched exponential, logarithmic, last value."""
    ratios, rounds = _bootstrapped(curve)
    later = np.log(sizes / curve.largest)
    line = np.polynomial.polynomial.polyfit(ratios, rounds.T, 1)  # pow2: a line in logs
    logarithm = np.polynomial.polynomial.polyfit(ratios, np.exp(rounds).T, 1)
    held = [np.exp(-np.expm1(np.outer(EXPONENTS, at))) for at in (ratios, later)]
    forecasts = [
        pow3(curve, sizes),
        np.clip(line[0][:, None] + np.outer(line[1], later), LEAST, MOST),
        _gridded(held[0], held[1], rounds),
        np.log(np.clip(logarithm[0][:, None] + np.outer(logarithm[1], later), 1e-5, 2.0)),
        np.repeat(rounds[:, -1:], len(sizes), axis=1),
    ]
    return np.concatenate(forecasts)


def gaussian_process(curve: DataCurve, sizes: np.ndarray) -> np.ndarray:
    """A Gaussian process on the log error: a line plus a squared exponential, by the evidence on a small grid."""
    ratios, logs, noise = _window(curve)
    later = np.log(sizes / curve.largest)
    best: tuple[float, np.ndarray, np.ndarray] | None = None
    for slope in (0.05, 0.2, 0.8):
        for amplitude in (0.02, 0.08, 0.3):
            for length in (1.0, 2.5):
                found = _process(ratios, logs, noise, later, (slope, amplitude, length))
                if best is None or found[0] > best[0]:
                    best = found
    assert best is not None
    return best[1] + best[2] * normal_strata(64)[:, None]


def _process(
    x: np.ndarray, y: np.ndarray, noise: np.ndarray, later: np.ndarray, setting: tuple[float, float, float]
) -> tuple[float, np.ndarray, np.ndarray]:
    slope, amplitude, length = setting

    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        gap = np.subtract.outer(a, b) / length
        return 1.0 + slope**2 * np.multiply.outer(a, b) + amplitude**2 * np.exp(-0.5 * gap**2)

    centre = y[-1]
    K = kernel(x, x) + np.diag(noise**2 + 1e-6)
    root = np.linalg.cholesky(K)
    alpha = np.linalg.solve(root.T, np.linalg.solve(root, y - centre))
    evidence = -0.5 * (y - centre) @ alpha - np.log(np.diag(root)).sum()
    across = kernel(later, x)
    inner = np.linalg.solve(root, across.T)
    variance = 1.0 + (slope * later) ** 2 + amplitude**2 - (inner**2).sum(0)
    return float(evidence), centre + across @ alpha, np.sqrt(np.maximum(variance, 1e-9))
