"""What the gate decided, a line each, only ever added to.

A line is JSON. It is on the disk when `append` returns; lines of several processes do not mix. No picture is kept, and
the name of somebody who was let in stays when they are removed from the gallery: it says what was decided.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

from endwise.systems.gate.door.keeping import append, locked

FILE: Final = "log.jsonl"


@dataclass(frozen=True)
class Event:
    """One decision. `time` is UTC in ISO 8601; `picture` is the file with its size and time of change."""

    time: str
    camera: str
    picture: str
    decision: str
    reason: str
    who: str | None
    score: float | None
    threshold: float | None
    version: str


class Journal:
    """The log in a gallery's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / FILE

    def append(self, event: Event) -> None:
        """Add an event; returns when it is on the disk."""
        with locked(self.folder):
            append(self.file, json.dumps(asdict(event)).encode())

    def read(self) -> tuple[list[Event], list[int]]:
        """All events, and the numbers of lines that are none: what a crash cut off."""
        if not self.file.exists():
            return [], []
        events: list[Event] = []
        broken: list[int] = []
        for number, event in self._lines():
            if event is None:
                broken.append(number)
            else:
                events.append(event)
        return events, broken

    def _lines(self) -> Iterator[tuple[int, Event | None]]:
        with self.file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                # A line without its end may be one that is being written.
                yield number, _event(line) if line.endswith(b"\n") else None


def _event(line: bytes) -> Event | None:
    try:
        written = json.loads(line)
        return Event(**{field.name: written[field.name] for field in fields(Event)})
    except (ValueError, KeyError, TypeError):
        return None
