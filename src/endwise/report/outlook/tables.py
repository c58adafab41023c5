"""The numbers behind the figures of an outlook, as tables of the page."""

from __future__ import annotations

from endwise.records import Band, Crossover
from endwise.report.outlook.prospects import Prospect
from endwise.report.outlook.words import SHORT, loss
from endwise.report.quantities import MISSING, number, percent, places, span
from endwise.report.tables import Row, Table


def forecasts(view: Prospect) -> Table:
    """Every design at every size: median, bands, and whether to go by them."""
    rows = tuple(
        Row(one.design, (view.size(band.n), *_band(band)), one.entry)
        for one in view.lines
        for band in one.forecast.forecasts
    )
    head = ("design", view.axis, "median", "80 % band", "90 % band", "state")
    return Table(f"Forecasts of the {view.metric}{view.unit and f', {view.unit}'}", head, rows, frozenset({"state"}))


def _band(band: Band) -> tuple[str, ...]:
    eighty, ninety = span(band.low80, band.high80), span(band.low90, band.high90)
    return number(band.median, places([band.median])), eighty, ninety, SHORT[band.state] or band.state


def overtaking(view: Prospect) -> Table:
    """Every pair: how likely the design behind is ahead at each size, and where it crosses."""
    sizes = sorted({one.n for pair in view.outlook.pairs for one in pair.overtakes})
    rows = []
    for pair in view.outlook.pairs:
        chances = {one.n: percent(one.probability) for one in pair.overtakes}
        cells = (*(chances.get(n, MISSING) for n in sizes), *_crossover(pair.crossover))
        letters = f"{view.line(pair.behind).letter} overtakes {view.line(pair.ahead).letter}"
        rows.append(Row(letters, cells))
    ahead = tuple(f"ahead at {n:,}" for n in sizes)
    head = ("pair", *ahead, "crosses by, 10 %", "50 %", "90 %", f"still behind at {view.most:,}")
    return Table("Probabilities of overtaking, and quantiles of the size from which it is so", head, tuple(rows))


def _crossover(one: Crossover) -> tuple[str, ...]:
    quantiles = ("never" if q is None else number(q) for q in (one.q10, one.q50, one.q90))
    return (*quantiles, percent(one.never))


def choices(view: Prospect) -> Table:
    """What choosing each design is expected to lose against the one that is then best."""
    regrets = {(one.design, one.n): one.expected_regret for one in view.outlook.choice}
    sizes = sorted({n for _, n in regrets})
    decimals = places(regrets.values(), 2)
    rows = tuple(
        Row(one.design, tuple(_loss(regrets.get((one.design, n)), decimals) for n in sizes), one.entry)
        for one in view.lines
    )
    return Table("Expected loss of each choice", ("design", *(view.size(n) for n in sizes)), rows)


def _loss(value: float | None, decimals: int) -> str:
    return MISSING if value is None else loss(value, decimals)
