"""Draws of the true errors of several designs at once, at any size.

Designs are measured on the same test rows and repeats, so their levels are drawn with the correlation that their
repeats show, and their shapes with a small one; each design has heard of the others' curves (`others`). Each marginal
is stratified (a Latin hypercube, McKay et al. 1979) and the streams are named by the design: the draws of a design
depend neither on order nor on chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from endwise.evidence.forecast.curve import DataCurve
from endwise.evidence.forecast.others import REFERENCE, heard
from endwise.evidence.forecast.posterior import Posterior, changes_at, points, posterior
from endwise.evidence.forecast.prior import TAUS, Priors, believed
from endwise.evidence.forecast.shapes import bank
from endwise.evidence.forecast.sobol import normal_strata
from endwise.seeds import stream

DRAWS = 2048  # the ends of a 90 % band are then known to about a fortieth of its width
SHRINK_REPEATS = 4  # correlations over R repeats are shrunk by R / (R + 4), towards SHRUNK_TO
SHRUNK_TO = 0.3  # anything from 0 to .6 overtakes alike on the calibration half: repeats are seldom what decides
SHAPE_CORRELATION = 0.3  # of the order of shapes; 0 is .001 worse in log-loss, .6 is .003 worse


@dataclass(frozen=True)
class Drawn:
    """Draws of one design: a level, a shape, and a misfit that grows linearly in log size; all of shape (M,)."""

    largest: int
    shapes: int
    level: np.ndarray
    shape: np.ndarray
    offset: np.ndarray
    drift: np.ndarray
    most: float

    def errors(self, sizes: Sequence[float]) -> np.ndarray:
        """The true error in each draw at each size, shape (M, K)."""
        ratios = np.log(np.asarray(sizes, dtype=float) / self.largest)
        changes = bank(self.shapes).change(ratios, self.shape)
        misfit = self.offset[:, None] + self.drift[:, None] * np.abs(ratios) / np.log(2)
        return np.exp(np.minimum(self.level[:, None] + changes + misfit, self.most))


def draw(curves: Sequence[DataCurve], priors: Priors) -> list[Drawn]:
    """Joint draws for `curves`, in their order. The draws do not depend on it."""
    order = sorted(range(len(curves)), key=lambda at: curves[at].design)
    sorted_curves = [curves[at] for at in order]
    before = [believed(priors, curve.family) for curve in sorted_curves]
    alone = [posterior(points(curve), prior) for curve, prior in zip(sorted_curves, before, strict=True)]
    posteriors = heard(alone, [curve.largest for curve in sorted_curves], before)
    names = [curve.design for curve in sorted_curves]
    alike = np.full((len(order), len(order)), SHAPE_CORRELATION)
    np.fill_diagonal(alike, 1.0)
    levels = correlated("level", names, level_correlation(sorted_curves))
    picks = correlated("shape", names, alike)
    drawn: dict[int, Drawn] = {}
    for at, place in enumerate(order):
        drawn[place] = _drawn(sorted_curves[at], posteriors[at], levels[at], picks[at])
    return [drawn[at] for at in range(len(curves))]


def _drawn(curve: DataCurve, found: Posterior, level: np.ndarray, pick: np.ndarray) -> Drawn:
    shapes, taus = found.weights.shape
    ahead = changes_at(shapes, (float(np.log(REFERENCE)),))[:, 0]
    order = np.argsort((found.level * found.weights).sum(1) / np.maximum(found.weights.sum(1), 1e-300) + ahead)
    heaped = np.cumsum(found.weights[order].ravel())
    ranks = np.empty(DRAWS)
    ranks[np.argsort(pick)] = (np.arange(DRAWS) + 0.5) / DRAWS
    taken = np.minimum(np.searchsorted(heaped, ranks * heaped[-1]), heaped.size - 1)
    shape, tau = order[taken // taus], taken % taus
    size = TAUS[tau]
    return Drawn(
        largest=curve.largest,
        shapes=shapes,
        level=found.level[shape, tau] + np.sqrt(found.variance[tau]) * level,
        shape=shape,
        offset=size * _strata("offset", curve.design),
        drift=size * _strata("drift", curve.design),
        most=np.inf if curve.n_test is None else 0.0,  # with n_test errors are rates: not above 1
    )


def level_correlation(curves: Sequence[DataCurve]) -> np.ndarray:
    """The correlation of the designs' noise over shared repeats, shrunk, shape (D, D).

    Residuals of log errors from their size's mean, pooled over sizes; a pair without shared repeats gets the mean.
    """
    correlation = np.full((len(curves), len(curves)), SHRUNK_TO)
    residuals = [_residuals(curve) for curve in curves]
    for a in range(len(curves)):
        for b in range(a):
            correlation[a, b] = correlation[b, a] = _shrunk(residuals[a], residuals[b])
    np.fill_diagonal(correlation, 1.0)
    return correlation


def _shrunk(one: dict[int, np.ndarray], other: dict[int, np.ndarray]) -> float:
    shared = [(one[size], other[size]) for size in one.keys() & other.keys()]
    pairs = [(a[: len(b)], b[: len(a)]) for a, b in shared]
    if not pairs:
        return SHRUNK_TO
    x, y = np.concatenate([a for a, _ in pairs]), np.concatenate([b for _, b in pairs])
    both = np.isfinite(x) & np.isfinite(y)
    x, y = x[both], y[both]
    scale = float(np.sqrt((x @ x) * (y @ y)))
    count = max(0, len(x) - len(pairs))
    found = float(x @ y) / scale if scale > 0 else SHRUNK_TO
    return (count * found + SHRINK_REPEATS * SHRUNK_TO) / (count + SHRINK_REPEATS)


def _residuals(curve: DataCurve) -> dict[int, np.ndarray]:
    """Per size the relative residuals of its repeats, in their places."""
    return {
        size: np.array(row) / mean - 1 for size, row, mean in zip(curve.sizes, curve.errors, curve.mean, strict=True)
    }


def correlated(what: str, names: Sequence[str], correlation: np.ndarray) -> np.ndarray:
    """Stratified standard normals with about this correlation, shape (D, M).

    The symmetric root treats all designs alike; ranks put the strata back (Iman & Conover 1982).
    """
    alone = np.stack([_strata(what, name) for name in names])
    if len(names) == 1:
        return alone
    values, vectors = np.linalg.eigh(correlation)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    mixed = root @ alone
    ranked = np.empty_like(mixed)
    for at, row in enumerate(mixed):
        ranked[at, np.argsort(row, kind="stable")] = normal_strata(DRAWS)
    return ranked


@lru_cache(maxsize=256)
def _strata(what: str, name: str) -> np.ndarray:
    return stream(0, "forecast", what, name).permutation(normal_strata(DRAWS))
