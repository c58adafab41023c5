"""Values with their intervals, one under another, each with its name above it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from endwise.report.axes import Axis, even_axis
from endwise.report.figures import Canvas, channel, frame, label, layer, zero_line
from endwise.report.marks import mark
from endwise.report.ranking import Entry

ROW = 48  # pixels: a line of text and, under it, the interval


class Bar(NamedTuple):
    """A value with its interval, in the colour and shape of a design."""

    entry: Entry
    name: str
    value: float
    low: float
    high: float


def interval_bars(bars: Sequence[Bar], title: str, canvas: Canvas, *, zero: bool = False) -> dict[str, Any]:
    """A row a bar: its name and, under it, the interval and the mark."""
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
        *label(across.low, top + 15, bar.name, "var(--ink)", align="left", dx=aside, limit=limit),
        *label(across.low, top + 15, bar.entry.letter, colour, align="left", fontWeight="bold"),
        layer(interval, "rule", {"x2": "x2"}, color=colour, strokeWidth=5, opacity=0.35),
        layer([{"x": bar.value, "y": top + 34}], "point", color=colour, shape=shape, size=70, filled=True, opacity=1),
    ]
