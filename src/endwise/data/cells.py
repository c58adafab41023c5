"""Cells: what stands in a table, read as a value of a signal.

A cell is a str (CSV) or plain data (JSON lines, Parquet). TypeError says that it is no such thing at all
("is not a number: 'tall'"), ValueError that it is one which the signal does not allow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np

from endwise.errors import counted
from endwise.system.signals import (
    Audio,
    Box,
    Category,
    Frames,
    Gallery,
    Identity,
    Image,
    Mask,
    Number,
    Parts,
    Points,
    Posteriors,
    Segments,
    Signal,
    Stack,
    Symbols,
    Text,
    Vector,
)

MEDIA = (Image, Mask, Stack, Audio)  # a cell names their files
BETWEEN = re.compile(r"[\s,;]+")
NUMBERS = {
    Points: "points",
    Box: "a box",
    Vector: "a list of numbers",
    Frames: "a list of vectors",
    Posteriors: "a list of chances",
}


def is_absent(cell: Any) -> bool:
    """Whether a cell says that the row has no such label: empty or null, and nothing else."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


class Gapped(list[Any]):
    """A list of which parts are missing: None in their place. `lacks` names the columns that hold none."""

    def __init__(self, items: Iterable[Any], lacks: str) -> None:
        super().__init__(items)
        self.lacks = lacks


def value_of(signal: Signal, cell: Any) -> Any:
    """The value of `signal` in a cell that is not absent, in the form of signals.py.

    >>> from endwise.system.signals import Vector
    >>> value_of(Vector("lengths", size=3), "1; 2; 3").tolist()
    [1.0, 2.0, 3.0]
    """
    if isinstance(cell, Gapped):
        raise ValueError(f"lacks a part: {cell.lacks} of this row")
    if isinstance(signal, Parts):
        return _parts(signal, cell)
    with np.errstate(over="ignore"):  # too large for 32 bits: becomes infinite, which is refused
        return signal.check(_plain(signal, cell))


def paths_of(signal: Signal, cell: Any) -> tuple[str, ...]:
    """The paths in a cell of a picture, a sound or a stack of pictures."""
    paths = _json(cell) if _is_json(cell) else cell
    if isinstance(signal, Stack) and isinstance(paths, str):
        paths = [part.strip() for part in paths.split(";")]
    paths = [paths.strip()] if isinstance(paths, str) else paths
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise TypeError(f"is not a path: {_short(cell)}")
    expected = signal.count if isinstance(signal, Stack) else 1
    if len(paths) != expected:
        raise ValueError(f"names {counted(len(paths), 'file')}, expected {expected}")
    return tuple(paths)


def number_of(cell: Any) -> float:
    """The number in a cell, NaN and infinite ones included. Raises TypeError."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float | Decimal):
        raise TypeError(f"is not a number: {_short(cell)}")
    try:
        return float(cell)
    except (ValueError, OverflowError):
        raise TypeError(f"is not a number: {_short(cell)}") from None


def list_of(cell: Any) -> list[Any]:
    """The list in a cell: a JSON list, or numbers with spaces, commas or semicolons between. Raises TypeError."""
    found = cell
    if isinstance(cell, str):
        found = _json(cell) if _is_json(cell) else [number_of(part) for part in BETWEEN.split(cell.strip())]
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        found = [cell]
    if not isinstance(found, list):
        raise TypeError(f"is not a list: {_short(cell)}")
    return found


def name_of(cell: Any) -> str:
    """The category named by a cell; 1.0, which a table with gaps makes of 1, is 1 again.

    >>> name_of(" cat "), name_of(1.0), name_of("2.0")
    ('cat', '1', '2')
    """
    text = str(cell).strip()
    return text[:-2] if text.endswith(".0") and text[:-2].lstrip("-").isdigit() else text


def _plain(signal: Signal, cell: Any) -> Any:
    match signal:
        case Number():
            return number_of(cell)
        case Points() | Box() | Vector() | Frames() | Posteriors():
            return _array(signal, cell)
        case Identity():
            if isinstance(cell, list | dict | bytes):
                raise TypeError(f"is not a name: {_short(cell)}")
            return name_of(cell)
        case Category():
            if isinstance(cell, list | dict | bytes):
                raise TypeError(f"is not a category: {_short(cell)}")
            return str(cell).strip() if str(cell).strip() in signal.values else name_of(cell)
        case Symbols():
            return _symbols(cell)
        case Segments():
            return _json(cell) if _is_json(cell) else cell
        case Text():
            return _text(cell)
        case _:
            return _structure(signal, cell)


def _array(signal: Signal, cell: Any) -> np.ndarray:
    what = NUMBERS[type(signal)]
    try:
        array = np.asarray(list_of(cell), dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"is not {what}: {_short(cell)}") from None
    if isinstance(signal, Points) and array.ndim == 1 and len(array) % 2 == 0:
        return array.reshape(-1, 2)  # x1 y1 x2 y2 ...
    return array


def _symbols(cell: Any) -> list[str]:
    found = _json(cell) if _is_json(cell) else cell.split() if isinstance(cell, str) else cell
    if not isinstance(found, list) or any(isinstance(one, list | dict) for one in found):
        raise TypeError(f"is not a sequence of symbols: {_short(cell)}")
    return [str(one) for one in found]


def _text(cell: Any) -> str:
    if not isinstance(cell, str):
        raise TypeError(f"is not text: {_short(cell)}")
    try:
        cell.encode()
    except UnicodeEncodeError:  # JSON can spell half of a surrogate pair
        raise ValueError("holds half a character, which is not text") from None
    return cell


def _structure(signal: Signal, cell: Any) -> dict[str, Any]:
    found = _json(cell) if _is_json(cell) else cell
    if not isinstance(signal, Gallery | Parts) or not isinstance(found, dict):
        raise TypeError(f"is not a JSON object, as {signal.kind} needs: {_short(cell)}")
    return found


def _parts(signal: Parts, cell: Any) -> dict[str, Any]:
    found = _structure(signal, cell)
    missing = [part.name for part in signal.parts if is_absent(found.get(part.name))]
    if missing:
        raise ValueError(f"lacks the part {missing[0]!r}")
    return {part.name: value_of(part, found[part.name]) for part in signal.parts}


def _is_json(cell: Any) -> bool:
    return isinstance(cell, str) and cell.lstrip()[:1] in ("[", "{")


def _json(cell: str) -> Any:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        raise TypeError(f"is not JSON: {_short(cell)}") from None


def _short(cell: Any) -> str:
    text = ascii(cell) if isinstance(cell, str) and not cell.isprintable() else repr(cell)
    return text if len(text) <= 40 else text[:37] + "..."
