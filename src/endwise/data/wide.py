"""Wide tables: a list of numbers that is spread over numbered columns, `force_0` to `force_31`, as tables have it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from endwise.data.cells import is_absent
from endwise.data.tables import Table

NUMBERED = re.compile(r"(?P<written>(?P<name>.+?)[_.]?\[?)(?P<number>\d+)\]?")
"""`force_0`, `force.0`, `force0` and `force[0]`."""


class Wanted(frozenset[str]):
    """Names of columns that are wanted, and the numbered columns over which those in `spread` may stand."""

    spread: frozenset[str]

    def __new__(cls, names: Iterable[str], spread: Collection[str]) -> Wanted:
        made = super().__new__(cls, names)
        made.spread = frozenset(spread)
        return made

    def __contains__(self, column: object) -> bool:
        return super().__contains__(column) or self.part(str(column)) is not None

    def part(self, column: str) -> re.Match[str] | None:
        """How a column is written that may hold a part of one in `spread`; None where it is wanted for itself."""
        found = NUMBERED.fullmatch(column)
        return found if found and found["name"] in self.spread and not super().__contains__(column) else None


def join(table: Table, wanted: Wanted) -> list[str]:
    """Put numbered columns together under the name that they share, where the table has no column of that name.

    Their numbers begin at 0 or 1 and leave none out; they may stand in any order. Says which were not put together.
    """
    notes = []
    for name, columns in _numbered(table, wanted):
        if name in table.columns:
            continue
        numbers = sorted(columns)
        missing = sorted({*range(min(numbers[0], 1), numbers[-1] + 1)} - {*numbers})
        if missing:
            notes.append(_gap(table, name, columns, missing))
        elif len(columns) > 1:
            _together(table, name, [columns[number] for number in numbers])
    for column in [column for column in table.cells if wanted.part(column)]:
        del table.cells[column]
    return notes


def _numbered(table: Table, wanted: Wanted) -> list[tuple[str, dict[int, str]]]:
    """The names with the columns that may hold them, by their numbers; those written alike are one list."""
    found: dict[str, tuple[str, dict[int, str]]] = {}
    for column in table.columns:
        part = wanted.part(column)
        if part:
            found.setdefault(part["written"], (part["name"], {}))[1][int(part["number"])] = column
    return list(found.values())


def _together(table: Table, name: str, columns: list[str]) -> None:
    """One column in the place of several; a row in which all are empty has no value."""
    rows = zip(*(table.cells[column] for column in columns), strict=True)
    table.cells[name] = [" ".join(str(cell) for cell in row if not is_absent(cell)) or None for row in rows]
    table.headings[name] = f"{columns[0]} to {columns[-1]}"
    table.columns = (*(column for column in table.columns if column not in columns), name)


def _gap(table: Table, name: str, columns: dict[int, str], missing: list[int]) -> str:
    ends = f"{columns[min(columns)]} to {columns[max(columns)]}"
    lacks = f"number {missing[0]} is" if len(missing) == 1 else f"{len(missing):,} numbers are, the first {missing[0]},"
    return f"{table.name}: the columns {ends} are not read as '{name}': {lacks} missing."
