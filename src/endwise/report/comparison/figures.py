"""The figures of a comparison: every system's error, and how much worse than the best it is."""

from __future__ import annotations

from endwise.records import Comparison
from endwise.report.bars import Bar, interval_bars
from endwise.report.comparison.ranking import decimals, entries, gap_decimals, gap_unit
from endwise.report.figures import Figure, drawn
from endwise.report.quantities import amount, span
from endwise.report.ranking import ACCENTS


def errors(found: Comparison) -> Figure:
    """Each system's error with its interval."""
    bars = [
        Bar(entry, entry.design, one.error, one.low, one.high)
        for entry, one in zip(entries(found), found.systems, strict=True)
    ]
    places = decimals(found)
    unit = found.unit and f", {found.unit}"
    said = [f"{_name(bar)}: {amount(bar.value, found.unit, places)}, 95 % interval {span(bar.low, bar.high, places)}"
            for bar in bars[:ACCENTS]]  # fmt: skip
    text = f"{found.metric_title} of each system. {'; '.join(said)}."
    caption = f"Marks: errors on all rows. Bars: 95 % intervals over {'groups' if found.group else 'rows'}."
    return drawn(lambda canvas: interval_bars(bars, f"{found.metric_title}{unit}", canvas), text, caption)


def differences(found: Comparison) -> Figure | None:
    """How much worse than the best each other system is; None for a lone one."""
    if not found.differences:
        return None
    ranked = entries(found)
    bars = [
        Bar(entry, entry.design, one.difference, one.low, one.high)
        for entry, one in zip(ranked[1:], found.differences, strict=True)
    ]
    said = []
    for bar, gap in list(zip(bars, found.differences, strict=True))[:ACCENTS]:
        places = gap_decimals(found, gap)
        interval = span(gap.low, gap.high, places)
        said.append(f"{_name(bar)}: {amount(gap.difference, gap_unit(found), places)}, 95 % interval {interval}")
    text = f"How much worse than {ranked[0].design} each other system is. {'; '.join(said)}."
    caption = "Bars: 95 % intervals of the paired difference. Right of 0 is worse than the best system."
    unit = gap_unit(found)
    title = f"worse than {ranked[0].letter} by{unit and f' ({unit})'}"
    return drawn(lambda canvas: interval_bars(bars, title, canvas, zero=True), text, caption)


def _name(bar: Bar) -> str:
    return f"{bar.entry.letter}, {bar.entry.design}"
