"""What the curves of the other designs say about a design, before anything is drawn.

Two things, both found on the calibration half of the curves (docs/forecasts.md): curves on the same data fall alike;
and passing a design that is ahead is harder than the curve of the one behind tells, because the error that the data
leave to any design stops both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from endwise.evidence.forecast.posterior import Posterior, changes_at
from endwise.evidence.forecast.prior import Prior

# A design's prior leans this much towards what the others' curves say. On the calibration half .2 and .5 did equally
# well (log-loss of overtaking .276 to .272, RMSLE .233 to .219 with three designs), .8 worse, and bands narrow as it
# grows.
LEANING = 0.3
# A shape that would pass designs now ahead weighs exp(-HELD x its lead over them, in log error). 3 and 5 forecast
# alike on a third of the calibration half, and better than 0: log-loss .268 and .267 against .277. With more than 3,
# bands of many designs drawn together hold less than they say.
HELD = 3.0
REFERENCE = 4.0  # the lead is that at 4x


def heard(found: Sequence[Posterior], largest: Sequence[int], before: Sequence[Prior]) -> list[Posterior]:
    """The posteriors of designs whose largest sizes and priors are these, once each has heard of the others."""
    return held_back(leaning(found, before), largest)


def leaning(found: Sequence[Posterior], before: Sequence[Prior]) -> list[Posterior]:
    """Each design's posterior under a prior that is in part what the other designs' curves have left of theirs."""
    if len(found) < 2:
        return list(found)
    learnt = [one.weights / np.exp(prior.log_weights) for one, prior in zip(found, before, strict=True)]
    total = np.sum(learnt, axis=0)
    leant = []
    for one, its in zip(found, learnt, strict=True):
        others = np.maximum(total - its, 0.0) / (len(found) - 1)
        leant.append(_weighed(one, (1 - LEANING) + LEANING * others))
    return leant


def held_back(found: Sequence[Posterior], largest: Sequence[int]) -> list[Posterior]:
    """Each design's posterior with less weight on what would pass the designs ahead of it, the more the farther.

    Who is ahead, and how far, goes by expected log errors: at the largest size of all now, at four times that later.
    """
    if len(found) < 2:
        return list(found)
    now = [_expected(one, _logs(one, max(largest) / n)) for one, n in zip(found, largest, strict=True)]
    ahead = [_logs(one, REFERENCE * max(largest) / n) for one, n in zip(found, largest, strict=True)]
    expected = [_expected(one, logs) for one, logs in zip(found, ahead, strict=True)]
    held = []
    for at, one in enumerate(found):
        better = [later for it, later in zip(now, expected, strict=True) if it < now[at]]
        leads = [np.maximum(later - ahead[at], 0.0) for later in better]
        held.append(_weighed(one, np.exp(-HELD * np.mean(leads, axis=0))) if leads else one)
    return held


def _logs(one: Posterior, ratio: float) -> np.ndarray:
    """The log error at `ratio` times the largest size under each shape and misfit, shape (S, T)."""
    return one.level + changes_at(len(one.weights), (math.log(ratio),))


def _expected(one: Posterior, logs: np.ndarray) -> float:
    return float(np.sum(one.weights * logs))


def _weighed(one: Posterior, by: np.ndarray) -> Posterior:
    weights = one.weights * by
    return replace(one, weights=weights / weights.sum())
