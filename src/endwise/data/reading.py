"""Reading: the rows of all tables, one after the other, with every problem noted and no row lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from endwise.data.cells import is_absent
from endwise.data.layouts import Found
from endwise.data.problems import Problem
from endwise.data.tables import Table
from endwise.errors import counted


class Reading:
    """What is known of N rows while they are read.

    Parameters
    ----------
    found: the tables, what was wrong with whole files, and what was left unread.
    bad: which rows have a problem, bool (N,).
    notes: what a person should know.
    """

    def __init__(self, found: Found) -> None:
        self.found, self.notes = found, list(found.notes)
        self.starts = np.cumsum([0, *(len(table) for table in found.tables)])
        self.bad = np.zeros(len(self), bool)
        self._noted: list[tuple[int, Problem]] = []

    def __len__(self) -> int:
        return int(self.starts[-1])

    @property
    def problems(self) -> list[Problem]:
        """All problems: those of whole files first, then row by row."""
        return [*self.found.problems, *(problem for _, problem in sorted(self._noted, key=lambda one: one[0]))]

    @property
    def total(self) -> int:
        """How many rows there are, with those that could not even be split into cells."""
        return len(self) + len({(one.file, one.row) for one in self.found.problems if one.row is not None})

    def place(self, row: int) -> tuple[Table, int]:
        """The table of a row, and the row's number in it."""
        table = int(np.searchsorted(self.starts, row, side="right")) - 1
        return self.found.tables[table], row - int(self.starts[table])

    def note(self, row: int, column: str, reason: str) -> None:
        """Note what is wrong with one row."""
        table, i = self.place(row)
        self.bad[row] = True
        self._noted.append((row, Problem(*table.places[i], table.headings.get(column, column), reason)))

    def each(self, column: str, parse: Callable[[Table, Any], Any]) -> list[Any]:
        """What `parse` makes of the column's cells: one value a row, None where it is absent or bad."""
        values: list[Any] = []
        for table in self.found.tables:
            cells = table.cells.get(column)
            if cells is None:
                values += [None] * len(table)
            else:
                values += self._parsed(column, table, cells, len(values), parse)
        return values

    def _parsed(
        self, column: str, table: Table, cells: list[Any], first: int, parse: Callable[[Table, Any], Any]
    ) -> list[Any]:
        values: list[Any] = [None] * len(cells)
        faults: dict[int, ValueError | TypeError] = {}
        held = 0
        for i, cell in enumerate(cells):
            if is_absent(cell):
                continue
            held += 1
            try:
                values[i] = parse(table, cell)
            except (ValueError, TypeError) as error:
                faults[i] = error
        if held > 1 and len(faults) == held and all(isinstance(fault, TypeError) for fault in faults.values()):
            self._note_column(column, table, first, faults)
        else:
            for i, fault in faults.items():
                self.note(first + i, column, str(fault))
        return values

    def _note_column(self, column: str, table: Table, first: int, faults: dict[int, ValueError | TypeError]) -> None:
        """Note a column of another type than its signal's once, not once a cell."""
        start = next(iter(faults))
        self.bad[[first + i for i in faults]] = True
        reason = f"is a column of the wrong type: all {counted(len(faults), 'cell')} fail, the first {faults[start]}"
        file, _ = table.places[start]
        self._noted.append((first + start, Problem(file, None, table.headings.get(column, column), reason)))
