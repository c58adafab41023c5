"""A study's outlook in words: what more rows would change, and what measuring more is worth."""

from __future__ import annotations

from endwise.evidence.forecast.states import AT_CHANCE, FORECAST, RISING
from endwise.evidence.rivals import LEVEL, NOTICED, Rival, rivals
from endwise.records import Band, DesignForecast, Outlook, Verdict
from endwise.report.outlook.prospects import Line, Prospect
from endwise.report.quantities import amount, percent, small, span
from endwise.report.ranking import decimals, gap_unit, ranked

QUOTED = (2, 4, 16)  # multiples of the largest size that sentences quote; tables show all


def prospect_of(verdict: Verdict) -> Prospect | None:
    """The verdict's outlook, ready to be drawn; None where nothing was forecast."""
    outlook = verdict.forecast
    if outlook is None or not outlook.designs:
        return None
    forecasts = {one.design: one for one in outlook.designs}
    floor = (
        50 / max(verdict.test_units if verdict.closed_loop else verdict.test_rows, 1) if verdict.unit == "%" else 0.0
    )  # where the forecast takes no error at all
    lines = tuple(
        Line(
            entry,
            tuple(point.size for point in entry.points),
            tuple(max(point.error, floor) for point in entry.points),
            tuple(tuple(max(one, floor) for one in point.repeats) for point in entry.points),
            forecasts[entry.design],
            floor,
        )
        for entry in ranked(verdict)
        if entry.design in forecasts and not entry.level
    )
    axis = verdict.axis
    return Prospect(lines, outlook, 16 * verdict.sizes[-1], {}, verdict.metric_title, verdict.unit, axis)


def with_more_rows(verdict: Verdict) -> str:
    """What is to be expected beyond the largest size, in a few sentences; empty where nothing was forecast."""
    outlook = verdict.forecast
    own = None if outlook is None else _own(outlook, verdict.best)
    if outlook is None or own is None:
        return ""
    if own.state != FORECAST:
        return f"{_refused(own.state, [f'`{own.design}`'])}, so nothing is forecast beyond {verdict.sizes[-1]:,} rows."
    said = [_expected(verdict, own), _crossover(verdict, outlook), _silent(verdict, outlook)]
    return " ".join(sentence for sentence in said if sentence)


def at_multiple(verdict: Verdict, multiple: float) -> int:
    """So many times the largest size, in rows."""
    return round(multiple * verdict.sizes[-1])


def loss_at(verdict: Verdict, multiple: int) -> str:
    """What choosing the best of today for that many times the rows is expected to lose; empty where unknown."""
    n = at_multiple(verdict, multiple)
    found = [one for one in (verdict.forecast.choice if verdict.forecast else ()) if one.n == n]
    own = next((one for one in found if one.design == verdict.best), None)
    if own is None or len(found) < 2 or not rivals(verdict):
        return ""
    return f"{small(own.expected_regret, gap_unit(verdict), decimals(verdict))} at {n:,}"


def _own(outlook: Outlook, design: str) -> DesignForecast | None:
    return next((one for one in outlook.designs if one.design == design), None)


def _expected(verdict: Verdict, own: DesignForecast) -> str:
    band = _band(own, at_multiple(verdict, 4))
    if band is None or band.state != FORECAST:
        return ""
    places = decimals(verdict)
    error = amount(band.median, verdict.unit, places)
    return (
        f"With {band.n:,} rows the first is expected to err by {error} "
        f"({span(band.low80, band.high80, places)} in 80 of 100 such cases)."
    )


def _crossover(verdict: Verdict, outlook: Outlook) -> str:
    found = rivals(verdict)
    if not found:
        return ""
    first, last = found[0], max(found[0].chances)
    if first.gain >= NOTICED:
        chances = [f"{percent(first.chances[n])} at {n:,}" for n in _quoted(verdict) if n in first.chances]
        return f"`{first.design}` gains with more rows: its probability of being ahead is {_joined(chances)}."
    behind = [one for one in found if one.today < LEVEL]
    if not behind:
        return _level(found, last)
    nearest = max(behind, key=lambda one: one.last)
    return (
        f"No crossover is within reach: at {last:,} rows the nearest design behind it, `{nearest.design}`, is ahead"
        f" with probability {percent(nearest.last)}{_why(verdict, outlook, nearest.design, last)}."
    )


def _level(found: list[Rival], last: int) -> str:
    """What becomes of designs that are level with the best today, none of which gains."""
    nearest = max(found, key=lambda one: one.last)
    if nearest.gain <= -NOTICED:
        return (
            f"The lead grows with more rows: at {last:,} the nearest design behind it, `{nearest.design}`, is ahead"
            f" with probability {percent(nearest.last)}."
        )
    if min(one.gain for one in found) <= -NOTICED:
        return f"Up to {last:,} rows `{nearest.design}` is expected to stay as close as it is."
    return f"Up to {last:,} rows the designs are expected to stay as close as they are."


def _why(verdict: Verdict, outlook: Outlook, rival: str, n: int) -> str:
    """The two errors that are expected there: what stands in the way of a crossover."""
    its, own = (_own(outlook, design) for design in (rival, verdict.best))
    its_band, own_band = (None if one is None else _band(one, n) for one in (its, own))
    if its_band is None or own_band is None:
        return ""
    places = decimals(verdict)
    reached, best = amount(its_band.median, verdict.unit, places), amount(own_band.median, verdict.unit, places)
    return f", as it is expected to have come down to {reached} by then, and the best to {best}"


def _quoted(verdict: Verdict) -> list[int]:
    return [at_multiple(verdict, multiple) for multiple in QUOTED]


def _silent(verdict: Verdict, outlook: Outlook) -> str:
    """Designs whose curve says nothing about more rows."""
    by_state: dict[str, list[str]] = {}
    for one in outlook.designs:
        if one.state != FORECAST and one.design != verdict.best:
            by_state.setdefault(one.state, []).append(f"`{one.design}`")
    return " ".join(f"{_refused(state, designs)}." for state, designs in by_state.items())


def _refused(state: str, designs: list[str]) -> str:
    named, alone = _joined(designs), len(designs) == 1
    if state == AT_CHANCE:
        return (
            f"{named} is still at chance, and its curve does not say when it will start to learn"
            if alone
            else f"{named} are still at chance, and their curves do not say when they will start to learn"
        )
    if state == RISING:
        return f"The error of {named} rises with more rows, beyond what chance explains"
    return f"{named} {'was' if alone else 'were'} measured at too few sizes to be forecast"


def _band(one: DesignForecast, n: int) -> Band | None:
    return next((band for band in one.forecasts if band.n == n), None)


def _joined(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
