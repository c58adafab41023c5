"""Figures of what lies ahead: data curves continued with their bands, and who overtakes by how many rows.

Both stand in the page of `endwise forecast` and in the report of a study, with the letters, colours and
marks of its other figures. What should not be trusted is grey and says why.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any

from endwise.evidence.forecast.states import FORECAST
from endwise.records import Band, Pair
from endwise.report.axes import Axis, error_axis, size_axis, spread_labels
from endwise.report.figures import Canvas, Figure, channel, drawn, frame, label, layer
from endwise.report.marks import mark
from endwise.report.outlook.prospects import Line, Prospect
from endwise.report.outlook.words import READING, READING_BARS, READING_OVERTAKES, SHORT
from endwise.report.quantities import number, percent, span
from endwise.report.ranking import ACCENTS

SHADED = 3  # designs whose bands are drawn as areas; more of them could not be told apart, and get bars
ASIDE = 5.0  # pixels between the bars of two designs
GREY = "var(--rest)"


def bands(view: Prospect) -> Figure:
    """The data curves, continued: means and repeats as measured, then the median and its 80 and 90 % bands."""
    reading = READING if len(view.lines) <= SHADED else READING_BARS
    if all(one.trusted(band.n) for one in view.lines for band in one.forecast.forecasts):
        reading = reading[:-1]  # nothing is grey
    return drawn(lambda canvas: _bands(view, canvas), _describe_bands(view), " ".join(reading))


def overtaking(view: Prospect) -> Figure | None:
    """The probability, by size, that each other design is ahead of the first; None where there is nothing to draw."""
    pairs = [pair for pair in view.pairs if pair.overtakes]
    if not pairs:
        return None
    grey: tuple[str, ...] = () if all(view.trusted(pair) for pair in pairs) else READING[-1:]
    caption = " ".join(READING_OVERTAKES + grey).format(first=view.lines[0].letter)
    return drawn(lambda canvas: _overtaking(view, pairs, canvas), _describe_overtaking(view, pairs), caption)


def _bands(view: Prospect, page: Canvas) -> dict[str, Any]:
    letters = max(len(_reason(one)) for one in view.lines)  # of the reasons, at the right
    canvas = Canvas(page.name, page.width - 8 * letters, page.height, page.font)
    across = size_axis([size for one in view.lines for size in one.sizes] + list(view.sizes), canvas.width)
    up = error_axis(_heights(view), canvas.height)
    layers = _seam(view, across, up)
    shaded = len(view.lines) <= SHADED
    for at, one in reversed(list(enumerate(view.lines))):  # the first is drawn last, on top
        aside = (at - (len(view.lines) - 1) / 2) * min(ASIDE, 40 / len(view.lines))
        layers += _areas(one, up) if shaded else _bars(one, across, up, aside)
    for one in reversed(view.lines):
        layers += _measured(one) + _medians(one, up)
    layers += _letters(view, across, up, canvas)
    x = channel("x", across, f"{view.axis} (log scale)")
    scale = " (log scale)" if up.log else ""
    y = channel("y", up, f"{view.metric}{view.unit and f', {view.unit}'}{scale}")
    chart = frame(layers, x, y, canvas)
    chart["config"]["padding"] = {"left": 4, "top": 4, "bottom": 4, "right": 4 + letters}  # a page's font may run wide
    return chart


def _heights(view: Prospect) -> list[float]:
    """What the plot must hold: all that was measured, the bands to be trusted, and the other medians."""
    values = [value for one in view.lines for row in (one.means, *one.repeats) for value in row]
    ends = ("low90", "high90") if len(view.lines) <= SHADED else ("low80", "high80")
    for band in (band for one in view.lines for band in one.forecast.forecasts):
        values += [band.median, *(getattr(band, end) for end in ends if band.state == FORECAST)]
    return [value for value in values if math.isfinite(value) and value > 0]


def _seam(view: Prospect, across: Axis, up: Axis) -> list[dict[str, Any]]:
    """The line between what was measured and what is forecast, where it is the same for all designs."""
    ends = {one.sizes[-1] for one in view.lines}
    if len(ends) > 1 or not view.sizes:
        return []
    (end,) = ends
    line = layer(
        [{"x": end, "y": up.low, "end": up.high}], "rule", {"y2": "end"}, color="var(--soft)", strokeDash=[2, 3]
    )
    return [line, *label(end, up.high, "forecast", "var(--soft)", align="left", dx=6, dy=10)]


def _path(one: Line) -> list[tuple[float, Band | None]]:
    """The stations of a forecast: the largest measured size, then every size with a band."""
    known = [band for band in one.forecast.forecasts if math.isfinite(band.median)]
    return [(one.sizes[-1], None), *((band.n, band) for band in known)]


def _areas(one: Line, up: Axis) -> list[dict[str, Any]]:
    """The bands as areas that open at the last mean; the part that should not be trusted in grey."""
    layers = []
    for state, rows in _stretches(one, up):
        colour = mark(one.entry).colour if state == FORECAST else GREY
        for low, high, opacity in (("low90", "high90", 0.13), ("low80", "high80", 0.2)):
            layers.append(layer(rows, "area", {"y": low, "y2": high}, color=colour, opacity=opacity, line=False))
    return layers


def _stretches(one: Line, up: Axis) -> list[tuple[str, list[dict[str, float]]]]:
    """The forecast cut where its state changes: each stretch with its state and its rows."""
    rows = [_row(n, band, one.means[-1], up) for n, band in _path(one)]
    states = [band.state for _, band in _path(one) if band is not None]
    found = []
    for state, group in groupby(zip(states, pairwise(rows), strict=True), key=lambda step: step[0]):
        steps = [step for _, step in group]
        found.append((state, [steps[0][0], *(after for _, after in steps)]))
    return found


def _row(n: float, band: Band | None, mean: float, up: Axis) -> dict[str, float]:
    """A station as a row; what lies outside the axis ends at its border."""
    if band is None:
        values = dict.fromkeys(("y", "low80", "high80", "low90", "high90"), mean)
    else:
        values = {
            "y": band.median,
            "low80": band.low80,
            "high80": band.high80,
            "low90": band.low90,
            "high90": band.high90,
        }
    return {"x": n, **{name: min(max(value, up.low), up.high) for name, value in values.items()}}


def _bars(one: Line, across: Axis, up: Axis, aside: float) -> list[dict[str, Any]]:
    """The 80 % bands as bars at the sizes asked for, side by side."""
    layers = []
    for band in (band for _, band in _path(one) if band is not None):
        row = [{**_row(band.n, band, band.median, up), "x": across.moved(band.n, aside)}]
        colour = mark(one.entry).colour if band.state == FORECAST else GREY
        layers.append(layer(row, "rule", {"y": "low80", "y2": "high80"}, color=colour, strokeWidth=4, opacity=0.4))
    return layers


def _measured(one: Line) -> list[dict[str, Any]]:
    colour, shape, dash = mark(one.entry)
    means = [{"x": size, "y": mean} for size, mean in zip(one.sizes, one.means, strict=True)]
    dots = [{"x": size, "y": y} for size, row in zip(one.sizes, one.repeats, strict=True) for y in row if len(row) > 1]
    return [
        layer(means, "line", color=colour, strokeDash=list(dash), strokeWidth=2),
        layer(dots, "point", color=colour, size=14, strokeWidth=1, opacity=0.75, filled=False),
        layer(means, "point", color=colour, shape=shape, size=64, filled=True, opacity=1),
    ]


def _medians(one: Line, up: Axis) -> list[dict[str, Any]]:
    colour, _, dash = mark(one.entry)
    layers = []
    for state, rows in _stretches(one, up):
        shown = colour if state == FORECAST else GREY
        layers.append(layer(rows, "line", color=shown, strokeDash=list(dash) or [1, 0], strokeWidth=1.4))
        layers.append(layer(rows[1:], "point", color=shown, size=12, filled=True, opacity=1))
    return layers


def _letters(view: Prospect, across: Axis, up: Axis, canvas: Canvas) -> list[dict[str, Any]]:
    """The letters at the end of the lines, with the reason beside those that are grey."""
    labelled = view.lines[:ACCENTS]
    ends = [_row(*_path(one)[-1], one.means[-1], up)["y"] for one in labelled]
    layers = []
    for one, height in zip(labelled, spread_labels(ends, up, canvas.font + 2), strict=True):
        layers += label(across.beyond(6), height, one.letter, mark(one.entry).colour, fontWeight="bold", align="left")
        layers += label(across.beyond(20), height, _reason(one), "var(--soft)", align="left") if _reason(one) else []
    return layers


def _reason(one: Line) -> str:
    """Why the end of a line is grey."""
    band = _path(one)[-1][1]
    return "" if band is None else SHORT[band.state]


def _overtaking(view: Prospect, pairs: Sequence[Pair], canvas: Canvas) -> dict[str, Any]:
    small = Canvas(canvas.name, canvas.width, 190, canvas.font)
    across = size_axis([one.n for pair in pairs for one in pair.overtakes], small.width)
    up = Axis(0.0, 100.0, False, small.height, (0.0, 25.0, 50.0, 75.0, 100.0))
    layers = [part for pair in reversed(pairs) for part in _chances(view, pair)]
    ends = [100 * _shown(view, pair)[-1][1] for pair in pairs]
    for pair, height in zip(pairs, spread_labels(ends, up, small.font + 2), strict=True):
        entry = _other(view, pair).entry
        layers += label(across.beyond(6), height, entry.letter, mark(entry).colour, fontWeight="bold", align="left")
    x = channel("x", across, f"{view.axis} (log scale)")
    y = channel("y", up, f"probability to be ahead of {view.lines[0].letter}, %")
    return frame(layers, x, y, small)


def _chances(view: Prospect, pair: Pair) -> list[dict[str, Any]]:
    colour, shape, dash = mark(_other(view, pair).entry)
    shown = colour if view.trusted(pair) else GREY
    rows: list[dict[str, Any]] = [{"x": n, "y": 100 * chance} for n, chance in _shown(view, pair)]
    return [
        layer(rows, "line", color=shown, strokeDash=list(dash) or [1, 0], strokeWidth=2),
        layer(rows, "point", color=shown, shape=shape, size=48, filled=True, opacity=1),
    ]


def _other(view: Prospect, pair: Pair) -> Line:
    """The design of the pair that is not the first."""
    return view.line(pair.behind if pair.ahead == view.lines[0].design else pair.ahead)


def _shown(view: Prospect, pair: Pair) -> list[tuple[int, float]]:
    """The probabilities that the other design is ahead of the first, by size."""
    other = _other(view, pair).design
    return [(one.n, one.probability if pair.behind == other else 1 - one.probability) for one in pair.overtakes]


def _describe_bands(view: Prospect) -> str:
    said = []
    for one in view.lines[:ACCENTS]:
        ahead = [
            f"{number(band.median)} at {band.n:,}, 80 % band {span(band.low80, band.high80)}"
            + (f" (not to be trusted: {SHORT[band.state]})" if SHORT[band.state] else "")
            for band in one.forecast.forecasts
        ]
        said.append(
            f"{one.letter}, {one.design}: measured {number(one.means[-1])} at {one.sizes[-1]:,}; {'; '.join(ahead)}"
        )
    unit = view.unit and f" in {view.unit}"
    return f"{view.metric}{unit} against {view.axis}, as measured and as expected beyond. {'. '.join(said)}."


def _describe_overtaking(view: Prospect, pairs: Sequence[Pair]) -> str:
    said = [
        f"{_other(view, pair).letter}: " + ", ".join(f"{percent(chance)} at {n:,}" for n, chance in _shown(view, pair))
        for pair in pairs[:ACCENTS]
    ]
    return f"Probability by size that each design is ahead of {view.lines[0].design}. {'; '.join(said)}."
