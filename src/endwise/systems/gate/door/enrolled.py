"""Who is enrolled, on disk: for each person a name and the embeddings of their photos. No picture is kept.

Everything is in one file, `people.jsonl`: a line with its format and checksum, one with the threshold, and one for each
person. A change writes it anew and puts it in the old one's place, under the folder's lock.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from platformdirs import user_data_path

import endwise as ew
from endwise.systems.gate.door import keeping
from endwise.systems.gate.door.naming import key, named, nearest
from endwise.systems.gate.door.thresholds import Threshold

FILE: Final = "people.jsonl"
FORMAT: Final = 1
SAME: Final = 1e-5
"""Embeddings that differ by less are of the same photo: numbers of float32 are rounded to 1e-7."""


@dataclass(frozen=True, eq=False)
class Photo:
    """What is kept of a photo: its embedding (D,) of length 1, which model made it, and when (UTC, ISO 8601)."""

    embedding: np.ndarray
    version: str
    when: str


@dataclass(frozen=True, eq=False)
class Person:
    """Somebody enrolled."""

    name: str
    photos: tuple[Photo, ...]

    def versions(self) -> set[str]:
        """The models that this person can be recognised by."""
        return {photo.version for photo in self.photos}


@dataclass(frozen=True, eq=False)
class Enrolled:
    """All who are enrolled, in the order in which they were, and the threshold that was set."""

    people: tuple[Person, ...] = ()
    threshold: Threshold | None = None

    def find(self, name: str) -> Person | None:
        """The person of this name, whatever its capitals."""
        return next((one for one in self.people if key(one.name) == key(name)), None)

    def templates(self, version: str) -> tuple[list[str], np.ndarray]:
        """Names and templates (P, D) of those whom a model knows: the mean of each one's embeddings, of length 1."""
        known = [(one.name, [photo.embedding for photo in one.photos if photo.version == version])
                 for one in self.people]  # fmt: skip
        known = [(name, rows) for name, rows in known if rows]
        if not known:
            return [], np.empty((0, 0), np.float32)
        starts = np.cumsum([0, *(len(rows) for _, rows in known[:-1])])
        sums = np.add.reduceat(np.array([row for _, rows in known for row in rows], np.float32), starts, axis=0)
        return [name for name, _ in known], sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)


class Register:
    """The enrolled in a folder, which is made for its owner alone with the first change."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / FILE

    def read(self) -> Enrolled:
        """Everybody as they are now. Raises EndwiseError for a damaged file, or one of a newer endwise."""
        try:
            content = self.file.read_bytes()
        except FileNotFoundError:
            return Enrolled()
        try:
            return _read(content)
        except (ValueError, KeyError, TypeError) as damage:
            raise self._damaged(str(damage)) from None

    def stamp(self) -> tuple[int, int, int]:
        """Changes whenever the file does."""
        try:
            status = self.file.stat()
        except FileNotFoundError:
            return (0, 0, 0)
        return (status.st_ino, status.st_mtime_ns, status.st_size)

    def add(self, name: str, photos: Sequence[Photo]) -> Person:
        """Add photos of a person, who is enrolled with the first; what is there already is not added twice.

        The name stays as it was first written. Raises EndwiseError for a name that is none.
        """
        wanted = named(name)

        def change(now: Enrolled) -> Enrolled:
            before = now.find(wanted) or Person(wanted, ())
            after = replace(before, photos=_joined(before.photos, photos))
            others = [after if one is before else one for one in now.people]
            return replace(now, people=tuple(others if before.photos else (*others, after)))

        found = self._change(change).find(wanted)
        assert found is not None
        return found

    def remove(self, name: str) -> Person:
        """Take a person out, with all templates. Raises EndwiseError where nobody is called so."""
        gone: list[Person] = []

        def change(now: Enrolled) -> Enrolled:
            found = now.find(name)
            if found is None:
                raise self._unknown(name, now)
            gone.append(found)
            return replace(now, people=tuple(one for one in now.people if one is not found))

        self._change(change)
        return gone[0]

    def set_threshold(self, threshold: Threshold) -> None:
        """Keep a threshold in the place of the one before."""
        self._change(lambda now: replace(now, threshold=threshold))

    def _change(self, change: Callable[[Enrolled], Enrolled]) -> Enrolled:
        with keeping.locked(self.folder):
            after = change(self.read())
            keeping.replace(self.file, _written(after))
        return after

    def _damaged(self, damage: str) -> ew.EndwiseError:
        return ew.EndwiseError(
            f"The enrolled were to be read from {self.file}.",
            f"The file cannot be trusted: {damage}.",
            "It was damaged, changed by hand, or written by a newer endwise. It is left as it is: an empty gallery in "
            "its place would shut everybody out.",
            "Take it back from a backup; or move it away, and enrol everybody again.",
        )

    def _unknown(self, name: str, now: Enrolled) -> ew.EndwiseError:
        return ew.EndwiseError(
            f"{name!r} was to be removed from {self.folder}.",
            f"{len(now.people):,} people are enrolled there, and nobody of that name.",
            "Only who is enrolled can be removed.",
            nearest(name, [one.name for one in now.people]),
        )


def default_folder() -> Path:
    """Where the enrolled are kept unless a folder is named: with the user's own data."""
    return user_data_path("endwise") / "gate"


def _joined(before: Sequence[Photo], photos: Sequence[Photo]) -> tuple[Photo, ...]:
    joined = list(before)
    for photo in photos:
        if not any(_same(photo, one) for one in joined):
            joined.append(photo)
    return tuple(joined)


def _same(one: Photo, other: Photo) -> bool:
    return one.version == other.version and float(np.abs(one.embedding - other.embedding).max()) < SAME


def _written(enrolled: Enrolled) -> bytes:
    threshold = None if enrolled.threshold is None else asdict(enrolled.threshold)
    lines = [json.dumps({"threshold": threshold}), *(json.dumps(_plain(one)) for one in enrolled.people)]
    content = "".join(f"{line}\n" for line in lines).encode()
    head = {"format": FORMAT, "people": len(enrolled.people), "sha256": hashlib.sha256(content).hexdigest()}
    return json.dumps(head).encode() + b"\n" + content


def _read(content: bytes) -> Enrolled:
    """Raises ValueError, KeyError or TypeError for what `_written` did not write."""
    first, _, rest = content.partition(b"\n")
    head = json.loads(first or b"null")
    if not isinstance(head, dict) or "format" not in head:
        raise ValueError("its first line does not say its format")
    if head["format"] != FORMAT:
        raise ValueError(f"it has format {head['format']}, and this endwise reads {FORMAT}")
    if hashlib.sha256(rest).hexdigest() != head["sha256"]:
        raise ValueError("its content does not fit its checksum")
    threshold, *people = map(json.loads, rest.splitlines())
    kept = threshold["threshold"]
    return Enrolled(tuple(map(_person, people)), None if kept is None else Threshold(**kept))


def _plain(person: Person) -> dict[str, Any]:
    photos = [
        {
            "when": photo.when,
            "version": photo.version,
            "embedding": base64.b64encode(np.asarray(photo.embedding, "<f4").tobytes()).decode(),
        }
        for photo in person.photos
    ]
    return {"name": person.name, "photos": photos}


def _person(written: dict[str, Any]) -> Person:
    photos = [
        Photo(np.frombuffer(base64.b64decode(one["embedding"]), "<f4"), one["version"], one["when"])
        for one in written["photos"]
    ]
    return Person(written["name"], tuple(photos))
