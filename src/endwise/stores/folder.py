"""A store in a folder: one folder a finished cell, named by its key.

    STORE/endwise-store.json        the format's version
    STORE/cells/ab/abcdef.../       cell.json, and whatever the cell made (models, records)
    STORE/failed/abcdef....json     the last failure of a cell, with its inputs and seed

A cell is written beside its place and moved there in one step, so it is there whole or not at all,
whatever kills the process and however many processes write. Two that finish the same cell wrote the
same bytes; the second is dropped.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from endwise.errors import StoreError
from endwise.records import FORMAT

MARK = "endwise-store.json"
STALE_AFTER = 24 * 3600  # seconds after which a half-written cell is somebody's crash, not work in progress


@dataclass(frozen=True)
class Usage:
    """What a store holds: finished cells, failures, half-written leftovers, and bytes on disk."""

    cells: int
    failed: int
    leftovers: int
    bytes: int


class FolderStore:
    """Finished cells under a folder. Raises StoreError for a folder that is not a store or is newer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open()

    def _open(self) -> None:
        mark = self.folder / MARK
        if not mark.exists():
            self._refuse_foreign()
            self.folder.mkdir(parents=True, exist_ok=True)
            _write_whole(mark, json.dumps({"format": FORMAT}))
        try:
            found = int(json.loads(mark.read_text(encoding="utf-8"))["format"])
        except (ValueError, KeyError, TypeError) as damage:
            raise StoreError(
                f"The store {self.folder} was opened.",
                f"Its {MARK} cannot be read ({damage}).",
                "Without it the format of the cells is unknown.",
                f'Write {{"format": {FORMAT}}} into it if the store is of this version, or use another folder.',
            ) from None
        if found > FORMAT:
            raise StoreError(
                f"The store {self.folder} was opened.",
                f"It has format {found}; this endwise reads up to {FORMAT}.",
                "A newer endwise wrote it.",
                "Upgrade endwise, or use another --out folder.",
            )

    def _refuse_foreign(self) -> None:
        others = [path for path in _listed(self.folder) if not path.name.startswith(".new-")]
        if others and not (self.folder / MARK).exists():  # another process may have made the store meanwhile
            raise StoreError(
                f"The folder {self.folder} was to be used as a store.",
                f"It holds other things and no {MARK}.",
                "endwise does not write among files that it does not know.",
                "Name an empty or new folder.",
            )

    def _place(self, key: str) -> Path:
        return self.folder / "cells" / key[:2] / key

    def has(self, key: str) -> bool:
        """Whether the cell is finished."""
        return (self._place(key) / "cell.json").exists()

    def read(self, key: str) -> tuple[dict[str, Any], Path]:
        """A finished cell's description and its folder. Raises StoreError where it is missing or damaged."""
        place = self._place(key)
        try:
            return json.loads((place / "cell.json").read_text(encoding="utf-8")), place
        except (OSError, ValueError) as damage:
            raise StoreError(
                f"The cell {key[:12]} of the store {self.folder} was read.",
                f"It cannot be read ({damage}).",
                "The file is missing or damaged.",
                f"Delete {place} and run the study again: only this cell is done anew.",
            ) from None

    def write(self, key: str, fill: Callable[[Path], dict[str, Any]]) -> None:
        """Let `fill` write a cell's files into a fresh folder and return its description, then keep both."""
        place = self._place(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=place.parent))
        try:
            _write_whole(fresh / "cell.json", json.dumps(fill(fresh), indent=1, sort_keys=True))
            for file in fresh.rglob("*"):
                _sync(file)
            try:
                fresh.rename(place)
            except OSError:
                if not self.has(key):  # not another process that was first
                    raise
            _sync(place.parent)
            self._failed(key).unlink(missing_ok=True)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def fail(self, key: str, what: dict[str, Any]) -> None:
        """Keep the record of a failure; the next run tries the cell again."""
        self._failed(key).parent.mkdir(parents=True, exist_ok=True)
        _write_whole(self._failed(key), json.dumps(what, indent=1, sort_keys=True))

    def failure(self, key: str) -> dict[str, Any] | None:
        """The record of a cell's last failure, if it failed last."""
        try:
            return json.loads(self._failed(key).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def _failed(self, key: str) -> Path:
        return self.folder / "failed" / f"{key}.json"

    def keys(self) -> Iterator[str]:
        """The keys of all finished cells."""
        return (
            file.parent.name for file in sorted(self.folder.glob("cells/??/*/cell.json")) if file.parent.name[0] != "."
        )

    def usage(self) -> Usage:
        """Counts and size on disk."""
        failed = len(list(self.folder.glob("failed/*.json")))
        size = sum(_size(Path(folder, file)) for folder, _, files in os.walk(self.folder) for file in files)
        return Usage(sum(1 for _ in self.keys()), failed, len(self._leftovers(0)), size)

    def clean(self, *, keep: frozenset[str] = frozenset(), everything: bool = False) -> int:
        """Remove leftovers of crashes, and with `everything` all cells not in `keep`; how many went."""
        gone = self._leftovers(STALE_AFTER)
        if everything:
            gone += [self._place(key) for key in self.keys() if key not in keep]
            gone += list(self.folder.glob("failed/*.json"))
        for path in gone:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        return len(gone)

    def _leftovers(self, age: float) -> list[Path]:
        found = [path for where in ("", "failed/", "cells/??/") for path in self.folder.glob(f"{where}.new-*")]
        return [path for path in found if time.time() - _written(path) >= age]

    def __repr__(self) -> str:
        return f"<FolderStore {self.folder}: {self.usage().cells} cells>"


def _write_whole(file: Path, text: str) -> None:
    """Write so that the file is there whole or as it was before."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=file.parent, prefix=".new-")
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    Path(fresh).replace(file)


def _listed(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.exists() else []


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # another process just moved it to its place
        return 0


def _written(path: Path) -> float:
    """When the path was last written; for one that has just gone, now or later."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
