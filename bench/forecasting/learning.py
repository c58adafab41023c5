"""Learning the prior: weights over the bank of shapes by expectation-maximisation on whole curves.

Laird 1978 (the nonparametric maximum-likelihood estimate of a mixing distribution); few rounds, because the estimate
itself puts all its mass on a handful of shapes and is then too sure of itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from endwise.evidence.forecast.posterior import AGEING, LEAST_SIZES, WINDOW, Points, changes_at, points
from endwise.evidence.forecast.prior import TAUS, Prior, Priors
from endwise.records import MODEL_FAMILIES
from forecasting.cases import ANCHORS, MISSING, STARTS, TIMES, Case
from forecasting.learners import FAMILY

ROUNDS = 2  # of expectation-maximisation: see docs/forecasts.md for what more do
# Of the mass stays generic: with less, 90 % bands held 88 % on unseen data sets of the calibration half.
GENERIC_SHARE = 0.4
# The networks that people forecast are farther from those of the database than their other models are. With .4, bands
# of a network family that had not been seen held 73 % at 16x in place of 76.
OF_NETWORKS = 0.6


@dataclass(frozen=True)
class Lesson:
    """A curve as seen up to n and what came after: log ratios to n, logs of the errors, noise variances."""

    dataset: int
    learner: str
    seen: Points
    later: Points


def of_case(case: Case) -> Lesson:
    later = Points(np.log(case.times), np.log(case.truth), np.square(case.truth_sd), 0.0)
    return Lesson(case.dataset, case.curve.design, points(case.curve), later)


def lcdb11(path: Path) -> Iterator[Lesson]:
    """Lessons from LCDB 1.1 (CC BY 4.0): mean errors with standard errors, at the sizes of LCDB 1.0."""
    with np.load(path) as stored:
        coded, datasets, learners = stored["err"], stored["dataset_ids"].tolist(), stored["learners"].tolist()
    values = np.where(coded == MISSING, np.nan, coded / 1e4)[:, :, :, : 4 * len(ANCHORS) : 4, 2]  # every fourth anchor
    largest = [ANCHORS[np.flatnonzero(np.isfinite(one).any((0, 1)))[-1]] for one in values]
    floors = 0.5 / (np.array(largest) / 8)  # half an error in the test rows, an eighth of the largest sample
    for d, dataset in enumerate(datasets):
        for k, learner in enumerate(learners):
            if learner == "DummyClassifier":
                continue
            mean, error = np.maximum(values[d, k, 0], floors[d]), np.maximum(values[d, k, 1], floors[d] / 5)
            for n in STARTS:
                lesson = _lesson(dataset, learner, mean, np.square(error / mean), n)
                if lesson is not None:
                    yield lesson


def _lesson(dataset: int, learner: str, mean: np.ndarray, noise: np.ndarray, n: int) -> Lesson | None:
    known = np.isfinite(mean) & np.isfinite(noise)
    if not known.any():
        return None
    sizes = ANCHORS[: len(mean)]
    past = np.flatnonzero(known & (sizes <= n) & (sizes >= n / WINDOW))
    wanted = [int(np.searchsorted(sizes, n * times)) for times in TIMES] + [int(np.flatnonzero(known)[-1])]
    later = sorted({at for at in wanted if at < len(sizes) and sizes[at] > n and known[at]})
    if len(past) < LEAST_SIZES or sizes[past[-1]] != n or not later:
        return None
    seen = Points(np.log(sizes[past] / n), np.log(mean[past]), noise[past], 0.0)
    return Lesson(dataset, learner, seen, Points(np.log(sizes[later] / n), np.log(mean[later]), noise[later], 0.0))


def evidence(lesson: Lesson, shapes: int) -> np.ndarray:
    """The likelihood of a whole curve under each shape and misfit, up to a factor, shape (S, T)."""
    seen, later = lesson.seen, lesson.later
    ratios = np.concatenate([seen.log_ratios, later.log_ratios])
    rest = np.concatenate([seen.logs, later.logs]) - seen.logs[-1] - changes_at(shapes, tuple(ratios.tolist()))
    octaves = ratios / np.log(2)
    scale = np.where(octaves <= 0, np.square(1 - AGEING * octaves), 1 + np.square(octaves))
    variance = np.concatenate([seen.noise, later.noise]) + np.outer(np.square(TAUS), scale)
    precision = 1 / variance
    total = precision.sum(axis=1)
    misfit = np.square(rest) @ precision.T - np.square(rest @ precision.T) / total
    logs = -0.5 * (misfit + np.log(variance).sum(axis=1) + np.log(total))
    return np.exp(logs - logs.max())


def learn(lessons: Sequence[Lesson], start: Prior) -> Priors:
    """The learnt priors: one for any model, of all lessons, and one for each family that has lessons."""
    generic = np.exp(start.log_weights)
    whole = _maximised(lessons, generic)
    found: dict[str | None, Prior] = {None: Prior("learnt", np.log(_mixed(whole, generic, GENERIC_SHARE)))}
    for family in MODEL_FAMILIES:
        its = [one for one in lessons if FAMILY.get(one.learner) == family]
        if its:
            weights = _maximised(its, _mixed(whole, generic, 0.5))
            share = OF_NETWORKS if family == "network" else GENERIC_SHARE
            found[family] = Prior(f"learnt, {family}", np.log(_mixed(weights, generic, share)))
    return found


def _maximised(lessons: Sequence[Lesson], weights: np.ndarray) -> np.ndarray:
    """The weights after a few rounds of expectation-maximisation from `weights`."""
    for _ in range(ROUNDS):
        gathered = np.zeros_like(weights)
        for lesson in lessons:
            taken = weights * evidence(lesson, len(weights))
            gathered += taken / taken.sum()
        weights = gathered / len(lessons)
    return weights


def _mixed(weights: np.ndarray, generic: np.ndarray, share: float) -> np.ndarray:
    mixed: np.ndarray = (1 - share) * weights + share * generic
    return mixed
