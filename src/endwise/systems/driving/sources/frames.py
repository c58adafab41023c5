"""What a folder of recordings holds, before any picture is opened: frames with the control of their driver."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import endwise as ew

PICTURES: Final = (".jpg", ".jpeg", ".png")
OVER: Final = 1e-3
"""A steer or an acceleration beyond -1..1 by so little is rounding, and taken as 1."""
FASTEST: Final = 100.0
"""m/s; a car that is said to be faster is not."""
_UNWANTED: Final = "__MACOSX"
"""What macOS puts into zip files."""


@dataclass(frozen=True)
class Frame:
    """One picture of a drive, and what its driver did.

    Parameters
    ----------
    file: the picture.
    number: its place in the recording; neighbours differ by 1.
    seconds: when it was taken, by the recording's clock; None where nothing says so.
    steer, accelerate: in -1..1, left positive, below 0 braking: the convention of `signals.control`.
    speed: m/s, 0 to FASTEST; None where unknown.
    """

    file: Path
    number: int
    seconds: float | None
    steer: float
    accelerate: float
    speed: float | None = None


@dataclass
class Found:
    """What one layout makes of a folder; `recordings` are lists of frames in their order, by name."""

    root: Path
    files: Sequence[Path]
    recordings: dict[str, list[Frame]] = field(default_factory=dict)
    problems: list[ew.Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def name(self, file: Path) -> str:
        """A file as messages call it: relative to the folder, in characters that can be printed."""
        within = file.relative_to(self.root).as_posix() if file != self.root else file.name
        return within.encode("utf-8", "backslashreplace").decode()

    def spoil(self, file: Path, reason: str, line: int | None = None, column: str = "") -> None:
        """Note what is wrong with a file, or with a line of it."""
        self.problems.append(ew.Problem(self.name(file), line, column, reason))

    def lines(self, file: Path) -> list[str]:
        """The lines of a text; where it cannot be read, none, and a problem."""
        try:
            return file.read_text(encoding="utf-8-sig").splitlines()
        except UnicodeDecodeError:
            self.spoil(file, "is not UTF-8")
        except OSError as error:
            self.spoil(file, f"cannot be opened ({error.strerror or error})")
        return []


class Wrong(Exception):
    """A value that cannot be used, and the column that it stands in."""

    def __init__(self, column: str, reason: str) -> None:
        self.column, self.reason = column, reason


def number(column: str, value: object) -> float:
    """A number that a log holds. Raises Wrong where it is none, or not finite."""
    try:
        found = float(value)  # type: ignore[arg-type]  # what is no number is refused below
    except (TypeError, ValueError, OverflowError):
        raise Wrong(column, f"is not a number: {str(value)[:40]!r}") from None
    if not math.isfinite(found):
        raise Wrong(column, f"is {found}")
    return found


def share(column: str, value: object) -> float:
    """A number in -1..1. Raises Wrong where it is none."""
    found = number(column, value)
    if abs(found) > 1 + OVER:
        raise Wrong(column, f"is {found:g}, outside -1..1")
    return min(max(found, -1.0), 1.0)


def pace(column: str, value: object, unit: float = 1.0) -> float:
    """A speed in m/s, from one in units of so many m/s. Raises Wrong where a car has no such speed."""
    found = number(column, value) * unit
    if abs(found) > FASTEST:
        raise Wrong(column, f"is {found:g} m/s, more than {FASTEST:g}")
    return max(found, 0.0)  # a car that rolls back is slow


def files_in(root: Path) -> list[Path]:
    """All files in a folder and the folders in it, 2 before 10; hidden ones are passed over."""
    inside = [file for file in root.rglob("*") if _wanted(file.relative_to(root)) and file.is_file()]
    return sorted(inside, key=lambda file: [counting(part) for part in file.relative_to(root).parts])


def _wanted(file: Path) -> bool:
    return not any(part.startswith(".") or part == _UNWANTED for part in file.parts)


def counting(name: str) -> list[tuple[int, str]]:
    """A name in parts that sort as people count.

    >>> sorted(["10.jpg", "9.jpg"], key=counting)
    ['9.jpg', '10.jpg']
    """
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name) if part]
