"""The tables of a comparison, for the page and the terminal."""

from __future__ import annotations

from endwise.records import Comparison
from endwise.report.comparison.ranking import decimals, entries, gap_decimals, gap_unit, told_apart
from endwise.report.quantities import MISSING, amount, number, percent, small, span
from endwise.report.tables import Row, Table, sliced


def scores(found: Comparison) -> Table:
    """Every system's error, and how likely it is to be the best."""
    places, unit = decimals(found), gap_unit(found)
    accuracy = found.metric == "error_rate"
    rows = tuple(
        Row(
            score.name,
            (
                number(score.error, places),
                span(score.low, score.high, places),
                *((number(100 - score.error, places),) if accuracy else ()),
                percent(score.probability_best),
                small(score.regret, unit, places),
            ),
            entry,
        )
        for entry, score in zip(entries(found), found.systems, strict=True)
    )
    head = ("system", "error", "95 % interval", *(("accuracy",) if accuracy else ()), "P(best)", "expected loss")
    return Table(f"{found.metric_title}{found.unit and f', {found.unit}'}", head, rows)


def differences(found: Comparison) -> Table:
    """Every other system against the best, on the same rows."""
    rows = []
    for entry, gap in zip(entries(found)[1:], found.differences, strict=True):
        places = gap_decimals(found, gap)
        cells = (
            amount(gap.difference, gap_unit(found), places),
            span(gap.low, gap.high, places),
            percent(gap.probability_better),
            "yes" if told_apart(gap) else "no",
        )
        rows.append(Row(gap.system, cells, entry))
    head = ("system", "worse by", "95 % interval", "P(better)", "told apart")
    return Table(f"Against {found.systems[0].name}", head, tuple(rows), frozenset({"told apart"}))


def slices(found: Comparison, most: int | None = None) -> Table:
    """Every slice: the errors of the `most` best systems by letter, and who is ahead where the order turns."""
    letters = {entry.design: entry.letter for entry in entries(found)[:most]}
    unit = f", {found.unit}" if found.unit else ""
    return sliced(f"{found.metric_title}{unit}, by slice", found.slices, letters, decimals(found))


def blame(found: Comparison) -> Table:
    """Every seam: the error as it is, with the truth, and what goes away."""
    rows = []
    for one in found.blame:
        places = gap_decimals(found, one)
        share = MISSING if one.share != one.share else f"{one.share:.0%}".replace("%", " %")
        cells = (
            one.system,
            number(one.error, places),
            number(one.given, places),
            number(one.gone, places),
            span(one.low, one.high, places),
            share,
        )
        rows.append(Row(one.signal, cells))
    head = ("truth at", "system", "error", "with truth", "goes away", "95 % interval", "share")
    unit = f", {found.unit}" if found.unit else ""
    return Table(
        f"{found.metric_title}{unit}, with the truth at one seam at a time", head, tuple(rows), frozenset({"system"})
    )
