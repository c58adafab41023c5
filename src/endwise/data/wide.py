"""Wide tables: a list of numbers that is spread over numbered columns, `force_0` to `force_31`, as tables have it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from endwise.data.cells import Gapped, is_absent, number_of
from endwise.data.tables import Table
from endwise.errors import listed

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
        twice = [names for names in columns.values() if len(names) > 1]
        if missing:
            notes.append(_unread(table, name, columns, _numbers_missing(missing)))
        elif twice:
            notes.append(_unread(table, name, columns, f"{listed(twice[0])} have one number."))
        elif len(columns) > 1:
            _together(table, name, [columns[number][0] for number in numbers])
    for column in [column for column in table.cells if wanted.part(column)]:
        del table.cells[column]
    return notes


def _numbered(table: Table, wanted: Wanted) -> list[tuple[str, dict[int, list[str]]]]:
    """The names with the columns that may hold them, by their numbers; those written alike are one list."""
    found: dict[str, tuple[str, dict[int, list[str]]]] = {}
    for column in table.columns:
        part = wanted.part(column)
        if part:
            found.setdefault(part["written"], (part["name"], {}))[1].setdefault(int(part["number"]), []).append(column)
    return list(found.values())


def _together(table: Table, name: str, columns: list[str]) -> None:
    """One column in the place of several; a row in which all are empty has no value."""
    rows = zip(*(table.cells[column] for column in columns), strict=True)
    table.cells[name] = [_cell(row, columns) for row in rows]
    table.headings[name] = f"{columns[0]} to {columns[-1]}"
    table.columns = (*(column for column in table.columns if column not in columns), name)


def _cell(row: Sequence[Any], columns: Sequence[str]) -> str | Gapped | None:
    """The cells of one row as one: never with those after a gap moved up."""
    empty = [column for column, cell in zip(columns, row, strict=True) if is_absent(cell)]
    if not empty:
        return " ".join(map(str, row))
    return None if len(empty) == len(columns) else Gapped(map(_number, row), f"nothing stands in {listed(empty, 3)}")


def _number(cell: Any) -> Any:
    try:
        return None if is_absent(cell) else number_of(cell)
    except TypeError:
        return cell


def _unread(table: Table, name: str, columns: dict[int, list[str]], why: str) -> str:
    ends = f"{columns[min(columns)][0]} to {columns[max(columns)][0]}"
    return f"{table.name}: the columns {ends} are not read as '{name}': {why}"


def _numbers_missing(missing: list[int]) -> str:
    lacks = f"number {missing[0]} is" if len(missing) == 1 else f"{len(missing):,} numbers are, the first {missing[0]},"
    return f"{lacks} missing."
