"""What lies beyond the largest size of a study: its measurements as data curves, and the outlook on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from endwise.evidence.caveats import caveat
from endwise.evidence.compare import Draws
from endwise.evidence.forecast.curve import DataCurve
from endwise.evidence.forecast.outlook import outlook
from endwise.evidence.forecast.states import RISING
from endwise.evidence.forecast.worth import value_of_repeat, value_of_size
from endwise.evidence.rivals import NOTICED, rivals
from endwise.records import Band, Caveat, Choice, DesignForecast, Measurement, Outlook, Verdict, Worth
from endwise.system.judging import Metric

MULTIPLES = (2, 4, 8, 16)  # of the largest size; bands were tested up to 16

BySize = Mapping[int, Mapping[str, Sequence[Measurement]]]  # size -> design key -> its measurements


@dataclass(frozen=True)
class Foreseen:
    """What lies ahead of a study, in the unit of its metric: the outlook, and what measuring more is worth."""

    outlook: Outlook
    worth: tuple[Worth, ...] = ()


def foresee(by_size: BySize, draws: Mapping[int, Draws], metric: Metric, test_rows: int, chance: float) -> Foreseen:
    """What lies ahead of the designs of a study.

    `chance` is the constant predictor's error, NaN where there is none. A design that made no error at all at some
    size has no curve in logs and is left out.
    """
    rate = metric.unit == "%"
    curves = data_curves(by_size, draws, metric, test_rows if rate else None, chance)
    if not curves:
        return Foreseen(Outlook(None, (), (), ()))
    largest, scale = max(curve.largest for curve in curves), 100 if rate else 1
    found = outlook(curves, at=[multiple * largest for multiple in MULTIPLES])
    worth = (
        Worth("repeat", largest, scale * value_of_repeat(curves)),
        Worth("size", 4 * largest, scale * value_of_size(curves)),
    )
    return Foreseen(_in_percent(found) if rate else found, worth)


def caveats_ahead(verdict: Verdict, draws: Mapping[int, Draws]) -> list[Caveat]:
    """What a reader must know before trusting what the verdict says of more rows."""
    found: list[Caveat] = []
    if len(verdict.sizes) == 2:
        found.append(caveat("too-few-sizes", sizes=2))
    rising = [one.design for one in (verdict.forecast.designs if verdict.forecast else ()) if one.state == RISING]
    if rising:
        found.append(caveat("rising-curve", designs="; ".join(f"`{design}`" for design in rising)))
    gaining = [one for one in rivals(verdict) if one.gain >= NOTICED]
    if gaining:
        found.append(caveat("beyond-measured-range", design=gaining[0].design, size=verdict.sizes[-1]))
    names = {point.key: point.design for point in verdict.designs}
    crossing = [names[key] for key in _crossing(verdict.best_key, draws)]
    return found + [caveat("curves-cross-more-than-once", design=f"`{design}`") for design in crossing[:1]]


def _crossing(best: str, draws: Mapping[int, Draws]) -> list[str]:
    """Designs that change places with the best more than once, each time by more than chance."""
    found: list[str] = []
    for other in draws[max(draws)].designs:
        sides: list[bool] = []
        for size in sorted(draws):
            at = draws[size].designs
            if best in at and other in at and other != best:
                _, low, high, _ = draws[size].difference(at.index(other), at.index(best))
                if (low > 0 or high < 0) and sides[-1:] != [low > 0]:
                    sides.append(low > 0)
        if len(sides) > 2:
            found.append(other)
    return found


def data_curves(
    by_size: BySize, draws: Mapping[int, Draws], metric: Metric, n_test: int | None, chance: float
) -> list[DataCurve]:
    """One curve a design. With `n_test` the metric is in percent, and the curves hold rates.

    A word error rate may pass 100 %: such a curve is no share of the test rows, and `n_test` says nothing of it.
    """
    scale = 1.0 if n_test is None else 0.01
    keys = dict.fromkeys(key for size in sorted(by_size) for key in by_size[size])
    found: list[DataCurve] = []
    for key in keys:
        sizes = [size for size in sorted(by_size) if key in by_size[size]]
        errors = [_by_repeat(by_size[size][key], metric, scale) for size in sizes]
        shares = n_test if max(np.nanmax(row) for row in errors) <= 1 else None
        if shares is None and not all(np.nanmax(row) > 0 for row in errors):
            continue
        relative = tuple(_test_sd(draws[size], key) for size in sizes)
        first = by_size[sizes[0]][key][0]
        constant = None if np.isnan(chance) else scale * chance
        found.append(DataCurve(first.design, tuple(sizes), tuple(errors), shares, relative, constant, first.family))
    return found


def _by_repeat(found: Sequence[Measurement], metric: Metric, scale: float) -> tuple[float, ...]:
    """The error of each repeat at its place; NaN where a repeat is missing."""
    row = np.full(1 + max(one.repeat for one in found), np.nan)
    for one in found:
        row[one.repeat] = scale * metric.aggregate(one.records[metric.name])
    return tuple(row.tolist())


def _test_sd(draws: Draws, key: str) -> float:
    at = draws.designs.index(key)
    return float(draws.test_sd[at] / draws.errors[at]) if draws.errors[at] > 0 else 0.0


def _in_percent(found: Outlook) -> Outlook:
    """An outlook on rates, in percent."""
    designs = tuple(
        DesignForecast(
            one.design,
            one.state,
            tuple(
                Band(b.n, 100 * b.median, 100 * b.low80, 100 * b.high80, 100 * b.low90, 100 * b.high90, b.state)
                for b in one.forecasts
            ),
        )
        for one in found.designs
    )
    choice = tuple(Choice(one.design, one.n, 100 * one.expected_regret) for one in found.choice)
    return Outlook(found.curve, designs, found.pairs, choice)
