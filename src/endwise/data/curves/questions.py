"""Data curves from a table of measurements: a row is the error of one design at one size in one repeat."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from endwise.data.curves.cells import (
    ALL_ZERO,
    NO_RATES,
    family_in,
    is_missing,
    name_in,
    natural,
    number_in,
    told,
    wrong_chance,
    wrong_error,
    wrong_size,
)
from endwise.data.curves.tables import curve_table
from endwise.data.problems import SHOWN, Problem
from endwise.data.tables import Table
from endwise.errors import RowsError, counted, listed

Value = TypeVar("Value", float, str)
KNOWN = 100_000  # texts that are remembered while a column is read
MOST_DESIGNS = 200  # of one question: every pair is looked at
MOST_SIZES = 1_000  # of one design: a forecast weighs every shape against every size
MOST_PLACES = 20_000_000  # designs x sizes x repeats of one question, as held in memory


@dataclass(frozen=True)
class MeasuredCurve:
    """One design's errors: per size of `sizes` (increasing) one a repeat, NaN where that repeat is missing."""

    design: str
    sizes: tuple[int, ...]
    errors: tuple[tuple[float, ...], ...]
    n_test: int | None = None
    chance: float | None = None
    family: str | None = None


@dataclass(frozen=True)
class Question:
    """Designs that were measured on the same rows. `curve` is its id where a table holds several."""

    curve: str | None
    curves: tuple[MeasuredCurve, ...]


@dataclass(frozen=True)
class Questions:
    """What a table holds. `notes` say which of its columns were not read or not used."""

    questions: tuple[Question, ...]
    notes: tuple[str, ...] = ()


@dataclass
class _Design:
    """The rows of one design: by size and repeat the number of its row; and its constants, with their rows."""

    rows: dict[int, dict[Any, int]] = field(default_factory=dict)
    constants: dict[str, tuple[Any, int]] = field(default_factory=dict)


_Found = Mapping[str | None, Mapping[str, _Design]]  # question -> design -> its rows


def read_curves(source: str | Path | Mapping[str, Iterable[Any]]) -> Questions:
    """The questions in a table with columns design, n, error and, if given, repeat, n_test, chance, family, curve.

    Parameters
    ----------
    source: a CSV, TSV, JSON lines or Parquet file, `-` for standard input, or columns by name.

    Neither the order of the rows nor that of the columns matters; without a column `repeat`, the rows of one design
    and size are its repeats in their order. Raises RowsError, which names every problem with its line and column.
    """
    table, notes = curve_table(source)
    reading = _Reading(table)
    questions = () if table.problems else reading.questions()
    if reading.count:
        raise _refusal(table, reading)
    return Questions(questions, (*notes, *reading.notes))


class _Reading:
    """A table while it is read: problems are counted, and the first of each column kept."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.kept: list[tuple[int, Problem]] = [(-1, one) for one in table.problems]
        self.count = len(self.kept)
        self.notes: list[str] = []
        self._of: dict[str, int] = {}

    def note(self, row: int, column: str, reason: str) -> None:
        """Note what is wrong with one row."""
        self.count += 1
        self._of[column] = self._of.get(column, 0) + 1
        if self._of[column] <= SHOWN:
            file, line = self.table.places[row]
            self.kept.append((row, Problem(file, line, self.table.headings.get(column, column), reason)))

    def line(self, row: int) -> str:
        """Where a row stands, to be named beside another."""
        return f"{'row' if self.table.name.lower().endswith('.parquet') else 'line'} {self.table.places[row][1]}"

    def questions(self) -> tuple[Question, ...]:
        """The questions, in the order of their ids; what is not complete once there is a problem."""
        sizes, errors = self._numbers("n", wrong_size), self._numbers("error", wrong_error)
        found = self._grouped(sizes)
        self._leave_other_units(found, errors)
        self._check_zeros(found, errors)
        if self.count:
            return ()
        return tuple(self._question(curve, found[curve], errors) for curve in sorted(found, key=natural))

    def _numbers(self, column: str, wrong: Callable[[float], str], needed: bool = True) -> list[float | None]:
        """A column's cells as numbers; None where there is none or it is wrong."""

        def read(cell: Any) -> tuple[float | None, str]:
            if not needed and is_missing(cell):
                return None, ""
            value, reason = number_in(cell)
            reason = reason or wrong(value or 0.0)
            return (None if reason else value), reason

        return self._read(column, read)

    def _names(self, column: str) -> list[str | None]:
        """A column's cells as names; None where there is none."""
        return self._read(column, lambda cell: (None, "is empty") if is_missing(cell) else (name_in(cell), ""))

    def _read(self, column: str, read: Callable[[Any], tuple[Value | None, str]]) -> list[Value | None]:
        """What `read` makes of each cell; a reason is noted. Text that comes again is read once."""
        known: dict[str, tuple[Value | None, str]] = {}
        found: list[Value | None] = []
        for row, cell in enumerate(self.table.cells[column]):
            got = known.get(cell) if isinstance(cell, str) else None
            if got is None:
                got = read(cell)
                if isinstance(cell, str) and len(known) < KNOWN:
                    known[cell] = got
            if got[1]:
                self.note(row, column, got[1])
            found.append(got[0])
        return found

    def _grouped(self, sizes: list[float | None]) -> dict[str | None, dict[str, _Design]]:
        """The rows by question, design, size and repeat."""
        cells = self.table.cells
        nothing: list[Any] = [None] * len(self.table)
        curves = self._names("curve") if "curve" in cells else nothing
        designs = self._names("design")
        repeats = self._names("repeat") if "repeat" in cells else None
        checks = {"n_test": wrong_size, "chance": wrong_chance}
        constants: dict[str, list[Any]] = {
            name: self._numbers(name, check, False) for name, check in checks.items() if name in cells
        }
        if "family" in cells:
            constants["family"] = self._read("family", family_in)
        found: dict[str | None, dict[str, _Design]] = defaultdict(lambda: defaultdict(_Design))
        for row, (curve, name, size) in enumerate(zip(curves, designs, sizes, strict=True)):
            lacking = ("curve" in cells and curve is None) or (repeats is not None and repeats[row] is None)
            if name is None or size is None or lacking:
                continue
            design = found[curve][name]
            at = design.rows.setdefault(int(size), {})
            first = at.setdefault(len(at) if repeats is None else repeats[row], row)
            if first != row:
                self.note(row, "repeat", f"is again {name!r} at {int(size):,} in this repeat, as in {self.line(first)}")
            for column, values in constants.items():
                self._constant(design, column, values[row], row)
        return found

    def _constant(self, design: _Design, column: str, value: Any, row: int) -> None:
        """Keep a value that is the same in all rows of a design."""
        if value is None:
            return
        known, first = design.constants.setdefault(column, (value, row))
        if known != value:
            self.note(row, column, f"is {told(value)}, but {told(known)} in {self.line(first)}: a design has one")

    def _leave_other_units(self, found: _Found, errors: list[float | None]) -> None:
        """Forget the number of test rows where a question's errors are no rates: nothing is binomial there."""
        without = []
        for curve, designs in found.items():
            rows = (row for one in designs.values() for at in one.rows.values() for row in at.values())
            if any((errors[row] or 0) > 1 for row in rows):
                forgotten = [one.constants.pop("n_test", None) for one in designs.values()]
                without += [curve] if any(forgotten) else []
        if without:
            named = [f"{curve!r}" for curve in without if curve is not None]
            self.notes.append(NO_RATES.format(f" in {listed(named, 5)}" if named else ""))

    def _check_zeros(self, found: _Found, errors: list[float | None]) -> None:
        """Errors of zero need the number of test rows."""
        for design in (one for designs in found.values() for one in designs.values()):
            for size, repeats in design.rows.items() if "n_test" not in design.constants else ():
                known = [(row, error) for row in repeats.values() if (error := errors[row]) is not None]
                if known and not any(error for _, error in known):
                    self.note(known[0][0], "error", ALL_ZERO.format(size))

    def _question(self, curve: str | None, designs: Mapping[str, _Design], errors: list[float | None]) -> Question:
        places = sorted({one for design in designs.values() for at in design.rows.values() for one in at}, key=natural)
        _check_extent(curve, designs, len(places))
        made = [self._curve(name, designs[name], places, errors) for name in sorted(designs, key=natural)]
        return Question(curve, tuple(made))

    def _curve(self, name: str, design: _Design, places: list[Any], errors: list[float | None]) -> MeasuredCurve:
        sizes = tuple(sorted(design.rows))
        rows = (design.rows[size] for size in sizes)
        measured = tuple(tuple(_at(errors, at.get(place)) for place in places) for at in rows)
        n_test, chance, family = (design.constants.get(one, (None, 0))[0] for one in ("n_test", "chance", "family"))
        return MeasuredCurve(name, sizes, measured, None if n_test is None else int(n_test), chance, family)


def _at(errors: list[float | None], row: int | None) -> float:
    error = None if row is None else errors[row]
    return math.nan if error is None else error


def _check_extent(curve: str | None, designs: Mapping[str, _Design], repeats: int) -> None:
    """Refuse a question that is too large to be answered, before it is built."""
    sizes = max(len(design.rows) for design in designs.values())
    filled = sum(len(design.rows) for design in designs.values()) * repeats
    if len(designs) <= MOST_DESIGNS and sizes <= MOST_SIZES and filled <= MOST_PLACES:
        return
    raise RowsError(
        f"A forecast of {'these curves' if curve is None else f'the curve {curve!r}'} was asked for.",
        f"{counted(len(designs), 'design')}; up to {counted(sizes, 'size')} and {counted(repeats, 'repeat')} each.",
        f"One question holds up to {MOST_DESIGNS:,} designs, {MOST_SIZES:,} sizes and {MOST_PLACES:,} repeats in all.",
        "Name independent questions in a column 'curve', keep the sizes that matter (the largest, half and a quarter of"
        " it say most), and give the same names to the repeats of all sizes and designs.",
    )


def _refusal(table: Table, reading: _Reading) -> RowsError:
    """The error for a table with problems: the first few in full, the others counted."""
    shown = [problem for _, problem in sorted(reading.kept, key=lambda one: one[0])][:SHOWN]
    lines = [f"  {problem}" for problem in shown]
    if reading.count > len(shown):
        lines.append(f"  and {reading.count - len(shown):,} more")
    rows = f" in {counted(len(table), 'row')}" if len(table) else ""
    form = (
        "A row is one measurement: design, n (training rows), error; and if known repeat, n_test (test rows), chance"
        " (the error of always giving the same answer), family (of the model that learns), curve (the question it"
        " belongs to)."
    )
    return RowsError(
        f"A forecast from {table.name} was asked for.",
        "\n".join(
            [f"There {'is' if reading.count == 1 else 'are'} {counted(reading.count, 'problem')}{rows}:", *lines]
        ),
        "A forecast rests on every row, so none is guessed at or left out.",
        f"{'Mend them' if len(table) else 'Give a table that has rows'}. {form}",
    )
