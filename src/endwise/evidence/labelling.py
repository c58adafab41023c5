"""What a design's error becomes with more labels of its signals: one data curve a signal, put together.

With all labels but those of one signal kept, the error against that signal's labels is a data curve, and is forecast
like one. How the gains of several signals go together is not known beforehand: errors that add up (each stage brings
its own) let gains add up, a weak stage that spoils what follows multiplies them. Half of the draws believe in either;
cells in which labels of all signals were scarce at once then weigh the draws (sampling importance resampling, Rubin
1987).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from endwise.evidence.forecast.curve import DataCurve
from endwise.evidence.forecast.joint import DRAWS, Drawn, draw
from endwise.evidence.forecast.prior import learnt
from endwise.evidence.forecast.states import AT_CHANCE, FARTHEST, TOO_FEW, state_of
from endwise.records import Scarcity
from endwise.seeds import stream

MISFIT = 0.03  # relative: what neither sum nor product says of cells in which several labels are scarce
FLAWLESS = 2.0  # variance of the log of half an error in however many test rows (binomial): no error was made
TAIL = 0.01  # gains are cut at these quantiles of their draws: means would otherwise be those of a few wild shapes
REFUSALS = {
    TOO_FEW: "with so few labels it could not be trained on a half and a quarter of them",
    AT_CHANCE: "its error is not told apart from always answering the same: when it starts to learn cannot be said",
}


@dataclass(frozen=True)
class Labelling:
    """Draws of one design's error against the labels it has. Shapes (M,), M draws.

    `have` counts the present labels of the signals it learns from, `level` is the error with these, `axes` holds for
    each signal how the error changes with its labels; `adds` says in which draws gains add up, and `luck` is the
    factor by which one training differs from the mean of many.
    """

    design: str
    have: Mapping[str, int]
    level: np.ndarray
    axes: Mapping[str, Drawn]
    adds: np.ndarray
    kept: np.ndarray
    luck: np.ndarray

    def change(self, signal: str, counts: Sequence[int]) -> np.ndarray:
        """The error with so many labels of one signal over that with the present ones, all else kept: (K, M)."""
        return _change(self.axes[signal], self.have[signal], counts)[:, self.kept]

    def errors(self, changes: Sequence[np.ndarray]) -> np.ndarray:
        """The error where the labels of each signal change it by `changes` (..., M), without the luck of a training."""
        return self.level * _together(changes, self.adds)


def labelling(found: Sequence[Scarcity], *, n_test: int | None, chance: float) -> Labelling | str:
    """The draws for one design, from its error with all labels and with fewer; or why there are none.

    With `n_test` errors are shares of as many test units; `chance` is the constant predictor's error, NaN for none.
    """
    have = {name: max(one.labels[name] for one in found) for name in found[0].labels}
    curves = {name: _axis(found, name, have, n_test, chance) for name in have}
    states = [state_of(curve) for curve in curves.values()]
    for state, why in REFUSALS.items():
        if state in states:
            return why
    axes = {name: draw([curve], learnt())[0] for name, curve in curves.items()}
    levels = [axis.errors([have[name]])[:, 0] for name, axis in axes.items()]
    level = np.exp(np.mean(np.log(levels), axis=0))
    design, some = found[0].design, next(iter(curves.values()))
    alone = float(np.sqrt(some.noise[-1] * some.repeats[-1]))
    luck = np.exp(alone * stream(0, "plan", "luck", design).standard_normal(DRAWS))
    several = [one for one in found if _scarce(one, have) > 1]
    kept, adds = _weighed(several, level, axes, have, alone, 0.0 if n_test is None else 0.5 / n_test)
    return Labelling(design, have, level[kept], axes, adds, kept, luck)


def most(labels: int) -> int:
    """How many labels of a signal can be looked at: forecasts were tested up to 16 times the present ones."""
    return int(FARTHEST * labels)


def _axis(
    found: Sequence[Scarcity], name: str, have: Mapping[str, int], n_test: int | None, chance: float
) -> DataCurve:
    """The error against the labels of one signal, all others kept."""
    along = sorted(
        (one for one in found if all(one.labels[other] == have[other] for other in have if other != name)),
        key=lambda one: one.labels[name],
    )
    return DataCurve(
        f"{found[0].design} by {name}",
        tuple(one.labels[name] for one in along),
        tuple(one.errors for one in along),
        n_test,
        tuple(one.test_sd for one in along),
        None if np.isnan(chance) else chance,
    )


def _scarce(one: Scarcity, have: Mapping[str, int]) -> int:
    """Of how many signals labels are scarce."""
    return sum(one.labels[name] < have[name] for name in have)


def _change(axis: Drawn, have: int, counts: Sequence[int]) -> np.ndarray:
    """Errors over those with `have` labels, less the wildest: (K, M)."""
    errors = axis.errors([have, *counts]).T
    changes = errors[1:] / errors[0]
    return np.clip(changes, *np.quantile(changes, (TAIL, 1 - TAIL), axis=1, keepdims=True))


def _together(changes: Sequence[np.ndarray], adds: np.ndarray) -> np.ndarray:
    product = np.prod(changes, axis=0)
    total = 1 + np.sum([one - 1 for one in changes], axis=0)
    return np.where(adds, np.maximum(total, 0.0), product)


def _weighed(
    seen: Sequence[Scarcity],
    level: np.ndarray,
    axes: Mapping[str, Drawn],
    have: Mapping[str, int],
    alone: float,
    floor: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Which draws stay, each as often as it weighs, and in which of them gains add up: (M,) and (M,).

    Errors lie at `floor` or above.
    """
    rows = np.tile(np.arange(DRAWS), 2)
    adds = np.repeat([False, True], DRAWS)
    logs = np.zeros(2 * DRAWS)
    for one in seen:
        changes = [_change(axis, have[name], [one.labels[name]])[0] for name, axis in axes.items()]
        expected = level[rows] * _together([change[rows] for change in changes], adds)
        measured = [error for error in one.errors if not np.isnan(error)]
        mean = max(float(np.mean(measured)), floor)
        test = one.test_sd**2 if any(measured) else FLAWLESS
        variance = alone**2 / len(measured) + test + MISFIT**2
        logs -= 0.5 * np.square(np.log(mean / np.maximum(expected, 1e-12))) / variance
    mixed = stream(0, "plan", "kept").permutation(2 * DRAWS)  # else the strata of both halves would lie side by side
    heaped = np.cumsum(np.exp(logs - logs.max())[mixed])
    steps = (np.arange(DRAWS) + 0.5) / DRAWS * heaped[-1]
    taken = mixed[np.minimum(np.searchsorted(heaped, steps), 2 * DRAWS - 1)]
    return rows[taken], adds[taken]
