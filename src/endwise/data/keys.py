"""Keys: which row is which, which rows belong together, and which the user has set aside for testing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from endwise.data.cells import is_absent, name_of
from endwise.data.layouts import SPLITS
from endwise.data.media import Named
from endwise.data.reading import Reading
from endwise.data.rows import distinct
from endwise.data.tables import Table
from endwise.errors import counted


def read_ids(reading: Reading, column: str) -> np.ndarray:
    """The rows' names, str (N,): from the column, or else from their file and line. Twice is a problem."""
    pools = []
    for table, start in zip(reading.found.tables, reading.starts, strict=False):
        cells = table.cells.get(column) or [None] * len(table)
        names = [_place(table, i) if is_absent(cell) else name_of(cell) for i, cell in enumerate(cells)]
        first: dict[str, int] = {}
        for i, name in enumerate(names):
            if first.setdefault(name, i) != i:
                where = table.places[first[name]][1]
                reading.note(int(start) + i, column, f"is {name!r}, as on line {where} already")
                names[i] = _place(table, i)  # the row is bad, and left out; its name must still be its own
        pools.append((table.name, names))
    ids, notes = distinct(pools)
    reading.notes += [f"{note} Tables are not joined: what belongs to one row stands in one table." for note in notes]
    return ids


def read_groups(reading: Reading, column: str | None, media: Sequence[Named]) -> np.ndarray | None:
    """The rows' groups, str (N,) with "" where none is known, or None.

    Rows that name the same file belong together, or one of them could train on what another is tested on.
    """
    cells = reading.each(column, lambda table, cell: name_of(cell)) if column else [None] * len(reading)
    own = np.array([cell or "" for cell in cells], dtype=object)
    together = _Together()
    for row, group in enumerate(own):
        if group:
            together.join(row, ("group", group))
    for at, one in enumerate(media):
        for row in np.flatnonzero(one.of >= 0).tolist():
            together.join(row, ("file", at, int(one.of[row])))
    groups = own.copy()
    for members in together.sets():
        rows = [one for one in members if isinstance(one, int)]
        names = sorted({own[row] for row in rows} - {""})
        if names or len(rows) > 1:
            groups[rows] = names[0] if names else _file_of(members, media)
    changed = int((groups != own).sum())
    if changed:
        reading.notes.append(f"{counted(changed, 'row')} share a file with another row, and a group for that reason.")
    return groups if column or changed else None


def _file_of(members: Sequence[Any], media: Sequence[Named]) -> str:
    """A name for a group that has none: that of the first file which its rows share."""
    _, at, file = min(one for one in members if not isinstance(one, int) and one[0] == "file")
    return f"file {media[at].files[file][0].name}"


class _Together:
    """Sets that grow together as things are joined (disjoint-set forest, Galler & Fischer 1964)."""

    def __init__(self) -> None:
        self.parent: dict[Any, Any] = {}

    def _root(self, one: Any) -> Any:
        self.parent.setdefault(one, one)
        while self.parent[one] != one:
            self.parent[one] = self.parent[self.parent[one]]
            one = self.parent[one]
        return one

    def join(self, one: Any, other: Any) -> None:
        """From now on `one` and `other` lie in the same set."""
        self.parent[self._root(one)] = self._root(other)

    def sets(self) -> Iterable[list[Any]]:
        """The sets, each as a list of its members."""
        found: dict[Any, list[Any]] = {}
        for one in self.parent:
            found.setdefault(self._root(one), []).append(one)
        return found.values()


def read_split(reading: Reading, column: str | None) -> np.ndarray | None:
    """The user's own split, str (N,) of "train", "test", "side" or "": from the column, or the tables' folders."""
    if column:
        return np.array([part or "" for part in reading.each(column, _part)], dtype=object)
    parts = [table.split for table in reading.found.tables for _ in range(len(table))]
    if not any(parts):
        return None
    reading.notes.append("The split is that of the folders train/ and test/; validation rows count as training rows.")
    return np.array(parts, dtype=object)


def _part(table: Table, cell: Any) -> str:
    part = {**SPLITS, "side": "side"}.get(str(cell).strip().lower())
    if part is None:
        raise ValueError(f"is {str(cell).strip()!r}, neither train, test nor side")
    return part


def _place(table: Table, i: int) -> str:
    file, line = table.places[i]
    return file if line is None else f"{file}:{line}"
