"""Sources: the tables that a comparison reads, from files, from a pipe or from standard input.

A path that ends in .csv, .tsv, .jsonl, .ndjson or .parquet is read as that; what comes through a pipe
has no ending, and is told by its first bytes.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from endwise.data.piped import PIPED, STANDARD_INPUT, spooled
from endwise.data.problems import Problem, printable
from endwise.data.tables import READERS, Table, read_table
from endwise.errors import UsageError


@dataclass(frozen=True)
class Source:
    """A file of what one system put out.

    Parameters
    ----------
    system: the system's name.
    path: where the file lies, as it was written; `-` is standard input.
    signal: the signal whose true value the system was given, or "" where it ran on its own.
    """

    system: str
    path: str
    signal: str = ""


def named(files: Sequence[str]) -> list[Source]:
    """A source for each file: `NAME=FILE`, or a file that gives its system the name of its stem.

    Stems that are equal take their folders' names with them. Raises UsageError where names stay equal.

    >>> [one.system for one in named(["a/out.csv", "b/out.csv", "new=c.csv", "-"])]
    ['a/out', 'b/out', 'new', 'stdin']
    """
    split = [_split(file) for file in files]
    unnamed = [Path(path) for name, path in split if not name and path != STANDARD_INPUT]
    sources = [
        Source(name or ("stdin" if path == STANDARD_INPUT else _short(Path(path), unnamed)), path)
        for name, path in split
    ]
    twice = [name for name, count in Counter(one.system for one in sources).items() if count > 1]
    if twice:
        raise UsageError(
            f"Predictions were given as {', '.join(files)}.",
            f"Two of them are called '{twice[0]}'.",
            "Each system needs a name of its own to be told apart in the answer.",
            f"Give one of them another name: NAME={next(one.path for one in sources if one.system == twice[0])}",
        )
    return sources


def _split(file: str) -> tuple[str, str]:
    """Name and path; a file whose own name holds an '=' is a path."""
    name, equals, path = file.partition("=")
    return (name, path) if equals and name and not Path(file).exists() else ("", file)


def _short(path: Path, others: Sequence[Path]) -> str:
    """The stem, with as many folders before it as tell it from the other paths' names."""
    for count in range(1, len(path.parts)):
        if sum(_ending_in(one, count) == _ending_in(path, count) for one in others) <= 1:
            return _ending_in(path, count)
    return _ending_in(path, len(path.parts))


def _ending_in(path: Path, count: int) -> str:
    """The last `count` parts of a path, without the suffix."""
    return "/".join((*path.parts[:-1], path.stem)[-count:])


def read_source(path: str) -> Table:
    """All columns of the table at `path`; what is wrong with it is among its problems."""
    if path == STANDARD_INPUT:
        with spooled(sys.stdin.buffer) as copy:
            return read_table(copy, PIPED)
    file, name = Path(path), printable(path)
    wrong = _unreadable(file)
    if wrong:
        return Table(name, file.parent, problems=[Problem(name, None, "", wrong)])
    if file.is_file():
        return read_table(file, name)
    with file.open("rb") as pipe, spooled(pipe) as copy:  # a named pipe, or <(command) in a shell
        return read_table(copy, name)


def _unreadable(file: Path) -> str:
    """Why a path cannot be read as a table, in words that read on from its name; "" where it can be tried."""
    if not file.exists():
        return "is not there"
    if file.is_dir():
        return "is a folder, not a table"
    unknown = file.is_file() and file.suffix.lower() not in READERS
    return f"is none of {', '.join(READERS)}" if unknown else ""
