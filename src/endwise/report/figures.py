"""The figures: data curves and paired differences, as SVG for light and dark, wide and narrow pages.

A figure is a Vega-Lite specification, written as plain dicts: `frame` holds the axes, which all layers
share, and a layer draws rows of x and y. Colours stay CSS variables in the SVG. Each figure is drawn
twice, since an SVG that is scaled down to a phone has letters that nobody can read. Every figure has a
description for those who do not see it, and the page puts the numbers behind it in a table.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from endwise.records import Difference, Verdict
from endwise.report.advice import same_answer
from endwise.report.axes import Axis, error_axis, even_axis, shifts, size_axis, spread_labels
from endwise.report.marks import mark
from endwise.report.quantities import amount, number, span, tick
from endwise.report.ranking import ACCENTS, Entry, against_best, decimals, difference_decimals, gap_unit, ranked

NEAR = 1.25  # the constant predictor's line is drawn up to this factor beyond the highest error


@dataclass(frozen=True)
class Canvas:
    """The drawing area of one variant, in pixels."""

    name: str
    width: int
    height: int
    font: int


WIDE = Canvas("wide", 640, 360, 13)
NARROW = Canvas("narrow", 262, 290, 12)


@dataclass(frozen=True)
class Figure:
    """A figure ready to be put into a page: one SVG a width, and the description of both."""

    wide: str
    narrow: str
    description: str
    caption: str


def curves(verdict: Verdict) -> Figure:
    """Error against rows: every design's means as a line, intervals as bars, every repeat as a dot."""
    return drawn(lambda canvas: _curves(verdict, canvas), _describe_curves(verdict), _caption(verdict))


def differences(verdict: Verdict) -> Figure | None:
    """How much worse than the best each other design is at the largest size; None for a lone design."""
    pairs = against_best(verdict)
    others = [(entry, pairs[entry.design]) for entry in ranked(verdict) if entry.design in pairs]
    if not others:
        return None
    caption = "Bars: 95 % intervals of the paired difference. Right of 0 is worse than the best design."
    text = _describe_differences(verdict, others)
    return drawn(lambda canvas: _differences(verdict, others, canvas), text, caption)


def drawn(draw: Callable[[Canvas], dict[str, Any]], description: str, caption: str) -> Figure:
    """A figure in both its variants."""
    wide, narrow = (_svg(draw(canvas), canvas, description) for canvas in (WIDE, NARROW))
    return Figure(wide, narrow, description, caption)


def _curves(verdict: Verdict, canvas: Canvas) -> dict[str, Any]:
    entries = ranked(verdict)
    constant = _constant_in_range(verdict)
    across = size_axis([point.size for entry in entries for point in entry.points], canvas.width)
    up = error_axis(_heights(entries) + ([constant] if constant else []), canvas.height)
    layers = [] if constant is None else _constant(verdict, constant, across)
    offsets = shifts(entries, across)
    for entry in reversed(entries):  # the best is drawn last, on top
        layers += _curve(entry, across, up, offsets[entry.design])
    labelled = [entry for entry in entries[:ACCENTS] if math.isfinite(entry.last.error)]
    heights = spread_labels([entry.last.error for entry in labelled], up, canvas.font + 2)
    for entry, height in zip(labelled, heights, strict=True):
        layers += label(across.beyond(6), height, entry.letter, mark(entry).colour, fontWeight="bold", align="left")
    x = channel("x", across, f"{verdict.axis} (log scale)" if across.log else verdict.axis)
    scale = " (log scale)" if up.log else ""
    y = channel("y", up, f"{verdict.metric_title}{verdict.unit and f', {verdict.unit}'}{scale}")
    return frame(layers, x, y, canvas)


def _curve(entry: Entry, across: Axis, up: Axis, shift: float) -> list[dict[str, Any]]:
    """One design: its line, its intervals, its repeats and the marks of its means."""
    colour, shape, dash = mark(entry)
    if entry.level:
        ends = [{"x": side, "y": entry.last.error} for side in (across.low, across.high)]
        return [layer(ends, "line", color=colour, strokeDash=list(dash), strokeWidth=2)]
    means = [
        {"x": across.moved(point.size, shift), "y": point.error, "low": max(point.low, up.low), "high": point.high}
        for point in entry.points
        if math.isfinite(point.error)
    ]
    dots = [{"x": across.moved(p.size, shift), "y": one} for p in entry.points for one in p.repeats]
    quiet = entry.rank >= ACCENTS
    return [
        layer(means, "line", color=colour, strokeDash=list(dash), strokeWidth=1 if quiet else 2),
        layer(means, "rule", {"y": "low", "y2": "high"}, color=colour, strokeWidth=4, opacity=0.28),
        layer(dots, "point", color=colour, size=14, strokeWidth=1, opacity=0.75, filled=False),
        layer(means, "point", color=colour, shape=shape, size=20 if quiet else 64, filled=True, opacity=1),
    ]


def _constant(verdict: Verdict, error: float, across: Axis) -> list[dict[str, Any]]:
    """The level line of a predictor that always gives the same answer."""
    ends = [{"x": across.low, "y": error}, {"x": across.high, "y": error}]
    rival = "always the same answer" if verdict.by_word is None else "saying nothing"
    words = f"{rival}: {amount(error, verdict.unit, decimals(verdict))}"
    line = layer(ends, "line", color="var(--soft)", strokeWidth=1, strokeDash=[3, 3])
    return [line, *label(across.low, error, words, "var(--soft)", align="left", dx=4, dy=-8)]


def _differences(verdict: Verdict, others: Sequence[tuple[Entry, Difference]], canvas: Canvas) -> dict[str, Any]:
    across = even_axis([value for _, one in others for value in (0.0, one.low, one.high)], canvas.width)
    rows = Canvas(canvas.name, canvas.width, 48 * len(others) + 8, canvas.font)
    layers = zero_line(len(others))
    for at, (entry, one) in enumerate(others):
        layers += _difference(entry, one, across, 48 * at, canvas)
    best = ranked(verdict)[0].letter
    unit = gap_unit(verdict)
    x = channel("x", across, f"worse than {best} by{unit and f' ({unit})'}")
    y = {"field": "y", "type": "quantitative", "scale": {"domain": [rows.height, 0], "nice": False}, "axis": None}
    return frame(layers, x, y, rows)


def zero_line(count: int) -> list[dict[str, Any]]:
    """The line of no difference through the bars of `count` designs, and not through their names."""
    rows = [{"x": 0, "y": 48 * at + 24, "end": 48 * at + 46} for at in range(count)]
    return [layer(rows, "rule", {"y2": "end"}, color="var(--ink)")]


def _difference(entry: Entry, one: Difference, across: Axis, top: int, canvas: Canvas) -> list[dict[str, Any]]:
    """One design in the plot of differences: its text, and below it the interval and the mark."""
    colour, shape, _ = mark(entry)
    bar = [{"x": one.low, "x2": one.high, "y": top + 34}]
    middle = [{"x": one.difference, "y": top + 34}]
    limit = 0.86 * canvas.width - 20  # the page's font may run wider than the renderer's
    return [
        *label(across.low, top + 15, entry.design, "var(--ink)", align="left", dx=18, limit=limit),
        *label(across.low, top + 15, entry.letter, colour, align="left", fontWeight="bold"),
        layer(bar, "rule", {"x2": "x2"}, color=colour, strokeWidth=5, opacity=0.35),
        layer(middle, "point", color=colour, shape=shape, size=70, filled=True, opacity=1),
    ]


def _heights(entries: Sequence[Entry]) -> list[float]:
    """Every height that the plot must hold: means, intervals and repeats; of intervals down to 0 the upper end."""
    points = [point for entry in entries for point in entry.points]
    values = [value for p in points for value in (p.error, p.high, *p.repeats)] + _lows(entries)
    return [value for value in values if math.isfinite(value)]


def _lows(entries: Sequence[Entry]) -> list[float]:
    """The lower ends of intervals, less those of 0: one row without an error would take the log scale from all."""
    return [point.low for entry in entries for point in entry.points if point.low > 0]


def _constant_in_range(verdict: Verdict) -> float | None:
    heights = _heights(ranked(verdict))
    error = verdict.constant_error
    if not math.isfinite(error) or not heights:
        return None
    return error if min(heights) / NEAR <= error <= max(heights) * NEAR else None


def layer(
    rows: list[dict[str, Any]], kind: str, fields: dict[str, str] | None = None, /, **style: Any
) -> dict[str, Any]:
    """Marks of one kind for rows of x and y; `fields` are channels that read another column."""
    encoding = {channel: {"field": field} for channel, field in (fields or {}).items()}
    return {"data": {"values": rows}, "mark": {"type": kind, **style}, "encoding": encoding}


def label(across: float, up: float, words: str, colour: str, **style: Any) -> list[dict[str, Any]]:
    """Words over a seam in the colour of the page, so that no line runs through them."""
    place = [{"x": across, "y": up}]
    seam = {"color": "var(--page)", "stroke": "var(--page)", "strokeWidth": 5}
    return [layer(place, "text", text=words, baseline="middle", **look, **style) for look in (seam, {"color": colour})]


def channel(field: str, axis: Axis, title: str) -> dict[str, Any]:
    """The encoding of a column along an axis."""
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"type": "log" if axis.log else "linear", "domain": [axis.low, axis.high], "nice": False},
        "axis": {"values": list(axis.ticks), "title": title, **_labels(axis)},
    }


def _labels(axis: Axis) -> dict[str, Any]:
    """Tick labels written by us: three digits at most, and none dropped for lack of room."""
    names = {float(one): tick(one) for one in axis.ticks}
    choice = " : ".join(f"abs(datum.value - {at!r}) < {axis.grain!r} ? '{name}'" for at, name in names.items())
    return {"labelExpr": f"{choice} : ''", "labelOverlap": False}


def frame(layers: list[dict[str, Any]], x: dict[str, Any], y: dict[str, Any], canvas: Canvas) -> dict[str, Any]:
    """The whole figure: layers over one pair of axes."""
    small = canvas.font - 1
    axis = {
        "labelColor": "var(--soft)", "labelFontSize": small, "titleColor": "var(--soft)", "titleFontSize": small,
        "titleFontWeight": "normal", "titlePadding": 10, "gridColor": "var(--line)", "domain": False, "ticks": False,
        "labelPadding": 8,
    }  # fmt: skip
    return {
        "width": canvas.width,
        "height": canvas.height,
        "encoding": {"x": x, "y": _titled_above(y, canvas)},
        "layer": layers,
        "config": {
            "background": "transparent",
            "aria": False,
            "font": "system-ui, sans-serif",
            "padding": 4,
            "view": {"stroke": None},
            "text": {"fontSize": canvas.font},
            "axis": axis,
        },
    }


def _titled_above(y: dict[str, Any], canvas: Canvas) -> dict[str, Any]:
    """The title of a vertical axis lies above it, where it is read without turning the head and has room."""
    if not y["axis"]:
        return y
    small = canvas.font - 1
    lines = textwrap.wrap(y["axis"]["title"], round(canvas.width / (0.55 * small)))
    lies = {"titleAngle": 0, "titleAlign": "left", "titleBaseline": "top", "titleX": 0, "titleLineHeight": 1.2 * small}
    return {**y, "axis": {**y["axis"], **lies, "title": lines, "titleY": -8 - 1.2 * small * len(lines)}}


def _svg(chart: dict[str, Any], canvas: Canvas, description: str) -> str:
    """The SVG of a chart: sized by the page, named for screen readers, without the renderer's own roles."""
    import vl_convert  # only a page with figures pays for it

    drawn = vl_convert.vegalite_to_svg(chart)
    head, body = drawn.split(">", 1)
    box = re.search(r'viewBox="[\d. -]+"', head)
    name = escape(description, quote=True)
    silent = re.sub(r' (?:role="graphics-\w+"|aria-[a-z]+="[^"]*")', "", body)
    return f'<svg class="{canvas.name}" role="img" aria-label="{name}" {box.group() if box else ""}>{silent}'


def _caption(verdict: Verdict) -> str:
    """How to read the curves, and the constant predictor where its line would lie far outside."""
    reading = "Lines: means over repeats. Bars: 95 % intervals over the test units. Rings: each repeat."
    aside = "Designs stand a little aside so that none covers another."
    if any(point.low <= 0 for point in verdict.designs):
        aside += " A bar that reaches the foot ends at 0."
    if _constant_in_range(verdict) is not None or not math.isfinite(verdict.constant_error):
        return f"{reading} {aside}"
    constant = amount(verdict.constant_error, verdict.unit, decimals(verdict))
    return f"{reading} {aside} {same_answer(verdict)} would err by {constant}, outside this figure."


def _describe_curves(verdict: Verdict) -> str:
    places = decimals(verdict)
    lines = [
        f"{entry.letter}, {entry.design}: "
        + ", ".join(f"{number(p.error, places)} at {p.size:,}" for p in entry.points)
        for entry in ranked(verdict)[:ACCENTS]
    ]
    unit = verdict.unit and f" in {verdict.unit}"
    return f"{verdict.metric_title}{unit} against {verdict.axis}. {'; '.join(lines)}."


def _describe_differences(verdict: Verdict, others: Sequence[tuple[Entry, Difference]]) -> str:
    lines = []
    for entry, one in others[:ACCENTS]:
        places = difference_decimals(verdict, one)
        lines.append(
            f"{entry.letter}, {entry.design}: {amount(one.difference, gap_unit(verdict), places)}, "
            f"95 % interval {span(one.low, one.high, places)}"
        )
    return f"How much worse than {verdict.best} each design is. {'; '.join(lines)}."
