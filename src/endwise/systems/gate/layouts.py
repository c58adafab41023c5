"""What lies in a folder of photographs of people, in the layouts in which people download them: see `DRAWN`.

The folder may be the data set's own or one above it. Nothing is opened here but tables and texts.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import endwise as ew
from endwise.systems.gate.door.naming import key, named
from endwise.systems.gate.door.pictures import PICTURES

SIDES: Final = ("left", "top", "right", "bottom")
DRAWN: Final = {
    "wider": "wider_face_split/wider_face_train_bbx_gt.txt and WIDER_train/images/0--Parade/0_Parade_0.jpg",
    "table": "a table (CSV) with the columns file, left, top, right, bottom and, if known, person",
    "folders": "a folder for each person: Ada_Lovelace/Ada_Lovelace_0001.jpg (LFW), s1/1.pgm (ORL), "
    "train/n000002/0001_01.jpg (VGGFace2)",
}
"""Each layout in a line."""
_WIDER: Final = re.compile(r"wider_face_(\w+)_bbx_gt\.txt")
_UNWANTED: Final = "__MACOSX"
"""What macOS puts into zip files."""


@dataclass(frozen=True)
class Face:
    """One face, and what is known of it, before its picture is opened.

    Parameters
    ----------
    file: the picture.
    person: "" where unknown.
    box: left, top, right, bottom in px of the upright picture; None where unknown.
    part: "train", "test" or "", as the data set says of the person.
    table: the table and the line that speak of it, if one does.
    """

    file: Path
    person: str = ""
    box: tuple[float, ...] | None = None
    part: str = ""
    table: tuple[str, int] | None = None


@dataclass
class Found:
    """What one layout makes of a folder; `files` are all that lie in it, `pairs` the pictures that pairs name."""

    root: Path
    files: Sequence[Path]
    faces: list[Face] = field(default_factory=list)
    problems: list[ew.Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pairs: set[Path] = field(default_factory=set)

    def name(self, file: Path) -> str:
        """A file as messages call it: relative to the folder, in characters that can be printed."""
        within = file.relative_to(self.root) if file.is_relative_to(self.root) else file
        return within.as_posix().encode("utf-8", "backslashreplace").decode()

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


def files_in(root: Path) -> list[Path]:
    """All files in a folder and the folders in it, 2 before 10; hidden ones are passed over."""
    inside = [file for file in root.rglob("*") if _wanted(file.relative_to(root)) and file.is_file()]
    return sorted(inside, key=lambda file: [_counting(part) for part in file.relative_to(root).parts])


def _wanted(file: Path) -> bool:
    return not any(part.startswith(".") or part == _UNWANTED for part in file.parts)


def _counting(name: str) -> list[tuple[int, str]]:
    """A name in parts that sort as people count."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name) if part]


def is_picture(file: Path) -> bool:
    """Whether it looks like one by its name."""
    return file.suffix.lower() in PICTURES


def folders(found: Found) -> None:
    """A folder for each person: LFW (Huang et al. 2007), ORL (Samaria & Harter 1994), VGGFace2 (Cao et al. 2018)."""
    crowd: dict[Path, list[Path]] = {}
    for file in found.files:
        if is_picture(file) and file.parent != found.root:
            crowd.setdefault(file.parent, []).append(file)
    parts = {_part(found, folder) for folder in crowd}
    seen: dict[str, Path] = {}
    for folder, files in crowd.items():
        try:
            person = named(folder.name)
        except ew.EndwiseError as reason:
            found.spoil(folder, f"is no name of a person: {reason.here}", column="person")
            continue
        if seen.setdefault(key(person), folder) != folder:
            found.spoil(folder, f"is called as {found.name(seen[key(person)])} is", column="person")
            continue
        part = _part(found, folder) if parts == {"train", "test"} else ""
        found.faces += [Face(file, person, part=part) for file in files]


def _part(found: Found, folder: Path) -> str:
    above = [part.lower() for part in folder.relative_to(found.root).parts[:-1]]
    return next((part for part in ("train", "test") if part in above), "")


def table(found: Found) -> None:
    """Tables of one's own, directly in the folder: a line a face."""
    for file in found.files:
        if file.parent == found.root and file.suffix.lower() == ".csv":
            for line, cells in _cells(found, file):
                try:
                    found.faces.append(_face(found, file, line, cells))
                except _Wrong as wrong:
                    found.spoil(file, wrong.reason, line, wrong.column)


class _Wrong(Exception):
    """A cell that cannot be used."""

    def __init__(self, column: str, reason: str) -> None:
        self.column, self.reason = column, reason


def _cells(found: Found, file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The cells of a table, line by line; none where it has no columns of files and boxes."""
    reader = csv.reader(found.lines(file))
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        if not {"file", *SIDES} <= set(header):
            return
        for cells in reader:
            if len(cells) == len(header):
                yield reader.line_num, {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
            elif cells:
                found.spoil(file, f"has {len(cells)} cells, the header has {len(header)}", reader.line_num)
    except csv.Error as error:
        found.spoil(file, f"cannot be read as a table ({error}); the lines after it were not read", reader.line_num)


def _face(found: Found, table: Path, line: int, cells: Mapping[str, str]) -> Face:
    """The face of one line. Raises _Wrong."""
    file = table.parent / cells["file"]
    if not file.resolve().is_relative_to(found.root.resolve()):
        raise _Wrong("file", f"names '{cells['file']}', which leaves the folder")
    if not file.is_file():
        raise _Wrong("file", f"names '{cells['file']}', which is not there")
    try:
        person = named(cells["person"]) if cells.get("person") else ""
    except ew.EndwiseError as reason:
        raise _Wrong("person", f"is no name of a person: {reason.here}") from None
    return Face(file, person, _box([cells[side] for side in SIDES]), table=(found.name(table), line))


def _box(cells: Sequence[str]) -> tuple[float, ...] | None:
    if not any(cells):
        return None
    try:
        left, top, right, bottom = map(float, cells)
    except ValueError:
        raise _Wrong("box", f"is not four numbers: {', '.join(cells)}") from None
    # Comparing is false for NaN.
    if not (left < right and top < bottom and max(map(abs, (left, top, right, bottom))) < float("inf")):
        raise _Wrong("box", f"is empty: {left:g}, {top:g}, {right:g}, {bottom:g}")
    return left, top, right, bottom


def wider(found: Found) -> None:
    """WIDER FACE (Yang et al. 2016): a line with the picture, one with a count, and x, y, w, h and six flags a face."""
    at: dict[tuple[str, ...], list[Path]] = {}
    for file in found.files:
        if is_picture(file):
            at.setdefault(file.parts[-2:], []).append(file)
    for text in found.files:
        match = _WIDER.fullmatch(text.name)
        if match:
            _read_wider(found, text, match[1], at)


def _read_wider(found: Found, text: Path, part: str, at: Mapping[tuple[str, ...], list[Path]]) -> None:
    lines = found.lines(text)
    unused, line = 0, 0
    while line < len(lines):
        name, count = lines[line].strip(), lines[line + 1].strip() if line + 1 < len(lines) else ""
        if not count.isdecimal():
            found.spoil(text, f"has no count of faces after {name}; the lines from it on were not read", line + 1)
            return
        file = _picture(at.get(Path(name).parts[-2:], ()), part)
        if file is None:
            found.spoil(text, f"names '{name}', which is not there", line + 1, "file")
        first = line + 2
        line = first + max(int(count), 1)  # a picture without a face has a line of zeros
        for number, face in enumerate(lines[first : first + int(count)], first + 1):
            unused += file is not None and not _put_wider(found, file, text, number, face)
    if unused:
        found.notes.append(f"{found.name(text)}: {unused:,} faces marked invalid, or without height, were left out.")


def _picture(files: Sequence[Path], part: str) -> Path | None:
    """Of pictures of one name that of the part."""
    return next((file for file in files if f"WIDER_{part}" in file.parts), files[0] if files else None)


def _put_wider(found: Found, file: Path, text: Path, number: int, line: str) -> bool:
    """Add the face of one line; False where the data set itself says that it is none."""
    cells = line.split()
    if not (len(cells) >= 4 and all(cell.lstrip("-").isdecimal() for cell in cells)):
        found.spoil(text, f"is not a box of whole numbers: '{line[:40]}'", number, "box")
        return True
    left, top, wide, high, *flags = map(int, cells)
    if wide <= 0 or high <= 0 or (len(flags) > 3 and flags[3]):
        return False
    box = float(left), float(top), float(left + wide), float(top + high)
    found.faces.append(Face(file, box=box, table=(found.name(text), number)))
    return True


LAYOUTS: Final[Mapping[str, Callable[[Found], None]]] = {one.__name__: one for one in (wider, table, folders)}
"""In the order in which they are tried."""


def pairs(found: Found, file: Path) -> None:
    """LFW's pairs: name, picture, picture, or name, picture, name, picture; the first line counts.

    The pictures that are named go to `found.pairs`. Those that are not there are problems.
    """
    there = {(face.person, face.file.stem): face.file for face in found.faces}
    for number, line in enumerate(found.lines(file), 1):
        cells = line.strip().split("\t")
        if len(cells) in (3, 4) and all(cell.isdecimal() for cell in (cells[1], cells[-1])):
            for person, picture in {(cells[0], cells[1]), (cells[-2] if len(cells) == 4 else cells[0], cells[-1])}:
                taken = there.get((person, f"{person}_{int(picture):04}"))
                if taken is None:
                    found.spoil(file, f"names picture {picture} of {person}, which is not there", number, "pair")
                else:
                    found.pairs.add(taken)
        elif line.strip() and number > 1:
            found.spoil(file, f"is no pair: '{line.strip()[:40]}'", number, "pair")
