"""How much strangers resemble those who are enrolled: what a threshold is set by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

import endwise as ew
from endwise.systems.gate.door.deciding import Keeper
from endwise.systems.gate.door.listing import below, shown
from endwise.systems.gate.door.naming import key
from endwise.systems.gate.door.pictures import read
from endwise.systems.gate.door.recogniser import Recogniser

GENERATED: Final = (200, 3)
"""Generated strangers, and pictures of each: six stand above a threshold of 1 %."""


class Stranger(NamedTuple):
    """A photograph of somebody who is not enrolled, and what tells their photographs from others'."""

    person: str
    photograph: np.ndarray


class Scores(NamedTuple):
    """The best score of each photograph with one face, (N,), whose they are, and how many had none or several."""

    best: np.ndarray
    people: list[str]
    left_out: int


def score(strangers: Iterable[Stranger], recogniser: Recogniser, keeper: Keeper) -> Scores:
    """Compare strangers with everybody enrolled."""
    best: list[float] = []
    people: list[str] = []
    left_out = 0
    for person, photograph in strangers:
        faces = recogniser.faces(photograph)
        if len(faces) == 1:
            best.append(float(keeper.scores(faces[0].embedding).max()))
            people.append(person)
        else:
            left_out += 1
    return Scores(np.array(best), people, left_out)


def from_folder(folder: Path, enrolled: Iterable[str], told: Callable[[str], None]) -> Iterator[Stranger]:
    """Photographs in a folder: a folder in it is a person's; a file in it is somebody's of whom there is no other.

    Folders that are called like somebody enrolled are left out. What is wrong with a file is `told`.
    Raises EndwiseError where there is no photograph.
    """
    files = below(folder) if folder.is_dir() else []
    if not files:
        raise ew.EndwiseError(
            f"The threshold was to be set by photographs of strangers in {shown(folder)}.",
            "It holds no photographs." if folder.is_dir() else "There is no such folder.",
            "Without strangers nobody knows how much they resemble those who are enrolled.",
            "Name a folder with photographs of people who are not enrolled, best a folder for each of them. "
            "Or leave --strangers out: then generated faces take their place.",
        )
    return _read(folder, files, {key(name) for name in enrolled}, told)


def _read(folder: Path, files: list[Path], enrolled: set[str], told: Callable[[str], None]) -> Iterator[Stranger]:
    known: set[str] = set()
    for file in files:
        person = file.relative_to(folder).parts[0]
        if key(person) in enrolled:
            if person not in known:
                told(f"{shown(person)}: left out: somebody of that name is enrolled")
            known.add(person)
            continue
        try:
            yield Stranger(person, read(file))
        except ValueError as reason:
            told(f"{shown(file)}: left out: the file {reason}")


def generated() -> Iterator[Stranger]:
    """People of the built-in world whom nothing was trained on."""
    from endwise.systems.gate.system import ENROLLED
    from endwise.systems.gate.world import generate

    people, pictures = GENERATED
    made = generate(range(ENROLLED, ENROLLED + people), pictures)
    for person, photograph in zip(made["person"], made["frame"], strict=True):
        yield Stranger(str(person), photograph)
