"""One design's error against the number of training rows: what a forecast starts from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from endwise.errors import UsageError, counted, listed
from endwise.records import MODEL_FAMILIES

# Relative sd of one repeat where no size has two. LCDB 1.0's calibration curves, on small data sets, have .06 to .19
# (quartiles); forecasts from one of their repeats are calibrated with .06 from 4x on, and too narrow at 2x (docs).
ASSUMED_SD = 0.06
# The same test rows are hard at every size, so about half of the luck of the test rows is common to all sizes of a
# curve and moves its level; the other half is drawn anew at each size. Half is a choice, not a measurement.
COMMON_TEST_SHARE = 0.5


@dataclass(frozen=True)
class DataCurve:
    """The errors of one design at growing numbers of training rows, in any unit in which lower is better.

    `sizes` are increasing; `errors` holds per size the errors of its repeats, NaN where a repeat is missing, so that
    a repeat keeps its place and designs pair by it. With `n_test` test rows errors are rates in [0, 1] and carry
    binomial noise; zeros count as half an error in `n_test`. `test_sd` says instead, per size, the relative sd of the
    error that comes from the choice of test rows; with both, `test_sd` is the noise. `chance` is the error of the
    constant predictor. `family` is that of the model that learns, where it is one of `MODEL_FAMILIES`: curves of a
    family fall alike. Anything else is refused with `UsageError`.

    >>> curve = DataCurve("audio -> transcript", (100, 200), ((0.5, 0.54), (0.41, 0.43)))
    >>> curve.mean.round(3).tolist()
    [0.52, 0.42]
    """

    design: str
    sizes: tuple[int, ...]
    errors: tuple[tuple[float, ...], ...]
    n_test: int | None = None
    test_sd: tuple[float, ...] | None = None
    chance: float | None = None
    family: str | None = None

    def __post_init__(self) -> None:
        problem = _sizes_wrong(self) or _errors_wrong(self) or _noise_wrong(self) or _family_wrong(self)
        if problem is not None:
            raise problem

    @property
    def largest(self) -> int:
        """The largest measured size."""
        return self.sizes[-1]

    @cached_property
    def repeats(self) -> np.ndarray:
        """How many repeats each size has."""
        return np.array([sum(not math.isnan(one) for one in row) for row in self.errors])

    @cached_property
    def mean(self) -> np.ndarray:
        """The mean error per size, not below the floor of half an error in `n_test`."""
        means = np.array([np.nanmean(row) for row in self.errors])
        return means if self.n_test is None else np.maximum(means, 0.5 / self.n_test)

    @cached_property
    def noise(self) -> np.ndarray:
        """The variance of the log of each size's mean error that comes from the repeats (the delta method).

        Half a size's own relative variance, half the curve's pooled one: few repeats know their own spread badly.
        """
        spare = self.repeats - 1
        own = np.array([np.nanvar(row, ddof=1) if k > 0 else 0.0 for row, k in zip(self.errors, spare, strict=True)])
        own = own / self.mean**2
        pooled = float(own @ spare / spare.sum()) if spare.sum() else ASSUMED_SD**2
        return np.where(spare > 0, 0.5 * own + 0.5 * pooled, pooled) / self.repeats

    @cached_property
    def test_noise(self) -> np.ndarray:
        """The variance of the log error per size that comes from the choice of test rows, in all repeats alike."""
        if self.n_test is None:
            return np.zeros(len(self.sizes)) if self.test_sd is None else np.square(np.array(self.test_sd, float))
        of_rates = (1 - self.mean) / (self.mean * self.n_test)
        if self.test_sd is None:
            return of_rates
        flawless = np.array([np.nanmax(row) == 0 for row in self.errors])  # of no errors a bootstrap draws no spread
        return np.where(flawless, of_rates, np.square(np.array(self.test_sd, float)))

    def upto(self, most: int) -> DataCurve:
        """The part of the curve at `most` rows or fewer."""
        kept = [at for at, size in enumerate(self.sizes) if size <= most]
        test_sd = None if self.test_sd is None else tuple(self.test_sd[at] for at in kept)
        sizes, errors = tuple(self.sizes[at] for at in kept), tuple(self.errors[at] for at in kept)
        return DataCurve(self.design, sizes, errors, self.n_test, test_sd, self.chance, self.family)


def _sizes_wrong(curve: DataCurve) -> UsageError | None:
    asked = f"The data curve of {curve.design}."
    if not curve.sizes:
        return UsageError(asked, "It has no size.", "There is nothing to go on.", "Measure it at one size or more.")
    if len(curve.sizes) != len(curve.errors):
        return UsageError(
            asked,
            f"It has {counted(len(curve.sizes), 'size')} and {counted(len(curve.errors), 'row')} of errors.",
            "Each size needs the errors of its repeats.",
            "Give one row of errors a size.",
        )
    if curve.sizes[0] <= 0 or any(b <= a for a, b in pairwise(curve.sizes)):
        return UsageError(
            asked,
            f"Its sizes are {listed([f'{size:,}' for size in curve.sizes])}.",
            "Sizes are numbers of training rows: positive, each once, increasing.",
            "Sort the sizes and join the repeats of equal ones.",
        )
    return None


def _errors_wrong(curve: DataCurve) -> UsageError | None:
    asked = f"The data curve of {curve.design}."
    for size, row in zip(curve.sizes, curve.errors, strict=True):
        known = [one for one in row if not math.isnan(one)]
        if not known:
            return UsageError(
                asked,
                f"At {counted(size, 'row')} no repeat has an error.",
                "NaN stands for a repeat that is missing, and a size needs at least one that is not.",
                "Leave the size out, or measure it.",
            )
        if min(known) < 0 or math.isinf(max(known)):
            return UsageError(
                asked,
                f"At {counted(size, 'row')} there is an error of {min(known) if min(known) < 0 else max(known):g}.",
                "Errors are finite and not negative: 0 is perfect, lower is better.",
                "Turn a score into an error (1 - accuracy), and leave out repeats that failed.",
            )
        if curve.n_test is None and not any(known):
            return UsageError(
                asked,
                f"At {counted(size, 'row')} the error is 0, and the number of test rows is not given.",
                "Zero errors in 50 test rows and in 50,000 are different news.",
                "Give n_test, the number of test rows.",
            )
        if curve.n_test is not None and max(known) > 1:
            return UsageError(
                asked,
                f"At {counted(size, 'row')} there is an error of {max(known):g}, and n_test is given.",
                "With n_test errors are rates between 0 and 1.",
                "Divide percentages by 100; for other units give test_sd instead of n_test.",
            )
    return None


def _noise_wrong(curve: DataCurve) -> UsageError | None:
    asked = f"The data curve of {curve.design}."
    if curve.n_test is not None and curve.n_test < 1:
        return UsageError(
            asked, f"n_test is {curve.n_test}.", "An error rate needs test rows.", "Give their number, or leave it out."
        )
    if curve.test_sd is None:
        return None
    if len(curve.test_sd) != len(curve.sizes) or not all(0 <= one < math.inf for one in curve.test_sd):
        return UsageError(
            asked,
            f"test_sd has {counted(len(curve.test_sd), 'value')} for {counted(len(curve.sizes), 'size')}.",
            "It is a relative standard deviation a size: finite and not negative.",
            "Give one a size, or leave test_sd out.",
        )
    return None


def _family_wrong(curve: DataCurve) -> UsageError | None:
    if curve.family is None or curve.family in MODEL_FAMILIES:
        return None
    return UsageError(
        f"The data curve of {curve.design}.",
        f"Its family of models is {curve.family!r}.",
        f"Families that curves are known of are {listed(MODEL_FAMILIES)}.",
        "Give one of them, or none.",
    )
