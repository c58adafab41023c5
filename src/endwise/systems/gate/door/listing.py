"""Which files are photographs, and how their names are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import endwise as ew
from endwise.systems.gate.door.pictures import PICTURES


def directly_in(folder: Path) -> list[Path]:
    """Pictures that lie in a folder, not below, by name; hidden ones are left out."""
    return [file for file in sorted(folder.iterdir()) if is_picture(file)]


def below(folder: Path) -> list[Path]:
    """Pictures in a folder and below, by name."""
    return [file for file in sorted(folder.rglob("*")) if is_picture(file)]


def is_picture(file: Path) -> bool:
    """Whether it looks like one by its name."""
    return file.suffix.lower() in PICTURES and not file.name.startswith(".") and not file.is_dir()


def photos_of(paths: Sequence[Path], asked: str) -> list[Path]:
    """The files named, and the pictures in folders named and below. Raises EndwiseError for none."""
    found = [file for one in paths for file in (below(one) if one.is_dir() else [one])]
    if any(file.exists() for file in found):
        return list(dict.fromkeys(found))
    raise ew.EndwiseError(
        f"{asked}: {', '.join(shown(one) for one in paths) or 'no file was named'}.",
        "There is no such file." if found else f"No file there ends in {', '.join(PICTURES)}.",
        "There is no photograph to look at.",
        "Name photographs, or folders that hold them.",
    )


def people_in(folder: Path) -> Iterator[tuple[str, list[Path]]]:
    """A folder for each person, as photographs are often sorted: names and files. Raises EndwiseError for none."""
    folders = [one for one in sorted(folder.iterdir()) if one.is_dir() and directly_in(one)] if folder.is_dir() else []
    if not folders:
        raise ew.EndwiseError(
            f"People were to be enrolled from {shown(folder)}.",
            "It holds no folder with photographs." if folder.is_dir() else "There is no such folder.",
            "Each person needs a folder of their own, which is called as they are.",
            f"Sort the photographs so: {shown(folder)}/Ada/1.jpg. One person: endwise gate enrol NAME PHOTO...",
        )
    return ((one.name, directly_in(one)) for one in folders)


def shown(text: object) -> str:
    """A file's name or another's text on one line, whatever it holds.

    >>> print(shown("a\\nb"))
    a\\x0ab
    """
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in str(text))


def _escaped(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
