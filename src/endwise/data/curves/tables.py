"""Tables of data curves: from a file, a pipe or columns in memory, with headings in any case."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from endwise.data.curves.cells import is_missing
from endwise.data.piped import PIPED, STANDARD_INPUT, spooled
from endwise.data.problems import Problem, printable
from endwise.data.tables import READERS, Table, read_table
from endwise.errors import listed, near

COLUMNS = ("design", "n", "error", "repeat", "n_test", "chance", "family", "curve")
OPTIONAL = {"repeat", "n_test", "chance", "family", "curve"}


class _AnyCase(frozenset[str]):
    """Names, found in any case."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).strip().casefold())


def curve_table(source: str | Path | Mapping[str, Iterable[Any]]) -> tuple[Table, tuple[str, ...]]:
    """The columns of a table of data curves under their own names, and what is to be said about other columns.

    `source` is a path, `-` for standard input, or columns by name (a dict, a data frame). What is wrong with it is
    among the table's problems. Where `n` and `error` stand alone, the design is named by the file.
    """
    if not isinstance(source, str | Path):
        table = _in_memory(source) if hasattr(source, "items") else _no_table(source)
    elif str(source) == STANDARD_INPUT:
        with spooled(sys.stdin.buffer) as file:
            table = read_table(file, PIPED, _AnyCase(COLUMNS))
    else:
        table = _in_file(Path(source))
    return table, (() if table.problems else _name_columns(table))


def _in_memory(columns: Mapping[str, Iterable[Any]]) -> Table:
    """Columns in memory: a dict, or whatever gives its columns by `items()`, as a data frame does."""
    table = Table("the columns given", Path())
    if table.begin([str(name) for name in columns], _AnyCase(COLUMNS)):
        table.cells |= {str(name): list(cells) for name, cells in columns.items() if str(name) in table.cells}
        lengths = {name: len(cells) for name, cells in table.cells.items()}
        table.places = [(table.name, row + 1) for row in range(max(lengths.values(), default=0))]
        short = [name for name, length in lengths.items() if length < len(table)]
        table.problems += [
            Problem(table.name, None, name, f"has {lengths[name]:,} cells of {len(table):,}") for name in short
        ]
    return table


def _no_table(source: object) -> Table:
    """The problem with something that is neither a path nor columns."""
    reason = f"is neither a path nor columns by name (a dict, a data frame), but {type(source).__name__}"
    return Table("the table given", Path(), problems=[Problem("the table given", None, "", reason)])


def _in_file(file: Path) -> Table:
    name = printable(file)
    if file.suffix.lower() in READERS:
        return read_table(file, name, _AnyCase(COLUMNS))
    try:  # a pipe, or a file whose name does not say its format
        with file.open("rb") as opened, spooled(opened) as copy:
            return read_table(copy, name, _AnyCase(COLUMNS))
    except OSError as error:
        return Table(name, file.parent, problems=[Problem(name, None, "", f"cannot be opened ({error.strerror})")])


def _name_columns(table: Table) -> tuple[str, ...]:
    """Put the columns under the names of COLUMNS, note what is missing; notes on columns that are not read."""
    for heading in table.columns:
        name = heading.strip().casefold()
        if name not in COLUMNS:
            continue
        if name in table.headings:
            table.problems.append(
                Problem(table.name, 1, heading, f"is the name of two columns, as is '{table.headings[name]}'")
            )
        table.headings[name] = heading
    table.cells = {name: table.cells[heading] for name, heading in table.headings.items()}
    for name in OPTIONAL & table.cells.keys():  # a column that is empty throughout says nothing
        if all(is_missing(cell) for cell in table.cells[name]):
            del table.cells[name]
    unknown = [heading for heading in table.columns if heading.strip().casefold() not in COLUMNS]
    missing = [name for name in ("design", "n", "error") if name not in table.headings]
    if missing == ["design"] and not unknown:
        stem = Path(table.name).stem
        table.cells["design"], table.headings["design"], missing = [stem] * len(table), "design", []
    table.problems += [
        Problem(table.name, 1, "", f"has no column '{name}'. {_meant(name, unknown)}") for name in missing
    ]
    return tuple(_not_read(heading, table.headings) for heading in unknown)


def _meant(name: str, unknown: list[str]) -> str:
    """Which column may have been meant by a missing one."""
    for heading in unknown:
        if near(heading.strip().casefold(), [name]).startswith("Did"):
            return f"'{heading}': {near(heading.strip().casefold(), [name])}"
    return f"Columns besides: {listed(unknown)}."


def _not_read(heading: str, found: Mapping[str, str]) -> str:
    absent = [name for name in COLUMNS if name not in found]
    meant = near(heading.strip().casefold(), absent) if absent else ""
    return f"The column '{heading}' is not read.{f' {meant}' if meant.startswith('Did') else ''}"
