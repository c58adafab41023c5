"""Predictions: what several systems put out for the same rows, matched by id with the true values.

Nothing is left out silently: rows without a true value, ids that the truth does not have and, where they
are allowed, missing predictions are counted and the first of them named.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from endwise.data.cells import is_absent, name_of
from endwise.data.piped import STANDARD_INPUT
from endwise.data.predictions.headings import Headings, choose
from endwise.data.predictions.sources import Source, read_source
from endwise.data.problems import SHOWN, Problem, spelled_out
from endwise.data.tables import Table
from endwise.errors import RowsError, UsageError, counted, listed
from endwise.records import FileIds


@dataclass(frozen=True)
class Column:
    """The cells of one column for the rows that are compared, each with the place it was read from."""

    file: str
    name: str
    cells: list[Any]
    lines: list[int | None]

    def problem(self, row: int, reason: str) -> Problem:
        """What is wrong with the cell of one row."""
        return Problem(self.file, self.lines[row], self.name, reason)


@dataclass(frozen=True)
class Matched:
    """N rows that all sources have, in the order of their ids.

    `predicted` holds a column a source; `groups` and `slices` the cells of those columns of the truth, one
    a row; `unlabelled` counts rows without a true value, `left_out` those that some source lacks.
    """

    headings: Headings
    ids: tuple[str, ...]
    true: Column
    predicted: tuple[Column, ...]
    groups: tuple[str, ...] | None
    slices: Mapping[str, list[Any]]
    unlabelled: int
    left_out: int
    missing: tuple[FileIds, ...]
    extra: tuple[FileIds, ...]


def read_predictions(
    truth: str, sources: Sequence[Source], *, key: str | None = None, column: str | None = None,
    group: str | None = None, slices: Sequence[str] = (), common: bool = False,
) -> Matched:  # fmt: skip
    """The rows of `truth` with what each source says of them.

    Raises RowsError for tables that cannot be read, ids that occur twice and, unless `common`, missing
    predictions; UsageError where a column is not there or not to be told.
    """
    paths = [truth, *(source.path for source in sources)]
    if paths.count(STANDARD_INPUT) > 1:
        raise UsageError(
            f"'{STANDARD_INPUT}' was given for {paths.count(STANDARD_INPUT)} files.",
            "It stands for standard input, which can be read once.",
            "Two files cannot be told apart in one stream.",
            "Write one of them to a file.",
        )
    tables = [read_source(path) for path in paths]
    _refuse(
        [problem for table in tables for problem in table.problems], "read", "What cannot be read cannot be compared."
    )
    headings = choose(tables[0], tables[1:], key=key, column=column, group=group, slices=slices)
    rows = [_rows_by_id(table, name) for table, name in zip(tables, (headings.id, *headings.ids), strict=True)]
    _refuse(
        [problem for _, found in rows for problem in found],
        "matched by id",
        "A row that is compared has an id of its own.",
    )
    return _matched(headings, tables, [found for found, _ in rows], common=common)


def _refuse(problems: Sequence[Problem], asked: str, why: str) -> None:
    if problems:
        raise RowsError(
            f"The rows of the true values and the predictions were to be {asked}.",
            spelled_out(problems),
            why,
            "Mend them and give the same command again.",
        )


def _rows_by_id(table: Table, key: str) -> tuple[dict[str, int], list[Problem]]:
    """Where each id stands in a table, and what is wrong with ids."""
    found: dict[str, int] = {}
    problems: list[Problem] = []
    for row, cell in enumerate(table.cells[key]):
        line = table.places[row][1]
        if is_absent(cell):
            problems.append(Problem(table.name, line, key, "is empty"))
            continue
        name = unicodedata.normalize("NFC", name_of(cell))  # an accent is written in two ways
        first = found.setdefault(name, row)
        if first != row:
            problems.append(Problem(table.name, line, key, f"is {name!r}, as on line {table.places[first][1]} already"))
    return found, problems


def _matched(
    headings: Headings, tables: Sequence[Table], rows: Sequence[Mapping[str, int]], *, common: bool
) -> Matched:
    truth, where = tables[0], rows[0]
    labelled = {one for one, row in where.items() if not is_absent(truth.cells[headings.column][row])}
    shared = labelled.intersection(*rows[1:])
    missing = [_missing(truth, table, where, labelled - set(has)) for table, has in zip(tables, rows, strict=True)][1:]
    if not shared:
        raise _nothing_shared(tables, rows, headings)
    if len(shared) == 1:
        raise _one_row(tables, headings, *shared)
    if not common and len(shared) < len(labelled):
        raise _refusal(truth, tables[1:], rows, labelled, len(shared))
    ids = tuple(sorted(shared, key=_natural))
    order = [[has[one] for one in ids] for has in rows]
    columns = [
        _column(table, name, at)
        for table, name, at in zip(tables, (headings.column, *headings.predicted), order, strict=True)
    ]
    return Matched(
        headings, ids, columns[0], tuple(columns[1:]), _groups(truth, headings.group, order[0]),
        {name: [truth.cells[name][row] for row in order[0]] for name in headings.slices},
        len(where) - len(labelled), len(labelled) - len(shared), tuple(one for one in missing if one.count),
        tuple(one for table, has in zip(tables[1:], rows[1:], strict=True)
              if (one := _missing(table, table, has, set(has) - set(where))).count),
    )  # fmt: skip


def _missing(listing: Table, table: Table, rows: Mapping[str, int], ids: set[str]) -> FileIds:
    """Those `ids`, with their lines in `listing`, that speak of `table`."""
    first = sorted(ids, key=rows.__getitem__)[:SHOWN]
    return FileIds(table.name, len(ids), tuple(f"{one} (line {listing.places[rows[one]][1]})" for one in first))


def _column(table: Table, name: str, rows: Sequence[int]) -> Column:
    cells = table.cells[name]
    return Column(table.name, name, [cells[row] for row in rows], [table.places[row][1] for row in rows])


def _groups(truth: Table, name: str | None, rows: Sequence[int]) -> tuple[str, ...] | None:
    """Each row's group, "" where it has none."""
    if name is None:
        return None
    cells = [truth.cells[name][row] for row in rows]
    return tuple("" if is_absent(cell) else name_of(cell) for cell in cells)


def _natural(name: str) -> tuple[int, int, str]:
    """Whole numbers by value, all else by letter: what a file's rows are called cannot change the answer."""
    return (0, int(name), name) if name.isdecimal() and len(name) < 19 else (1, 0, name)


def units(matched: Matched) -> np.ndarray:
    """The group of each row as a name whose order is that of the groups: str (N,). A row without one is its own."""
    if matched.groups is None:
        return np.array([f"{row:09d}" for row in range(len(matched.ids))])
    names = sorted({one for one in matched.groups if one}, key=_natural)
    ranks = {one: rank for rank, one in enumerate(names)}
    return np.array([f"{ranks.get(one, len(names) + row):09d}" for row, one in enumerate(matched.groups)])


def _refusal(
    truth: Table, tables: Sequence[Table], rows: Sequence[Mapping[str, int]], labelled: set[str], shared: int
) -> RowsError:
    where = rows[0]
    problems = [
        Problem(truth.name, truth.places[where[one]][1], "", f"{one!r} has no prediction in {table.name}")
        for table, has in zip(tables, rows[1:], strict=True)
        for one in sorted(labelled - set(has), key=where.__getitem__)
    ]
    lacking = [
        f"{table.name} lacks {len(labelled - set(has)):,}"
        for table, has in zip(tables, rows[1:], strict=True)
        if labelled - set(has)
    ]
    return RowsError(
        f"Predictions for {counted(len(labelled), 'row')} of {truth.name} were to be compared.",
        f"{'; '.join(lacking)}. {spelled_out(problems)}",
        "A system that leaves out the hard rows would look better than it is.",
        f"Add them, or give --common (common=True) to compare on the {shared:,} rows that every file has.",
    )


def _one_row(tables: Sequence[Table], headings: Headings, only: str) -> RowsError:
    return RowsError(
        f"The predictions in {listed([table.name for table in tables[1:]])} were to be weighed.",
        f"One row, {only!r}, has a true '{headings.column}' and its id in every file.",
        "Of one row nothing can be said of how much errors differ between rows.",
        "Give two rows at least; thirty or more say something.",
    )


def _nothing_shared(tables: Sequence[Table], rows: Sequence[Mapping[str, int]], headings: Headings) -> RowsError:
    shown = "; ".join(
        f"{table.name} has {listed([repr(one) for one in list(has)[:3]])}"
        for table, has in zip(tables, rows, strict=True)
    )
    return RowsError(
        f"The rows of {tables[0].name} were to be matched with their predictions by '{headings.id}'.",
        f"First ids: {shown}.",
        f"No row with a true '{headings.column}' has its id in every file.",
        "Write ids alike in every file, or name another column: --id COLUMN",
    )
