"""Wide tables: a list of numbers that is spread over columns, as tables have it.

force_0, force_1, ..., force_31                 numbered, from 0 or from 1
nose_x, nose_y                                  lettered: a point, or with z a vector
joints_0_x, joints_0_y, ... or joints_x0, ...   both: the point of each number
face_left, face_top, face_right, face_bottom    the edges of a box, or face_xmin and so on
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from endwise.data.cells import Gapped, is_absent, number_of
from endwise.data.tables import Table
from endwise.errors import listed

AXES = (("x", "y", "z"), ("X", "Y", "Z"))
EDGES = (("left", "top", "right", "bottom"), ("xmin", "ymin", "xmax", "ymax"), ("x_min", "y_min", "x_max", "y_max"))
LETTERS = {letter: letters for letters in AXES + EDGES for letter in letters}
LETTER = "|".join(LETTERS)
TAIL = re.compile(
    rf"(?:[_.](?P<before>{LETTER}))?(?:[_.]?\[?(?P<number>[0-9]{{1,9}})\]?(?:[_.]?(?P<after>{LETTER}))?)?"
)
"""What follows the name in `force_0`, `force.0`, `force0`, `force[0]`, `nose_x`, `joints_0_x`, `joints_x0`."""

KINDS = {2: "points", 4: "box"}  # by the letters that a name has
Place = tuple[int, int]  # the number, and of its letters which; 0 for what is not written


class Part(NamedTuple):
    """What a column's name says: the signal that it holds a part of, how that is written, and which part it is."""

    name: str
    tail: str  # with # for the number and @ for the letter
    letters: tuple[str, ...]
    place: Place

    def column(self, place: Place) -> str:
        """The name of the column that is written alike and holds another part."""
        number, letter = place
        return self.name + self.tail.replace("#", str(number)).replace("@", self.letters[letter])


class Wanted(frozenset[str]):
    """Names of columns that are wanted, and the columns over which those in `spread` may stand."""

    spread: frozenset[str]

    def __new__(cls, names: Iterable[str], spread: Collection[str]) -> Wanted:
        made = super().__new__(cls, names)
        made.spread = frozenset(spread)
        return made

    def __contains__(self, column: object) -> bool:
        return super().__contains__(column) or self.part(str(column)) is not None

    def part(self, column: str) -> Part | None:
        """The part of one in `spread` that a column may hold; None where it is wanted for itself."""
        if super().__contains__(column):
            return None
        names = sorted((name for name in self.spread if column.startswith(name)), key=len)
        return next((part for name in reversed(names) if (part := _part(name, column[len(name) :]))), None)


def _part(name: str, tail: str) -> Part | None:
    found = TAIL.fullmatch(tail)
    if not found or not tail or (found["before"] and found["after"]):
        return None
    letter, letters = found["before"] or found["after"] or "", tuple[str, ...]([""])
    if letter:
        letters = LETTERS[letter]
        start, end = found.span("before" if found["before"] else "after")
        tail = f"{tail[:start]}@{tail[end:]}"
    tail = re.sub("[0-9]+", "#", tail)
    return Part(name, tail, letters, (int(found["number"] or 0), letters.index(letter)))


def join(table: Table, wanted: Wanted) -> list[str]:
    """Put columns together under the name that they share, where the table has no column of that name.

    Their numbers begin at 0 or 1, and none is left out; they may stand in any order. Says which were not put together.
    """
    notes = []
    for written, columns in _spread(table, wanted):
        if written.name in table.columns:
            continue
        inner = _inner(written, columns)
        twice = [names for names in columns.values() if len(names) > 1]
        missing = _missing(written, columns, inner)
        if missing or twice:
            why = missing or f"{listed(twice[0])} have one number."
            notes.append(f"{table.name}: the columns {_ends(columns)} are not read as '{written.name}': {why}")
        elif len(columns) > 1:
            _together(table, written.name, columns)
            if inner in KINDS:
                table.kinds[written.name] = KINDS[inner]
    for column in [column for column in table.cells if wanted.part(column)]:
        del table.cells[column]
    return notes


def _spread(table: Table, wanted: Wanted) -> list[tuple[Part, dict[Place, list[str]]]]:
    """The columns that may hold parts, in the order of their places; those written alike are one list."""
    parts = {column: part for column in table.columns if (part := wanted.part(column))}
    found: dict[Part, dict[Place, list[str]]] = {}
    for column, part in sorted(parts.items(), key=lambda item: item[1].place):
        found.setdefault(part._replace(place=(0, 0)), {}).setdefault(part.place, []).append(column)
    return list(found.items())


def _inner(written: Part, columns: Collection[Place]) -> int:
    """How many parts there are to a number: its letters, all edges of a box."""
    return 4 if written.letters in EDGES else 1 + max(letter for _, letter in columns)


def _missing(written: Part, columns: Collection[Place], inner: int) -> str:
    """What is left out of the columns, as a sentence; empty where nothing is."""
    numbers = [number for number, _ in columns]
    first = min(*numbers, 1)
    lacking = inner * (max(numbers) + 1 - first) - len(columns)
    if not lacking:
        return ""
    places = ((number, letter) for number in range(first, max(numbers) + 1) for letter in range(inner))
    name = written.column(next(place for place in places if place not in columns))
    return f"{name} is missing." if lacking == 1 else f"{lacking:,} are missing, the first {name}."


def _ends(columns: dict[Place, list[str]]) -> str:
    places = list(columns)
    return f"{columns[places[0]][0]} to {columns[places[-1]][0]}"


def _together(table: Table, name: str, places: dict[Place, list[str]]) -> None:
    """One column in the place of several; a row in which all are empty has no value."""
    columns = list(chain.from_iterable(places.values()))
    rows = zip(*(table.cells[column] for column in columns), strict=True)
    table.cells[name] = [_cell(row, columns) for row in rows]
    table.headings[name] = _ends(places)
    table.columns = (*(column for column in table.columns if column not in columns), name)


def _cell(row: Sequence[Any], columns: Sequence[str]) -> list[Any] | None:
    """The cells of one row as one: never with those after a gap moved up."""
    empty = [column for column, cell in zip(columns, row, strict=True) if is_absent(cell)]
    if len(empty) == len(columns):
        return None
    parts = [_number(cell) for cell in row]
    return Gapped(parts, f"nothing stands in {listed(empty, 3)}") if empty else parts


def _number(cell: Any) -> Any:
    try:
        return None if is_absent(cell) else number_of(cell)
    except TypeError:
        return cell
