"""The figures of a comparison: every system's error, and how much worse than the best it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from endwise.records import Comparison
from endwise.report.axes import Axis, even_axis
from endwise.report.comparison.ranking import decimals, entries, gap_decimals, gap_unit
from endwise.report.figures import Canvas, Figure, channel, drawn, frame, label, layer, zero_line
from endwise.report.marks import mark
from endwise.report.quantities import amount, span
from endwise.report.ranking import ACCENTS, Entry

ROW = 48  # pixels: a line of text and, under it, the interval


class Bar(NamedTuple):
    """One system in a figure: a value with its interval."""

    entry: Entry
    value: float
    low: float
    high: float


def errors(found: Comparison) -> Figure:
    """Each system's error with its interval."""
    bars = [Bar(entry, one.error, one.low, one.high) for entry, one in zip(entries(found), found.systems, strict=True)]
    places = decimals(found)
    unit = found.unit and f", {found.unit}"
    said = [f"{_name(bar)}: {amount(bar.value, found.unit, places)}, 95 % interval {span(bar.low, bar.high, places)}"
            for bar in bars[:ACCENTS]]  # fmt: skip
    text = f"{found.metric_title} of each system. {'; '.join(said)}."
    caption = f"Marks: errors on all rows. Bars: 95 % intervals over {'groups' if found.group else 'rows'}."
    return drawn(lambda canvas: _bars(bars, f"{found.metric_title}{unit}", canvas), text, caption)


def differences(found: Comparison) -> Figure | None:
    """How much worse than the best each other system is; None for a lone one."""
    if not found.differences:
        return None
    ranked = entries(found)
    bars = [Bar(entry, one.difference, one.low, one.high)
            for entry, one in zip(ranked[1:], found.differences, strict=True)]  # fmt: skip
    said = []
    for bar, gap in list(zip(bars, found.differences, strict=True))[:ACCENTS]:
        places = gap_decimals(found, gap)
        interval = span(gap.low, gap.high, places)
        said.append(f"{_name(bar)}: {amount(gap.difference, gap_unit(found), places)}, 95 % interval {interval}")
    text = f"How much worse than {ranked[0].design} each other system is. {'; '.join(said)}."
    caption = "Bars: 95 % intervals of the paired difference. Right of 0 is worse than the best system."
    unit = gap_unit(found)
    title = f"worse than {ranked[0].letter} by{unit and f' ({unit})'}"
    return drawn(lambda canvas: _bars(bars, title, canvas, zero=True), text, caption)


def _name(bar: Bar) -> str:
    return f"{bar.entry.letter}, {bar.entry.design}"


def _bars(bars: Sequence[Bar], title: str, canvas: Canvas, *, zero: bool = False) -> dict[str, Any]:
    """A row a system: its name and, under it, the interval and the mark."""
    ends = [value for bar in bars for value in (bar.low, bar.high, bar.value)]
    across = even_axis([0.0, *ends] if zero else ends, canvas.width)
    rows = Canvas(canvas.name, canvas.width, ROW * len(bars) + 8, canvas.font)
    layers = zero_line(len(bars)) if zero else []
    for at, bar in enumerate(bars):
        layers += _bar(bar, across, ROW * at, canvas)
    y = {"field": "y", "type": "quantitative", "scale": {"domain": [rows.height, 0], "nice": False}, "axis": None}
    return frame(layers, channel("x", across, title), y, rows)


def _bar(bar: Bar, across: Axis, top: int, canvas: Canvas) -> list[dict[str, Any]]:
    colour, shape, _ = mark(bar.entry)
    interval = [{"x": bar.low, "x2": bar.high, "y": top + 34}]
    limit = 0.86 * canvas.width - 20  # the page's font may run wider than the renderer's
    aside = 18 + 8 * (len(bar.entry.letter) - 1)
    return [
        *label(across.low, top + 15, bar.entry.design, "var(--ink)", align="left", dx=aside, limit=limit),
        *label(across.low, top + 15, bar.entry.letter, colour, align="left", fontWeight="bold"),
        layer(interval, "rule", {"x2": "x2"}, color=colour, strokeWidth=5, opacity=0.35),
        layer([{"x": bar.value, "y": top + 34}], "point", color=colour, shape=shape, size=70, filled=True, opacity=1),
    ]
