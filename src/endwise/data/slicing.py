"""Slicing: the values of a column as groups of rows that can be looked at one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from endwise.data.cells import is_absent, name_of, number_of

MOST_NUMBERS = 8  # distinct numbers that are slices of their own; more are cut into quarters
NONE = "(none)"


def cut(cells: Sequence[Any]) -> dict[str, np.ndarray]:
    """The places of the rows of each slice, by the slice's name: each value, or quarters of many numbers.

    A quarter is named by the least and the greatest number in it; equal numbers are never parted.

    >>> {name: rows.tolist() for name, rows in cut(["b", "a", "", "b"]).items()}
    {'a': [1], 'b': [0, 3], '(none)': [2]}
    """
    numbers = np.array([_number(cell) for cell in cells])
    blank = np.array([is_absent(cell) for cell in cells], bool)
    if not np.isnan(numbers[~blank]).any() and len(np.unique(numbers[~blank])) > MOST_NUMBERS:
        slices = _quarters(numbers)
    else:
        slices = _values(cells, blank, numbers)
    return {**slices, NONE: np.flatnonzero(blank)} if blank.any() else slices


def _values(cells: Sequence[Any], blank: np.ndarray, numbers: np.ndarray) -> dict[str, np.ndarray]:
    rows: dict[str, list[int]] = {}
    for row in np.flatnonzero(~blank).tolist():
        rows.setdefault(name_of(cells[row]), []).append(row)
    order = sorted(rows, key=lambda name: (float(np.nan_to_num(numbers[rows[name][0]], nan=np.inf)), name))
    return {name: np.array(rows[name]) for name in order}


def _quarters(numbers: np.ndarray) -> dict[str, np.ndarray]:
    """Four ranges of about equally many rows."""
    held = numbers[~np.isnan(numbers)]
    edges = np.unique(np.quantile(held, (0.25, 0.5, 0.75)))
    quarter = np.searchsorted(edges, numbers, side="left")
    found = {}
    for one in range(len(edges) + 1):
        rows = np.flatnonzero((quarter == one) & ~np.isnan(numbers))
        if len(rows):
            found[_range(numbers[rows])] = rows
    return found


def _range(numbers: np.ndarray) -> str:
    low, high = numbers.min(), numbers.max()
    return f"{low:g} to {high:g}" if low < high else f"{low:g}"


def _number(cell: Any) -> float:
    try:
        value = number_of(cell)
    except TypeError:
        return float("nan")
    return value if np.isfinite(value) else float("nan")
