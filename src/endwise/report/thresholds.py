"""The figure of designs that identify people: known people missed against strangers let through."""

from __future__ import annotations

from typing import Any

from endwise.records import TradeOff, Verdict
from endwise.report.axes import Axis, even_axis, spread_labels
from endwise.report.figures import Canvas, Figure, channel, drawn, frame, label, layer
from endwise.report.marks import mark
from endwise.report.ranking import Entry, ranked
from endwise.report.tables import THROUGH, missed_at

LEAST = 1e-3  # shares under this stand at the edge: few tests hold enough strangers to tell them apart


def trade_offs(verdict: Verdict) -> Figure | None:
    """The detection error trade-off of every design; None where none identifies people."""
    found = {one.design: one for one in verdict.trade_offs}
    entries = [entry for entry in ranked(verdict) if entry.design in found]
    if not entries:
        return None
    text = "; ".join(
        f"{entry.letter}, {entry.design}: {100 * missed_at(found[entry.design], THROUGH[1]):.3g} % missed where "
        f"{100 * THROUGH[1]:g} % of strangers are let through"
        for entry in entries
    )
    caption = "Each line: one training of a design at the largest size, at every threshold, on all test strangers."
    return drawn(
        lambda canvas: _lines(entries, found, canvas), f"Known people missed, strangers let through. {text}.", caption
    )


def _lines(entries: list[Entry], found: dict[str, TradeOff], canvas: Canvas) -> dict[str, Any]:
    across = Axis(100 * LEAST, 100.0, True, canvas.width, (0.1, 1.0, 10.0, 100.0))
    up = even_axis([0.0, 100.0], canvas.height)
    layers = []
    for entry in reversed(entries):
        colour, _, dash = mark(entry)
        one = found[entry.design]
        rows = [
            {"x": 100 * max(through, LEAST), "y": 100 * missed, "at": at}
            for at, (through, missed) in enumerate(zip(one.let_through, one.missed, strict=True))
        ]
        layers.append(layer(rows, "line", {"order": "at"}, color=colour, strokeDash=list(dash), strokeWidth=2))
    ends = spread_labels([100 * found[entry.design].missed[-1] for entry in entries], up, canvas.font + 2)
    for entry, height in zip(entries, ends, strict=True):
        layers += label(across.beyond(6), height, entry.letter, mark(entry).colour, fontWeight="bold", align="left")
    x = channel("x", across, "strangers let through, % (log scale)")
    return frame(layers, x, channel("y", up, "known people missed, %"), canvas)
