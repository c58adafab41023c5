"""Tables: CSV, TSV, JSON lines and Parquet files, read cell by cell with their line numbers."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from endwise.data.problems import Problem
from endwise.errors import counted


@dataclass
class Table:
    """What was read of one table: the wanted columns, as cells.

    Parameters
    ----------
    name: its path relative to the folder that is read, as it is shown.
    folder: where it lies; the paths in it are relative to that.
    split: "train" or "test" where it lies in a folder of that name, else "".
    columns: the names of all its columns.
    places: for each row the file and line to show for it.
    cells: for each wanted column that it has, one cell a row.
    headings: the column's name in the file, where a signal is read from one of another name.
    kinds: the kind of a column, where the layout says it and its cells do not.
    problems: what was wrong before any cell was looked at.
    """

    name: str
    folder: Path
    split: str = ""
    columns: tuple[str, ...] = ()
    places: list[tuple[str, int | None]] = field(default_factory=list)
    cells: dict[str, list[Any]] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.places)

    def begin(self, columns: Iterable[str], wanted: Collection[str] | None) -> bool:
        """Take the header. False, with a problem noted, when it is not to be understood."""
        self.columns = tuple(columns)
        self.cells = {name: [] for name in self.columns if wanted is None or name in wanted}
        twice = sorted({name for name in self.columns if name and self.columns.count(name) > 1})
        self.problems += [Problem(self.name, 1, name, "is the name of two columns") for name in twice]
        return not twice

    def add(self, line: int, row: dict[str, Any]) -> None:
        """Take one row."""
        self.places.append((self.name, line))
        for name, cells in self.cells.items():
            cells.append(row.get(name))

    def spoilt(self, line: int | None, reason: str) -> None:
        """Note a row, or the table itself, that cannot be read."""
        self.problems.append(Problem(self.name, line, "", reason))


def read_table(file: Path, name: str, wanted: Collection[str] | None = None, split: str = "") -> Table:
    """The `wanted` columns of a table (or all); what is wrong with it is among its problems, and never raised."""
    table = Table(name, file.parent, split)
    try:
        if not file.stat().st_size:
            table.spoilt(None, "is empty: it has no bytes")
        else:
            READERS[file.suffix.lower()](file, table, wanted)
    except UnicodeDecodeError:
        table.spoilt(*_not_utf8(file))
    except OSError as error:
        table.spoilt(None, f"cannot be opened ({error.strerror or error})")
    if not table.places and not table.problems:
        table.spoilt(None, "is empty: it has no rows")
    return table


def _csv(file: Path, table: Table, wanted: Collection[str] | None) -> None:
    with file.open(encoding="utf-8-sig", newline="") as text:
        separator = "\t" if file.suffix.lower() == ".tsv" else _separator(text.readline())
        text.seek(0)
        reader = csv.reader(text, delimiter=separator, strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
            if table.begin(header, wanted):
                _csv_rows(reader, table, header)
        except csv.Error as error:
            table.spoilt(reader.line_num, f"cannot be read as CSV ({error}); the lines after it were not read")


def _csv_rows(reader: Any, table: Table, header: list[str]) -> None:
    line = reader.line_num + 1  # where the row begins: a quoted cell may run over several lines
    for cells in reader:
        if len(cells) == len(header):
            table.add(line, dict(zip(header, cells, strict=True)))
        elif cells:  # an empty line is no row
            table.spoilt(line, f"has {counted(len(cells), 'cell')}, the header has {len(header)}")
        line = reader.line_num + 1


def _separator(header: str) -> str:
    """A comma, unless the header has none: spreadsheets of many countries write semicolons."""
    return next((mark for mark in ",;\t" if mark in header), ",")


def _jsonl(file: Path, table: Table, wanted: Collection[str] | None) -> None:
    rows: list[tuple[int, dict[str, Any]]] = []
    names: dict[str, None] = {}
    with file.open(encoding="utf-8-sig") as text:
        for line, content in enumerate(text, 1):
            if content.strip():
                try:
                    row = _object(content)
                except (ValueError, RecursionError) as error:
                    table.spoilt(line, f"is not a JSON object ({error})")
                    continue
                names.update(dict.fromkeys(row))
                rows.append((line, {name: cell for name, cell in row.items() if wanted is None or name in wanted}))
    table.begin(names, wanted)  # a row may lack any column, so the header is known at the end
    for line, row in rows:
        table.add(line, row)


def _object(content: str) -> dict[str, Any]:
    row = json.loads(content, object_pairs_hook=_once)
    if not isinstance(row, dict):
        raise ValueError(f"but {type(row).__name__}")
    return row


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the name {next(name for name in names if names.count(name) > 1)!r} occurs twice")
    return found


def _parquet(file: Path, table: Table, wanted: Collection[str] | None) -> None:
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(file) as opened:
            if table.begin(opened.schema_arrow.names, wanted):
                for number, row in enumerate(_parquet_rows(opened, list(table.cells)), 1):
                    table.add(number, row)
    except (pyarrow.ArrowException, OSError) as error:
        table.spoilt(None, f"cannot be read as Parquet ({str(error).splitlines()[0]})")


def _parquet_rows(opened: Any, columns: list[str]) -> Iterator[dict[str, Any]]:
    for batch in opened.iter_batches(columns=columns):
        yield from batch.to_pylist()


def _not_utf8(file: Path) -> tuple[int | None, str]:
    """The line and reason for a table that is not UTF-8."""
    data = file.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return 1, "is UTF-16, not UTF-8: save it as UTF-8"
    try:
        data.decode()
    except UnicodeDecodeError as error:
        byte = f"0x{data[error.start]:02X}"
        return data.count(b"\n", 0, error.start) + 1, f"is not UTF-8 (byte {byte}): save the table as UTF-8"
    return None, "is not UTF-8: save the table as UTF-8"


READERS: dict[str, Callable[[Path, Table, Collection[str] | None], None]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".parquet": _parquet,
}
