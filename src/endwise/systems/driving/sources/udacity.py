"""Recordings of Udacity's driving simulator: driving_log.csv and the folder IMG beside it.

Columns, with or without a header: center, left, right (pictures), steering, throttle, brake, speed. Steering is
positive to the right, 1 standing for 25 degrees; speed is in miles an hour. Pictures are named by their whole path on
the machine that recorded, Windows or not, so their file name alone counts.
Source: github.com/udacity/self-driving-car-sim.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from endwise.systems.driving.sources.frames import Found, Frame, Wrong, number, pace, share

LOG: Final = "driving_log.csv"
COLUMNS: Final = ("center", "left", "right", "steering", "throttle", "brake", "speed")
MILE_AN_HOUR: Final = 0.44704
"""m/s"""
_TAKEN: Final = re.compile(r"(\d{4})_(\d\d)_(\d\d)_(\d\d)_(\d\d)_(\d\d)_(\d{1,3})\.\w+$")
"""When a picture was taken, in its name: year to millisecond."""


def udacity(found: Found) -> None:
    """Recordings of Udacity's simulator; each log is a recording."""
    for log in found.files:
        if log.name == LOG:
            known = len(found.problems)
            frames = _frames(found, log)
            if not frames and len(found.problems) == known:
                found.spoil(log, "has no line")
            if frames:
                found.recordings[found.name(log.parent)] = frames
                found.notes.append(f"{found.name(log)}: of three cameras that in the middle was read.")


def _frames(found: Found, log: Path) -> list[Frame]:
    pictures = {file.name: file for file in (log.parent / "IMG").glob("*")}
    frames: list[Frame] = []
    reader = csv.reader(found.lines(log))
    try:
        for cells in reader:
            if not cells or (reader.line_num == 1 and cells[0].strip().lower() == COLUMNS[0]):
                continue
            try:
                frames.append(_frame(pictures, cells, reader.line_num))
            except Wrong as wrong:
                found.spoil(log, wrong.reason, reader.line_num, wrong.column)
    except csv.Error as error:
        found.spoil(log, f"cannot be read as a table ({error}); the lines after it were not read", reader.line_num)
    return frames


def _frame(pictures: dict[str, Path], cells: Sequence[str], line: int) -> Frame:
    """The frame of one line. Raises Wrong."""
    if len(cells) != len(COLUMNS):
        raise Wrong("", f"has {len(cells)} cells, of {len(COLUMNS)}: {', '.join(COLUMNS)}")
    name = re.split(r"[\\/]", cells[0].strip())[-1]
    if name not in pictures:
        raise Wrong("center", f"names '{name}', which is not there in IMG")
    throttle, brake = share("throttle", cells[4]), number("brake", cells[5])
    if not 0 <= brake <= 1:
        raise Wrong("brake", f"is {brake:g}, outside 0..1")
    return Frame(
        pictures[name],
        line,
        _seconds(name),
        steer=-share("steering", cells[3]),
        accelerate=max(throttle - brake, -1.0),
        speed=pace("speed", cells[6], MILE_AN_HOUR),
    )


def _seconds(name: str) -> float | None:
    """When a picture was taken, by its name: center_2016_12_01_13_30_48_287.jpg."""
    match = _TAKEN.search(name)
    if match is None:
        return None
    *moment, milliseconds = match.groups()
    try:
        return datetime.strptime(" ".join([*moment, "+0000"]), "%Y %m %d %H %M %S %z").timestamp() + (
            int(milliseconds) / 1000
        )
    except ValueError:  # no day of the calendar
        return None
