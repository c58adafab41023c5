"""What was found among some of the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Gap:
    """The error of `system` less that of `against`, on the same rows: positive is worse."""

    system: str
    against: str
    difference: float
    low: float
    high: float
    probability_better: float


@dataclass(frozen=True)
class SliceScore:
    """One system's error on a slice, with its 95 % interval; `beside` has its figures by the other metrics' names."""

    system: str
    error: float
    low: float
    high: float
    beside: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Slice:
    """The rows whose `column` has one value, or lies in one range.

    `scores` and `gaps` are empty where the slice holds too few groups, or nothing that the metric judges.
    Intervals of `gaps`, against the system that is best on all rows, are widened for the number of comparisons that
    were looked at. `ahead` names the systems whose whole interval lies on the better side: there the order turns.
    """

    column: str
    value: str
    rows: int
    groups: int
    scores: tuple[SliceScore, ...] = ()
    gaps: tuple[Gap, ...] = ()
    ahead: tuple[str, ...] = ()
