"""Tubs of a Donkey car, version 2: manifest.json, catalog_N.catalog and a folder of pictures (donkeycar 4 and 5).

`user/angle` is positive to the right there (donkeycar, parts/actuator.py: LEFT_ANGLE is -1), so steer is its negative.
`user/throttle` is what the motor was given; below 0 it brakes. Records in which a pilot drove tell nothing of a driver.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from endwise.systems.driving.sources.frames import Found, Frame, Wrong, counting, number, pace, share

MANIFEST: Final = "manifest.json"
IMAGE: Final = "cam/image_array"
MILLISECONDS: Final = 1e-3


def donkey(found: Found) -> None:
    """Tubs of a Donkey car; each session in a tub is a recording."""
    for file in found.files:
        if file.name == MANIFEST and any(file.parent.glob("catalog_*.catalog")):
            _read(found, file)


def _read(found: Found, manifest: Path) -> None:
    try:
        deleted = set(_last(found, manifest)["deleted_indexes"])
    except (ValueError, TypeError, KeyError):
        found.spoil(manifest, "does not tell which records were deleted; its tub was not read")
        return
    pictures = {file.name: file for file in (manifest.parent / "images").glob("*")}
    catalogs = sorted(manifest.parent.glob("catalog_*.catalog"), key=lambda file: counting(file.name))
    gone, piloted = 0, 0
    for catalog in catalogs:
        for line, record in _records(found, catalog):
            if record["_index"] in deleted:
                gone += 1
            elif record.get("user/mode", "user") != "user":
                piloted += 1
            else:
                _put(found, catalog, line, record, pictures)
    if gone:
        found.notes.append(f"{found.name(manifest)}: {gone:,} deleted records were left out.")
    if piloted:
        found.notes.append(f"{found.name(manifest)}: {piloted:,} records in which a pilot drove were left out.")


def _last(found: Found, manifest: Path) -> Any:
    """The last line of a manifest, which lists catalogs and deleted records. Raises ValueError."""
    lines = [line for line in found.lines(manifest) if line.strip()]
    return json.loads(lines[-1] if lines else "")


def _records(found: Found, catalog: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for line, text in enumerate(found.lines(catalog), 1):
        try:
            record = json.loads(text)
        except (ValueError, RecursionError):  # also zeros, where the power went while it was written
            record = None
        if isinstance(record, dict) and isinstance(record.get("_index"), int):
            yield line, record
        elif text.strip():
            found.spoil(catalog, "is no record in JSON with an _index", line)


def _put(found: Found, catalog: Path, line: int, record: Mapping[str, Any], pictures: Mapping[str, Path]) -> None:
    try:
        frame = _frame(pictures, record)
    except Wrong as wrong:
        found.spoil(catalog, wrong.reason, line, wrong.column)
        return
    session = record.get("_session_id")
    tub = found.name(catalog.parent)
    found.recordings.setdefault(f"{tub} {session}" if session else tub, []).append(frame)


def _frame(pictures: Mapping[str, Path], record: Mapping[str, Any]) -> Frame:
    """The frame of one record. Raises Wrong."""
    name = str(record.get(IMAGE))
    if name not in pictures:
        raise Wrong(IMAGE, f"names '{name}', which is not there in images")
    taken, speed = record.get("_timestamp_ms"), record.get("enc/speed")
    return Frame(
        pictures[name],
        record["_index"],
        None if taken is None else MILLISECONDS * number("_timestamp_ms", taken),
        steer=-share("user/angle", record.get("user/angle")),
        accelerate=share("user/throttle", record.get("user/throttle")),
        speed=None if speed is None else pace("enc/speed", speed),
    )
