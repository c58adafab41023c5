"""Sound files decoded into the column `audio`, and kept decoded where a folder for that is named.

Files are decoded in portions, and a portion that was decoded before is mapped from the cache: an hour of speech is
115 MB at 8,000 Hz, and with a cache none of it has to stay in memory.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

import endwise as ew
from endwise.systems.speech.signals import RATE, audio

Progress = Callable[[int, int], None]
"""Told (done, total) files."""

VERSION: Final = 1
"""Raised when decoding changes, so that older entries of a cache are not found."""
FILES: Final = 256
BYTES: Final = 32_000_000
"""A portion's limits; 32 MB are 17 minutes of 16-bit sound at 16,000 Hz, or two hours of MP3 (240 MB decoded)."""
THREADS: Final = 4
"""libsndfile lets go of Python's lock while it decodes."""


def decoded(files: Sequence[tuple[str, Path]], cache: Path | None, progress: Progress) -> ew.Rows:
    """Rows with `audio` of the files (name, path), a row a file in their order; the names are the rows' ids.

    A file that cannot be read has no row, and a problem that names it instead. Without a `cache` the samples are held
    in memory.
    """
    done, rows = 0, []
    for portion in _portions(files):
        rows.append(_kept(portion, cache) if cache else _decode(portion))
        done += len(portion)
        progress(done, len(files))
    return ew.Rows.join(rows) if rows else _made([], [])


def _portions(files: Sequence[tuple[str, Path]]) -> Iterator[list[tuple[str, Path]]]:
    portion: list[tuple[str, Path]] = []
    held = 0
    for name, file in files:
        size = file.stat().st_size
        if portion and (len(portion) == FILES or held + size > BYTES):
            yield portion
            portion, held = [], 0
        portion.append((name, file))
        held += size
    if portion:
        yield portion


def _kept(portion: Sequence[tuple[str, Path]], cache: Path) -> ew.Rows:
    """A portion out of the cache, or into it."""
    about = [(name, str(file.resolve()), file.stat().st_size, file.stat().st_mtime_ns) for name, file in portion]
    entry = cache / hashlib.sha256(json.dumps([VERSION, RATE, about]).encode()).hexdigest()[:32]
    if not entry.is_dir():
        _decode(portion).save(entry)
    return ew.Rows.open(entry)


def _decode(portion: Sequence[tuple[str, Path]]) -> ew.Rows:
    with ThreadPoolExecutor(THREADS) as threads:
        made = list(threads.map(_attempt, portion))
    problems = [one for one in made if isinstance(one, ew.Problem)]
    values = [(name, one) for (name, _), one in zip(portion, made, strict=True) if not isinstance(one, ew.Problem)]
    # Rows takes any record with these four fields; the library's own has no public name.
    return replace(_made([name for name, _ in values], [one for _, one in values]), problems=tuple(problems))


def _attempt(named: tuple[str, Path]) -> np.ndarray | ew.Problem:
    name, file = named
    try:
        return ew.read_sound(file, RATE)
    except ValueError as reason:
        return ew.Problem(name, None, audio.name, str(reason))


def _made(names: Sequence[str], values: Sequence[np.ndarray]) -> ew.Rows:
    return ew.Rows.from_columns([audio], {audio.name: values}, ids=names)
