"""One question as it is shown: its designs with letters and colours, what was measured, and the outlook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from endwise.evidence.forecast.curve import DataCurve
from endwise.evidence.forecast.states import FORECAST
from endwise.records import Band, DesignForecast, Outlook, Pair
from endwise.report.ranking import Entry


@dataclass(frozen=True)
class Line:
    """One design: its letter and colour, its means and repeats by size, and what is expected beyond them.

    Errors below `floor` stand at it, so that they can be drawn.
    """

    entry: Entry
    sizes: tuple[int, ...]
    means: tuple[float, ...]
    repeats: tuple[tuple[float, ...], ...]
    forecast: DesignForecast
    floor: float = 0.0

    @property
    def design(self) -> str:
        """Its name."""
        return self.entry.design

    @property
    def letter(self) -> str:
        """A for the first."""
        return self.entry.letter

    def band(self, n: int) -> Band | None:
        """The band at `n` rows; None where that is not beyond its largest size."""
        return next((band for band in self.forecast.forecasts if band.n == n), None)

    def trusted(self, n: int) -> bool:
        """Whether the forecast for `n` rows is one to go by."""
        band = self.band(n)
        return band is not None and band.state == FORECAST


@dataclass(frozen=True)
class Prospect:
    """A question as it is shown, its designs in the order of their letters.

    Parameters
    ----------
    lines: the designs; the first is ahead.
    outlook: what is to be expected.
    most: how far crossovers were looked for, in rows.
    asked: sizes with the words in which they were asked for, where they are not the number itself ("4x").
    metric, unit, axis: what is on the axes.
    """

    lines: tuple[Line, ...]
    outlook: Outlook
    most: int
    asked: Mapping[int, str] = field(default_factory=dict)
    metric: str = "error"
    unit: str = ""
    axis: str = "training rows"

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes that are forecast, ascending."""
        return tuple(sorted({band.n for line in self.lines for band in line.forecast.forecasts}))

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Every other design against the first, in the order of their letters."""
        first, rank = self.lines[0].design, {line.design: line.entry.rank for line in self.lines}
        found = [pair for pair in self.outlook.pairs if first in (pair.ahead, pair.behind)]
        return tuple(sorted(found, key=lambda pair: rank[pair.ahead] + rank[pair.behind]))

    @property
    def entries(self) -> list[Entry]:
        """The designs with their letters."""
        return [line.entry for line in self.lines]

    def line(self, design: str) -> Line:
        """A design by its name."""
        return next(line for line in self.lines if line.design == design)

    def trusted(self, pair: Pair) -> bool:
        """Whether the forecasts of both designs are to be gone by, at some size at least."""
        both = (self.line(pair.ahead), self.line(pair.behind))
        if not pair.overtakes:
            return all(one.forecast.state == FORECAST for one in both)
        return any(all(one.trusted(overtake.n) for one in both) for overtake in pair.overtakes)

    def size(self, n: int) -> str:
        """A size in words: "8,000 (4x)"."""
        words = self.asked.get(n, "")
        return f"{n:,} ({words})" if words.endswith("x") else f"{n:,}"


def prospect(
    curves: Sequence[DataCurve], outlook: Outlook, most: int, asked: Mapping[int, str] | None = None
) -> Prospect:
    """A question of unnamed units: the design that is ahead of most others gets the first letter."""
    wins = {curve.design: sum(pair.ahead == curve.design for pair in outlook.pairs) for curve in curves}
    order = sorted(curves, key=lambda curve: (-wins[curve.design], float(curve.mean[-1]), curve.design))
    forecasts = {one.design: one for one in outlook.designs}
    lines = tuple(line(Entry(rank, one.design, ()), one, forecasts[one.design]) for rank, one in enumerate(order))
    return Prospect(lines, outlook, most, asked or {})


def line(entry: Entry, curve: DataCurve, forecast: DesignForecast) -> Line:
    """A design from its curve."""
    floor = 0.0 if curve.n_test is None else 0.5 / curve.n_test
    repeats = tuple(tuple(max(one, floor) for one in row if one == one) for row in curve.errors)
    return Line(entry, curve.sizes, tuple(float(one) for one in curve.mean), repeats, forecast, floor)
