"""Neural families that the prior has never seen: LCDB 1.1's MLP and RealMLP.

Priors are learnt anew without the data sets scored, on a third of them at a time: one for any model without any neural
learner, and one for networks from the other neural families.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from endwise.evidence.forecast.curve import DataCurve
from endwise.evidence.forecast.prior import Priors, generic
from forecasting.cases import Case, cases, from_calibration
from forecasting.learners import FAMILY
from forecasting.learning import Lesson, lcdb11, learn, of_case

SCORED = ("MLP", "RealMLP")
NEURAL = (*SCORED, "TabNet", "TabPFNv2", "sklearn.neural_network.MLPClassifier")
FOLDS = 3
LESSONS = 1500  # a fold: learning on all of them takes minutes and changes the third digit


def folds(lcdb10: Path, lcdb11_file: Path) -> Iterator[tuple[Priors, Priors, list[Case]]]:
    """Per fold of the data sets and family: priors without any neural family, with the others', and the cases there."""
    all11 = list(lcdb11(lcdb11_file))
    lessons = [of_case(case) for case in cases(from_calibration(lcdb10))] + all11
    networks = [one for one in lessons if FAMILY.get(one.learner) == "network"]
    lessons = [one for one in lessons if one.learner not in NEURAL]
    datasets = np.unique([one.dataset for one in all11])
    chance = np.random.default_rng(0)
    fold_of = dict(zip(datasets.tolist(), chance.integers(FOLDS, size=len(datasets)).tolist(), strict=True))
    for fold in range(FOLDS):
        others = [one for one in lessons if fold_of.get(one.dataset, -1) != fold]
        picked = [others[at] for at in chance.permutation(len(others))[:LESSONS]]
        unseen = learn(picked, generic())
        for family in SCORED:
            related = [one for one in networks if one.learner != family and fold_of.get(one.dataset, -1) != fold]
            scored = [one for one in all11 if one.learner == family and fold_of[one.dataset] == fold]
            yield unseen, learn([*picked, *related], generic()), [_case(one) for one in scored]


def _case(lesson: Lesson) -> Case:
    """The lesson as a case. Two repeats at mean -+ standard error have just that mean and that standard error."""
    sizes = np.rint(1000 * np.exp(lesson.seen.log_ratios)).astype(int)  # any n: shapes know only ratios
    mean, relative = np.exp(lesson.seen.logs), np.minimum(np.sqrt(lesson.seen.noise), 0.9)
    rows = tuple((float(m * (1 - s)), float(m * (1 + s))) for m, s in zip(mean, relative, strict=True))
    later = np.rint(1000 * np.exp(lesson.later.log_ratios)).astype(int)
    curve = DataCurve(lesson.learner, tuple(sizes.tolist()), rows, family="network")
    return Case(lesson.dataset, 1000, curve, later, np.exp(lesson.later.logs), np.sqrt(lesson.later.noise))
