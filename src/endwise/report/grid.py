"""Designs by sizes on a terminal: each design's name over its own lines of numbers, so that all fit 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

INDENT = 4
GAP = 2
NARROWEST = 8


@dataclass(frozen=True)
class Cell:
    """A number, the interval beneath it, and why both are grey where they are."""

    main: str
    beneath: str = ""
    reason: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """What stands one beneath the other."""
        return tuple(line for line in (self.main, self.beneath, self.reason) if line)


@dataclass(frozen=True)
class Row:
    """One design with a cell for each size."""

    letter: str
    name: str
    cells: Sequence[Cell]


def grid(heads: Sequence[str], rows: Sequence[Row], width: int) -> Text:
    """The table as text of at most `width` columns; where not all sizes fit, the largest are shown, and it is said."""
    column = max([NARROWEST, *map(len, heads), *(len(line) for row in rows for one in row.cells for line in one.lines)])
    fitting = max(1, (width - INDENT + GAP) // (column + GAP))
    shown = slice(max(0, len(heads) - fitting), None)
    lines = [_line([(head, "dim") for head in heads[shown]], column)]
    for row in rows:
        lines.append(_name(row, width))
        cells = row.cells[shown]
        deepest = max(len(one.lines) for one in cells)
        lines += [_line([_part(one, at) for one in cells], column) for at in range(deepest)]
    if len(heads) > fitting:
        lines.append(Text(f"Not shown for lack of room: {', '.join(heads[: len(heads) - fitting])}.", style="dim"))
    return Text("\n").join(lines)


def _name(row: Row, width: int) -> Text:
    first, *rest = textwrap.wrap(row.name, max(width - INDENT, 16), break_on_hyphens=False) or [""]
    margin = " " * INDENT
    return Text.assemble(
        (f"{row.letter:<{INDENT}}", "bold"), (first, "cyan"), *((f"\n{margin}{line}", "cyan") for line in rest)
    )


def _part(cell: Cell, at: int) -> tuple[str, str]:
    text = cell.lines[at] if at < len(cell.lines) else ""
    return text, "dim" if at > 0 or cell.reason else ""


def _line(parts: Sequence[tuple[str, str]], column: int) -> Text:
    margin = " " * (INDENT - GAP)
    return Text.assemble(margin, *((f"{'':{GAP}}{text:>{column}}", style) for text, style in parts))
