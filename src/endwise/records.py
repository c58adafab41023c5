"""The frozen records that travel upward, to and from JSON.

A record is plain data: it can be written, read back years later, and compared. `verdict.json` is a
`Verdict` as `to_json` writes it; times stand in a block of their own, on which no claim depends.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

R = TypeVar("R")
FORMAT = 1  # raised when a stored record changes its meaning


@dataclass(frozen=True)
class Caveat:
    """Something a reader must know before trusting the verdict. `code` is stable; see docs/caveats.md."""

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

    Handed from studies to evidence; never written as JSON. `seconds` and `latency_ms` are times.
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
    """A cell that failed: what it was, the error, and the seed and key to replay it."""

    cell: str
    key: str
    seed: int
    error: str


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
class Band:
    """Where a design's error is expected at `n` rows: median, and the bands that hold it in 80 and 90 of 100 cases.

    `state` is `forecast`, or why the band should not be trusted: `at-chance`, `too-few-sizes`, `too-far`, `rising`.
    A figure that cannot be computed at all is NaN.
    """

    n: int
    median: float
    low80: float
    high80: float
    low90: float
    high90: float
    state: str


@dataclass(frozen=True)
class Reach:
    """The probability that a design's error at `n` rows is `target` or less."""

    target: float
    n: int
    probability: float


@dataclass(frozen=True)
class DesignForecast:
    """One design beyond its largest size. `state` is that of the whole curve, in the words of `Band.state`."""

    design: str
    state: str
    forecasts: tuple[Band, ...]
    targets: tuple[Reach, ...] = ()


@dataclass(frozen=True)
class Overtake:
    """The probability that the design behind is ahead at `n` rows."""

    n: int
    probability: float


@dataclass(frozen=True)
class Crossover:
    """The size from which the design behind is ahead, as quantiles; None where that quantile is never reached.

    `never` is the probability that it is still behind at the largest size looked at.
    """

    q10: float | None
    q50: float | None
    q90: float | None
    never: float


@dataclass(frozen=True)
class Pair:
    """Two designs: `ahead` has the lower error at the largest size that both were measured at."""

    ahead: str
    behind: str
    overtakes: tuple[Overtake, ...]
    crossover: Crossover


@dataclass(frozen=True)
class Choice:
    """What choosing `design` for `n` rows is expected to lose against the design that is then best, in error."""

    design: str
    n: int
    expected_regret: float


@dataclass(frozen=True)
class Outlook:
    """What is to be expected beyond the largest size. `curve` names the question where a file holds several."""

    curve: str | None
    designs: tuple[DesignForecast, ...]
    pairs: tuple[Pair, ...]
    choice: tuple[Choice, ...]


@dataclass(frozen=True)
class Verdict:
    """The answer, and all the evidence for it.

    `best` is the text of the best design at the largest size; `error` its error corrected for having
    been chosen on the same rows; `regret` what choosing it is expected to lose against the design
    that is truly best, in units of the metric. `done` is false when the study was stopped early.
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
    times: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    def __str__(self) -> str:
        return self.words


def to_json(record: Any) -> Any:
    """A record (or a container of them) as plain JSON data; a NaN becomes null."""
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return {f.name: to_json(getattr(record, f.name)) for f in dataclasses.fields(record)}
    if isinstance(record, Mapping):
        return {str(key): to_json(value) for key, value in record.items()}
    if isinstance(record, (list, tuple)):
        return [to_json(value) for value in record]
    if isinstance(record, np.ndarray | np.generic):
        return to_json(record.tolist())
    if isinstance(record, float) and record != record:
        return None
    return record


def from_json(kind: type[R], data: Mapping[str, Any]) -> R:
    """The record of type `kind` that `to_json` wrote; unknown keys of later versions are left out."""
    hints = typing.get_type_hints(kind)
    known = {f.name for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: _read(hints[name], value) for name, value in data.items() if name in known})


def _read(hint: Any, value: Any) -> Any:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if value is None:
        return float("nan") if hint is float else None
    if origin is types.UnionType:
        return _read(next(one for one in inner if one is not types.NoneType), value)
    if origin is tuple:
        return tuple(_read(inner[0], one) for one in value)
    if origin is Mapping:
        return {name: _read(inner[1], one) for name, one in value.items()}
    if dataclasses.is_dataclass(hint):
        return from_json(typing.cast("type[Any]", hint), value)
    return value
