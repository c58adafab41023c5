"""Doubts: what reads well and may be wrong all the same. A note says so; nothing is left out or changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from endwise.data.cells import is_absent, number_of
from endwise.data.media import is_medium
from endwise.data.reading import Reading
from endwise.data.tables import Table
from endwise.errors import counted
from endwise.system.signals import Number, Signal

WHOLE = 2**24  # from here on not every whole number is a 32-bit one
LARGEST = float(np.finfo(np.float32).max)  # beyond it a number is a problem, and told as one
NOTICED = 0.01  # of the rows: fewer may be alike by chance


def doubts(reading: Reading, signals: Sequence[Signal]) -> Iterator[str]:
    """A note for rows that look like copies of others, and for numbers that lose digits."""
    copies = _copies(reading, signals)
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


def _copies(reading: Reading, signals: Sequence[Signal]) -> int:
    """How many rows say what an earlier one says, in two signals or more."""
    seen: Counter[tuple[str, ...]] = Counter()
    for table in reading.found.tables:
        columns = [_told(table, signal) for signal in signals]
        seen.update(
            tuple("" if is_absent(cell) else str(cell) for cell in row)
            for row in zip(*columns, strict=True)
            if sum(not is_absent(cell) for cell in row) > 1
        )
    return sum(seen.values()) - len(seen)


def _told(table: Table, signal: Signal) -> list[Any]:
    """The cells of a column; of files, which lie beside their table, with its folder."""
    cells = table.cells.get(signal.name) or [None] * len(table)
    return [f"{table.folder}/{cell}" if cell else cell for cell in cells] if is_medium(signal) else cells


def _cells(reading: Reading, name: str) -> Iterator[Any]:
    for table in reading.found.tables:
        yield from table.cells.get(name) or ()


def _loses_digits(cell: Any) -> bool:
    try:
        number = number_of(cell)
    except TypeError:
        return False
    return WHOLE <= abs(number) <= LARGEST and float(np.float32(number)) != number
