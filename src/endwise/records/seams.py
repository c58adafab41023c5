"""Where a design's error is made: its stages, what the truth at a seam leaves of it, and mistakes one by one."""

from __future__ import annotations

from dataclasses import dataclass


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
