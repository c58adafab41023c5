"""What one more repeat, or one more size, is expected to be worth: by how much it lowers the regret of the choice.

Preposterior analysis (Raiffa & Schlaifer 1961): a measurement is worth what the best choice after it is expected to
win over the best choice now. Errors and measurements are taken as jointly normal with the moments of the draws, which
makes the answer of the measurement a linear regression (the knowledge gradient of Frazier, Powell & Dayanik 2009).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from endwise.evidence.forecast.curve import DataCurve
from endwise.evidence.forecast.joint import Drawn, correlated, draw, level_correlation
from endwise.evidence.forecast.prior import Priors, learnt

TAIL = 0.01  # draws are cut at these quantiles: moments of errors would otherwise be those of a few wild shapes


def value_of_repeat(curves: Sequence[DataCurve], priors: Priors | None = None) -> float:
    """The expected fall of regret, in error, from one more repeat of every design at its largest size.

    It is the regret of the choice at the largest size of all. Nothing to choose is worth nothing.

    >>> near = [DataCurve(name, (100, 200, 400), ((0.5,), (0.4,), (0.3,))) for name in ("a", "b")]
    >>> far = [near[0], DataCurve("b", (100, 200, 400), ((0.9,), (0.85,), (0.8,)))]
    >>> value_of_repeat(near) > 10 * value_of_repeat(far)
    True
    """
    drawn = draw(curves, priors or learnt())
    seen = _at(drawn, [one.largest for one in curves])
    chosen = _at(drawn, [max(one.largest for one in curves)] * len(curves))
    return _worth(curves, seen, chosen, repeats=[1] * len(curves))


def value_of_size(curves: Sequence[DataCurve], priors: Priors | None = None) -> float:
    """The expected fall of regret, in error, from measuring every design at twice the largest size of all.

    With as many repeats as now; it is the regret of the choice at four times the largest size.
    """
    drawn = draw(curves, priors or learnt())
    n = max(one.largest for one in curves)
    seen, chosen = (_at(drawn, [times * n] * len(curves)) for times in (2, 4))
    return _worth(curves, seen, chosen, repeats=[int(one.repeats[-1]) for one in curves])


def _at(drawn: Sequence[Drawn], sizes: Sequence[int]) -> np.ndarray:
    """Draws of the designs' errors, each at its size, without the wildest: shape (M, D)."""
    errors = np.column_stack([one.errors([n])[:, 0] for one, n in zip(drawn, sizes, strict=True)])
    return np.clip(errors, *np.quantile(errors, (TAIL, 1 - TAIL), axis=0))


def _worth(curves: Sequence[DataCurve], seen: np.ndarray, chosen: np.ndarray, repeats: Sequence[int]) -> float:
    """The expected error of the best choice now, less that after `seen` has been measured, with noise."""
    if len(curves) < 2:
        return 0.0
    order = sorted(range(len(curves)), key=lambda at: curves[at].design)  # the same bits in any order
    curves, seen, chosen = [curves[at] for at in order], seen[:, order], chosen[:, order]
    one_repeat = np.array([one.noise[-1] * one.repeats[-1] for one in curves])
    spread = seen.mean(axis=0) * np.sqrt(one_repeat / np.array([repeats[at] for at in order]))
    noise = level_correlation(curves) * np.outer(spread, spread)
    centred, ahead = seen - seen.mean(axis=0), chosen - chosen.mean(axis=0)
    across = ahead.T @ centred / len(seen)
    told = across @ np.linalg.pinv(centred.T @ centred / len(seen) + noise, hermitian=True) @ across.T
    scale = np.sqrt(np.maximum(np.diag(told), 1e-300))
    moves = correlated("worth", [one.design for one in curves], told / np.outer(scale, scale)).T * scale
    means = chosen.mean(axis=0)
    return float(max(0.0, means.min() - np.mean(np.min(means + moves, axis=1))))
