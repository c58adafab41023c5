"""What a study measured, and its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from endwise.records.outlook import Outlook, Worth
from endwise.records.slices import Slice

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
class WordError:
    """One word of the truth: how often it was said, how often not understood, and what then stood in its place most.

    `instead` stood there `times` times; empty: it was left out.
    """

    word: str
    said: int
    wrong: int
    instead: str
    times: int


@dataclass(frozen=True)
class Confusion:
    """`found` in the place of `true`, so many `times`; an empty `found` was left out, an empty `true` put in."""

    true: str
    found: str
    times: int


@dataclass(frozen=True)
class WordErrors:
    """What the best design gets wrong, word by word, on `rows` of the test rows.

    Of `said` words `wrong` were left out or exchanged; `put_in` more were not said at all. `words` and
    `confusions` hold the most frequent ones, the worst first.
    """

    rows: int
    said: int
    wrong: int
    put_in: int
    words: tuple[WordError, ...]
    confusions: tuple[Confusion, ...]


@dataclass(frozen=True)
class Stage:
    """How far what one stage makes lies from the truth, on `rows` test rows that carry it, in its first repeat.

    `part` is the way from the inputs to `signal`; `distance` the mean of the signal's own distance (in `unit`, where it
    has one) and `worst_tenth` what a tenth of the rows exceed. `missed`, of boxes, is the share that overlaps the true
    one by less than half: 1 minus intersection over union above .5.
    """

    part: str
    signal: str
    rows: int
    distance: float
    worst_tenth: float
    unit: str
    missed: float | None = None


@dataclass(frozen=True)
class Ceiling:
    """The error that is left where the true values of `truths` are put in and `path` runs from there on.

    At the largest size, in the first repeat, with its 95 % interval; in a closed loop the truth is put in while the
    design acts. `designs` names all that end in this path: no better stage before it can bring them lower.
    """

    path: str
    truths: tuple[str, ...]
    error: float
    low: float
    high: float
    designs: tuple[str, ...]


@dataclass(frozen=True)
class Blame:
    """What becomes of a design's error where the true values of `truths` are put in, up to `signal`.

    `truths` is `signal` alone, or all that the rest of the design takes where everything made up to `signal` is true.
    At the largest size, in the first repeat, on the `rows` test rows (or episodes) that know these truths; `without`
    lack one. `difference` is `error` less `with_truth`, with its 95 % interval; `finding` a code of `FINDINGS`.
    `rival` is the design that errs least of those that do without `signal`, and `rival_error` its error on these rows.
    `untried` is the same design trained chained where that may tell more of this seam and was not studied.

    Of the finding `unseen-predictions` no truth is put in (`truths` is empty, `with_truth` NaN): `rival` is the same
    design trained chained, `difference` is `error` less `rival_error` over all repeats, and `signal` the first that a
    learned part takes from a prediction.
    """

    design: str
    signal: str
    truths: tuple[str, ...]
    error: float
    with_truth: float
    difference: float
    low: float
    high: float
    finding: str
    rows: int
    without: int = 0
    rival: str = ""
    rival_error: float = float("nan")
    untried: str = ""


@dataclass(frozen=True)
class TruthStep:
    """The mistakes of a design with true values put in at `signal` and at all seams before it.

    Of these `truths` are what the rest of the design takes. `made_right` counts the mistakes that are right from here
    on the first time; `made_wrong` the rows that are no mistake as the design is, and one with these truths.
    """

    signal: str
    truths: tuple[str, ...]
    made_right: int
    made_wrong: int


@dataclass(frozen=True)
class Mistake:
    """One row (or episode) that a design gets wrong: its error as it is, and at each step of the truth.

    `signal` is the first step at which it is right; empty where it never is: then what follows is to blame.
    """

    row: str
    error: float
    with_truth: tuple[float, ...]
    signal: str


@dataclass(frozen=True)
class Attribution:
    """For each mistake of a design, the first seam at which the truth makes it right.

    Looked at are the `rows` test rows (or episodes) that know the truth at every seam; `without` lack one. Where an
    output is right or wrong (`exact`), a mistake is a row with any error, and right is none. Where it is measured, the
    `mistakes` are the worst tenth, errors of `wrong_from` or more; up to `right_to`, the median of these rows as the
    design is, a row is right. `never` counts the mistakes that are right at no step. `listed` are up to 50 of them, the
    worst of each step in turn.
    """

    design: str
    rows: int
    without: int
    exact: bool
    wrong_from: float
    right_to: float
    mistakes: int
    steps: tuple[TruthStep, ...]
    never: int
    listed: tuple[Mistake, ...]


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
