"""The tables of the page: plain text in rows, each row headed by a design or a name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from endwise.evidence.comparison.slices import FEWEST
from endwise.records import DesignPoint, Slice, TradeOff, Verdict
from endwise.report.quantities import MISSING, amount, number, percent, places, seconds, span
from endwise.report.ranking import Entry, against_best, decimals, difference_decimals, gap_unit, ranked, sizes


@dataclass(frozen=True)
class Row:
    """One row: its head, the entry where the head is a design, and the cells."""

    head: str
    cells: tuple[str, ...]
    entry: Entry | None = None


@dataclass(frozen=True)
class Table:
    """A table with a caption; cells of columns named in `words` stand left, all others right."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    words: frozenset[str] = frozenset()


def designs(verdict: Verdict) -> Table:
    """Every design at its largest size: what it gets wrong, what it needs, what it costs."""
    unit = f" ({verdict.unit})" if verdict.unit else ""
    head = ("design", "kind", f"error{unit}", "95 % interval", "rows", "labels")
    cost = ("ms a row", "parameters", "parts")
    rows = tuple(Row(one.design, _design(verdict, one.last), one) for one in ranked(verdict))
    return Table("Every design at the largest size", (*head, *cost), rows, frozenset({"kind", "labels"}))


def _design(verdict: Verdict, point: DesignPoint) -> tuple[str, ...]:
    decimal = decimals(verdict)
    kind = point.label if point.training == "apart" else f"{point.label}, {point.training}"
    labels = ", ".join(f"{count:,} {name}" for name, count in point.labels.items())
    return (
        kind,
        number(point.error, decimal),
        span(point.low, point.high, decimal),
        f"{point.rows:,}",
        labels or "none",
        "-" if point.latency_ms is None else number(point.latency_ms, places([point.latency_ms], 2)),
        f"{point.parameters:,}",
        str(point.parts),
    )


def curves(verdict: Verdict) -> Table:
    """The numbers behind the data curves."""
    decimal = decimals(verdict)
    rows = tuple(
        Row(
            one.design,
            (
                f"{p.size:,}",
                number(p.error, decimal),
                span(p.low, p.high, decimal),
                ", ".join(number(repeat, decimal) for repeat in p.repeats),
                f"{p.independent_units:,}",
            ),
            one,
        )
        for one in ranked(verdict)
        for p in one.points
    )
    head = ("design", "rows", "error", "95 % interval", "each repeat", "independent units")
    return Table(f"{verdict.metric_title}{verdict.unit and f', {verdict.unit}'}", head, rows)


def differences(verdict: Verdict) -> Table:
    """The numbers behind the plot of differences."""
    pairs = against_best(verdict)
    rows = []
    for one in (entry for entry in ranked(verdict) if entry.design in pairs):
        pair = pairs[one.design]
        decimal = difference_decimals(verdict, pair)
        gap = amount(pair.difference, gap_unit(verdict), decimal)
        cells = (gap, span(pair.low, pair.high, decimal), percent(pair.probability_better))
        rows.append(Row(one.design, cells, one))
    head = ("design", "worse by", "95 % interval", "probability that it is better")
    return Table(f"Against {verdict.best}", head, tuple(rows))


def slices(verdict: Verdict) -> Table:
    """Every slice: each design's error by letter, and who is ahead where the order turns."""
    letters = {entry.design: entry.letter for entry in ranked(verdict)}
    shown = [name for name in letters if any(score.system == name for one in verdict.slices for score in one.scores)]
    unit = f", {verdict.unit}" if verdict.unit else ""
    return sliced(
        f"{verdict.metric_title}{unit}, by slice",
        verdict.slices,
        {name: letters[name] for name in shown},
        decimals(verdict),
    )


def slices_beside(verdict: Verdict) -> Table | None:
    """Every slice: the first design's figures by the metrics that do not decide; None where there are none."""
    first = ranked(verdict)[0]
    found = {
        (one.column, one.value): score for one in verdict.slices for score in one.scores if score.system == first.design
    }
    if not any(score.beside for score in found.values()):
        return None
    decimal = decimals(verdict)
    rows = []
    for one in verdict.slices:
        score = found.get((one.column, one.value))
        figures = () if score is None else (score.error, *(score.beside.get(name, math.nan) for name in verdict.beside))
        cells = (number(figure, max(decimal, 1)) for figure in figures)
        rows.append(Row(f"{one.column}: {one.value}", (f"{one.rows:,}", f"{one.groups:,}", *cells)))
    return Table(f"{first.letter}, by slice", ("slice", "rows", "groups", *_metrics(verdict)), tuple(rows))


def beside(verdict: Verdict) -> Table | None:
    """Every design by every metric, the deciding one first; None where there is no other."""
    if not verdict.beside:
        return None
    names = (verdict.metric, *verdict.beside)
    rows = tuple(
        Row(one.design, tuple(number(one.last.metrics.get(name, math.nan)) for name in names), one)
        for one in ranked(verdict)
    )
    return Table("Every design by every metric, at the largest size", ("design", *_metrics(verdict)), rows)


def _metrics(verdict: Verdict) -> tuple[str, ...]:
    return (f"{verdict.metric_title}{verdict.unit and f', {verdict.unit}'}", *verdict.beside.values())


def sliced(caption: str, slices: Sequence[Slice], letters: Mapping[str, str], decimal: int) -> Table:
    """Slices with the errors of those who have a letter, and who is ahead where the order turns."""
    rows = tuple(Row(f"{one.column}: {one.value}", _slice(one, letters, decimal)) for one in slices)
    head = ("slice", "rows", "groups", *letters.values(), "order turns")
    return Table(caption, head, rows, frozenset({"order turns"}))


def _slice(one: Slice, letters: Mapping[str, str], decimal: int) -> tuple[str, ...]:
    counts = (f"{one.rows:,}", f"{one.groups:,}")
    if not one.scores:
        why = "too few groups" if one.groups < FEWEST else "nothing to judge"
        return (*counts, *(MISSING for _ in letters), why)
    errors = {score.system: number(score.error, decimal) for score in one.scores}
    turns = f"{', '.join(letters.get(name, name) for name in one.ahead)} ahead" if one.ahead else "no"
    return (*counts, *(errors.get(name, MISSING) for name in letters), turns)


def finds_boxes(verdict: Verdict) -> bool:
    """Whether one of the stages finds boxes, which it may also not find."""
    return any(one.missed is not None for one in verdict.stages)


def stages(verdict: Verdict) -> Table:
    """What each stage makes, against its truth."""
    boxes = finds_boxes(verdict)
    rows = tuple(
        Row(
            one.part,
            (
                f"{one.rows:,}",
                amount(one.distance, one.unit),
                amount(one.worst_tenth, one.unit),
                *(() if not boxes else ("-" if one.missed is None else percent(one.missed),)),
            ),
        )
        for one in verdict.stages
    )
    head = ("stage", "test rows", "off by, mean", "a tenth is off by more than", *(("not found",) if boxes else ()))
    return Table("Stages against their truth", head, rows)


def ceilings(verdict: Verdict) -> Table:
    """The error that is left with true values put in, and the designs for which it is the least possible."""
    letters = {entry.design: entry.letter for entry in ranked(verdict)}
    decimal = decimals(verdict)
    rows = tuple(
        Row(
            one.path,
            (
                number(one.error, decimal),
                span(one.low, one.high, decimal),
                ", ".join(sorted(letters[name] for name in one.designs if name in letters)),
            ),
        )
        for one in verdict.ceilings
    )
    unit = f" ({verdict.unit})" if verdict.unit else ""
    head = ("from the truth on", f"error{unit}", "95 % interval", "designs")
    return Table("With true values put in", head, rows, frozenset({"designs"}))


THROUGH = (0.001, 0.01, 0.05, 0.1)  # shares of strangers let through that a table names


def trade_offs(verdict: Verdict) -> Table:
    """Known people missed by each design at a few shares of strangers let through."""
    entries = {entry.design: entry for entry in ranked(verdict)}
    found = {one.design: one for one in verdict.trade_offs}
    rows = tuple(
        Row(name, tuple(percent(missed_at(found[name], share)) for share in THROUGH), entry)
        for name, entry in entries.items()
        if name in found
    )
    head = ("design", *(f"at {100 * share:g} %" for share in THROUGH))
    return Table("Known people missed, by the share of strangers let through", head, rows)


def missed_at(one: TradeOff, share: float) -> float:
    """The least share of known people missed while no more than `share` of strangers are let through."""
    return min((m for t, m in zip(one.let_through, one.missed, strict=True) if t <= share), default=1.0)


def rows_used(verdict: Verdict) -> Table:
    """The rows that each component trained on, and why the others were not used."""
    rows = tuple(
        Row(
            use.component,
            (
                f"{use.used:,}",
                f"{use.independent_units:,}",
                f"{use.derived:,}" if use.derived else "-",
                "; ".join(f"{count:,}: {reason}" for reason, count in use.unused.items()) or "none",
            ),
        )
        for use in verdict.rows_used
    )
    head = ("component", "rows used", "independent units", "labels computed", "not used, and why")
    return Table("Rows used per component at the largest size", head, rows, frozenset({"not used, and why"}))


def tuning(verdict: Verdict) -> Table:
    """The search over learning rates: held-out loss at each rate."""
    rates = sorted({rate for one in verdict.tuning for rate in one.losses}, key=float)
    rows = tuple(
        Row(one.component, (*(_loss(one.losses, rate) for rate in rates), f"{one.chosen:g}")) for one in verdict.tuning
    )
    return Table("Held-out loss by learning rate", ("component", *rates, "chosen"), rows)


def _loss(losses: Mapping[str, float], rate: str) -> str:
    return number(losses[rate]) if rate in losses else "-"


def training_seconds(verdict: Verdict) -> Table | None:
    """Mean training time by component and size, from `times`; None where it was not kept."""
    kept: Mapping[str, Mapping[str, Any]] = verdict.times.get("training_seconds", {})
    columns = _columns(kept.values()) or [str(size) for size in sizes(verdict)]
    rows = tuple(
        Row(name, tuple(seconds(float(by_size[size])) if size in by_size else "-" for size in columns))
        for name, by_size in kept.items()
    )
    head = ("component", *(f"{int(size):,} rows" for size in columns))
    return Table("Training time by component and size", head, rows) if rows else None


def _columns(kept: Any) -> Sequence[str]:
    return sorted({size for by_size in kept for size in by_size}, key=int)
