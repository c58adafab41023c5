"""The outlook on a terminal: a table of the forecasts, then the words. A pipe gets the same without colours."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from endwise.records import Band
from endwise.report.outlook import words
from endwise.report.outlook.prospects import Line, Prospect
from endwise.report.outlook.words import SHORT, Sentence
from endwise.report.quantities import number, places, span
from endwise.report.terminal import prose


def print_outlook(view: Prospect, console: Console | None = None) -> None:
    """Print one question: where things stand, the forecasts, and what they mean for a choice."""
    out = console or Console(highlight=False)
    if view.outlook.curve is not None:
        out.print(Text(view.outlook.curve, style="bold"))
    out.print(prose(words.standing(view)))
    out.print()
    out.print(_table(view))
    choice = words.READING_CHOICE.format(metric=view.metric)
    _print_block(out, "Not to be trusted", words.refusals(view))
    _print_block(out, "Who overtakes", words.overtaking(view))
    _print_block(out, "Targets", words.targets(view))
    _print_block(out, "What to choose", words.choices(view), choice)


def _print_block(out: Console, title: str, sentences: Sequence[Sentence], reading: str = "") -> None:
    if not sentences:
        return
    out.print(Text(title, style="bold"))
    for sentence in sentences:
        shown = prose(sentence.words)
        if not sentence.trusted:
            shown.stylize("dim")
        out.print(shown)
    if reading:
        out.print(Text(reading, style="dim"))
    out.print()


def _table(view: Prospect) -> Table:
    unit = view.unit and f", {view.unit}"
    title = f"{view.metric}{unit}: as measured, and the median of what is to be expected"
    table = Table(box=box.SIMPLE_HEAD, title=Text(title), title_justify="left", title_style="dim", pad_edge=False)
    table.add_column("", style="bold")
    table.add_column("design", overflow="fold", min_width=12)
    for name in (view.axis, view.metric, "80 % band"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for line in view.lines:
        _add(table, view, line)
    return table


def _add(table: Table, view: Prospect, line: Line) -> None:
    """A design: its last measured error, and beneath it its forecasts."""
    rows = [(f"{line.sizes[-1]:,}", words.measured(line), "", "measured")]
    rows += [_row(view, band) for band in line.forecast.forecasts]
    columns = [
        Text("\n").join(Text(cell, style=_style(row)) for cell, row in zip(column, rows, strict=True))
        for column in zip(*rows, strict=True)
    ]
    table.add_row(line.letter, Text(line.design), *columns, end_section=True)


def _row(view: Prospect, band: Band) -> tuple[str, str, str, str]:
    median, interval = number(band.median, places([band.median])), span(band.low80, band.high80)
    return view.size(band.n), median, interval, SHORT[band.state]


def _style(row: tuple[str, str, str, str]) -> str:
    """Grey where it should not be trusted."""
    return "dim" if row[3] and row[3] != "measured" else ""
