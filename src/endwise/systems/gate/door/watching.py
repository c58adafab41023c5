"""New pictures in a folder, each once, when whoever writes it is done."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from endwise.systems.gate.door.listing import is_picture
from endwise.systems.gate.door.pictures import read

PAUSE: Final = 0.2
"""Seconds between looks into the folder; more where a look takes long."""
BUSY: Final = 0.2
"""Share of the time that may be spent on looking."""
PATIENCE: Final = 3.0
"""Seconds for which a picture that cannot be read is tried again: somebody may still be writing it."""


@dataclass(frozen=True, eq=False)
class Arrival:
    """A picture that came: its file, what tells it from others (path, size, time of change), and what it shows.

    photograph: uint8 (H, W), or None where `problem` says why there is none.
    """

    file: Path
    key: str
    photograph: np.ndarray | None
    problem: str = ""


@dataclass
class Folder:
    """A watched folder. decided: keys of the pictures that are done with."""

    path: Path
    decided: set[str]
    _seen: dict[str, float] = field(default_factory=dict)
    """Keys of pictures that were there at the last look, and when each was first."""

    def keys(self) -> dict[str, Path]:
        """The pictures in the folder that are not done with, oldest first."""
        with os.scandir(self.path) as entries:
            files = [Path(entry.path) for entry in entries if is_picture(Path(entry.path))]
        found = sorted((stamp, str(file), file) for file in files if (stamp := _stamp(file)) is not None)
        keys = {f"{name} {size} {changed}": file for (changed, size), name, file in found}
        return {one: file for one, file in keys.items() if one not in self.decided}

    def look(self) -> Iterator[Arrival]:
        """What came, has not changed since the last look, and can be read; or could not for a while."""
        now, before = time.monotonic(), self._seen
        found = self.keys()
        self._seen = {one: before.get(one, now) for one in found}
        for one, file in found.items():
            if one not in before:
                continue
            try:
                arrival = Arrival(file, one, read(file))
            except ValueError as reason:
                if not file.exists() or now - self._seen[one] < PATIENCE:
                    continue
                arrival = Arrival(file, one, None, f"the file {reason}")
            self.decided.add(one)
            yield arrival

    def waits(self) -> bool:
        """Whether there are pictures that are not done with."""
        return bool(self._seen.keys() - self.decided)


def arrivals(folder: Folder, *, once: bool) -> Iterator[Arrival]:
    """What comes into the folder, until interrupted; with `once`, what is there now."""
    while True:
        started = time.monotonic()
        yield from folder.look()
        if once and not folder.waits():
            return
        time.sleep(max(PAUSE, (time.monotonic() - started) * (1 - BUSY) / BUSY if not once else 0))


def _stamp(file: Path) -> tuple[int, int] | None:
    """When a file was changed and its size; None where it is gone."""
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size
