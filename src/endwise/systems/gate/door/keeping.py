"""Files that outlive their writer: private, locked against others, changed whole or not at all.

A process may be killed at any moment. What was reported as written is then on the disk; of what was not, nothing is,
or (of a line that was being added) a part that readers leave out.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
LOCK: Final = "lock"


def private(folder: Path) -> None:
    """Make the folder, for its owner alone; one that is there stays as it is."""
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)  # another process may be sooner
        _sync(folder.parent)


@contextmanager
def locked(folder: Path, name: str = LOCK, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock `name` of a folder, which is made where it is not there. Ends with the process that holds it.

    Raises BlockingIOError where somebody else holds it and `wait` is off.
    """
    private(folder)
    lock = os.open(folder / name, os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        _take(lock, wait)
        yield
    finally:
        os.close(lock)


def replace(file: Path, content: bytes) -> None:
    """Put a new file in the place of `file`, at once. To be called under the lock.

    The name that it is written under is always the same, so that what a killed process left is written over.
    """
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    fresh.replace(file)
    _sync(file.parent)


def append(file: Path, line: bytes) -> None:
    """Add a line to `file`, on a line of its own after half a one. To be called under the lock."""
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, FILE_MODE), "a+b") as target:
        if target.seek(0, os.SEEK_END):
            target.seek(-1, os.SEEK_END)
            line = line if target.read(1) == b"\n" else b"\n" + line
        target.write(line + b"\n")
        target.flush()
        os.fsync(target.fileno())


if sys.platform == "win32":
    import msvcrt
    import time

    def _take(lock: int, wait: bool) -> None:
        while True:
            try:
                msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
                return
            except OSError:
                if not wait:
                    raise BlockingIOError("the lock is held") from None
                time.sleep(0.01)

    def _sync(folder: Path) -> None:
        """Nothing: folders cannot be opened there, and a rename is kept by the file system's own journal."""

else:
    import fcntl

    def _take(lock: int, wait: bool) -> None:
        fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _sync(folder: Path) -> None:
        """Names that a folder got are kept as its files are."""
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
