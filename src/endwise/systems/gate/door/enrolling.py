"""From photos of a person to what is kept of them, each taken or refused with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import endwise as ew
from endwise.systems.gate.door.deciding import Keeper
from endwise.systems.gate.door.enrolled import Person, Photo, Register
from endwise.systems.gate.door.listing import people_in, photos_of
from endwise.systems.gate.door.naming import key, named
from endwise.systems.gate.door.pictures import read
from endwise.systems.gate.door.quality import complaint
from endwise.systems.gate.door.recogniser import Recogniser


@dataclass(frozen=True, eq=False)
class Judged:
    """A photo and what is kept of it, or the reason why it was refused; a note on one that was taken."""

    file: Path
    photo: Photo | None
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class Enrolment:
    """What became of the photos of one person: who they are now among the enrolled, or the problem."""

    name: str
    judged: Sequence[Judged]
    person: Person | None
    problem: str = ""


def crowd_of(name: str | None, photos: Sequence[Path], folders: Path | None) -> list[tuple[str, list[Path]]]:
    """Who is to be enrolled with which files: one person, or everybody with a folder in `folders`.

    Raises EndwiseError for a name that is none, for both or neither, and where there are no photos.
    """
    if folders is not None and name is None:
        return list(people_in(folders))
    if folders is None and name is not None:
        return [(named(name), photos_of(photos, f"{named(name)} was to be enrolled"))]
    raise ew.EndwiseError(
        "Somebody was to be enrolled.",
        "Nobody was named." if name is None else "A name was given, and --from.",
        "Either one person is enrolled, or each folder in a folder is a person.",
        "One person: endwise gate enrol NAME PHOTO... Many: endwise gate enrol --from FOLDER",
    )


def judge(name: str, file: Path, recogniser: Recogniser, keeper: Keeper) -> Judged:
    """Look at one photo of somebody to enrol."""
    try:
        photograph = read(file)
    except ValueError as reason:
        return Judged(file, None, f"the file {reason}")
    faces = recogniser.faces(photograph)
    fault = complaint(photograph, faces)
    if fault:
        return Judged(file, None, fault)
    return Judged(
        file, Photo(faces[0].embedding, recogniser.version, now()), "", doubt(name, faces[0].embedding, keeper)
    )


def doubt(name: str, embedding: np.ndarray, keeper: Keeper) -> str:
    """Whom else a face resembles so much that the gate would not know who it is; "" for nobody."""
    if keeper.unready() or keeper.threshold is None:
        return ""
    others = [-1.0 if key(one) == key(name) else score
              for one, score in zip(keeper.names, keeper.scores(embedding).tolist(), strict=True)]  # fmt: skip
    best = int(np.argmax(others))
    if others[best] <= keeper.threshold.value:
        return ""
    return (
        f"it resembles {keeper.names[best]} (score {others[best]:.2f}, threshold {keeper.threshold.value:.2f}): "
        "the gate stays shut where it cannot tell two people apart"
    )


def enrol(name: str, judged: Sequence[Judged], register: Register) -> Enrolment:
    """Keep what was taken of a person; it is on the disk when this returns."""
    taken = [one.photo for one in judged if one.photo is not None]
    try:
        wanted = named(name)
    except ew.EndwiseError as problem:  # of many folders one may be called by what is no name
        return Enrolment(name, judged, None, problem.here)
    if not taken:
        return Enrolment(name, judged, None, "no photo was taken")
    return Enrolment(name, judged, register.add(wanted, taken))


def now() -> str:
    """The time in UTC, ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
