"""The bank of shapes: what data curves look like once their level is taken away.

A shape says by how much the log of the error changes between the largest measured size and `r` times that size:
y(r) = level + g(r), g(1) = 0. Shapes know neither unit nor absolute size. Families after the laws that learning-curve
studies found worth fitting (Viering & Loog 2023, table 1; Mohr et al. 2022), with about a third of the generic
mass on late, turning, peaked or rising curves: monotone is preferred, not imposed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from endwise.evidence.forecast.sobol import normal, sobol

SHAPES = 4096  # 8,192 and 16,384 forecast no better on the calibration half (docs/forecasts.md)

LOWEST, HIGHEST = -7.0, 3.0  # no shape falls below a thousandth of today's error, or climbs above twenty times it

# family -> its share of the bank; the generic prior is uniform over the bank
FAMILIES: dict[str, float] = {
    "power": 0.42,
    "stretched": 0.14,
    "sigmoid": 0.12,
    "loglinear": 0.06,
    "quadratic": 0.08,
    "plateau": 0.08,
    "peak": 0.10,
}
Parameters = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Bank:
    """A fixed list of shapes: `family` (S,) indexes FAMILIES, `parameters` (S, 4) mean what the family says."""

    family: np.ndarray
    parameters: np.ndarray

    def __len__(self) -> int:
        return len(self.family)

    def change(self, log_ratios: np.ndarray, chosen: np.ndarray | None = None) -> np.ndarray:
        """g of every shape (or those `chosen`, by place) at each log ratio r = log(N / n): shape (S, K).

        >>> bool(np.all(bank().change(np.array([0.0])) == 0))
        True
        """
        family = self.family if chosen is None else self.family[chosen]
        parameters = self.parameters if chosen is None else self.parameters[chosen]
        changes = np.empty((len(family), len(log_ratios)))
        for at, law in enumerate(LAWS):
            rows = np.flatnonzero(family == at)
            a, b, c, d = (parameters[rows, k, None] for k in range(4))
            changes[rows] = law(log_ratios[None, :], a, b, c, d)
        return np.clip(changes, LOWEST, HIGHEST, out=changes)


def power(u: np.ndarray, a: np.ndarray, floor: np.ndarray, *_: np.ndarray) -> np.ndarray:
    """A power law with a floor: error = floor + (1 - floor) r^-a, as shares of today's error."""
    return np.log(floor + (1 - floor) * np.exp(-a * u))


def stretched(u: np.ndarray, b: np.ndarray, floor: np.ndarray, c: np.ndarray, _: np.ndarray) -> np.ndarray:
    """A stretched exponential with a floor: error = floor + (1 - floor) exp(-b (r^c - 1))."""
    return np.log(floor + (1 - floor) * np.exp(np.maximum(-b * np.expm1(c * u), LOWEST)))


def sigmoid(u: np.ndarray, height: np.ndarray, middle: np.ndarray, width: np.ndarray, _: np.ndarray) -> np.ndarray:
    """One fall of `height` (in log error) around log ratio `middle`: late onset, or a fall already past."""
    return -0.5 * height * (np.tanh((u - middle) / width) + np.tanh(middle / width))


def loglinear(u: np.ndarray, slope: np.ndarray, *_: np.ndarray) -> np.ndarray:
    """Flat, or rising or falling for ever at a small slope."""
    return slope * u


def quadratic(u: np.ndarray, slope: np.ndarray, bend: np.ndarray, *_: np.ndarray) -> np.ndarray:
    """A curve that turns; its bend fades beyond e^2 rows either way, so that it stays in this world."""
    return slope * u + bend * u * u / (1 + np.abs(u) / 2)


def plateau(u: np.ndarray, a: np.ndarray, start: np.ndarray, width: np.ndarray, _: np.ndarray) -> np.ndarray:
    """Nothing until log ratio `start`, then a power law of exponent `a`; the corner is `width` wide."""

    def fallen(at: np.ndarray) -> np.ndarray:
        return -a * width * np.logaddexp(0, (at - start) / width)

    return fallen(u) - fallen(np.zeros_like(u))


def peak(u: np.ndarray, a: np.ndarray, height: np.ndarray, middle: np.ndarray, width: np.ndarray) -> np.ndarray:
    """A power law with a bump, as where rows and features are about as many (Loog et al. 2020, double descent)."""

    def bump(at: np.ndarray) -> np.ndarray:
        return np.exp(-0.5 * np.square((at - middle) / width))

    return -a * u + height * (bump(u) - bump(np.zeros_like(u)))


LAWS: tuple[Callable[..., np.ndarray], ...] = (power, stretched, sigmoid, loglinear, quadratic, plateau, peak)


@lru_cache(maxsize=2)
def bank(size: int = SHAPES) -> Bank:
    """The first `size` shapes of the bank, always the same ones."""
    points = (np.floor(sobol(size, 5) * size) + 0.5) / size  # off the border, where normal quantiles are infinite
    shares = np.cumsum(list(FAMILIES.values()))
    family = np.searchsorted(shares, points[:, 0] * shares[-1], side="right")
    parameters = np.zeros((size, 4))
    for at, draw in enumerate(DRAWS):
        rows = family == at
        parameters[rows] = np.column_stack(draw(*points[rows, 1:].T))
    return Bank(family, parameters)


def _lognormal(uniform: np.ndarray, median: float, sd: float) -> np.ndarray:
    return median * np.exp(sd * normal(uniform))


def _floor(uniform: np.ndarray) -> np.ndarray:
    """A floor's share of today's error: a quarter exactly none, the others anywhere."""
    return np.maximum(0.0, (uniform - 0.25) / 0.75) * 0.999


def _power(p: np.ndarray, q: np.ndarray, r: np.ndarray, s: np.ndarray) -> Parameters:
    return _lognormal(p, 0.4, 0.8), _floor(q), r, s


def _stretched(p: np.ndarray, q: np.ndarray, r: np.ndarray, s: np.ndarray) -> Parameters:
    return _lognormal(p, 0.5, 1.0), _floor(q), 0.2 + r, s


def _sigmoid(p: np.ndarray, q: np.ndarray, r: np.ndarray, s: np.ndarray) -> Parameters:
    return _lognormal(p, 0.7, 0.9), -2.0 + 5.0 * q, _lognormal(r, 0.8, 0.6), s


def _loglinear(p: np.ndarray, q: np.ndarray, r: np.ndarray, s: np.ndarray) -> Parameters:
    slope = np.where(q < 0.25, 0.0, 0.12 * normal(p))
    return slope, q, r, s


def _quadratic(p: np.ndarray, q: np.ndarray, r: np.ndarray, s: np.ndarray) -> Parameters:
    return -0.15 + 0.25 * normal(p), 0.08 * normal(q), r, s


def _plateau(p: np.ndarray, q: np.ndarray, r: np.ndarray, s: np.ndarray) -> Parameters:
    return _lognormal(p, 0.4, 0.8), -1.0 + 3.5 * q, _lognormal(r, 0.3, 0.5), s


def _peak(p: np.ndarray, q: np.ndarray, r: np.ndarray, s: np.ndarray) -> Parameters:
    return _lognormal(p, 0.3, 0.8), _lognormal(q, 0.4, 0.8), -1.5 + 3.0 * r, _lognormal(s, 0.6, 0.5)


DRAWS: tuple[Callable[..., Parameters], ...] = (_power, _stretched, _sigmoid, _loglinear, _quadratic, _plateau, _peak)
