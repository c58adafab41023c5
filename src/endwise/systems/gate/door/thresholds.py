"""The score from which on a face is believed, set by strangers; and how sure it is what it lets through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

import endwise as ew

SURE = 0.95
"""How sure the interval of a rate is."""


@dataclass(frozen=True)
class Threshold:
    """A score above which a face is believed, for one model, and where it came from.

    fpir: share of strangers that was asked to be let through (false positive identification rate, ISO/IEC 19795-1).
    pictures, strangers: how many set it. enrolled: how many people they were compared with.
    low, high: the 95 % interval of the rate that it has. source: whose pictures.
    """

    value: float
    version: str
    fpir: float
    low: float
    high: float
    pictures: int
    strangers: int
    enrolled: int
    source: str
    when: str

    @property
    def short(self) -> bool:
        """Whether there were too few strangers for the rate: then it is the highest score seen."""
        return self.pictures * self.fpir < 1


def rate_interval(passed: np.ndarray, people: Sequence[str]) -> tuple[float, float]:
    """The 95 % interval of a rate from yes and no (N,), of which several may be the same person's.

    Clopper & Pearson's exact interval at the effective number of pictures: Korn & Graubard 1998, *Confidence intervals
    for proportions with very small numbers of positive counts estimated from survey data*, section 2. The effective
    number is the pictures' over the design effect of Kish; where none or all pass nothing shows it, and people count.

    >>> low, high = rate_interval(np.zeros(300, bool), [str(at) for at in range(300)])
    >>> low, round(high, 4)  # the rule of three says 0.01, one-sided
    (0.0, 0.0122)
    """
    share = float(passed.mean())
    effective = _effective(passed, np.unique(np.asarray(people), return_inverse=True)[1])
    hits, tail = share * effective, (1 - SURE) / 2
    low = float(betaincinv(hits, effective - hits + 1, tail)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, effective - hits, 1 - tail)) if hits < effective else 1.0
    return low, high


def _effective(passed: np.ndarray, person: np.ndarray) -> float:
    count, share = len(passed), float(passed.mean())
    if not 0 < share < 1:
        return float(person.max() + 1)
    pulls = np.bincount(person, weights=passed - share)
    people = len(pulls)
    spread = float((pulls**2).sum()) / count**2 * people / max(people - 1, 1)
    simple = share * (1 - share) / count
    return count / max(spread / simple, 1.0)


def threshold_of(
    scores: np.ndarray, people: Sequence[str], fpir: float, *, version: str, enrolled: int, source: str, when: str
) -> Threshold:
    """The threshold at which a share `fpir` of strangers' best scores (N,), of these `people`, is let through."""
    value = ew.threshold(scores, fpir)
    low, high = rate_interval(np.asarray(scores) > value, people)
    strangers = len(set(people))
    return Threshold(value, version, fpir, low, high, len(scores), strangers, enrolled, source, when)
