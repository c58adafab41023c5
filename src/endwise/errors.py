"""Everything that can go wrong, as one tree.

    EndwiseError
    ├── DeclarationError    a signal, component, system or design does not hold together
    ├── UsageError          a command or call asks for something that does not exist
    ├── RowsError           rows that cannot be used, each problem with file, row, column and reason
    │   └── LabelsError     the rows are fine, but no design can be trained on the labels they carry
    ├── StoreError          a store that is not ours, is newer than we are, or is damaged
    ├── StudyError          no cell could be measured, or the study was stopped
    ├── BundleError         a winner that cannot be loaded or fed
    └── MissingExtra        an optional dependency is not installed

Every message has four parts: what you asked, what is here, why that does not go, what to do next.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class EndwiseError(Exception):
    """An error in four parts. Each part is one or more whole sentences.

    Parameters
    ----------
    asked: what the user asked for.
    here: what endwise found instead (names, counts).
    why: why the two do not meet.
    do: what to do next.
    """

    def __init__(self, asked: str, here: str, why: str, do: str) -> None:
        self.asked, self.here, self.why, self.do = asked, here, why, do
        super().__init__("\n".join(part for part in (asked, here, why, do) if part))

    def __reduce__(self) -> tuple[object, ...]:  # errors cross process borders
        return (type(self), (self.asked, self.here, self.why, self.do))


class DeclarationError(EndwiseError):
    """A signal, component, system or design does not hold together."""


class UsageError(EndwiseError):
    """A command or call asks for something that does not exist."""


class RowsError(EndwiseError):
    """Rows that cannot be used."""


class LabelsError(RowsError):
    """No design can be trained on the labels that the rows carry."""


class StoreError(EndwiseError):
    """A store that is not ours, is newer than we are, or is damaged."""


class StudyError(EndwiseError):
    """No cell could be measured, or the study was stopped before it could say anything."""


class BundleError(EndwiseError):
    """A winner that cannot be loaded or fed."""


class MissingExtra(EndwiseError):
    """An optional dependency is not installed."""

    @classmethod
    def of(cls, what: str, extra: str) -> MissingExtra:
        """The error for a feature `what` that needs `endwise[extra]`."""
        return cls(
            f"{what} was asked for.",
            f"The packages of the extra '{extra}' are not installed.",
            "endwise keeps its base small.",
            f"Install them with: pip install 'endwise[{extra}]'",
        )


def near(name: str, known: Iterable[str]) -> str:
    """A sentence that suggests the nearest known name, or lists the known ones.

    >>> near("lenghts", ["lengths", "joints"])
    "Did you mean 'lengths'?"
    """
    names = [str(one) for one in known]
    close = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean '{close[0]}'?" if close else f"Known: {listed(names)}."


def listed(names: Sequence[str], most: int = 12) -> str:
    """Names joined for a sentence; long lists are cut with a count.

    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    if not names:
        return "none"
    shown = ", ".join(str(name) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"


def counted(count: int, noun: str) -> str:
    """A count with its noun.

    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
