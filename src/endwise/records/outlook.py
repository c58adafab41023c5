"""What is to be expected beyond the largest size that was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MODEL_FAMILIES: Final = ("network", "linear", "trees", "kernel", "neighbours", "bayes")
"""Families of models whose data curves are known to fall each in its way; a design may be of none of them."""


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
class Worth:
    """By how much measuring more is expected to lower the regret of the choice for `n` rows, in error.

    `what` is `repeat` (one more of every design at the largest size) or `size` (twice the largest).
    """

    what: str
    n: int
    saved: float
