"""Slicing: the values of a column as groups of rows that can be looked at one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from endwise.data.cells import is_absent, name_of, number_of

MOST_NUMBERS = 8  # distinct numbers that are slices of their own; more are cut into quarters
MOST_VALUES = 20  # that are slices of their own; the rarer ones are one together
NONE = "(none)"
EXACT = 17  # digits that tell any two floats apart


def cut(cells: Sequence[Any]) -> dict[str, np.ndarray]:
    """The places of the rows of each slice, by the slice's name: each value, or quarters of many numbers.

    A quarter is named by the least and the greatest number in it, with as many digits as tell them from those of
    the next; equal numbers are never parted.

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
    kept = sorted(rows, key=lambda name: -len(rows[name]))[:MOST_VALUES]
    order = sorted(kept, key=lambda name: (float(np.nan_to_num(numbers[rows[name][0]], nan=np.inf)), name))
    slices = {name: np.array(rows[name]) for name in order}
    others = sorted(row for name in rows.keys() - set(kept) for row in rows[name])
    return {**slices, f"({len(rows) - len(kept):,} other values)": np.array(others)} if others else slices


def _quarters(numbers: np.ndarray) -> dict[str, np.ndarray]:
    """Four ranges of about equally many rows."""
    held = numbers[~np.isnan(numbers)]
    edges = np.unique(np.quantile(held, (0.25, 0.5, 0.75)))
    quarter = np.searchsorted(edges, numbers, side="left")
    found = (np.flatnonzero((quarter == one) & ~np.isnan(numbers)) for one in range(len(edges) + 1))
    parts = [rows for rows in found if len(rows)]
    ends = [(float(numbers[rows].min()), float(numbers[rows].max())) for rows in parts]
    digits = _digits([end for both in ends for end in both])
    return {_range(*both, digits): rows for both, rows in zip(ends, parts, strict=True)}


def _digits(ends: Sequence[float]) -> int:
    """The fewest significant digits, from six, that show numbers up to the point and different ones as different."""
    least, different = max(6, len(f"{max(map(abs, ends)):.0f}")), len(set(ends))
    shown = (count for count in range(least, EXACT) if len({f"{end:.{count}g}" for end in ends}) == different)
    return next(shown, EXACT)


def _range(low: float, high: float, digits: int) -> str:
    return f"{low:.{digits}g} to {high:.{digits}g}" if low < high else f"{low:.{digits}g}"


def _number(cell: Any) -> float:
    try:
        value = number_of(cell)
    except TypeError:
        return float("nan")
    return value if np.isfinite(value) else float("nan")
