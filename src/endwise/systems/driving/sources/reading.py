"""Rows from recordings of drives, in the layouts in which people have them.

    rows = read("mycar/data")             # a Donkey tub, Udacity's driving_log.csv, or segments of comma2k19

A row is a frame with the frame before it, what the driver did then, and the speed where the recording has it. All
pictures are read at once: 9 KB a row.

The last fifth of each recording is for tests, and what comes right before it is left out: neighbouring frames are near
copies. Groups are stretches of one recording, so a training is stopped by stretches that it has not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypedDict, Unpack

import numpy as np
import numpy.typing as npt

import endwise as ew
from endwise.systems.driving import signals
from endwise.systems.driving.sources.comma import comma
from endwise.systems.driving.sources.donkey import donkey
from endwise.systems.driving.sources.frames import FASTEST, PICTURES, Found, Frame, files_in
from endwise.systems.driving.sources.pictures import ahead
from endwise.systems.driving.sources.stretches import RATE, Stretch, believed_rate, stretches
from endwise.systems.driving.sources.udacity import udacity

LAYOUTS: Final[Mapping[str, Callable[[Found], None]]] = {one.__name__: one for one in (donkey, udacity, comma)}
"""In the order in which they are tried."""
DRAWN: Final = {
    "donkey": "manifest.json, catalog_0.catalog and images/0_cam_image_array_.jpg (a Donkey tub, version 2)",
    "udacity": "driving_log.csv and IMG/center_2016_12_01_13_30_48_287.jpg",
    "comma": "40/processed_log/CAN/speed/value and 40/frames/000001.jpg (a segment of comma2k19)",
}
"""Each layout in a line."""
SHOWN: Final = 10
"""Problems spelled out in an error."""
THREADS: Final = 4
"""Pillow lets go of Python's lock while it decodes."""

speed: Final = ew.Number("speed", unit="m/s", low=0, high=FASTEST)
"""As `signals.speed`, of cars that are faster than those of the built-in world."""


class How(TypedDict, total=False):
    """How recordings are read.

    Parameters
    ----------
    skip_bad: leave bad frames out, and name them among the rows' problems, instead of raising an error.
    progress: is told (done, total) pictures.
    """

    skip_bad: bool
    progress: Callable[[int, int], None] | None


@dataclass(frozen=True, eq=False)
class Taken:
    """A frame with its picture, and the one before it."""

    frame: Frame
    stretch: Stretch
    pair: npt.NDArray[np.uint8]
    """(2, 48, 96)"""


def read(folder: Path | str, layout: str | None = None, **how: Unpack[How]) -> ew.Rows:
    """Rows of the recordings in a folder, in one of `LAYOUTS`; None stands for whichever it has.

    Raises ew.RowsError where the folder has not the layout, and where frames are bad (a picture that is missing or
    cannot be read, a steer that is no number in -1..1), naming them; with `skip_bad` these are left out.
    """
    root = Path(folder).absolute()
    found = _found(root, layout)
    pictures = _pictures(found, how.get("progress") or (lambda done, total: None))
    taken = list(_taken(found, pictures))
    if found.problems and not (how.get("skip_bad") and taken):
        raise _refusal(found, rest=bool(taken))
    if not taken:
        raise _nothing(found)
    return replace(
        _rows(found, taken), problems=tuple(found.problems), notes=(*found.notes, *_notes(found, pictures, taken))
    )


def _found(root: Path, layout: str | None) -> Found:
    """What the first layout makes of the folder that makes anything of it. Raises RowsError."""
    if layout is not None and layout not in LAYOUTS:
        raise ew.RowsError(
            f"Recordings in the layout '{layout}' were to be read.",
            f"The layouts are {', '.join(LAYOUTS)}.",
            "There is none of this name.",
            "Name one of them, or none: it is then found out.",
        )
    files = files_in(root)
    wanted = LAYOUTS if layout is None else [layout]
    for name in wanted:
        found = Found(root, files)
        LAYOUTS[name](found)
        if found.recordings or found.problems or found.notes:
            return found
    raise _unknown(Found(root, files), wanted)


def _pictures(found: Found, progress: Callable[[int, int], None]) -> dict[Path, npt.NDArray[np.uint8]]:
    """What can be read, by file; what cannot is a problem."""
    files = list(dict.fromkeys(frame.file for frames in found.recordings.values() for frame in frames))
    pictures: dict[Path, npt.NDArray[np.uint8]] = {}
    with ThreadPoolExecutor(THREADS) as threads:
        for done, (file, read) in enumerate(zip(files, threads.map(_picture, files), strict=True), 1):
            if isinstance(read, str):
                found.spoil(file, read, column=signals.camera.name)
            else:
                pictures[file] = read
            progress(done, len(files))
    return pictures


def _picture(file: Path) -> npt.NDArray[np.uint8] | str:
    try:
        return ahead(file)
    except ValueError as reason:
        return str(reason)


def _taken(found: Found, pictures: Mapping[Path, npt.NDArray[np.uint8]]) -> Iterator[Taken]:
    for name, frames in found.recordings.items():
        readable = [frame for frame in frames if frame.file in pictures]
        for before, now, stretch in stretches(name, readable):
            yield Taken(now, stretch, np.stack([pictures[before.file], pictures[now.file]]))


def _rows(found: Found, taken: Sequence[Taken]) -> ew.Rows:
    frames = [one.frame for one in taken]
    columns: dict[ew.Signal, Any] = {
        signals.camera: np.stack([one.pair for one in taken]),
        speed: np.array([frame.speed or 0.0 for frame in frames], np.float32),
        signals.control: np.array([(frame.steer, frame.accelerate) for frame in frames], np.float32),
    }
    known = np.array([frame.speed is not None for frame in frames])
    if not known.any():
        del columns[speed]
    return ew.Rows.from_columns(
        list(columns),
        {signal.name: values for signal, values in columns.items()},
        present={speed.name: known} if known.any() else None,
        ids=_ids(found, frames),
        groups=[one.stretch.name for one in taken],
        split=[one.stretch.part for one in taken],
    )


def _ids(found: Found, frames: Sequence[Frame]) -> list[str]:
    """The file's name, or where a log names a picture twice, with its place in the recording."""
    seen: set[str] = set()
    names = []
    for frame in frames:
        name = found.name(frame.file)
        while name in seen:
            name = f"{name}:{frame.number}"
        seen.add(name)
        names.append(name)
    return names


def _notes(found: Found, pictures: Collection[Path], taken: Sequence[Taken]) -> Iterator[str]:
    yield (
        "Open loop: what a design makes is compared with what the driver did, and nobody drives; who predicts a "
        "recording best need not drive best (Codevilla et al. 2018)."
    )
    tests = sum(one.stretch.part == "test" for one in taken)
    yield (
        f"Of {len(pictures):,} pictures {len(taken):,} make a row, {tests:,} of them, the last fifth of each recording,"
        " for tests. The others have no frame right before them in their stretch, or lie right before the tests."
    )
    unclear = [name for name, frames in found.recordings.items() if believed_rate(frames) is None]
    if unclear:
        yield (
            f"{len(unclear):,} recordings, the first {unclear[0]}, have no clock or one that no drive has;"
            f" {RATE:g} frames a second were assumed."
        )
    yield "Pictures were brought to 48 x 96 grey: their whole width, and half as much of the height from below."


def _refusal(found: Found, *, rest: bool) -> ew.RowsError:
    problems = found.problems
    lines = [f"  {problem}" for problem in problems[:SHOWN]]
    more = [f"  and {len(problems) - SHOWN:,} more"] if len(problems) > SHOWN else []
    count = sum(map(len, found.recordings.values()))
    return ew.RowsError(
        f"Recordings of drives were to be read from {found.root}.",
        "\n".join([f"{count:,} frames were found, with {len(problems):,} problems:", *lines, *more]),
        "A bad value is never taken for a label, and no row is dropped silently.",
        "Mend them, or leave those frames out with skip_bad=True."
        if rest
        else "Mend them: without them there is no row.",
    )


def _nothing(found: Found) -> ew.RowsError:
    count = sum(map(len, found.recordings.values()))
    return ew.RowsError(
        f"Recordings of drives were to be read from {found.root}.",
        " ".join([f"{count:,} frames were found.", *found.notes]),
        "A row is a frame with the one right before it, and none has one.",
        "Record longer, or look whether frames between them were deleted.",
    )


def _unknown(found: Found, wanted: Collection[str]) -> ew.RowsError:
    seen = sum(file.suffix.lower() in PICTURES for file in found.files)
    here = f"It holds {seen:,} pictures and {len(found.files) - seen:,} other files."
    drawn = [f"  {name}: {DRAWN[name]}" for name in wanted]
    return ew.RowsError(
        f"Recordings of drives were to be read from {found.root}.",
        here if found.root.is_dir() else "There is no such folder.",
        "\n".join(["It has not the layout:" if len(wanted) == 1 else "It has none of the known layouts:", *drawn]),
        "Point at the folder that holds both the log and the pictures.",
    )
