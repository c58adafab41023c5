"""Layouts: how a folder of data is laid out, and which tables are read from it.

    tables     hands/rows.csv, hands/ages.parquet, ...; media columns hold paths relative to the table
    metadata   Hugging Face's imagefolder and audiofolder: metadata.csv or .jsonl with a column file_name,
               also one each in train/ and test/, which then are the split
    classes    a folder per class and no table: digits/train/7/0001.png

All are read into `Table`s; where the signals stand under other names or in folder names, notes say so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from endwise.data.problems import Problem, printable
from endwise.data.tables import READERS, Table, read_table
from endwise.data.wide import Wanted, join
from endwise.errors import RowsError, counted, listed

FILE_NAME = "file_name"  # Hugging Face's column of paths
SPLITS = {
    "train": "train", "training": "train", "test": "test", "testing": "test",
    "validation": "train", "valid": "train", "val": "train", "dev": "train",
}  # fmt: skip
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm", ".pbm")
SOUNDS = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aif", ".aiff")
DATA = (".json", ".xlsx", ".xls", ".txt", ".h5", ".npz")  # somebody may expect these to be read; they are named
UNWANTED = "__MACOSX"  # what macOS puts into zip files


@dataclass
class Found:
    """What a folder holds: its tables, the files left unread and why, and what a person should know."""

    root: Path
    tables: list[Table] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ignored: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def columns(self) -> list[str]:
        """The names of all columns of all tables, each once."""
        return list(dict.fromkeys(name for table in self.tables for name in table.columns if name))


def find(
    path: Path, signals: Sequence[str], keys: Collection[str], medium: str, label: str, spread: Collection[str]
) -> Found:
    """The tables at `path`, a folder or one table, with the columns `signals` and `keys` (id, group, split).

    `medium` is the signal that a column file_name may stand for, `label` the one that a folder's name may stand for
    ("": none), `spread` are those that numbered columns may hold. Raises RowsError where there is no such path, no
    table, or none with a signal.
    """
    wanted = Wanted({*signals, *keys, FILE_NAME}, spread)
    try:
        found, read = _read_all(path, wanted, medium, label)
    except OSError as error:
        raise _unopened(path, error) from None
    if not read:
        raise _no_table(path, label)
    _use_file_names(read, medium, found.notes)
    found.notes += [note for table in read for note in join(table, wanted)]
    used = [table for table in read if not table.columns or _says(table, signals)]
    found.tables = [table for table in used if table.columns]
    found.problems += [problem for table in used for problem in table.problems]
    found.ignored += [_unused(table) for table in read if table not in used]
    if not used:
        raise _no_column(path, signals, read)
    return found


def _read_all(path: Path, wanted: Collection[str], medium: str, label: str) -> tuple[Found, list[Table]]:
    """All tables at `path`, of use or not."""
    found = Found(path if path.is_dir() else path.parent)
    files = _table_files(path, found)
    read = [read_table(file, printable(file.relative_to(found.root)), wanted, split) for file, split in files]
    if not read and path.is_dir() and medium and label:
        read = _class_tables(found, medium, label)
    return found, read


def _table_files(path: Path, found: Found) -> list[tuple[Path, str]]:
    """The tables to read, each with the split that its folder stands for."""
    if path.is_file() and path.suffix.lower() in READERS:
        return [(path, "")]
    if not path.is_dir():
        raise _no_path(path)
    files: list[tuple[Path, str]] = []
    for folder, split in _parts(path):
        entries = [entry for entry in _entries(folder, found) if entry.is_file()]
        tables = [entry for entry in entries if entry.suffix.lower() in READERS]
        files += [(table, split) for table in tables]
        found.ignored += [_unknown(entry, path) for entry in entries if entry.suffix.lower() in DATA]
    return files


def _parts(root: Path) -> list[tuple[Path, str]]:
    """The folder itself and, with their split, the folders train/, test/ and the like in it."""
    inside = [(one, SPLITS[one.name.lower()]) for one in sorted(root.iterdir()) if one.name.lower() in SPLITS]
    return [(root, ""), *((folder, split) for folder, split in inside if folder.is_dir())]


def _entries(folder: Path, found: Found) -> list[Path]:
    """What lies in a folder, hidden things left out; names that are not UTF-8 are problems."""
    entries = []
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry.name == UNWANTED:
            continue
        try:
            entry.name.encode()
            entries.append(entry)
        except UnicodeEncodeError:
            name = printable(entry.relative_to(found.root))
            found.problems.append(Problem(name, None, "", "has a name that is not UTF-8: rename the file"))
    return entries


def _class_tables(found: Found, medium: str, label: str) -> list[Table]:
    """A table for each folder of files that is named for its class, HF imagefolder without metadata."""
    splits = [(folder, split) for folder, split in _parts(found.root) if split and _holds_classes(folder)]
    if splits:
        found.ignored += _beside(found.root, [folder for folder, _ in splits])
    tables = [
        _class_table(found, folder, split, medium, label)
        for part, split in splits or [(found.root, "")]
        for folder in _entries(part, found)
        if folder.is_dir()
    ]
    tables = [table for table in tables if len(table)]
    if tables:
        found.notes.append(f"No table: '{label}' is read from the names of folders, '{medium}' from the files in them.")
    return tables


def _holds_classes(folder: Path) -> bool:
    """Whether there are folders of files in a folder: one called test may be a class itself."""
    return any(_holds_media(one) for one in folder.iterdir())


def _holds_media(folder: Path) -> bool:
    return folder.is_dir() and any(one.suffix.lower() in PICTURES + SOUNDS for one in folder.iterdir())


def _beside(root: Path, splits: Sequence[Path]) -> list[Problem]:
    """The folders of files that lie beside those of the split, which is all that is read."""
    names = " and ".join(f"{one.name}/" for one in splits)
    return [
        Problem(printable(one.relative_to(root)), None, "", f"lies beside {names}, which hold the rows")
        for one in sorted(root.iterdir())
        if one not in splits and not one.name.startswith(".") and _holds_media(one)
    ]


def _class_table(found: Found, folder: Path, split: str, medium: str, label: str) -> Table:
    table = Table(printable(folder.relative_to(found.root)), folder, split, (medium, label))
    table.headings[label], table.kinds[label] = "folder name", "category"  # also where folders are called 0 to 9
    files = [file for file in _entries(folder, found) if file.suffix.lower() in PICTURES + SOUNDS]
    table.places = [(f"{table.name}/{file.name}", None) for file in files]
    table.cells = {medium: [file.name for file in files], label: [folder.name] * len(files)}
    others = sum(1 for one in folder.iterdir()) - len(files)
    if others and files:
        found.ignored.append(Problem(table.name, None, "", f"{counted(others, 'thing')} in it is no picture or sound"))
    return table


def _use_file_names(tables: Sequence[Table], medium: str, notes: list[str]) -> None:
    """Let the column file_name stand for the medium, where no table has a column for it."""
    missing = medium and not any(medium in table.columns for table in tables)
    for table in tables:
        paths = table.cells.pop(FILE_NAME, None)
        if paths is not None and missing:
            table.cells[medium] = paths
            table.headings[medium] = FILE_NAME
            notes.append(f"{table.name}: the column {FILE_NAME} is read as '{medium}'.")


def _says(table: Table, signals: Collection[str]) -> bool:
    """Whether a table says anything about the signals."""
    return not set(signals).isdisjoint({*table.columns, *table.headings})


def _unknown(file: Path, root: Path) -> Problem:
    return Problem(printable(file.relative_to(root)), None, "", f"is none of {', '.join(READERS)}")


def _unused(table: Table) -> Problem:
    return Problem(table.name, None, "", f"has none of the columns asked for, but {listed(list(table.columns))}")


def _no_path(path: Path) -> RowsError:
    name, folder = printable(path), path.parent
    if path.exists():
        here = f"It is a {path.suffix or 'file without an ending'}."
        do = f"Hand over a folder, or one of {', '.join(READERS)}."
    else:
        beside = sorted(printable(one.name) for one in folder.iterdir()) if folder.is_dir() else []
        here, do = "There is no such file or folder.", f"Beside it: {listed(beside)}." if beside else "Check the path."
    return RowsError(f"Rows were to be read from {name}.", here, "Rows are read from a folder or a table.", do)


def _unopened(path: Path, error: OSError) -> RowsError:
    return RowsError(
        f"Rows were to be read from {printable(path)}.",
        f"{printable(error.filename or path)} cannot be opened: {error.strerror or error}.",
        "Rows are read from a folder or a table.",
        "Check who may read it.",
    )


def _no_table(path: Path, label: str) -> RowsError:
    inside = [printable(one.name) for one in sorted(path.iterdir()) if not one.name.startswith(".")]
    classes = "or one folder a class with its pictures in it" if label else "whatever folders its files lie in"
    return RowsError(
        f"Rows were to be read from {printable(path)}.",
        f"It holds {listed(inside)}.",
        f"There is no table ({', '.join(READERS)}) directly in it, nor in train/ or test/.",
        f"Put a table there, with a column for each signal, {classes}.",
    )


def _no_column(path: Path, signals: Sequence[str], tables: Sequence[Table]) -> RowsError:
    columns = list(dict.fromkeys(name for table in tables for name in table.columns if name))
    return RowsError(
        f"Rows with {listed(signals)} were to be read from {printable(path)}.",
        f"Its columns are {listed(columns)}.",
        "None of them is a signal's.",
        "Name a column for each signal, or declare signals by the columns' names.",
    )
