"""Columns: the values of one signal, and which rows have one.

A column keeps only values that exist: `where` gives each row's position among them, or -1. So a side
pool of a million plain rows costs nothing for the pictures it lacks, an absent label has no value that
could be mistaken for a target, and two columns are joined without copying either.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from endwise.system.signals import (
    Box,
    Category,
    Frames,
    Gallery,
    Identity,
    Mask,
    Number,
    Parts,
    Posteriors,
    Segments,
    Signal,
    Symbols,
    Text,
)

DTYPES = {
    "image": "|u1", "stack": "|u1", "mask": "|u1", "points": "<f4", "box": "<f4", "number": "<f4", "vector": "<f4",
    "category": "<i4", "identity": "<f4", "audio": "<f4", "frames": "<f4", "posteriors": "<f4", "symbols": "<i4",
    "segments": "<f4", "text": "|u1", "gallery": "|u1", "parts": "|u1",
}  # fmt: skip
CHUNK = 256  # rows hashed at a time: 20 MB of pictures of 160 x 160 x 3


@dataclass(frozen=True, eq=False)
class Block:
    """Values of one signal, one after the other.

    `values` is (M, *shape); where lengths vary, it holds all values end to end and value i lies in
    `offsets[i]:offsets[i + 1]`. `stem` names the files they are mapped from, if they are.
    """

    values: np.ndarray
    offsets: np.ndarray | None = None
    stem: Path | None = None

    def __len__(self) -> int:
        return len(self.values) if self.offsets is None else len(self.offsets) - 1

    def take(self, signal: Signal, at: np.ndarray) -> np.ndarray:
        """The values at positions `at`, in the batch form of signals.py; never a view of the block."""
        if self.offsets is None:
            return np.asarray(self.values[at])
        batch = np.empty(len(at), dtype=object)
        for row, i in enumerate(at):
            batch[row] = decode(signal, self.values[self.offsets[i] : self.offsets[i + 1]])
        return batch


@dataclass(frozen=True, eq=False)
class Column:
    """One signal over N rows: `where` (N,) holds positions in the blocks counted through, or -1."""

    signal: Signal
    where: np.ndarray
    blocks: tuple[Block, ...]

    @property
    def present(self) -> np.ndarray:
        """Which rows have a value: bool (N,)."""
        return np.asarray(self.where >= 0)

    @cached_property
    def _starts(self) -> np.ndarray:
        return np.cumsum([0, *(len(block) for block in self.blocks)])

    def take(self, index: np.ndarray) -> np.ndarray:
        """The values of rows `index`, all of which must have one, in batch form."""
        at = self.where[index]
        if len(self.blocks) == 1:
            return self.blocks[0].take(self.signal, at)
        batch = _empty(self.signal, len(at))
        of = np.searchsorted(self._starts, at, side="right") - 1  # which block each value lies in
        for i in np.unique(of):
            batch[of == i] = self.blocks[i].take(self.signal, at[of == i] - self._starts[i])
        return batch

    def content(self) -> Iterator[bytes]:
        """What the column says, as bytes that do not depend on how it is stored."""
        yield np.packbits(self.present).tobytes()
        rows = np.flatnonzero(self.present)
        for start in range(0, len(rows), CHUNK):
            batch = self.take(rows[start : start + CHUNK])
            if not self.signal.ragged:
                yield np.ascontiguousarray(batch).tobytes()
                continue
            for value in batch:
                data = encode(self.signal, value).tobytes()
                yield len(data).to_bytes(8, "little")
                yield data


class View:
    """Some rows of a column, read when they are asked for: what `rows[index]` would be, without the memory.

    It is indexed like an array with the rows first, by slices and integer arrays.
    """

    def __init__(self, column: Column, index: np.ndarray) -> None:
        self._column, self._index = column, index
        one = column.take(index[:1])
        self.dtype, self.ndim = one.dtype, one.ndim
        self.shape = (len(index), *one.shape[1:])

    def __len__(self) -> int:
        return len(self._index)

    def __getitem__(self, at: Any) -> Any:
        rows = self._index[at]
        return self._column.take(np.atleast_1d(rows)) if np.ndim(rows) else self._column.take(np.array([rows]))[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        whole = self._column.take(self._index)
        return whole if dtype is None else whole.astype(dtype)


def absent(signal: Signal, count: int) -> Column:
    """A column that no row has a value in."""
    return Column(signal, np.full(count, -1), ())


def packed(signal: Signal, batch: Any, where: np.ndarray) -> Column:
    """A column from values in batch form and each row's position among them.

    Raises ValueError with a plain reason where the values do not fit the signal.
    """
    fitting = [_checked(signal, value) for value in batch] if signal.ragged else _dense(signal, batch)
    return stored(signal, fitting, where)


def stored(signal: Signal, batch: Any, where: np.ndarray) -> Column:
    """`packed` for values that are known to fit."""
    if not signal.ragged:
        return Column(
            signal, where, (Block(np.asarray(batch, DTYPES[signal.kind]) if len(batch) else _empty(signal, 0)),)
        )
    flats = [encode(signal, value) for value in batch]
    offsets = np.cumsum([0, *(len(flat) for flat in flats)])
    none = np.empty((0, *_row(signal)), DTYPES[signal.kind])
    return Column(signal, where, (Block(np.concatenate([none, *flats]), offsets),))


def chained(signal: Signal, columns: Sequence[Column]) -> Column:
    """One column over the rows of several, in their order; no value is copied."""
    wheres, start = [], 0
    for column in columns:
        wheres.append(np.where(column.present, column.where + start, -1))
        start += sum(len(block) for block in column.blocks)
    return Column(signal, np.concatenate(wheres), tuple(block for column in columns for block in column.blocks))


def encode(signal: Signal, value: Any) -> np.ndarray:
    """One value of varying length as the array that is stored for it."""
    if isinstance(signal, Text):
        return np.frombuffer(value.encode(), np.uint8)
    if isinstance(signal, Gallery | Parts):
        return np.frombuffer(json.dumps(_plain(value), sort_keys=True).encode(), np.uint8)
    return np.asarray(value, DTYPES[signal.kind])


def decode(signal: Signal, flat: np.ndarray) -> Any:
    """The value that `encode` stored."""
    if isinstance(signal, Text):
        return flat.tobytes().decode()
    if isinstance(signal, Gallery | Parts):
        return _restored(signal, json.loads(flat.tobytes()))
    return np.array(flat)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _restored(signal: Signal, plain: Any) -> Any:
    if isinstance(signal, Parts):
        return {part.name: _restored(part, plain[part.name]) for part in signal.parts}
    if isinstance(signal, Gallery):
        return {name: np.array(one, np.float32) for name, one in plain.items()}
    if isinstance(signal, Text):
        return plain
    array = np.array(plain, DTYPES[signal.kind])
    if isinstance(signal, Frames | Posteriors | Segments):
        return array.reshape(-1, *_row(signal))  # a sequence of no vectors still has its width
    return array[()]  # a scalar where the part is one number


def _row(signal: Signal) -> tuple[int, ...]:
    """Shape of one step of a value of varying length."""
    return tuple(size or 0 for size in signal.shape[1:]) if isinstance(signal, Frames | Posteriors | Segments) else ()


def _empty(signal: Signal, count: int) -> np.ndarray:
    if signal.ragged:
        return np.empty(count, dtype=object)
    return np.empty((count, *(size or 0 for size in signal.shape)), DTYPES[signal.kind])


def _dense(signal: Signal, batch: Any) -> np.ndarray:
    """`batch` as checked values (M, *shape), or ValueError."""
    array, dtype = np.asarray(batch), np.dtype(DTYPES[signal.kind])
    if not len(array):
        return _empty(signal, 0)
    allowed = {"u": array.dtype == dtype, "i": array.dtype.kind in "iu", "f": array.dtype.kind in "fiub"}
    if not allowed[dtype.kind]:
        raise ValueError(f"holds values of type {array.dtype}, expected {dtype}")
    if array.shape[1:] != signal.shape:
        raise ValueError(f"has values of shape {array.shape[1:]}, expected {signal.shape}")
    with np.errstate(over="ignore"):  # what is too large for 32 bits becomes infinite, and is refused as that
        array = array.astype(dtype, copy=False) if dtype.kind == "f" else array
    bad = _bad(signal, array)
    if bad.any():
        raise ValueError(f"{_fault(signal)} ({int(bad.sum())} of {len(array)} values)")
    return array.astype(dtype, copy=False)  # whole numbers are narrowed after their range is known


def _bad(signal: Signal, array: np.ndarray) -> np.ndarray:
    """Which of the values (M, *shape) the signal does not allow: bool (M,)."""
    if isinstance(signal, Category):
        return np.asarray((array < 0) | (array >= len(signal.values)))
    if isinstance(signal, Mask):
        return np.asarray((array >= len(signal.values)).any(axis=(1, 2)))
    if array.dtype.kind != "f":
        return np.zeros(len(array), bool)
    bad = ~np.all(np.isfinite(array).reshape(len(array), -1), axis=1)
    if isinstance(signal, Number):
        bad |= ~((array >= signal.low) & (array <= signal.high))
    if isinstance(signal, Identity):
        bad |= array[:, 0] >= len(signal.people)
    if isinstance(signal, Box):
        bad |= ~((array[:, 2] > array[:, 0]) & (array[:, 3] > array[:, 1]))
    return np.asarray(bad)


def _fault(signal: Signal) -> str:
    if isinstance(signal, Category | Mask):
        return f"holds an index outside 0..{len(signal.values) - 1}"
    if isinstance(signal, Identity):
        return f"holds NaN, an infinite number, or a place outside 0..{len(signal.people) - 1}"
    range_ = f", or one outside {signal.low:g}..{signal.high:g}" if isinstance(signal, Number) else ""
    return f"holds NaN or an infinite number{range_}{', or an empty box' if isinstance(signal, Box) else ''}"


def _checked(signal: Signal, value: Any) -> Any:
    """One value of varying length, checked. Symbols and parts stand as indices here, not as names."""
    if isinstance(signal, Symbols):
        array = np.asarray(value)
        inside = array.ndim == 1 and ((array >= 0) & (array < len(signal.alphabet))).all()
        if not inside or (array.size and array.dtype.kind not in "iu"):
            raise ValueError(f"is not a sequence of indices into an alphabet of {len(signal.alphabet)}")
        return array
    if isinstance(signal, Parts):
        if not isinstance(value, dict) or set(value) != {part.name for part in signal.parts}:
            raise ValueError(f"is not a structure of {', '.join(part.name for part in signal.parts)}")
        return {part.name: _part(part, value[part.name]) for part in signal.parts}
    return signal.check(value)


def _part(part: Signal, value: Any) -> Any:
    return _checked(part, value) if part.ragged else _dense(part, np.asarray(value)[None])[0]
