"""Attribution: which seam each mistake of a design goes to.

Ng 2018, *Machine Learning Yearning*, ch. 53-57: a row is given the perfect output of the first stage, then of the first
two, and so on; the stage whose perfect output first makes it right is where it went wrong. The book's mistakes are
right or wrong by eye. Where an output is measured there is no such line, and one is drawn from the design's own errors.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from endwise.records import Attribution, Mistake, TruthStep
from endwise.system.judging import Metric

EXACT = ("category", "identity", "symbols", "text")
"""Kinds of output that are right or wrong, whatever they are judged by."""
WORST = 0.9  # a measured output is a mistake above this quantile: few enough rows to look at, and the ones that cost
LISTED = 50  # mistakes that a verdict names: an evening's reading, and some kilobytes


@dataclass(frozen=True)
class Steps:
    """A design's errors row by row: `as_it_is` (N,), and `with_truth` (K, N) at each of K steps of the truth.

    `signals` (K,) name the seams from the input side on, `truths` what is put in up to each. `told` (N,) marks the
    rows that know the truth at all of them; the others' errors mean nothing. `ids` (N,) name the rows.
    """

    design: str
    signals: Sequence[str]
    truths: Sequence[tuple[str, ...]]
    ids: np.ndarray
    as_it_is: np.ndarray
    with_truth: np.ndarray
    told: np.ndarray


def own_errors(records: np.ndarray, metric: Metric) -> np.ndarray:
    """The figure of each record alone, (N, ...) to (N,); NaN where the metric has none for a single one."""

    def alone(at: int) -> float:
        try:
            return float(metric.aggregate(records[at : at + 1]))
        except (ArithmeticError, ValueError):  # a correlation, for one: it needs several rows
            return float("nan")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.array([alone(at) for at in range(len(records))], np.float64)


def attribute(steps: Steps, kind: str, fewest: int) -> Attribution | None:
    """The seam of each mistake. None where under `fewest` rows know the truth at every seam.

    `kind` is that of the output judged; empty in a closed loop, where an episode is judged and no output.
    """
    known = steps.told & np.isfinite(steps.as_it_is) & np.isfinite(steps.with_truth).all(axis=0)
    if known.sum() < fewest:
        return None
    errors, with_truth = steps.as_it_is[known], steps.with_truth[:, known]
    exact = kind in EXACT or len(np.unique(errors)) <= 2  # a metric that only says yes or no
    wrong_from, right_to = _lines(errors, exact)
    wrong = _wrong(errors, wrong_from, right_to)
    right = with_truth <= right_to
    first = np.where(right.any(axis=0), right.argmax(axis=0), len(right))  # (rows,), K where never
    now_wrong = _wrong(with_truth, wrong_from, right_to) & ~wrong
    told = zip(steps.signals, steps.truths, strict=True)
    return Attribution(
        steps.design, int(known.sum()), int((~known).sum()), exact, wrong_from, right_to, int(wrong.sum()),
        tuple(
            TruthStep(signal, truths, int((wrong & (first == at)).sum()), int(now_wrong[at].sum()))
            for at, (signal, truths) in enumerate(told)
        ),
        never=int((wrong & (first == len(right))).sum()),
        listed=tuple(
            Mistake(
                str(steps.ids[known][row]), float(errors[row]), tuple(map(float, with_truth[:, row])),
                (*steps.signals, "")[first[row]],
            )
            for row in _listed(np.flatnonzero(wrong), errors, first)
        ),
    )  # fmt: skip


def _lines(errors: np.ndarray, exact: bool) -> tuple[float, float]:
    """The error from which a row is a mistake, and up to which it is right (right, where it is both)."""
    if exact:
        return 0.0, 0.0
    return float(np.quantile(errors, WORST)), float(np.median(errors))


def _wrong(errors: np.ndarray, wrong_from: float, right_to: float) -> np.ndarray:
    """Which are mistakes: where many rows share one error, both lines may fall on it."""
    return (errors > right_to) & (errors >= wrong_from)


def _listed(mistakes: np.ndarray, errors: np.ndarray, first: np.ndarray) -> np.ndarray:
    """The mistakes to name: the worst of each step, then the second worst, ...; ordered by step, the worst first."""
    worst_first = mistakes[np.argsort(-errors[mistakes], kind="stable")]
    rank = np.empty(len(worst_first), np.int64)
    for step in np.unique(first):
        of_step = first[worst_first] == step
        rank[of_step] = np.arange(of_step.sum())
    kept = worst_first[np.argsort(rank, kind="stable")[:LISTED]]
    return kept[np.lexsort((-errors[kept], first[kept]))]
