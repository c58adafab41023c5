"""Kinds: signals read off the data, for `--path "xray -> joints -> age"` without a line of code.

    files that are pictures        Image, of their common size (at most 160 px on the long side)
    files that are sounds          Audio, at their common rate
    numbers                        Number (in mm/px where the name ends in mm_per_px)
    lists of pairs of numbers      Points, in px on the first picture (also columns nose_x, nose_y)
    columns of four edges          Box, in px on the first picture
    lists of numbers               Vector
    lists of strings               Symbols
    strings, few of them distinct  Category
    other strings                  Text

A column is of the kind that nine in ten of its cells have; the others are found bad when it is read.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from statistics import median_low
from typing import Any

import PIL.Image

from endwise.data.cache import Fence
from endwise.data.cells import is_absent, list_of, name_of, number_of
from endwise.data.layouts import PICTURES, SOUNDS, Found, find
from endwise.data.pictures import TURNED
from endwise.data.problems import printable
from endwise.errors import RowsError, UsageError, counted, listed, near
from endwise.system.signals import Audio, Box, Category, Image, Number, Points, Signal, Symbols, Text, Vector

LONGEST = 160  # pixels: what the default models learn from in minutes on a CPU
LOOKED_AT = 500  # files whose headers are read for their size
MOST_VALUES = 100  # of a category that was not declared as one
SHARE = 0.9  # of the cells decide on the kind
ALMOST = re.compile(r"[-+]?(\d{1,3}([.,'\u00a0\u202f ]\d{3})+|\d+)([.,]\d+)?\s*%?")
"""82,3 and 82.1 % and 82,090: numbers to people."""


@dataclass(frozen=True)
class Column:
    """The cells of one name that are not absent, the files among them, the first picture, and if models make it."""

    name: str
    cells: list[Any]
    files: list[Path]
    on: str = ""
    made: bool = True


def infer(
    path: Path | str, wanted: Sequence[str], *, given: Sequence[str] = (), kinds: Mapping[str, str] | None = None
) -> dict[str, Signal]:
    """A signal for each name, of the kind that its column at `path` has, or that `kinds` says.

    The first of the `wanted` is the input; with those `given` it comes with every row, and models make the others.
    Raises RowsError where a name has no column or its kind cannot be told, UsageError for an unknown kind.
    """
    asked, names = dict(kinds or {}), [*wanted, *given]
    _check_kinds(asked, names)
    found = find(Path(path), names, (), names[0], names[1] if len(names) == 2 else "", names)
    columns = {name: _column(found, name) for name in names}
    chosen = {name: asked.get(name) or _kind(found, column) for name, column in columns.items()}
    on = next((name for name in names if chosen[name] == "image"), "")
    return {
        name: MAKERS[chosen[name]](Column(name, column.cells, column.files, on, made=name in wanted[1:]))
        for name, column in columns.items()
    }


def _check_kinds(asked: Mapping[str, str], names: Sequence[str]) -> None:
    for name, kind in asked.items():
        if name not in names or kind not in MAKERS:
            wrong, known = (name, list(names)) if name not in names else (kind, list(MAKERS))
            raise UsageError(
                f"'{name}' was said to be of the kind '{kind}'.",
                f"The signals are {listed(names)}; kinds that can be read off data are {listed(list(MAKERS))}.",
                f"'{wrong}' is not among them.",
                near(wrong, known),
            )


def _column(found: Found, name: str) -> Column:
    cells: list[Any] = []
    files: list[Path] = []
    fence = Fence(found.root)
    for table in found.tables:
        held = [cell for cell in table.cells.get(name, []) if not is_absent(cell)]
        cells += held
        paths = [cell for cell in held if _ending(cell) in PICTURES + SOUNDS]
        for path in paths[:: max(1, len(paths) // LOOKED_AT)]:
            try:
                files.append(fence.find(table.folder, path).path)
            except ValueError:  # found again, and listed, when the rows are read
                continue
    if not cells:
        raise RowsError(
            f"The kind of '{name}' was to be read off the data in {printable(found.root)}.",
            f"The columns are {listed(found.columns)}.",
            "That column is empty." if name in found.columns else "There is no such column.",
            "Fill it, or leave the signal out." if name in found.columns else near(name, found.columns),
        )
    return Column(name, cells, files)


def _kind(found: Found, column: Column) -> str:
    """The kind that the layout says, or that of nine in ten cells."""
    said = next((table.kinds[column.name] for table in found.tables if column.name in table.kinds), "")
    if said:
        return said
    kind, count = Counter(_kind_of(cell) for cell in column.cells).most_common(1)[0]
    if count >= SHARE * len(column.cells) and kind not in ("string", "strange"):
        return kind
    if all(isinstance(cell, str | bool | int | float) for cell in column.cells):
        _refuse_spoilt_numbers(found, column)
        return "category" if _is_category(column.cells) else "text"
    raise RowsError(
        f"The kind of '{column.name}' was to be read off the data in {printable(found.root)}.",
        f"Its first cell is {column.cells[0]!r:.60}.",
        "That is none of the kinds that can be read off data.",
        "Declare the signal in Python; `endwise init` writes a project to start from.",
    )


def _refuse_spoilt_numbers(found: Found, column: Column) -> None:
    """Raise RowsError for a column that is mostly numbers, or what a person reads as numbers: no class, no text."""
    other = [cell for cell in column.cells if _kind_of(cell) != "number"]
    mostly = 2 * len(other) <= len(column.cells)
    if not mostly and 2 * sum(bool(ALMOST.fullmatch(str(cell).strip())) for cell in other) < len(column.cells):
        return
    raise RowsError(
        f"The kind of '{column.name}' was to be read off the data in {printable(found.root)}.",
        f"{len(other):,} of its {counted(len(column.cells), 'cell')} are no numbers, the first {other[0]!r:.40}.",
        "Most are numbers: it is not clear whether these are names, or numbers that are missing or written otherwise."
        if mostly
        else "They look like numbers, but a number has a point and nothing else in it: no comma, no percent sign.",
        f"Leave cells empty where a number is missing; write 82.5 for 82,5 and 82.5 %; or say that they are names:"
        f" --kind {column.name}=category.",
    )


def _kind_of(cell: Any) -> str:
    if _ending(cell) in PICTURES:
        return "image"
    if _ending(cell) in SOUNDS:
        return "audio"
    try:
        number_of(cell)
        return "number"
    except TypeError:
        return _kind_of_list(cell) if _is_list(cell) else "string" if isinstance(cell, str | bool) else "strange"


def _kind_of_list(cell: Any) -> str:
    try:
        items = list_of(cell)
    except TypeError:
        return "string"
    if items and all(isinstance(item, str) for item in items):
        return "symbols"
    if items and all(isinstance(item, list) and len(item) == 2 for item in items):
        return "points"
    return "vector" if items and all(isinstance(item, int | float | None) for item in items) else "strange"


def _is_list(cell: Any) -> bool:
    """A JSON list, or numbers with spaces or semicolons between; with commas alone it may be 3,5."""
    return isinstance(cell, list) or (isinstance(cell, str) and bool(re.match(r"\[|[^,]*[\s;]", cell.strip())))


def _is_category(cells: Sequence[Any]) -> bool:
    names = Counter(name_of(cell) for cell in cells)
    few = len(names) <= 2 or (len(names) <= MOST_VALUES and 2 * len(names) <= len(cells))
    return few and max(len(name) for name in names) <= 60  # longer ones are sentences


def _ending(cell: Any) -> str:
    return PurePosixPath(cell.strip()).suffix.lower() if isinstance(cell, str) and len(cell) < 4096 else ""


def _image(column: Column) -> Image:
    """The common size, or the median one where there is none; grey when no file has colour."""
    sizes, colours = Counter[tuple[int, int]](), False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for file in column.files:
            try:
                with PIL.Image.open(file) as opened:
                    turned = opened.getexif().get(0x0112) in TURNED
                    sizes[opened.size if turned else opened.size[::-1]] += 1
                    colours |= opened.mode not in ("1", "L", "LA", "F") and not opened.mode.startswith("I")
            except Exception:  # listed as a problem when the rows are read
                continue
    if not sizes:
        return Image(column.name)
    size, count = sizes.most_common(1)[0]
    if 2 * count < sizes.total():
        size = (median_low(high for high, _ in sizes.elements()), median_low(wide for _, wide in sizes.elements()))
    scale = min(1.0, LONGEST / max(size))
    return Image(
        column.name, size=(max(1, round(size[0] * scale)), max(1, round(size[1] * scale))), channels=3 if colours else 1
    )


def _audio(column: Column) -> Audio:
    import soundfile

    rates = Counter[int]()
    for file in column.files:
        try:
            rates[soundfile.info(str(file)).samplerate] += 1
        except (soundfile.SoundFileError, OSError):  # listed as a problem when the rows are read
            continue
    return Audio(column.name, rate=rates.most_common(1)[0][0]) if rates else Audio(column.name)


def _number(column: Column) -> Number:
    return Number(column.name, unit="mm/px" if column.name.endswith("mm_per_px") else "")


def _points(column: Column) -> Points:
    lists = _lists(column)
    flat = Counter(len(one) // 2 if one and not isinstance(one[0], list) else len(one) for one in lists)
    return Points(
        column.name, count=flat.most_common(1)[0][0] if flat else 1, on=column.on, unit="px" if column.on else ""
    )


def _box(column: Column) -> Box:
    return Box(column.name, on=column.on, unit="px" if column.on else "")


def _vector(column: Column) -> Vector:
    sizes = Counter(len(one) for one in _lists(column))
    return Vector(column.name, size=sizes.most_common(1)[0][0] if sizes else 1)


def _category(column: Column) -> Category:
    return Category(column.name, values=_ordered({name_of(cell) for cell in column.cells}))


def _symbols(column: Column) -> Symbols:
    words = [cell.split() if isinstance(cell, str) and cell.lstrip()[:1] != "[" else cell for cell in column.cells]
    lists = _lists(Column(column.name, words, []))
    return Symbols(column.name, alphabet=_ordered({str(one) for items in lists for one in items}))


def _text(column: Column) -> Text:
    """A text that models spell is made of the characters in its column; one that is read may hold any."""
    return Text(column.name, alphabet="".join(sorted({*"".join(map(str, column.cells))})) if column.made else "")


def _lists(column: Column) -> list[list[Any]]:
    lists = []
    for cell in column.cells:
        try:
            lists.append(list_of(cell))
        except TypeError:  # listed as a problem when the rows are read
            continue
    return lists


def _ordered(names: set[str]) -> tuple[str, ...]:
    """Names in alphabetical order, whole numbers among them by value: 2 before 10."""
    return tuple(sorted(names, key=lambda name: (0, int(name), name) if name.isdecimal() else (1, 0, name)))


MAKERS: dict[str, Callable[[Column], Signal]] = {
    "image": _image,
    "audio": _audio,
    "number": _number,
    "points": _points,
    "box": _box,
    "vector": _vector,
    "category": _category,
    "symbols": _symbols,
    "text": _text,
}
