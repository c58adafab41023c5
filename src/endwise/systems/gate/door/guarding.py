"""A gate at work: each picture of a watched folder decided, and logged before anybody is told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import endwise as ew
from endwise.systems.gate.door.deciding import WARNING, Decision, Keeper
from endwise.systems.gate.door.enrolled import Register
from endwise.systems.gate.door.enrolling import now
from endwise.systems.gate.door.journal import Event, Journal
from endwise.systems.gate.door.keeping import locked
from endwise.systems.gate.door.recogniser import Recogniser
from endwise.systems.gate.door.saying import cautions, event_of
from endwise.systems.gate.door.watching import Arrival, Folder, arrivals


class Guard:
    """Decides on pictures by who is enrolled at that moment."""

    warning = WARNING

    def __init__(self, register: Register, recogniser: Recogniser, camera: str, told: Callable[[str], None]) -> None:
        self._register, self._recogniser, self._camera, self._told = register, recogniser, camera, told
        self._journal = Journal(register.folder)
        self._load()

    def decide(self, arrival: Arrival) -> Event:
        """The decision on a picture, on disk in the log when this returns."""
        if self._register.stamp() != self._stamp:
            self._load()
        photograph = arrival.photograph
        if photograph is None:
            decision = Decision(False, arrival.problem)
        else:
            decision = self._keeper.decide(photograph, self._recogniser.faces(photograph))
        event = event_of(
            decision, time=now(), camera=self._camera, picture=arrival.key, version=self._recogniser.version
        )
        self._journal.append(event)
        return event

    def _load(self) -> None:
        self._stamp = self._register.stamp()  # before reading: a change in between is noticed next time
        self._keeper = Keeper(self._register.read(), self._recogniser.version)
        for line in cautions(self._keeper):
            self._told(line)


@contextmanager
def watched(folder: Path, gallery: Path, *, once: bool) -> Iterator[Iterator[Arrival]]:
    """What comes into a folder; with `once` what is there, and not in the gallery's log.

    Raises EndwiseError where there is no such folder, or another process watches it for this gallery.
    """
    if not folder.is_dir():
        raise ew.EndwiseError(
            f"The folder {folder} was to be watched.",
            "There is no such folder.",
            "Pictures are taken from where a camera puts them.",
            "Make it, or name another.",
        )
    path = folder.resolve()
    name = f"watch-{hashlib.sha256(str(path).encode(errors='surrogateescape')).hexdigest()[:12]}.lock"
    try:
        with locked(gallery, name, wait=False):
            events, _ = Journal(gallery).read()
            coming = Folder(path, {event.picture for event in events})
            if not once:
                coming.decided.update(coming.keys())
            yield arrivals(coming, once=once)
    except BlockingIOError:
        raise ew.EndwiseError(
            f"The folder {folder} was to be watched.",
            "Another process watches it for the same gallery.",
            "Each picture would be decided twice.",
            "Stop the other one first.",
        ) from None
