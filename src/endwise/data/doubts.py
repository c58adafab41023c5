"""Doubts: what reads well and may be wrong all the same. A note says so; nothing is left out or changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from endwise.data.cells import is_absent, number_of
from endwise.data.reading import Reading
from endwise.errors import counted
from endwise.system.signals import Number, Signal

WHOLE = 2**24  # from here on not every whole number is a 32-bit one
LARGEST = float(np.finfo(np.float32).max)  # beyond it a number is a problem, and told as one
NOTICED = 0.01  # of the rows: fewer may be alike by chance


def doubts(
    reading: Reading, signals: Sequence[Signal], contents: Mapping[str, list[Any]], groups: np.ndarray | None
) -> Iterator[str]:
    """A note for rows that look like copies of others, and for numbers that lose digits.

    `contents` tells files apart: for each signal whose cells name files a value a row, None where there is none.
    """
    copies = _copies(reading, signals, contents, groups)
    if copies > max(1, NOTICED * len(reading)):
        yield (
            f"{counted(copies, 'row')} of {len(reading):,} are the same as an earlier row in every signal. If they are"
            " copies, some are tested on what others train on: leave them out, or name what they share as a group."
        )
    for signal in signals:
        if isinstance(signal, Number):
            lost = [cell for cell in _cells(reading, signal.name) if _loses_digits(cell)]
            if lost:
                yield (
                    f"'{signal.name}': {counted(len(lost), 'number')} of more than seven digits lose the last ones, the"
                    f" first {lost[0]}. Numbers are kept in 32 bits: take off what all have in common."
                )


def _copies(
    reading: Reading, signals: Sequence[Signal], contents: Mapping[str, list[Any]], groups: np.ndarray | None
) -> int:
    """How many rows say what an earlier one of another group says, in two signals or more."""
    told = [contents.get(signal.name) or _told(reading, signal.name) for signal in signals]
    group_of = range(len(reading)) if groups is None else [group or row for row, group in enumerate(groups)]
    rows = zip(zip(*told, strict=True), group_of, strict=True)
    full = ((row, group) for row, group in rows if sum(cell is not None for cell in row) > 1)
    first: dict[tuple[Any, ...], Any] = {}
    return sum(first.setdefault(row, group) != group for row, group in full)


def _told(reading: Reading, name: str) -> list[str | None]:
    """What stands in the cells of a column, one a row; None where nothing does."""
    return [
        None if is_absent(cell) else str(cell)
        for table in reading.found.tables
        for cell in table.cells.get(name) or [None] * len(table)
    ]


def _cells(reading: Reading, name: str) -> Iterator[Any]:
    for table in reading.found.tables:
        yield from table.cells.get(name) or ()


def _loses_digits(cell: Any) -> bool:
    try:
        number = number_of(cell)
    except TypeError:
        return False
    return WHOLE <= abs(number) <= LARGEST and float(np.float32(number)) != number
