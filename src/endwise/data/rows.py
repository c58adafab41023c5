"""Rows: examples that carry some of a system's signals. A row may lack any label."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, final

import numpy as np

from endwise.data import saved
from endwise.data.columns import Column, View, absent, chained, packed
from endwise.data.problems import Problem
from endwise.errors import RowsError, counted, listed, near
from endwise.system.signals import Signal

SPLITS = ("train", "test", "side", "")


@final
@dataclass(frozen=True, repr=False, eq=False)
class Rows:
    """N examples: for each signal a column, in which any row may have no value.

    Made by `from_folder`, `from_columns`, `join` or `open`, never changed afterwards.

    Parameters
    ----------
    columns: the values, by name of signal.
    ids: str (N,), each once.
    groups: str (N,), or None; rows of one group (a patient, a route) never straddle train and test.
        "" where a row's group is not known.
    split: str (N,), or None; the user's own split: "train", "test", "side" or "". Side rows train at every size
        and are never counted in it: extra rows, generated or from elsewhere, that every design gets.
    problems: what was wrong with rows that were left out on request.
    notes: sentences that a person should know about how the rows were read.
    fits: of pictures that were read from files: how each was brought to its signal's size, (N, 4); see pictures.py.
    """

    columns: Mapping[str, Column]
    ids: np.ndarray
    groups: np.ndarray | None = None
    split: np.ndarray | None = None
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    fits: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        labels = ", ".join(f"{name} {count:,}" for name, count in self.counts.items())
        extra = "" if self.groups is None else f"; {counted(len(set(self.groups) - {''}), 'group')}"
        bad = f"; {counted(len(self.problems), 'problem')} left out" if self.problems else ""
        return f"<Rows {len(self):,}: {labels}{extra}{bad}>"

    @property
    def signals(self) -> Mapping[str, Signal]:
        """The signals that the rows have columns for."""
        return MappingProxyType({name: column.signal for name, column in self.columns.items()})

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each signal."""
        return {name: int(column.present.sum()) for name, column in self.columns.items()}

    def has(self, name: str) -> np.ndarray:
        """Which rows have a value of the signal `name`: bool (N,)."""
        column = self.columns.get(name)
        return np.zeros(len(self), bool) if column is None else column.present

    def take(self, name: str, index: Any) -> np.ndarray:
        """The values of the signal `name` in rows `index` (int), in the batch form of `endwise.system.signals`.

        Raises RowsError where one of those rows has none: an absent label is never a target.
        """
        rows = np.asarray(index, dtype=np.intp)
        return self._complete(name, rows).take(rows)

    def view(self, name: str, index: Any) -> Any:
        """`take`, with pictures left where they are until some of them are asked for: see `View`."""
        rows = np.asarray(index, dtype=np.intp)
        column = self._complete(name, rows)
        large = column.signal.kind in ("image", "stack", "mask") and len(rows) > 0
        return View(column, rows) if large else column.take(rows)

    def without(self, hidden: Mapping[str, np.ndarray]) -> Rows:
        """The same rows without the values of some signals in some of them: bool (N,) by signal.

        >>> from endwise.system.signals import Number
        >>> Rows.from_columns([Number("age")], {"age": [120, 90]}).without({"age": np.array([True, False])})
        <Rows 2: age 1>
        """
        columns = dict(self.columns)
        for name, mask in hidden.items():
            columns[name] = replace(columns[name], where=np.where(mask, -1, columns[name].where))
        return replace(self, columns=columns)

    def _complete(self, name: str, rows: np.ndarray) -> Column:
        """The column of `name`, in which all of `rows` have a value."""
        if name not in self.columns:
            raise RowsError(
                f"Values of '{name}' were asked for.",
                f"The rows carry {listed(list(self.columns))}.",
                "They have no such column.",
                near(name, self.columns),
            )
        lacking = rows[~self.columns[name].present[rows]]
        if lacking.size:
            verb = "has" if len(lacking) == 1 else "have"
            raise RowsError(
                f"Values of '{name}' were asked for in {counted(len(rows), 'row')}.",
                f"{len(lacking):,} of them {verb} none (the first is '{self.ids[lacking[0]]}').",
                "An absent label is never a target.",
                f"Take the rows where has('{name}') is true.",
            )
        return self.columns[name]

    @cached_property
    def fingerprint(self) -> str:
        """A digest of everything the rows say; the same wherever and however they are stored."""
        sha = hashlib.sha256()
        for part in (self.ids, self.groups, self.split):
            sha.update(json.dumps(None if part is None else part.tolist()).encode())
        for name in sorted(self.columns):
            sha.update(json.dumps(self.columns[name].signal.to_json(), sort_keys=True).encode())
            for piece in self.columns[name].content():
                sha.update(piece)
        return sha.hexdigest()

    def save(self, folder: Path | str) -> None:
        """Write the rows to `folder`, all or nothing. Raises StoreError where other rows are already there."""
        fields = {"ids": self.ids, "groups": self.groups, "split": self.split}
        saved.write(
            Path(folder), self.fingerprint, self.columns, fields, [vars(one) for one in self.problems], self.notes
        )

    @classmethod
    def open(cls, folder: Path | str) -> Rows:
        """The rows that `save` wrote, mapped from the files: opening reads no values.

        Raises StoreError where there are none, or they are damaged or newer than this endwise.
        """
        content = saved.read(Path(folder))
        problems = tuple(Problem(**one) for one in content.problems)
        ids, groups, split = (content.fields.get(name) for name in ("ids", "groups", "split"))
        rows = cls(content.columns, np.asarray(ids), groups, split, problems, content.notes)
        rows.__dict__["fingerprint"] = content.fingerprint  # spares reading every value again
        return rows

    @classmethod
    def from_columns(
        cls,
        signals: Sequence[Signal],
        columns: Mapping[str, Any],
        *,
        present: Mapping[str, Any] | None = None,
        ids: Sequence[str] | np.ndarray | None = None,
        groups: Sequence[str] | np.ndarray | None = None,
        split: Sequence[str] | np.ndarray | None = None,
    ) -> Rows:
        """Rows from arrays in the batch form of `endwise.system.signals`, one a signal.

        `present` says for a signal which rows have it, bool (N,); what stands in the others is ignored.

        >>> from endwise.system.signals import Number
        >>> Rows.from_columns([Number("age")], {"age": [120, 90, 0]}, present={"age": [True, True, False]})
        <Rows 3: age 2>
        """
        count = _count(signals, columns)
        made = {s.name: _column(s, columns[s.name], (present or {}).get(s.name), count) for s in signals}
        names = [str(i) for i in range(count)] if ids is None else ids
        return cls(
            made,
            texts(names, "ids", count, once=True),
            None if groups is None else texts(groups, "groups", count),
            None if split is None else texts(split, "split", count, known=SPLITS),
        )

    @classmethod
    def join(cls, pools: Sequence[Rows]) -> Rows:
        """The rows of all pools, in their order; a row lacks the signals that its pool has no column for.

        Group ids are global: the same id in two pools is the same group. Row ids that occur in two pools
        are told apart by the number of the pool, and a note says so.
        """
        if not pools:
            raise RowsError(
                "Pools of rows were to be joined.",
                "There are none.",
                "Rows are joined from pools.",
                "Join at least one.",
            )
        signals = _common_signals(pools)
        columns = {
            name: chained(signal, [pool.columns.get(name) or absent(signal, len(pool)) for pool in pools])
            for name, signal in signals.items()
        }
        ids, notes = distinct([(f"pool{i}", pool.ids) for i, pool in enumerate(pools, 1)])
        return cls(
            columns,
            ids,
            _joined([(len(pool), pool.groups) for pool in pools]),
            _joined([(len(pool), pool.split) for pool in pools]),
            tuple(problem for pool in pools for problem in pool.problems),
            tuple(dict.fromkeys(note for pool in pools for note in pool.notes)) + notes,
        )

    @classmethod
    def from_folder(
        cls,
        path: Path | str,
        signals: Sequence[Signal],
        *,
        group: str | None = None,
        split: str | None = None,
        skip_bad: bool = False,
        cache: Path | str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Rows:
        """Rows from a folder of tables and media, or from one table (CSV, TSV, JSON lines, Parquet).

        `group` and `split` name columns. Pictures and sounds are decoded once into `cache` (by default a
        folder of the user's), and `progress` is told (done, total) meanwhile. layouts.py says how a folder
        may be laid out, pictures.py what becomes of pictures of another size.
        Raises RowsError with the problems found, unless `skip_bad` leaves those rows out.
        """
        from endwise.data.folder import read  # the reader makes Rows

        return read(path, signals, group=group, split=split, skip_bad=skip_bad, cache=cache, progress=progress)


def texts(
    values: Sequence[str] | np.ndarray, what: str, count: int, *, once: bool = False, known: Sequence[str] = ()
) -> np.ndarray:
    """`values` as an array of str (N,). Raises RowsError where they are not `count`, unique or `known`."""
    array = np.array([str(value) for value in values], dtype=object)
    twice = [name for name, times in Counter(array).items() if times > 1] if once else []
    strange = sorted(set(array) - set(known)) if known else []
    if len(array) == count and not twice and not strange:
        return array
    here = f"There are {len(array):,} for {counted(count, 'row')}."
    if twice or strange:
        here = f"{'Twice there' if twice else 'Not known'}: {listed(twice or strange)}."
    raise RowsError(
        f"Rows with {what} were to be made.",
        here,
        f"Each row has one id of its own, at most one group, and a split of {' or '.join(map(repr, SPLITS))}.",
        f"Mend {what}.",
    )


def distinct(pools: Sequence[tuple[str, Sequence[str] | np.ndarray]]) -> tuple[np.ndarray, tuple[str, ...]]:
    """The ids of all pools, those that an earlier pool has already told apart by their pool's name.

    >>> distinct([("ages", ["a", "b"]), ("joints", ["b", "c"])])[0].tolist()
    ['a', 'b', 'joints:b', 'c']
    """
    ids: dict[str, None] = {}
    renamed: list[str] = []
    for pool, names in pools:
        for name in names:
            new = str(name)
            while new in ids:
                new = f"{pool}:{new}"
            renamed += [new] if new != name else []
            ids[new] = None
    note = f"{counted(len(renamed), 'id')} of several pools told apart by pool, as in '{next(iter(renamed), '')}'."
    return np.array(list(ids), dtype=object), (note,) if renamed else ()


def _joined(pools: Sequence[tuple[int, np.ndarray | None]]) -> np.ndarray | None:
    if all(part is None for _, part in pools):
        return None
    return np.concatenate([np.full(count, "", object) if part is None else part for count, part in pools])


def _count(signals: Sequence[Signal], columns: Mapping[str, Any]) -> int:
    """The number of rows. Raises RowsError where signals and columns do not match in name or length."""
    lengths, names = {name: len(column) for name, column in columns.items()}, [signal.name for signal in signals]
    if set(lengths) == set(names) and len(set(lengths.values())) == 1:
        return next(iter(lengths.values()))
    lacking = [name for name in names if name not in lengths]
    strange = [name for name in lengths if name not in names]
    do = "Pass present={name: bool array} for labels that only some rows have: such a column holds a value a row too."
    if strange:
        do = f"Leave {listed(strange)} out, or declare a signal of that name."
    if lacking:
        do = f"Add {listed(lacking)}, or leave {'it' if len(lacking) == 1 else 'them'} out of the signals."
    has = [f"{name} ({counted(length, 'row')})" for name, length in lengths.items()]
    raise RowsError(
        f"Rows with the signals {listed(names)} were to be made.",
        f"The columns are {listed(has)}.",
        "Each signal needs one column of its own name, and all columns the same length.",
        do,
    )


def _column(signal: Signal, batch: Any, present: Any, count: int) -> Column:
    has = np.ones(count, bool) if present is None else np.asarray(present, bool)
    where = np.where(has, np.cumsum(has) - 1, -1)
    try:
        if has.shape != (count,):
            raise ValueError(f"is said to be present in {has.shape} rows of {count}")
        rows = np.flatnonzero(has)  # keep only what exists
        held = [batch[row] for row in rows] if signal.ragged else batch if has.all() else np.asarray(batch)[rows]
        return packed(signal, held, where)
    except (ValueError, TypeError) as error:
        raise RowsError(
            f"Rows with the signal '{signal.name}' ({signal.kind}) were to be made.",
            f"Its column {error}.",
            f"All values stand in one array, the rows first: here {_batch_form(signal)}.",
            f"Mend them, or pass present={{'{signal.name}': bool array}} where only some rows have one.",
        ) from None


def _batch_form(signal: Signal) -> str:
    if signal.ragged:
        return "(rows,) objects, one value a row"
    return f"({', '.join(['rows', *map(str, signal.shape)])}{'' if signal.shape else ','})"


def _common_signals(pools: Sequence[Rows]) -> dict[str, Signal]:
    signals: dict[str, Signal] = {}
    for pool in pools:
        for name, signal in pool.signals.items():
            if signals.setdefault(name, signal) != signal:
                raise RowsError(
                    f"{counted(len(pools), 'pool')} of rows were to be joined.",
                    f"'{name}' is {signals[name]} in one and {signal} in another.",
                    "A name stands for one signal.",
                    "Read both pools with the same signal, or rename one.",
                )
    return signals
