"""Photographs in a folder to frames: each picture is opened once, and what is wrong with one stops no other."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

import endwise as ew
from endwise.systems.gate.framing import around, photograph, whole
from endwise.systems.gate.layouts import Face, Found

THREADS: Final = 4
"""Pillow lets go of Python's lock while it decodes."""


@dataclass(frozen=True, eq=False)
class Ready:
    """A row to be: a face and its frame."""

    name: str
    of: Face
    frame: np.ndarray
    box: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Taken:
    """What one picture gives, what is wrong with it, and how many faces on it were passed over."""

    ready: Sequence[Ready]
    problems: Sequence[ew.Problem]
    passed: int = 0


def take(found: Found, part: float, progress: Callable[[int, int], None]) -> Iterator[Taken]:
    """What each picture gives; where something is wrong with one, the others go on."""
    pictures: dict[Path, list[Face]] = {}
    for face in found.faces:
        pictures.setdefault(face.file, []).append(face)
    with ThreadPoolExecutor(THREADS) as threads:
        taken = threads.map(lambda file: _take(found, file, pictures[file], part), pictures)
        for done, one in enumerate(taken, 1):
            progress(done, len(pictures))
            yield one


def _take(found: Found, file: Path, faces: Sequence[Face], part: float) -> Taken:
    """The rows of one picture."""
    ready: list[Ready] = []
    try:
        picture = photograph(file)
    except ValueError as reason:
        return Taken(ready, [_problem(found, faces[0], "frame", str(reason))])
    problems: list[ew.Problem] = []
    boxes = [np.array(face.box) for face in faces if face.box is not None]
    for number, face in enumerate(faces, 1):
        name = found.name(file) if len(faces) == 1 else f"{found.name(file)}:{number}"
        if face.box is None:
            ready.append(Ready(name, face, whole(picture.pixels, part), None))
        elif not picture.holds(np.array(face.box)):
            problems.append(_problem(found, face, "box", "lies outside"))
        else:
            others = [box for box in boxes if tuple(box) != face.box]
            framed = around(picture, np.array(face.box), others, zlib.crc32(name.encode()))
            ready += [] if framed is None else [Ready(name, face, *framed)]
    return Taken(ready, problems, len(faces) - len(ready) - len(problems))


def _problem(found: Found, face: Face, column: str, reason: str) -> ew.Problem:
    if face.table is None:
        return ew.Problem(found.name(face.file), None, column, reason)
    return ew.Problem(*face.table, column, f"{found.name(face.file)}: {reason}")
