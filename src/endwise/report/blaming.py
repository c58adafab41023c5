"""Blame on the page and on the terminal: what becomes of a design's error with true values put in at its seams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from endwise.errors import listed
from endwise.evidence.blame import AFTER, INTERFACE, STAGE, UNSEEN
from endwise.records import Blame, Verdict
from endwise.report.axes import even_axis
from endwise.report.figures import Canvas, Figure, channel, drawn, frame, label, layer
from endwise.report.marks import mark
from endwise.report.quantities import amount, number, span
from endwise.report.ranking import Entry, decimals, gap_unit, ranked
from endwise.report.tables import Row, Table

ROW = 44  # pixels: a line of text and, under it, the bar


def blamed(verdict: Verdict) -> list[tuple[Entry, list[Blame]]]:
    """The designs whose stages were held against the truth, the best first, each with what was found."""
    found = [(entry, [one for one in verdict.blames if one.design == entry.design]) for entry in ranked(verdict)]
    return [(entry, blames) for entry, blames in found if blames]


def sentence(verdict: Verdict, one: Blame) -> str:
    """One finding in words, designs between backticks."""
    places = decimals(verdict)
    interval = span(one.low, one.high, places)
    gone = amount(one.difference, gap_unit(verdict), places)
    if one.finding == UNSEEN:
        return (
            f"Trained on predictions, as {_code(one.rival)}, its error is "
            f"{amount(one.rival_error, verdict.unit, places)} instead of {number(one.error, places)}, over all "
            f"repeats: {gone} go away (95 % interval {interval}). What follows {_code(one.signal)} learnt from true "
            "values, and meets predictions that it never saw in training."
        )
    change = (
        f"With the true {_named(one)} its error is {amount(one.with_truth, verdict.unit, places)} "
        f"instead of {number(one.error, places)}"
    )
    if one.finding == INTERFACE:
        return (
            f"{change}, and {_code(one.rival)}, which does without `{one.signal}`, has "
            f"{amount(one.rival_error, verdict.unit, places)}: what the output needs is not in `{one.signal}`, or what "
            f"follows makes too little of it.{_without(one)}"
        )
    if one.finding == STAGE:
        return f"{change}: {gone} go away (95 % interval {interval}). Better stages up to there pay.{_without(one)}"
    if one.finding == AFTER:
        worse = span(-one.high, -one.low, places)
        return (
            f"{change}: worse (95 % interval of the difference {worse}). What follows learnt from predictions, and "
            f"does not know the truth.{_without(one)}"
        )
    if round(one.low, places) == round(one.high, places) == 0:
        return f"{change}: nothing changes, so the stages up to there are not to blame.{_without(one)}"
    return (
        f"{change}, which may be chance (95 % interval of the difference {interval}): the stages up to there are not "
        f"shown to be to blame.{_without(one)}"
    )


def untried(blames: Sequence[Blame]) -> str:
    """What to study where a stage is to blame and training on predictions was not tried; empty where it was."""
    seams = [_code(one.signal) for one in blames if one.untried]
    if not seams:
        return ""
    return (
        f"What follows {listed(seams)} learnt from true values. Whether it only meets predictions that it never saw "
        "in training is told by studying both: `--training apart chained`."
    )


def put_in(blames: Sequence[Blame]) -> list[Blame]:
    """Those of runs with true values, which a figure and a table can show."""
    return [one for one in blames if one.truths]


def table(verdict: Verdict, blames: Sequence[Blame]) -> Table:
    """Each run with true values: what is left, what goes away, and the finding's code."""
    places = decimals(verdict)
    rows = tuple(
        Row(
            ", ".join(one.truths),
            (
                number(one.with_truth, places), number(one.difference, places), span(one.low, one.high, places),
                one.finding, f"{one.rows:,}",
            ),
        )
        for one in put_in(blames)
    )  # fmt: skip
    unit = f" ({verdict.unit})" if verdict.unit else ""
    head = ("true values of", f"error{unit}", "goes away", "95 % interval", "finding", _units(verdict))
    return Table("With true values put in at each seam", head, rows, frozenset({"finding"}))


def figure(verdict: Verdict, entry: Entry, blames: Sequence[Blame]) -> Figure:
    """The error as it is, and with true values put in further and further on."""
    places = decimals(verdict)
    bars = [
        ("as it is", blames[0].error),
        *((f"true {', '.join(one.truths)}", one.with_truth) for one in put_in(blames)),
    ]
    said = "; ".join(f"{name}: {amount(error, verdict.unit, places)}" for name, error in bars)
    text = f"Errors of {entry.design} with true values put in. {said}."
    caption = "Bars: the error that is left where these true values are put in and the rest of the design goes on."
    title = f"{verdict.metric_title}{verdict.unit and f', {verdict.unit}'}"
    return drawn(lambda canvas: _bars(bars, entry, title, places, canvas), text, caption)


def _bars(bars: Sequence[tuple[str, float]], entry: Entry, title: str, places: int, canvas: Canvas) -> dict[str, Any]:
    across = even_axis([0.0, *(error for _, error in bars)], canvas.width)
    rows = Canvas(canvas.name, canvas.width, ROW * len(bars) + 8, canvas.font)
    layers: list[dict[str, Any]] = []
    colour = mark(entry).colour
    for at, (name, error) in enumerate(bars):
        down = ROW * at
        ends = [{"x": 0.0, "x2": error, "y": down + 32}]
        opacity = 0.9 if at == 0 else 0.45
        layers.append(layer(ends, "rule", {"x2": "x2"}, color=colour, strokeWidth=9, opacity=opacity))
        words = f"{name}: {number(error, places)}"
        layers += label(0.0, down + 14, words, "var(--ink)", align="left", limit=0.95 * canvas.width)
    y = {"field": "y", "type": "quantitative", "scale": {"domain": [rows.height, 0], "nice": False}, "axis": None}
    return frame(layers, channel("x", across, title), y, rows)


def _named(one: Blame) -> str:
    *others, last = [_code(name) for name in one.truths]
    return f"{', '.join(others)} and {last}" if others else last


def _code(name: str) -> str:
    return f"`{name}`"


def _without(one: Blame) -> str:
    return "" if not one.without else f" On the {one.rows:,} test rows that have it; {one.without:,} lack it."


def _units(verdict: Verdict) -> str:
    return "episodes" if verdict.closed_loop else "test rows"
