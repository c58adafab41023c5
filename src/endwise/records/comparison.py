"""What a comparison of predictions found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from endwise.records.study import FORMAT, Caveat


@dataclass(frozen=True)
class Score:
    """One system's error on the compared rows, with its 95 % interval over groups.

    `probability_best` is the share of bootstrap draws in which no other system errs less (those that tie
    share the draw); `regret` what choosing it is expected to lose against each draw's best.
    """

    name: str
    file: str
    error: float
    low: float
    high: float
    probability_best: float
    regret: float


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
    """One system's error on a slice, with its 95 % interval."""

    system: str
    error: float
    low: float
    high: float


@dataclass(frozen=True)
class Slice:
    """The rows whose `column` has one value, or lies in one range.

    `scores` and `gaps` are empty where the slice holds too few groups. Intervals of `gaps`, against the
    system that is best on all rows, are widened for the number of comparisons that were looked at.
    `ahead` names the systems whose whole interval lies on the better side: there the order turns.
    """

    column: str
    value: str
    rows: int
    groups: int
    scores: tuple[SliceScore, ...] = ()
    gaps: tuple[Gap, ...] = ()
    ahead: tuple[str, ...] = ()


@dataclass(frozen=True)
class SeamBlame:
    """What becomes of a system's error when it is given the true value of `signal`.

    `gone` is its error as it is less its error with the truth, with a 95 % interval over groups;
    `share` is that over the error as it is, with its own; NaN where the system makes no error.
    """

    system: str
    signal: str
    file: str
    error: float
    given: float
    given_low: float
    given_high: float
    gone: float
    low: float
    high: float
    share: float
    share_low: float
    share_high: float


@dataclass(frozen=True)
class FileIds:
    """Ids of `file` without a partner: how many, and the first of them with their lines."""

    file: str
    count: int
    first: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """Several systems' predictions for the same rows, weighed: the answer and all the evidence for it.

    `systems` stand best first. `chosen` says why this metric judges, where nobody named it. `rows` were
    compared; `unlabelled` more have no true value, `left_out` more no prediction in some file.
    """

    metric: str
    metric_title: str
    unit: str
    wants: str
    chosen: str
    id: str
    group: str | None
    rows: int
    groups: int
    unlabelled: int
    left_out: int
    truth: str
    systems: tuple[Score, ...] = ()
    differences: tuple[Gap, ...] = ()
    slices: tuple[Slice, ...] = ()
    comparisons: int = 0
    blame: tuple[SeamBlame, ...] = ()
    missing: tuple[FileIds, ...] = ()
    extra: tuple[FileIds, ...] = ()
    notes: tuple[str, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    seed: int = 0
    command: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    format: int = FORMAT

    def __str__(self) -> str:
        return self.words
