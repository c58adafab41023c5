"""Answers: true and predicted cells read as numbers, as names of classes, or as text."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from endwise.data.cells import is_absent, name_of, number_of
from endwise.data.predictions.matching import Column, Matched
from endwise.data.problems import Problem, spelled_out
from endwise.errors import RowsError, counted, listed

Kind = Literal["number", "category", "text"]
DECIMAL_COMMA = re.compile(r"\s*-?\d+,\d+\s*")
SHARE = 0.9  # of the cells decide on the kind, as they do for signals
MOST_CLASSES = 100
LONGEST_CLASS = 60  # characters; longer ones are sentences


@dataclass(frozen=True)
class Answers:
    """True values (N,) and one array (N,) of predictions a source: float64, or objects that are str."""

    true: np.ndarray
    predicted: tuple[np.ndarray, ...]
    notes: tuple[str, ...] = ()


def kind_of(matched: Matched) -> tuple[Kind, str]:
    """The kind of answer that the true values suggest, and why, as words that follow "since"."""
    cells = matched.true.cells
    numbers = sum(_is_number(cell) for cell in cells)
    if numbers >= SHARE * len(cells):
        if all(name_of(cell) in ("0", "1") for one in (matched.true, *matched.predicted) for cell in one.cells):
            return "category", "all values are 0 or 1"
        return "number", "the true values are numbers"
    names = {name_of(cell) for cell in cells}
    if not any(len(name.split()) > 1 for name in names):
        return "category", "the true values are single words"
    few = len(names) <= min(MOST_CLASSES, max(2, len(cells) // 2)) and max(map(len, names)) <= LONGEST_CLASS
    if few:
        return "category", f"the true values are {counted(len(names), 'distinct text')}"
    return "text", "the true values are sentences"


def read_answers(matched: Matched, kind: Kind) -> Answers:
    """The values as `kind`. Raises RowsError that names every unreadable, blank or infinite one by its line."""
    problems: list[Problem] = []
    read = READERS[kind]
    true, *predicted = (_read(column, read, problems) for column in (matched.true, *matched.predicted))
    if problems:
        untrue = any(problem.file == matched.true.file for problem in problems)
        raise RowsError(
            f"The values of '{matched.headings.column}' were to be read as {WORDS[kind]}.",
            spelled_out(sorted(problems, key=lambda one: (one.file, one.row or 0))),
            "What cannot be judged is never passed over, and never taken for a value.",
            f"Leave the cells of {matched.true.file} empty where there is no true value, and mend the others."
            if untrue
            else "Mend them, judge by another metric (--metric), or leave those predictions out and give --common"
            " (common=True).",
        )
    return Answers(true, tuple(predicted), _notes(matched, kind, true, predicted))


def _read(column: Column, read: Callable[[Any], Any], problems: list[Problem]) -> np.ndarray:
    values = np.empty(len(column.cells), dtype=object)
    for row, cell in enumerate(column.cells):
        try:
            values[row] = read(cell)
        except (TypeError, ValueError) as reason:
            problems.append(column.problem(row, str(reason)))
    return values.astype(np.float64) if read is _number and not problems else values


def _number(cell: Any) -> float:
    if is_absent(cell):
        raise ValueError("is empty")
    value = number_of(cell)
    if not math.isfinite(value):
        raise ValueError("is NaN or an infinite number")
    return value


def _class(cell: Any) -> str:
    if is_absent(cell):
        raise ValueError("is empty")
    if isinstance(cell, float) and not math.isfinite(cell):
        raise ValueError("is NaN or an infinite number")
    if not isinstance(cell, str | bool | int | float):
        raise TypeError(f"is not the name of a class: {cell!r:.40}")
    return unicodedata.normalize("NFC", name_of(cell))


def _text(cell: Any) -> str:
    """A text; an empty one is an answer too: nothing was heard."""
    if cell is None:
        raise ValueError("is empty")
    if not isinstance(cell, str):
        raise TypeError(f"is not a text: {cell!r:.40}")
    return unicodedata.normalize("NFC", cell)  # one letter, however its accent was written down


def _is_number(cell: Any) -> bool:
    """Whether a cell is a number, or one with a decimal comma, which is refused later by its line."""
    try:
        number_of(cell)
    except TypeError:
        return isinstance(cell, str) and bool(DECIMAL_COMMA.fullmatch(cell))
    return True


def _notes(matched: Matched, kind: Kind, true: np.ndarray, predicted: Sequence[np.ndarray]) -> tuple[str, ...]:
    """What a reader should know of predictions that were taken as they are."""
    notes = []
    known = set(true) if kind == "category" else set()
    for column, values in zip(matched.predicted, predicted, strict=True):
        if kind == "text" and (empty := sum(not value.strip() for value in values)):
            notes.append(
                f"{column.file}: {counted(empty, 'prediction')} without a word; all its words count as missed."
            )
        strange = sorted(set(values) - known) if kind == "category" else []
        if strange:
            shown = listed([repr(one) for one in strange], 5)
            notes.append(f"{column.file}: predicts values that the truth never has: {shown}.")
    return tuple(notes)


READERS: dict[Kind, Callable[[Any], Any]] = {"number": _number, "category": _class, "text": _text}
WORDS: dict[Kind, str] = {"number": "numbers", "category": "names of classes", "text": "text"}
