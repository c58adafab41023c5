"""Whether a forecast should be trusted, and why not."""

from __future__ import annotations

import math

import numpy as np

from endwise.evidence.forecast.curve import DataCurve
from endwise.evidence.forecast.posterior import points

FORECAST, AT_CHANCE, TOO_FEW, TOO_FAR, RISING = "forecast", "at-chance", "too-few-sizes", "too-far", "rising"
LEAST = 3  # sizes: two points fit every law
FARTHEST = 16.0  # times the largest size: as far as the bands were measured
SURE = 2.0  # standard errors


def state_of(curve: DataCurve) -> str:
    """The state of a whole curve; of several the first holds: too few sizes, at chance, rising."""
    if len(curve.sizes) < LEAST:
        return TOO_FEW
    if at_chance(curve):
        return AT_CHANCE
    return RISING if rise(curve) > SURE else FORECAST


def state_at(curve: DataCurve, n: int) -> str:
    """The state of the forecast for `n` rows."""
    whole = state_of(curve)
    return TOO_FAR if whole == FORECAST and n > FARTHEST * curve.largest else whole


def at_chance(curve: DataCurve) -> bool:
    """Whether the error at the largest size is within two standard errors of the constant predictor's, or above."""
    if curve.chance is None:
        return False
    spread = curve.mean[-1] * math.sqrt(curve.noise[-1] + curve.test_noise[-1])
    return bool(curve.mean[-1] >= curve.chance - SURE * spread)


def rise(curve: DataCurve) -> float:
    """How many standard errors the slope of log error over log size lies above zero.

    Weighted least squares over the sizes that the forecast rests on. Where the points scatter more than their noise
    says, the standard error grows with them (Birge 1932), so that one odd point is no rise.
    """
    seen = points(curve)
    weight = 1 / np.maximum(seen.noise, 1e-12)
    x = seen.log_ratios - np.average(seen.log_ratios, weights=weight)
    y = seen.logs - np.average(seen.logs, weights=weight)
    information = float(weight @ np.square(x))
    slope = float(weight @ (x * y)) / information
    excess = float(weight @ np.square(y - slope * x)) / max(1, len(x) - 2)
    return slope * math.sqrt(information / max(1.0, excess))
