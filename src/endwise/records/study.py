"""What a study measured, and its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from endwise.records.outlook import Outlook, Worth
from endwise.records.seams import Attribution, Blame, Ceiling, Stage
from endwise.records.slices import Slice
from endwise.records.words import WordErrors

FORMAT = 1  # raised when a stored record changes its meaning


@dataclass(frozen=True)
class Caveat:
    """Something a reader must know before trusting the verdict. `code` is stable; see docs/caveats."""

    code: str
    title: str
    explanation: str


@dataclass(frozen=True)
class RowUse:
    """The rows one component trained on at the largest size, and why the others were not used.

    `unused` counts rows by reason ("no label 'age'": 412). `derived` counts labels that a fixed
    component computed from other true values.
    """

    component: str
    used: int
    unused: Mapping[str, int]
    derived: int = 0
    independent_units: int = 0


@dataclass(frozen=True)
class Measurement:
    """What one design did at one size and repeat: per metric the records, one a test unit.

    Handed from studies to evidence; never written as JSON. `seconds` and `latency_ms` are times; `family` is
    that of the model that learnt, one of `MODEL_FAMILIES` or none.
    """

    design: str
    key: str
    size: int
    repeat: int
    records: Mapping[str, np.ndarray]
    parameters: int
    still_improving: tuple[str, ...]
    seconds: float
    latency_ms: float
    family: str | None = None


@dataclass(frozen=True)
class DesignPoint:
    """One design at one size: its error over all repeats, with the interval over test groups.

    `repeats` holds each repeat's error; `metrics` every metric's mean over repeats; `labels` the
    training labels per signal. `low`..`high` is a 95 % interval.
    """

    design: str
    key: str
    label: str
    training: str
    size: int
    rows: int
    labels: Mapping[str, int]
    independent_units: int
    error: float
    low: float
    high: float
    repeats: tuple[float, ...]
    metrics: Mapping[str, float]
    parameters: int
    parts: int
    label_kinds: int
    still_improving: tuple[str, ...] = ()
    latency_ms: float | None = None


@dataclass(frozen=True)
class Difference:
    """`design` against `against` at the largest size, on the same test units: positive is worse.

    `probability_better` is the share of bootstrap draws in which `design` has the lower error.
    """

    design: str
    against: str
    difference: float
    low: float
    high: float
    probability_better: float


@dataclass(frozen=True)
class Untrainable:
    """A design that was not studied, and what it lacks."""

    design: str
    lacks: str


@dataclass(frozen=True)
class Failure:
    """A cell that failed: what it was, the error, and the seed and key to replay it.

    `beside` says that nothing is broken: it was a run with true values, or with fewer labels, for which no design
    lacks anything, or one at a size at which too few rows have the labels.
    """

    cell: str
    key: str
    seed: int
    error: str
    beside: bool = False


@dataclass(frozen=True)
class Tuning:
    """The learning-rate search of one component: held-out loss per rate, and the rate chosen."""

    component: str
    losses: Mapping[str, float]
    chosen: float


@dataclass(frozen=True)
class Example:
    """One test row with its intermediate signals, ready to draw.

    `values` maps each signal's name, in running order, to {"signal": `Signal.to_json()`, "value": one value
    in the form that signals.py tables, as an array or plain lists}; `truth` maps names to true values of the
    same form, where the row carries them; `inputs` names the signals that were handed in rather than
    predicted; `error` is the row's own.
    """

    row: str
    design: str
    values: Mapping[str, Any]
    truth: Mapping[str, Any]
    error: float
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Film:
    """A short film of one design where it lost most in its world: an animated GIF, and what it shows in words."""

    design: str
    gif: bytes
    shows: str


@dataclass(frozen=True)
class Scarcity:
    """One design at the largest size, trained with no more than these `labels` by signal.

    `errors` are those of its repeats; `test_sd` is how far they vary with the choice of test groups alone. Signals
    from whose labels the design does not learn are not named.
    """

    design: str
    labels: Mapping[str, int]
    errors: tuple[float, ...]
    test_sd: float


@dataclass(frozen=True)
class TradeOff:
    """Of one design that identifies people: at falling thresholds the share of strangers let through (rising) and of
    known people missed, both 0..1 (detection error trade-off)."""

    design: str
    let_through: tuple[float, ...]
    missed: tuple[float, ...]


@dataclass(frozen=True)
class Verdict:
    """The answer, and all the evidence for it.

    `best` is the text of the best design at the largest size; `error` its error corrected for having
    been chosen on the same rows; `regret` what choosing it is expected to lose against the design
    that is truly best, in units of the metric. `done` is false when the study was stopped early. `by_word`
    is there where the wanted signal is a text, `trade_offs` where it is an identity; `slices` where the system
    declares them (`comparisons` were looked at), `stages`, `ceilings`, `blames` and `attributions`
    where test rows, or the world, know the truth of what stages make; `scarcities` where the study was asked for
    labels, of each design with all labels and with fewer. `closed_loop`: judged by episodes in a world that answers,
    which then are the test units; test rows only tell of stages. `beside` are the metrics that do not decide: name to
    title, with its unit.
    """

    system: str
    metric: str
    metric_title: str
    unit: str
    axis: str
    wants: str
    sizes: tuple[int, ...]
    repeats: int
    designs: tuple[DesignPoint, ...]
    best: str
    best_key: str
    probability_best: float
    error: float
    low: float
    high: float
    regret: float
    runner_up: str | None
    differences: tuple[Difference, ...]
    constant_error: float
    rows: int
    test_rows: int
    test_units: int
    rows_used: tuple[RowUse, ...]
    caveats: tuple[Caveat, ...]
    untrainable: tuple[Untrainable, ...]
    failures: tuple[Failure, ...]
    tuning: tuple[Tuning, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    seed: int
    mode: str
    command: str
    versions: Mapping[str, str]
    done: bool
    words: str = ""
    forecast: Outlook | None = None
    worth: tuple[Worth, ...] = ()
    by_word: WordErrors | None = None
    slices: tuple[Slice, ...] = ()
    comparisons: int = 0
    stages: tuple[Stage, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    blames: tuple[Blame, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    trade_offs: tuple[TradeOff, ...] = ()
    scarcities: tuple[Scarcity, ...] = ()
    closed_loop: bool = False
    beside: Mapping[str, str] = field(default_factory=dict)
    times: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    def __str__(self) -> str:
        return self.words
