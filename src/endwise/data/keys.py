"""Keys: which row is which, which rows belong together, and which the user has set aside for testing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
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
    reading.notes += notes
    return ids


def read_groups(reading: Reading, column: str | None, media: Sequence[Named]) -> np.ndarray | None:
    """The rows' groups, str (N,) with "" where none is known, or None.

    Rows that name the same file belong together, or one of them could train on what another is tested on.
    """
    cells = reading.each(column, lambda table, cell: name_of(cell)) if column else [None] * len(reading)
    groups = np.array([cell or "" for cell in cells], dtype=object)
    shared = 0
    for one in media:
        rows = np.flatnonzero((one.of >= 0) & (groups == ""))
        known = dict(zip(one.of[groups != ""].tolist(), groups[groups != ""], strict=True))
        times = Counter(one.of.tolist())
        for row in rows:
            file = int(one.of[row])
            if file in known or times[file] > 1:
                groups[row] = known.get(file, f"file {one.files[file][0].name}")
                shared += 1
    if shared:
        reading.notes.append(f"{counted(shared, 'row')} share a file with another row, and a group for that reason.")
    return groups if column or shared else None


def read_split(reading: Reading, column: str | None) -> np.ndarray | None:
    """The user's own split, str (N,) of "train", "test" or "": from the column, or the tables' folders."""
    if column:
        return np.array([part or "" for part in reading.each(column, _part)], dtype=object)
    parts = [table.split for table in reading.found.tables for _ in range(len(table))]
    if not any(parts):
        return None
    reading.notes.append("The split is that of the folders train/ and test/; validation rows count as training rows.")
    return np.array(parts, dtype=object)


def _part(table: Table, cell: Any) -> str:
    part = SPLITS.get(str(cell).strip().lower())
    if part is None:
        raise ValueError(f"is {str(cell).strip()!r}, neither train nor test")
    return part


def _place(table: Table, i: int) -> str:
    file, line = table.places[i]
    return file if line is None else f"{file}:{line}"
