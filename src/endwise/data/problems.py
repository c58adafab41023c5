"""Problems: what is wrong with rows, one record each, and the error that lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from endwise.errors import RowsError, counted

SHOWN = 10  # problems spelled out in an error; `endwise check` lists them all


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with one row, or with a whole file or column.

    Parameters
    ----------
    file: the table (or picture) it was found in, relative to the folder that was read.
    row: line of the table as a person counts (the header is line 1; Parquet counts rows from 1), or None.
    column: the column, or "" where it is not about one.
    reason: words that read on from the column's name: "has 23 points, expected 24".

    >>> print(Problem("hands.csv", 3, "joints", "has 23 points, expected 24"))
    hands.csv, line 3, joints: has 23 points, expected 24
    """

    file: str
    row: int | None
    column: str
    reason: str

    def __str__(self) -> str:
        count = "row" if self.file.lower().endswith(".parquet") else "line"
        place = [self.file, f"{count} {self.row}" if self.row is not None else "", self.column]
        return f"{', '.join(part for part in place if part)}: {self.reason}"


def printable(name: str | PurePath) -> str:
    """A file name that can be printed and stored: bytes that are not UTF-8 are shown as escapes."""
    return str(name).encode("utf-8", "backslashreplace").decode()


def spelled_out(problems: Sequence[Problem]) -> str:
    """How many problems there are, and the first few of them in full, one a line."""
    lines = [f"  {problem}" for problem in problems[:SHOWN]]
    if len(problems) > SHOWN:
        lines.append(f"  and {len(problems) - SHOWN:,} more")
    return "\n".join([f"There {'is' if len(problems) == 1 else 'are'} {counted(len(problems), 'problem')}:", *lines])


def refusal(asked: str, here: str, problems: Sequence[Problem]) -> RowsError:
    """The error for rows of a study with `problems`."""
    return RowsError(
        asked,
        f"{here} {spelled_out(problems)}",
        "A bad value is never taken for a label, and no row is dropped silently.",
        "Mend them ('endwise check' lists every one; leave a cell empty where there is no label),"
        " or leave those rows out with skip_bad=True (--skip-bad).",
    )
