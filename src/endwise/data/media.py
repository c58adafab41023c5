"""Media: the files that rows name, found, decoded, and what is measured on them carried along."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from endwise.data.cache import Fence, File, Media, decoded
from endwise.data.cells import MEDIA, paths_of
from endwise.data.pictures import AS_IT_IS, lies_on, moved
from endwise.data.reading import Reading
from endwise.data.tables import Table
from endwise.errors import counted
from endwise.system.signals import Audio, Signal

Progress = Callable[[int, int], None]
DARK = 8192  # 16-bit pictures whose values all lie under this come out nearly black


@dataclass(frozen=True)
class Named:
    """The files that one column names: each once, and for each row the number of its own, or -1, (N,)."""

    signal: Signal
    files: list[tuple[File, ...]]
    of: np.ndarray


def named(reading: Reading, signal: Signal, fence: Fence) -> Named:
    """The files that the cells of `signal` name; a path that leads nowhere or outside is a problem."""

    def find(table: Table, cell: Any) -> tuple[File, ...]:
        return tuple(fence.find(table.folder, path) for path in paths_of(signal, cell))

    numbers: dict[tuple[File, ...], int] = {}
    found = reading.each(signal.name, find)
    of = np.array([-1 if files is None else numbers.setdefault(files, len(numbers)) for files in found], dtype=int)
    return Named(signal, list(numbers), of)


def decode(reading: Reading, media: Sequence[Named], cache: Path, progress: Progress) -> dict[str, Media]:
    """Decode the files of all columns; rows whose file cannot be read are bad."""
    done, total = 0, sum(len(one.files) for one in media)
    made: dict[str, Media] = {}

    def tick(more: int) -> None:
        nonlocal done
        done += more
        progress(done, total)

    for one in media:
        result = made[one.signal.name] = decoded(one.files, one.signal, reading.found.root, cache, tick)
        for row in np.flatnonzero(np.isin(one.of, list(result.faults))):
            reading.note(int(row), one.signal.name, result.faults[int(one.of[row])])
        reading.notes += _conversions(one.signal, result)
    return made


def contents(files: Named, made: Media) -> list[int | None]:
    """For each row a digest of what its file shows or sounds, which copies share; None where there is none."""
    digests = [int(one) if at >= 0 else None for one, at in zip(made.digests, made.at, strict=True)]
    return [digests[number] if number >= 0 else None for number in files.of]


def scale(
    reading: Reading,
    signals: list[Signal],
    values: dict[str, list[Any]],
    media: Sequence[Named],
    made: dict[str, Media],
) -> None:
    """Carry along, in `values`, what is measured in pixels of pictures that were resized."""
    rows_of = {one.signal.name: one.of for one in media}
    resized = {name for name, one in made.items() if _resized(one).any()}
    for signal in signals:
        on = lies_on(signal, signals)
        if on in resized:
            reading.notes += _scale(signal, values[signal.name], on, rows_of[on], made[on].fits[:, :4])
        elif resized and not on and signal.unit in ("px", "mm/px"):
            reading.notes.append(f"'{signal.name}' was not scaled: it does not say on which picture it is measured.")


def _scale(signal: Signal, values: list[Any], on: str, of: np.ndarray, fits: np.ndarray) -> list[str]:
    """Move one column's values with the files `of` their rows; what a person should know of it."""
    alone = 0
    for row, value in enumerate(values):
        if value is not None and of[row] >= 0:
            values[row] = moved(signal, value, fits[of[row]])
        alone += value is not None and of[row] < 0
    notes = [f"'{signal.name}' was scaled with the pictures of '{on}'."]
    if alone:
        notes.append(f"{counted(alone, 'row')} with '{signal.name}' but no '{on}' kept the scale of the table.")
    return notes


def is_medium(signal: Signal) -> bool:
    """Whether a signal's cells name files."""
    return isinstance(signal, MEDIA)


def _resized(media: Media) -> np.ndarray:
    return np.asarray((media.fits[:, :4] != AS_IT_IS).any(axis=1))


def _conversions(signal: Signal, media: Media) -> list[str]:
    """What was done to the files of a column that a person might not expect."""
    if isinstance(signal, Audio):
        return []
    notes, deep = [], media.fits[:, 4][media.at >= 0]
    if count := int(_resized(media).sum()):
        size = " x ".join(map(str, signal.shape[-2:] if signal.kind != "image" else signal.shape[:2]))
        notes.append(
            f"'{signal.name}': {count:,} of {counted(len(media.at), 'picture')} resized to {size}"
            " (height x width), with a black border where the proportions differ."
        )
    if count := int((deep > 0).sum()):
        notes.append(f"'{signal.name}': {counted(count, '16-bit picture')} read as 8 bits, 65,535 becoming 255.")
        if deep.max() < DARK:
            notes.append(
                f"No value in them is above {int(deep.max()):,}, so they are nearly black: stretch them first."
            )
    return notes
