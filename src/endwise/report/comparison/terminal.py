"""A comparison on a terminal: the words, the tables, what was left out, and the caveats."""

from __future__ import annotations

from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from endwise.records import Comparison, FileIds
from endwise.report.comparison import tables
from endwise.report.comparison.sentences import paragraphs, rows
from endwise.report.tables import Table
from endwise.report.terminal import prose

NARROWEST = 10  # columns for names, before the numbers give way
FITTING = 4  # systems whose errors by slice fit into 80 columns; a page has them all


def print_comparison(found: Comparison, page: Path | None = None, console: Console | None = None) -> None:
    """Print a comparison; `page` is where its page was written."""
    out = console or Console(highlight=False)
    for paragraph in paragraphs(found):
        out.print()
        out.print(prose(paragraph))
    for table in (tables.scores(found), tables.slices(found, FITTING), tables.blame(found)):
        if table.rows:
            out.print()
            out.print(_grid(table))
    out.print(Text.assemble(("rows ", "dim"), prose(rows(found))))
    for one in found.missing:
        out.print(Text.assemble(("missing ", "yellow"), _ids(one)))
    for one in found.extra:
        out.print(Text.assemble(("extra ", "dim"), _ids(one)))
    for note in found.notes:
        out.print(Text.assemble(("note ", "dim"), note))
    for caveat in found.caveats:
        out.print(Text.assemble(("caveat ", "yellow"), (caveat.code, "bold"), ": ", prose(caveat.title)))
    if page is not None:
        out.print(Text.assemble(("report ", "dim"), str(page)), soft_wrap=True)


def _ids(one: FileIds) -> str:
    more = f" and {one.count - len(one.first):,} more" if one.count > len(one.first) else ""
    return f"{one.file}: {', '.join(one.first)}{more}"


def _grid(table: Table) -> Grid:
    grid = Grid(
        box=box.SIMPLE_HEAD,
        title=Text(table.caption),
        title_justify="left",
        title_style="dim",
        pad_edge=False,
        collapse_padding=True,
    )
    lettered = any(row.entry for row in table.rows)
    if lettered:
        grid.add_column("", style="bold")
    for at, name in enumerate(table.head):
        left = at == 0 or name in table.words
        fewest = NARROWEST if left else None
        grid.add_column(name, justify="left" if left else "right", overflow="fold", no_wrap=not left, min_width=fewest)
    for row in table.rows:
        letter = (row.entry.letter if row.entry else "",) if lettered else ()
        best = row.entry is not None and row.entry.rank == 0
        grid.add_row(*letter, Text(row.head), *map(Text, row.cells), style="bold" if best else "")
    return grid
