"""Folders: what a folder or table holds, read into rows, or inspected without insisting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path

from endwise.data.cache import Fence, Media
from endwise.data.cells import value_of
from endwise.data.columns import Column, stored
from endwise.data.doubts import doubts
from endwise.data.keys import read_groups, read_ids, read_split
from endwise.data.layouts import Found, find
from endwise.data.media import Progress, contents, decode, is_medium, named, scale
from endwise.data.pictures import AS_IT_IS
from endwise.data.problems import Problem, printable, refusal
from endwise.data.reading import Reading
from endwise.data.rows import Rows
from endwise.errors import RowsError, counted, listed, near
from endwise.system.signals import Box, Category, Points, Signal, Vector

ID = "id"  # the column that names rows, where there is one


@dataclass(frozen=True)
class Inspection:
    """What was found at a path, good and bad.

    Parameters
    ----------
    problems: everything that is wrong, in the order of the files and lines.
    rows: how many rows there are, bad ones included.
    usable: how many have nothing wrong with them.
    labels: for each signal, how many usable rows have it.
    ignored: files and columns that were not read, each with the reason.
    notes: what a person should know about how the rows were read.
    """

    problems: tuple[Problem, ...]
    rows: int
    usable: int
    labels: Mapping[str, int]
    ignored: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        labels = ", ".join(f"{name} {count:,}" for name, count in self.labels.items())
        return f"<Inspection {self.usable:,} of {self.rows:,} rows usable: {labels}; {len(self.problems):,} problems>"


def inspect(
    path: Path | str,
    signals: Sequence[Signal],
    *,
    group: str | None = None,
    split: str | None = None,
    cache: Path | str | None = None,
    progress: Progress | None = None,
) -> Inspection:
    """Everything that is right and wrong with the rows at `path`; every file is decoded, as for a study.

    Raises RowsError only where there is nothing to inspect: no such path, no table, no such column.
    """
    read_ = _read(Path(path), signals, group, split, cache, progress)
    good = ~read_.reading.bad
    return Inspection(
        tuple(read_.reading.problems),
        read_.reading.total,
        int(good.sum()),
        {signal.name: int((read_.where(signal)[good] >= 0).sum()) for signal in signals},
        (*read_.reading.found.ignored, *_ignored_columns(read_.reading.found, signals, group, split)),
        tuple(read_.reading.notes),
    )


def read(
    path: Path | str,
    signals: Sequence[Signal],
    *,
    group: str | None = None,
    split: str | None = None,
    skip_bad: bool = False,
    cache: Path | str | None = None,
    progress: Progress | None = None,
) -> Rows:
    """The rows at `path`; see `Rows.from_folder`. Raises RowsError listing what is wrong with them."""
    read_ = _read(Path(path), signals, group, split, cache, progress)
    problems, total, good = read_.reading.problems, read_.reading.total, np.flatnonzero(~read_.reading.bad)
    if problems and not (skip_bad and len(good)):
        asked = f"Rows with {listed([signal.name for signal in signals])} were to be read from {printable(path)}."
        raise refusal(asked, f"{total - len(good):,} of {counted(total, 'row')} cannot be used.", problems)
    return Rows(
        {signal.name: read_.column(signal, good) for signal in signals},
        read_.ids[good],
        None if read_.groups is None else read_.groups[good],
        None if read_.split is None else read_.split[good],
        tuple(problems),
        tuple(read_.reading.notes),
        {name: read_.fits(name)[good] for name, one in read_.media.items() if len(one.fits)},
    )


@dataclass(frozen=True)
class _Read:
    """All rows of a path, bad ones included."""

    reading: Reading
    values: dict[str, list[Any]]
    media: dict[str, Media]
    of: dict[str, np.ndarray]
    ids: np.ndarray
    groups: np.ndarray | None
    split: np.ndarray | None

    def where(self, signal: Signal) -> np.ndarray:
        """For each row the position of its value, or -1: int (N,)."""
        if signal.name in self.media:
            at = np.append(self.media[signal.name].at, -1)  # a row without a file, -1, finds the -1 at the end
            return np.asarray(at[self.of[signal.name]])
        return np.array([-1 if value is None else row for row, value in enumerate(self.values[signal.name])], int)

    def fits(self, name: str) -> np.ndarray:
        """For each row the fit of its file of the signal `name`; without a file, that of a picture left as it is."""
        of = self.of[name]
        return np.where((of < 0)[:, None], AS_IT_IS, self.media[name].fits[of, :4])

    def column(self, signal: Signal, rows: np.ndarray) -> Column:
        """The column of `rows`, none of which is bad."""
        where = self.where(signal)[rows]
        if signal.name in self.media:
            return Column(signal, where, (self.media[signal.name].block,))
        held = where >= 0
        batch = [self.values[signal.name][row] for row in where[held]]
        return stored(signal, batch, np.where(held, np.cumsum(held) - 1, -1))


def _read(
    path: Path,
    signals: Sequence[Signal],
    group: str | None,
    split: str | None,
    cache: Path | str | None,
    progress: Progress | None,
) -> _Read:
    reading = Reading(_found(path, signals, group, split))
    fence = Fence(reading.found.root)
    media = [named(reading, signal, fence) for signal in signals if is_medium(signal)]
    values = {signal.name: _values(reading, signal) for signal in signals if not is_medium(signal)}
    folder = user_cache_path("endwise") / "media" if cache is None else Path(cache)
    made = decode(reading, media, folder, progress or (lambda done, total: None))
    scale(reading, list(signals), values, media, made)
    ids, groups, parts = read_ids(reading, ID), read_groups(reading, group, media), read_split(reading, split)
    shown = {one.signal.name: contents(one, made[one.signal.name]) for one in media}
    reading.notes += doubts(reading, signals, shown, groups)
    return _Read(reading, values, made, {one.signal.name: one.of for one in media}, ids, groups, parts)


def _values(reading: Reading, signal: Signal) -> list[Any]:
    return reading.each(signal.name, lambda table, cell: value_of(signal, cell))


def _found(path: Path, signals: Sequence[Signal], group: str | None, split: str | None) -> Found:
    """The tables at `path`. Raises RowsError where there are none, or none with the columns asked for."""
    categories = [signal.name for signal in signals if isinstance(signal, Category)]
    medium = next((signal.name for signal in signals if is_medium(signal)), "")
    keys = [key for key in (ID, group, split) if key]
    label = categories[0] if len(categories) == 1 else ""
    lists = [signal.name for signal in signals if isinstance(signal, Box | Points | Vector)]
    found = find(path, [signal.name for signal in signals], keys, medium, label, lists)
    for what, key in (("groups", group), ("split", split)):
        if key is not None and key not in found.columns:
            raise _no_key(path, what, key, found)
    found.notes += [
        f"No table has a column '{signal.name}'. {near(signal.name, found.columns)}"
        for signal in signals
        if not any(signal.name in table.cells for table in found.tables)
    ]
    return found


def _ignored_columns(found: Found, signals: Sequence[Signal], group: str | None, split: str | None) -> list[Problem]:
    names = [signal.name for signal in signals]
    known = {*names, ID, group, split}
    return [
        Problem(table.name, None, column, f"no signal has this name. {near(column, names)}")
        for table in found.tables
        for column in table.columns
        if column not in known and column not in table.headings.values()
    ]


def _no_key(path: Path, what: str, key: str, found: Found) -> RowsError:
    return RowsError(
        f"The {what} of the rows in {printable(path)} were to be read from the column '{key}'.",
        f"The columns are {listed(found.columns)}.",
        f"No table has a column '{key}'.",
        near(key, found.columns),
    )
