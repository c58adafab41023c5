"""Identification where strangers come by: misses at a stated rate of strangers who are let through.

Whoever is compared with a set of known people is a known one or a stranger. Each answer is a candidate with a score; it
is believed above a threshold. Which threshold? Strangers set it, and others than those it is measured on: their people
are halved by their number, each half sets the threshold for the other, and known people are judged by both.

Terms of ISO/IEC 19795-1 and NIST FRTE 1:N (Grother, Ngan & Hanaoka 2019, NISTIR 8271): a *false positive
identification* is a stranger believed to be somebody, a *false negative* a known person who is not believed to be whom
they are. FNIR at FPIR x is the rate of the latter at a threshold that lets a share x of strangers through.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from endwise.errors import RowsError, counted
from endwise.system.judging import Metric
from endwise.system.signals import Signal

SHARE = (0.0, 100.0)
"""The range of a share in percent."""

KINDS = ("identity",)


class Curve(NamedTuple):
    """Detection error trade-off: for each threshold the share of strangers let through and of known people missed."""

    thresholds: np.ndarray
    let_through: np.ndarray
    missed: np.ndarray


def threshold(scores: np.ndarray, share: float) -> float:
    """The lowest score that at most `share` of strangers' `scores` exceed: what is above it is believed.

    >>> threshold(np.array([0.1, 0.2, 0.3, 0.9]), 0.25)
    0.3
    """
    ranked = np.sort(np.asarray(scores, np.float64))[::-1]
    return float(ranked[min(int(share * len(ranked) + 1e-9), len(ranked) - 1)])


def curve(predicted: np.ndarray, true: np.ndarray) -> Curve:
    """The trade-off between letting strangers through and missing known people, (N, 2) and (N, 2) in."""
    stranger, right = true[:, 0] < 0, predicted[:, 0] == true[:, 0]
    levels = np.unique(predicted[:, 1].astype(np.float64))
    through = 1 - np.searchsorted(np.sort(predicted[stranger, 1]), levels, side="right") / max(stranger.sum(), 1)
    hits = np.sort(predicted[~stranger & right, 1])
    missed = 1 - (len(hits) - np.searchsorted(hits, levels, side="right")) / max((~stranger).sum(), 1)
    return Curve(levels, through, missed)


def miss_rate(share: float) -> Metric:
    """Known people not believed to be who they are, in percent, where `share` of strangers are let through (FNIR).

    >>> miss_rate(0.01).title
    'known people missed at 1 % of strangers let through'
    """

    def records(signal: Signal, predicted: Any, true: Any) -> np.ndarray:
        predicted, true = np.asarray(predicted), np.asarray(true)
        known, right = true[:, 0] >= 0, predicted[:, 0] == true[:, 0]
        if not known.any():
            raise RowsError(
                "People were to be identified, with strangers among them.",
                f"Of {counted(len(true), 'test row')}, none shows anybody who is known.",
                "How many of the known are missed is what decides.",
                "Add test rows of people who are known, with their names.",
            )
        believed = predicted[:, 1] > np.stack(_thresholds(predicted, true, share))[:, None]  # (2, N)
        missed = 1 - (believed & right).mean(axis=0)
        return np.stack([missed * known, known], axis=1)

    return Metric(
        f"miss_rate_{_word(share)}",
        f"known people missed at {100 * share:g} % of strangers let through",
        records,
        _share,
        unit="%",
        source="FNIR at FPIR, NISTIR 8271",
        kinds=KINDS,
        range=SHARE,
    )


def pass_rate(share: float) -> Metric:
    """Strangers let through, in percent, at thresholds that other strangers set to let `share` through (FPIR)."""

    def records(signal: Signal, predicted: Any, true: Any) -> np.ndarray:
        predicted, true = np.asarray(predicted), np.asarray(true)
        stranger, half = true[:, 0] < 0, _half(true)
        limit = np.array(_thresholds(predicted, true, share))[1 - half]  # what the other half set
        return np.stack([(predicted[:, 1] > limit) & stranger, stranger], axis=1).astype(np.float64)

    return Metric(
        f"pass_rate_{_word(share)}",
        f"strangers let through where {100 * share:g} % were to be",
        records,
        _share,
        unit="%",
        source="FPIR, NISTIR 8271",
        kinds=KINDS,
        range=SHARE,
    )


def _rank_one(signal: Signal, predicted: Any, true: Any) -> np.ndarray:
    predicted, true = np.asarray(predicted), np.asarray(true)
    known = true[:, 0] >= 0
    return np.stack([known & (predicted[:, 0] != true[:, 0]), known], axis=1).astype(np.float64)


def _share(records: np.ndarray) -> float:
    counted_in, of = records.sum(axis=0)
    return 100 * float(counted_in / of) if of else float("nan")


wrong_person = Metric(
    "wrong_person",
    "known people taken for another",
    _rank_one,
    _share,
    unit="%",
    source="1 - rank-1",
    kinds=KINDS,
    range=SHARE,
)
"""Known people whose likeliest candidate is somebody else, whatever its score, in percent: 100 (1 - rank-1)."""


def _half(true: np.ndarray) -> np.ndarray:
    """0 or 1 for each row: strangers' halves, whole people each. Shape (N,)."""
    return np.asarray((-1 - true[:, 0].astype(np.int64)) % 2)


def _thresholds(predicted: np.ndarray, true: np.ndarray, share: float) -> tuple[float, float]:
    """What each half of the strangers asks for. Raises RowsError where a half is empty."""
    stranger, half = true[:, 0] < 0, _half(true)
    halves = [predicted[stranger & (half == at), 1] for at in (0, 1)]
    if not all(len(one) for one in halves):
        raise RowsError(
            "People were to be identified, with strangers among them.",
            f"Of {counted(len(true), 'test row')}, {int(stranger.sum()):,} show strangers, "
            f"{len(halves[0]):,} and {len(halves[1]):,} of them in the two halves.",
            "One half of the strangers sets the threshold for the other, so both need some.",
            "Add test rows of people who are not known: several, with a name each.",
        )
    first, second = (threshold(one, share) for one in halves)
    return first, second


def _word(share: float) -> str:
    return f"{100 * share:g}".replace(".", "_")
