"""Segments of comma2k19: a minute of highway each, with logs as numpy arrays (Schafer et al. 2018).

    DONGLE_2018-08-02--08-34-47/40/processed_log/CAN/{steering_angle,speed}/{t,value}
                                   global_pose/frame_times
                                   video.hevc

The video (HEVC) needs a decoder that is not here: its pictures are to lie in a folder `frames` of each segment, one for
each time in `frame_times`. The angle is that of the steering wheel in degrees, positive to the left (it goes with the
rate of the heading to the left, correlation .77 on the example segment). The log has no pedals: `accelerate` is what
the speed does around the frame.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from endwise.systems.driving.sources.frames import FASTEST, PICTURES, Found, Frame
from endwise.systems.driving.vehicle import HARDEST, LARGEST_ANGLE, STRONGEST

Doubles = npt.NDArray[np.float64]

RATIO: Final = 16.0
"""Of the steering wheel's angle to that of the wheels. Schematic: family cars have 14 to 18."""
HALF: Final = 0.25
"""Seconds before and after a frame between which its acceleration is taken."""
NEAR: Final = 0.2
"""Seconds from a frame to the next logged value at most; they come every 0.01 s."""


def comma(found: Found) -> None:
    """Segments of comma2k19; all segments of a drive are one recording."""
    for speed in found.files:
        if speed.parts[-4:] == ("processed_log", "CAN", "speed", "value"):
            segment = speed.parents[3]
            name = found.name(segment.parent)
            before = found.recordings.get(name, [])
            try:
                frames = _frames(found, segment, before[-1].number + 1 if before else 0)
            except _Unusable as reason:
                found.spoil(reason.file, reason.reason)
                continue
            if frames:
                found.recordings.setdefault(name, []).extend(frames)
    if found.recordings:
        found.notes.append("comma2k19 has no pedals: accelerate is what the speed did around the frame.")


class _Unusable(Exception):
    """A file without which a segment cannot be read."""

    def __init__(self, file: Path, reason: str) -> None:
        self.file, self.reason = file, reason


def _frames(found: Found, segment: Path, first: int) -> list[Frame]:
    """The frames of one segment, numbered on from `first`. Raises _Unusable."""
    can = segment / "processed_log" / "CAN"
    angle, speed = _logged(can / "steering_angle"), _logged(can / "speed")
    times = _array(segment / "global_pose" / "frame_times")
    folder = segment / "frames"
    pictures = [file for file in found.files if file.parent == folder and file.suffix.lower() in PICTURES]
    if not pictures:
        told = f"{len(angle[0]):,} steering angles and {len(speed[0]):,} speeds were read, but there are no pictures"
        raise _Unusable(folder, f"{told}: take them from the video, ffmpeg -i video.hevc frames/%06d.jpg")
    if len(pictures) != len(times):
        raise _Unusable(folder, f"holds {len(pictures):,} pictures for {len(times):,} frame_times")
    wheels = np.radians(_at(times, *angle)) / RATIO
    rise = (_at(times + HALF, *speed) - _at(times - HALF, *speed)) / (2 * HALF)
    steer = np.clip(wheels / LARGEST_ANGLE, -1, 1)
    pedal = np.clip(rise / np.where(rise > 0, STRONGEST, HARDEST), -1, 1)
    now = _at(times, *speed)
    known = np.isfinite(np.stack([times, steer, pedal, now])).all(axis=0) & (now >= 0) & (now <= FASTEST)
    if not known.all():
        found.notes.append(f"{found.name(segment)}: {int((~known).sum()):,} frames have no logged control near them.")
    return [
        Frame(pictures[at], first + int(at), *(float(column[at]) for column in (times, steer, pedal, now)))
        for at in np.flatnonzero(known)
    ]


def _logged(folder: Path) -> tuple[Doubles, Doubles]:
    """Times in s (N,), and values (N,), those that are no numbers left out. Raises _Unusable."""
    times, values = _array(folder / "t"), _array(folder / "value")
    if len(times) != len(values) or not len(times):
        raise _Unusable(folder / "value", f"holds {len(values):,} values for {len(times):,} times")
    finite = np.isfinite(times) & np.isfinite(values)
    order = np.argsort(times[finite], kind="stable")
    return times[finite][order], values[finite][order]


def _array(file: Path) -> Doubles:
    """The numbers in a file, flat. Raises _Unusable."""
    try:
        found: Any = np.load(file, allow_pickle=False)
        return np.asarray(found, np.float64).reshape(-1)
    except FileNotFoundError:
        raise _Unusable(file, "is not there") from None
    except (OSError, ValueError, EOFError, TypeError, AttributeError) as error:
        raise _Unusable(file, f"cannot be read as an array of numbers ({error})") from None


def _at(when: Doubles, times: Doubles, values: Doubles) -> Doubles:
    """Values at some times (M,), between the logged ones; NaN where none is near."""
    if not len(times):
        return np.full(len(when), np.nan)
    after = np.clip(np.searchsorted(times, when), 1, max(len(times) - 1, 1)) % len(times)
    gap = np.minimum(np.abs(times[after] - when), np.abs(times[after - 1] - when))
    return np.where(gap <= NEAR, np.interp(when, times, values), np.nan)
