"""The cache: pictures and sounds, decoded once into arrays that are mapped from then on.

An entry holds the decoded files of one column. Its name is a digest of the signal and of every file's
path, size and time of change, so that a changed file, or another size of picture, is decoded anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import numpy as np

from endwise.data.columns import DTYPES, Block
from endwise.data.pictures import Decoded, picture
from endwise.data.saved import Draft, read_block
from endwise.data.sounds import sound
from endwise.errors import RowsError
from endwise.seeds import digest
from endwise.system.signals import Audio, Signal

VERSION = 2  # raised when decoding changes, so that older entries are not found
WORKERS = min(4, os.cpu_count() or 1)  # threads: the decoders let go of Python's lock
PORTION = 16  # files a thread decodes in one go


@dataclass(frozen=True)
class File:
    """A file that a cell names, as it was found on disk."""

    path: Path
    name: str
    size: int
    changed: int


@dataclass(frozen=True)
class Media:
    """The decoded files of one column.

    Parameters
    ----------
    block: the values of those that could be decoded.
    at: for each file its position in the block, or -1, int (F,).
    fits: for each file what pictures.py calls its fit, and its largest 16-bit value, (F, 5).
    digests: for each file one of its decoded values, so that a copy is known by any name, int64 (F,).
    faults: why the others could not be, by number of the file.
    """

    block: Block
    at: np.ndarray
    fits: np.ndarray
    digests: np.ndarray
    faults: dict[int, str]


@dataclass
class Fence:
    """Finds files for the paths in a table, and keeps those paths inside the folder `root`."""

    root: Path
    _inside: dict[Path, bool] = field(default_factory=dict)

    def find(self, folder: Path, path: str) -> File:
        """The file that `path`, relative to `folder`, names. Raises ValueError with the reason it is not read."""
        shown = path if path.isprintable() else ascii(path)[1:-1]
        if not _is_name(path):
            raise ValueError(f"names '{shown}', which no file can be called")
        file = folder / path
        try:
            if not self._holds(file.parent):
                raise ValueError(f"names '{shown}', which leaves the folder")
            info = file.lstat()
            if stat.S_ISLNK(info.st_mode):
                if not file.resolve().is_relative_to(self._real):
                    raise ValueError(f"names '{shown}', a link that leaves the folder")
                info = file.stat()
        except (FileNotFoundError, NotADirectoryError):
            raise ValueError(f"names '{shown}', which is not there") from None
        except (OSError, RuntimeError) as error:  # links in a ring are a RuntimeError before Python 3.13
            raise ValueError(f"names '{shown}', which cannot be opened ({_cause(error)})") from None
        if not stat.S_ISREG(info.st_mode):
            raise ValueError(f"names '{shown}', which is not a file")
        return File(file, path, info.st_size, info.st_mtime_ns)

    @property
    def _real(self) -> Path:
        return self.root.resolve()

    def _holds(self, folder: Path) -> bool:
        """Whether a folder lies inside, links and dots followed; asked of the disk once a folder."""
        if folder not in self._inside:
            self._inside[folder] = folder.resolve().is_relative_to(self._real)
        return self._inside[folder]


def _is_name(path: str) -> bool:
    """Whether a file can be called so: JSON can spell a null character and half of a surrogate pair."""
    try:
        return b"\0" not in path.encode()
    except UnicodeEncodeError:
        return False


def _cause(error: OSError | RuntimeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def decoded(
    values: Sequence[tuple[File, ...]], signal: Signal, root: Path, cache: Path, tick: Callable[[int], None]
) -> Media:
    """The values of one column, each from its files (one, or a stack's), out of the cache or into it.

    `tick` is told how many more are done. Raises RowsError where the cache cannot be written.
    """
    own = {key: part for key, part in signal.to_json().items() if key != "name"}
    files = [[(str(file.path.relative_to(root)), file.size, file.changed) for file in value] for value in values]
    folder = cache / digest(VERSION, json.dumps(own, sort_keys=True), root.resolve(), json.dumps(files))[:32]
    try:
        if not (folder / "media.json").is_file():
            _decode(values, signal, folder, tick)
        else:
            tick(len(values))
        return _read(folder)
    except (OSError, ValueError) as error:
        raise RowsError(
            f"The files of '{signal.name}' were to be decoded into {cache}.",
            f"That failed: {error}.",
            "Decoded pictures and sounds are kept in a folder, so that each is decoded once.",
            f"Make room there, delete {folder.name} if it is damaged, or name another folder with cache=...",
        ) from None


def _decode(values: Sequence[tuple[File, ...]], signal: Signal, folder: Path, tick: Callable[[int], None]) -> None:
    """Decode all files of a column into a new entry; one that cannot be read becomes a fault."""
    at, fits, faults = np.full(len(values), -1), np.ones((len(values), 5)), dict[int, str]()
    digests = np.zeros(len(values), np.int64)
    with Draft(folder) as draft, _Growing(draft.path / "media", signal) as growing:
        for number, result in enumerate(_all_decoded(values, signal)):
            if isinstance(result, str):
                faults[number] = result
            else:
                at[number] = growing.add(result[0])
                fits[number] = result[1]
                digests[number] = _content(result[0])
            tick(1)
        growing.close()
        np.save(draft.path / "at.npy", at)
        np.save(draft.path / "fits.npy", fits)
        np.save(draft.path / "digests.npy", digests)
        (draft.path / "media.json").write_text(json.dumps(faults), encoding="utf-8")


def _content(value: np.ndarray) -> int:
    """A digest of a decoded value."""
    sha = hashlib.blake2b(np.ascontiguousarray(value).data, digest_size=8)
    return int.from_bytes(sha.digest(), "little", signed=True)


def _read(folder: Path) -> Media:
    faults = json.loads((folder / "media.json").read_text(encoding="utf-8"))
    block = read_block(folder / "media")
    at, fits, digests = (np.load(folder / f"{name}.npy") for name in ("at", "fits", "digests"))
    return Media(block, at, fits, digests, {int(number): reason for number, reason in faults.items()})


def _all_decoded(values: Sequence[tuple[File, ...]], signal: Signal) -> Iterator[Decoded | str]:
    """What became of each value, in order: decoded, or the reason why not. Few are held at a time."""

    def portion(start: int) -> list[Decoded | str]:
        return [_one(value, signal) for value in values[start : start + PORTION]]

    with warnings.catch_warnings(), ThreadPoolExecutor(WORKERS) as threads:
        warnings.simplefilter("ignore")  # a picture's oddities are no news; its limit of pixels is ours
        waiting: deque[Future[list[Decoded | str]]] = deque()
        for start in range(0, len(values), PORTION):
            waiting.append(threads.submit(portion, start))
            if len(waiting) > 2 * WORKERS:
                yield from waiting.popleft().result()
        for future in waiting:
            yield from future.result()


def _one(value: tuple[File, ...], signal: Signal) -> Decoded | str:
    try:
        paths = tuple(file.path for file in value)
        return sound(paths[0], signal) if isinstance(signal, Audio) else picture(paths, signal)
    except ValueError as error:
        return f"names '{value[0].name}', which {error}"


class _Growing:
    """A block that is written value by value: only one value is ever in memory."""

    def __init__(self, stem: Path, signal: Signal) -> None:
        self.stem, self.dtype, self.ragged = stem, DTYPES[signal.kind], signal.ragged
        self.row = () if signal.ragged else tuple(size or 0 for size in signal.shape)
        self.ends, self.length = [0], 0

    def __enter__(self) -> _Growing:
        self.file = self.stem.with_name(f"{self.stem.name}.values.npy").open("wb")
        self._header()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()

    def add(self, value: np.ndarray) -> int:
        """Write one value; its position."""
        self.file.write(np.ascontiguousarray(value, self.dtype).data)
        self.length += len(value) if self.ragged else 1
        self.ends.append(self.length)
        return len(self.ends) - 2

    def close(self) -> None:
        """Write what is known only now: how many values there are, and where each ends."""
        self.file.seek(0)
        self._header()
        self.file.close()
        if self.ragged:
            np.save(self.stem.with_name(f"{self.stem.name}.offsets.npy"), np.array(self.ends))

    def _header(self) -> None:
        # numpy pads its header so that the first dimension can grow in place
        shape = {"shape": (self.length, *self.row), "fortran_order": False, "descr": self.dtype}
        np.lib.format.write_array_header_1_0(self.file, shape)
