"""Which labels to buy next: a plan, and what else was weighed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Purchase:
    """Labels bought for one design, and the error that one training with them is expected to have.

    `labels` are those bought beyond the present ones, by signal; `price` what they cost together. `error` is the
    median of the draws, `low80` .. `high80` the band that holds it in 80 of 100 cases, in the unit of the metric.
    `reaches` is the probability of the target, None where none was asked for.
    """

    design: str
    labels: Mapping[str, int]
    price: float
    error: float
    low80: float
    high80: float
    reaches: float | None = None


@dataclass(frozen=True)
class Refused:
    """A design for which nothing is planned, and why not."""

    design: str
    why: str


@dataclass(frozen=True)
class Plan:
    """Which labels to buy next.

    `answer` is a stable code: `buy` (labels for the design that is best now), `switch` (labels, and another design),
    `nothing` (no purchase is expected to lower the error by a hundredth, or the target is reached), `unreachable`
    (no purchase that can be looked at reaches the target). `have` counts the present labels; `now` is the best design
    with these. `buy` is the purchase, None where there is none to make; `alternatives` the best purchases of other
    designs, or where the target is out of reach those that come nearest to it. `evenly` and `final_label` spend the
    same money alike on all priced labels, and all on the wanted output's, each for the design that errs least then.
    """

    answer: str
    prices: Mapping[str, float]
    have: Mapping[str, int]
    budget: float | None
    target: float | None
    now: Purchase
    buy: Purchase | None
    alternatives: tuple[Purchase, ...]
    evenly: Purchase | None
    final_label: Purchase | None
    refused: tuple[Refused, ...]
