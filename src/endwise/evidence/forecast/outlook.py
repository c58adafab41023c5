"""What is to be expected beyond the largest size: bands, crossovers, targets, and the regret of each choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from endwise.errors import UsageError, listed
from endwise.evidence.forecast.curve import DataCurve
from endwise.evidence.forecast.joint import Drawn, draw
from endwise.evidence.forecast.prior import Priors, learnt
from endwise.evidence.forecast.states import FARTHEST, state_at, state_of
from endwise.records import Band, Choice, Crossover, DesignForecast, Outlook, Overtake, Pair, Reach

LEVELS = (0.5, 0.1, 0.9, 0.05, 0.95)  # median, the 80 % band, the 90 % band
PER_OCTAVE = 8  # sizes looked at for a crossover; between them it is interpolated


@dataclass(frozen=True)
class _Foreseen:
    """A design with its draws: `errors[n]` are those at n rows."""

    curve: DataCurve
    drawn: Drawn
    errors: dict[int, np.ndarray]


def outlook(
    curves: Sequence[DataCurve],
    *,
    at: Sequence[int],
    targets: Sequence[float] = (),
    most: int | None = None,
    curve: str | None = None,
    priors: Priors | None = None,
) -> Outlook:
    """The outlook of designs measured on the same rows and repeats, at the sizes `at`, in the unit of their errors.

    A size not beyond a design's own largest is left out for it. `most` is how far crossovers are looked for: 16 times
    the largest size, if not given. `curve` names the question where a file holds several; `priors` are the learnt ones,
    if not given. Everything is deterministic and does not depend on the order of `curves`.

    >>> falling = DataCurve("end to end", (100, 200, 400), ((0.50,), (0.34,), (0.23,)))
    >>> staged = DataCurve("staged", (100, 200, 400), ((0.22,), (0.215,), (0.21,)))
    >>> found = outlook([falling, staged], at=[1600])
    >>> found.pairs[0].ahead, found.pairs[0].overtakes[0].probability > 0.8
    ('staged', True)
    """
    _check(curves, at, targets)
    drawn = draw(curves, priors or learnt())
    sizes = sorted(set(at))
    foreseen = [_foresee(one, its, sizes) for one, its in zip(curves, drawn, strict=True)]
    far = most if most is not None else int(FARTHEST * max(one.largest for one in curves))
    return Outlook(
        curve,
        tuple(_design(one, targets) for one in foreseen),
        _pairs(foreseen, far),
        _choices(foreseen, sizes),
    )


def _foresee(curve: DataCurve, drawn: Drawn, sizes: Sequence[int]) -> _Foreseen:
    beyond = [n for n in sizes if n > curve.largest]
    return _Foreseen(curve, drawn, dict(zip(beyond, drawn.errors(beyond).T, strict=True)))


def _design(one: _Foreseen, targets: Sequence[float]) -> DesignForecast:
    bands = tuple(_band(one.curve, n, errors) for n, errors in one.errors.items())
    reached = tuple(
        Reach(float(target), n, share(errors <= target)) for target in targets for n, errors in one.errors.items()
    )
    return DesignForecast(one.curve.design, state_of(one.curve), bands, reached)


def _band(curve: DataCurve, n: int, errors: np.ndarray) -> Band:
    median, low80, high80, low90, high90 = (float(one) for one in np.quantile(errors, LEVELS))
    return Band(n, median, low80, high80, low90, high90, state_at(curve, n))


def share(true: np.ndarray) -> float:
    """The share of draws in which something holds, never quite 0 or 1: draws are no proof (Jeffreys)."""
    return float((np.count_nonzero(true) + 0.5) / (len(true) + 1))


def _pairs(foreseen: Sequence[_Foreseen], far: int) -> tuple[Pair, ...]:
    start = min(one.curve.largest for one in foreseen)
    count = max(2, int(np.ceil(PER_OCTAVE * np.log2(max(far / start, 1.1)))) + 1)
    grid = np.geomspace(start, max(far, 1.1 * start), count)
    if len(foreseen) < 2:
        return ()
    paths = [one.drawn.errors(grid.tolist()) for one in foreseen]
    return tuple(
        _pair((foreseen[a], paths[a]), (foreseen[b], paths[b]), grid) for a, b in combinations(range(len(foreseen)), 2)
    )


def _pair(one: tuple[_Foreseen, np.ndarray], other: tuple[_Foreseen, np.ndarray], grid: np.ndarray) -> Pair:
    (ahead, ahead_path), (behind, behind_path) = (one, other) if _is_ahead(one[0], other[0]) else (other, one)
    overtakes = tuple(
        Overtake(n, share(errors < ahead.errors[n])) for n, errors in behind.errors.items() if n in ahead.errors
    )
    kept = grid >= min(ahead.curve.largest, behind.curve.largest) * 0.999
    gaps = np.log(behind_path[:, kept]) - np.log(ahead_path[:, kept])
    return Pair(ahead.curve.design, behind.curve.design, overtakes, _crossover(gaps, grid[kept]))


def _is_ahead(one: _Foreseen, other: _Foreseen) -> bool:
    """Whether `one` has the lower error at the largest common size, or is forecast to where none is common."""
    common = set(one.curve.sizes) & set(other.curve.sizes)
    if common:
        n = max(common)
        a, b = (float(its.curve.mean[its.curve.sizes.index(n)]) for its in (one, other))
    else:
        n = max(one.curve.largest, other.curve.largest)
        a, b = (float(np.median(its.drawn.errors([n]))) for its in (one, other))
    return (a, one.curve.design) <= (b, other.curve.design)


def _crossover(gaps: np.ndarray, grid: np.ndarray) -> Crossover:
    """Quantiles over draws of the size from which the gap stays below zero. `gaps` has shape (draws, sizes)."""
    crossed = gaps[:, -1] < 0
    last = gaps.shape[1] - 1 - np.argmax(gaps[:, ::-1] >= 0, axis=1)  # the last size at which it is still behind
    last = np.where((gaps >= 0).any(axis=1), last, -1)
    rows, left = np.arange(len(gaps)), np.clip(last, 0, gaps.shape[1] - 2)
    over, under = gaps[rows, left], gaps[rows, left + 1]
    part = np.where(last < 0, 0.0, over / np.where(over > under, over - under, 1.0))
    logs = np.log(grid)
    sizes = np.where(crossed, np.exp(logs[left] + np.clip(part, 0, 1) * (logs[left + 1] - logs[left])), np.inf)
    found = [float(one) for one in np.quantile(sizes, (0.1, 0.5, 0.9), method="higher")]
    q10, q50, q90 = (None if one == np.inf else one for one in found)
    return Crossover(q10, q50, q90, 1 - share(crossed))


def _choices(foreseen: Sequence[_Foreseen], sizes: Sequence[int]) -> tuple[Choice, ...]:
    made = []
    for n in sizes:
        having = [one for one in foreseen if n in one.errors]
        if having:
            best = np.min([one.errors[n] for one in having], axis=0)
            made += [Choice(one.curve.design, n, float(np.mean(one.errors[n] - best))) for one in having]
    return tuple(made)


def _check(curves: Sequence[DataCurve], at: Sequence[int], targets: Sequence[float]) -> None:
    asked = f"An outlook on {listed([one.design for one in curves])}."
    names = [one.design for one in curves]
    if not curves:
        raise UsageError(asked, "There is no data curve.", "There is nothing to go on.", "Give one design or more.")
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise UsageError(
            asked, f"{listed(twice)} is there more than once.", "A design has one curve.", "Join their rows."
        )
    if any(n < 1 for n in at) or any(not target >= 0 for target in targets):
        raise UsageError(
            asked,
            f"Sizes asked for: {listed([f'{n}' for n in at])}; targets: {listed([f'{one}' for one in targets])}.",
            "Sizes are positive numbers of rows, targets are errors.",
            "Give sizes of 1 or more and targets of 0 or more.",
        )
