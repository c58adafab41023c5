"""What a comparison of predictions found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from endwise.records.slices import Gap, Slice
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
