"""Designs compared on the same test units and the same repeats.

Every draw resamples the test groups (a patient, a speaker) and the repeats with replacement, once for
all designs, and aggregates anew: differences are paired, and figures that are no means over rows are
handled like those that are (Efron & Tibshirani 1993, ch. 6 and 8; groups as in Field & Welsh 2007).

A draw takes not G of G groups but as many as a chi-square with G - 1 degrees of freedom says. The mean of m groups has
the variance s^2 / m, so draws spread as Student's t with G - 1 degrees of freedom does (Student 1908), and not as a
normal whose variance is known: intervals and probabilities are right from some five groups on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from endwise.seeds import stream
from endwise.system.judging import Metric

DRAWS = 1000  # the ends of a 95 % interval are then known to about a twentieth of its width
Aggregate = Callable[[np.ndarray], float]
Records = Mapping[int, np.ndarray]  # repeat -> records, one a test unit


@dataclass(frozen=True)
class Draws:
    """Errors of several designs: as measured, and in each draw. `drawn` has shape (draws, designs).

    `test_sd` (designs,) is how far the errors vary with the choice of test groups alone; `groups` (designs,) how many
    of these count in its error: of misses those with somebody to miss.
    """

    designs: tuple[str, ...]
    errors: np.ndarray
    drawn: np.ndarray
    test_sd: np.ndarray
    groups: np.ndarray

    def interval(self, at: int, metric: Metric) -> tuple[float, float]:
        """The 95 % interval of one design's error by `metric`, within its range.

        Where there was no error at all, or nothing but errors, draws show no spread. Of a share it then reaches as far
        as leaves one chance in forty that none of so many groups shows it (Clopper & Pearson 1934).
        """
        low, high = np.clip(np.quantile(self.drawn[:, at], (0.025, 0.975)), *metric.range)
        if metric.unit == "%" and low == high:
            unseen = 100 * (1 - 0.025 ** (1 / self.groups[at]))
            low, high = (0, unseen) if high == 0 else (100 - unseen, 100) if low == 100 else (low, high)
        return float(low), float(high)

    def best(self) -> int:
        """The design with the lowest error; of equal ones the first."""
        return int(np.argmin(self.errors))

    def probability_best(self, at: int) -> float:
        """Share of draws in which this design has the lowest error; those that tie share the draw."""
        lowest = self.drawn == self.drawn.min(axis=1, keepdims=True)
        return float(np.mean(lowest[:, at] / lowest.sum(axis=1)))

    def regret(self, at: int) -> float:
        """Expected loss, in error, from choosing this design instead of each draw's best."""
        return float(np.mean(self.drawn[:, at] - self.drawn.min(axis=1)))

    def difference(self, at: int, against: int) -> tuple[float, float, float, float]:
        """Error of one design less that of another, its 95 % interval, and P(the first is better)."""
        gaps = self.drawn[:, at] - self.drawn[:, against]
        low, high = np.quantile(gaps, (0.025, 0.975))
        better = float(np.mean(gaps < 0) + 0.5 * np.mean(gaps == 0))
        return float(self.errors[at] - self.errors[against]), float(low), float(high), better

    def selection_bias(self) -> float:
        """By how much the best design's error is flattered by having been chosen on the same rows.

        In each draw choose the best design: how much worse is it in the measured data than in the draw that chose it?
        (Efron 1983, the bootstrap's estimate of optimism.) That luck is counted in spreads of the design that had it,
        and lent to the best one in its own: what another, unsteady design owes to luck does not flatter a steady one.
        """
        best, spread = self.best(), self.drawn.std(axis=0)
        luck = np.divide(self.errors - self.drawn, spread, out=np.zeros_like(self.drawn), where=spread > 0)
        flattered = luck[np.arange(len(luck)), np.argmin(self.drawn, axis=1)]
        return float(max(0.0, np.mean(flattered - luck[:, best]) * spread[best]))


def bootstrap(designs: Mapping[str, Records], units: np.ndarray, aggregate: Aggregate, seed: int) -> Draws:
    """Draws for designs that were measured on the same test units.

    `units` (N,) names the group of each record; where all are of one, each record stands for itself. Repeats that not
    all designs have are left out, unless they share none. A draw in which there is nothing to judge (no known person,
    of few) is drawn again.
    """
    shared = set.intersection(*(set(records) for records in designs.values()))
    kept = [[records[k] for k in sorted(shared or records)] for records in designs.values()]
    most = max(len(records) for records in kept)
    groups = _Groups.of(units)
    chance = stream(seed, "bootstrap")
    drawn = np.empty((DRAWS, len(designs)))
    means = np.empty_like(drawn)
    measured = np.array([np.mean([aggregate(one) for one in records]) for records in kept])
    for draw in range(DRAWS):
        while True:
            picked = groups.rows(groups.draw(chance))
            slots = chance.random(most)
            errors = [np.array([aggregate(one[picked]) for one in records]) for records in kept]
            if not np.isnan(np.concatenate(errors)).any() or np.isnan(measured).any():
                break
        means[draw] = [each.mean() for each in errors]
        drawn[draw] = [_resampled(each, slots[: len(each)]) for each in errors]
    counted = np.array([groups.counted(records[0]) for records in kept])
    return Draws(tuple(designs), measured, drawn, means.std(axis=0), counted)


def independent(units: np.ndarray) -> np.ndarray:
    """What stands for itself in a draw: each group of `units` (N,), or each row where all are of one group.

    >>> independent(np.array(["ann", "ann", "bo"])).tolist(), independent(np.array(["ann", "ann"])).tolist()
    (['ann', 'ann', 'bo'], ['0', '1'])
    """
    names = units.astype(str)
    return names if (names != names[0]).any() else np.arange(len(names)).astype(str)


def _resampled(errors: np.ndarray, slots: np.ndarray) -> float:
    """The mean of repeats drawn with replacement, spread as far as repeats truly vary.

    Resampling R repeats shows only (R - 1) / R of their variance (Efron & Tibshirani 1993, ch. 5).
    """
    count = len(errors)
    mean = errors.mean()
    if count == 1:
        return float(mean)
    picked = errors[(slots * count).astype(int)].mean()
    return float(mean + (picked - mean) * np.sqrt(count / (count - 1)))


@dataclass(frozen=True)
class _Groups:
    """The places of each group's records, one group after the other, and where each group starts."""

    places: np.ndarray
    starts: np.ndarray
    sizes: np.ndarray

    @classmethod
    def of(cls, units: np.ndarray) -> _Groups:
        names = independent(units)
        places = np.argsort(names, kind="stable")
        _, starts, sizes = np.unique(names[places], return_index=True, return_counts=True)
        return cls(places, starts, sizes)

    def draw(self, chance: np.random.Generator) -> np.ndarray:
        """The numbers of the groups of one draw: at least one, on average one fewer than there are."""
        count = len(self.sizes)
        return chance.integers(count, size=max(1, round(chance.chisquare(max(count - 1, 1)))))

    def counted(self, records: np.ndarray) -> int:
        """How many groups count in a figure: those whose `records` are numbers, or shares of something."""
        counts = np.ones(len(records), bool) if records.ndim == 1 else records[:, 1] > 0
        return int(np.logical_or.reduceat(counts[self.places], self.starts).sum())

    def rows(self, groups: np.ndarray) -> np.ndarray:
        """The places of all records of `groups`, which may name a group several times."""
        sizes = self.sizes[groups]
        ends = np.cumsum(sizes)
        return self.places[np.arange(ends[-1]) + np.repeat(self.starts[groups] - ends + sizes, sizes)]
