"""Which frames of a recording make rows, and in which stretch of it each lies.

A frame makes a row with the frame right before it: the next lower number, and no jump of the clock between. No picture
is in rows of two stretches that train, nor on both sides of the tests.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from endwise.systems.driving.sources.frames import Frame

TEST_SHARE: Final = 0.2
"""Of a recording, its end."""
LEFT_OUT: Final = 1.0
"""Seconds before the tests that are left out; a tenth of the recording at most."""
STRETCH: Final = 10.0
"""Seconds. Steering changes faster: a Donkey car's goes with its own 1 s later by .21, 2.5 s later by -.03."""
TEST_STRETCH: Final = 2.0
"""Intervals come from drawing whole stretches of the tests again, so there have to be some."""
JUMP: Final = 10.0
"""A step of the clock this many times the usual one is a jump, as is one back; single frames come late by less."""
RATES: Final = (1.0, 120.0)
"""Frames a second that are believed: a tub that was converted carries the times of its conversion."""
RATE: Final = 20.0
"""Frames a second where the clock tells nothing: what Donkey cars and comma2k19 have."""


class Stretch(NamedTuple):
    """Where a row lies: its group, and "train" or "test"."""

    name: str
    part: str


def stretches(recording: str, frames: Sequence[Frame]) -> Iterator[tuple[Frame, Frame, Stretch]]:
    """(frame before, frame, stretch) for each of the frames that makes a row."""
    step, rate = usual_step(frames), believed_rate(frames) or RATE
    tests = len(frames) - round(TEST_SHARE * len(frames))
    trained = tests - max(min(round(LEFT_OUT * rate), len(frames) // 10), 1)
    for at, (before, now) in enumerate(itertools.pairwise(frames), 1):
        if trained <= at < tests or not _follows(before, now, step):
            continue
        first, part, seconds = (tests, "test", TEST_STRETCH) if at >= tests else (0, "train", STRETCH)
        number, into = divmod(at - first, max(round(seconds * rate), 2))
        if into or part == "test":
            yield before, now, Stretch(f"{recording} {part} {number + 1}", part)


def usual_step(frames: Sequence[Frame]) -> float | None:
    """Seconds from frame to frame, the median; None where the clock tells nothing."""
    times = [frame.seconds for frame in frames if frame.seconds is not None]
    steps = np.diff(times)
    forward = steps[steps > 0]
    return float(np.median(forward)) if len(forward) else None


def believed_rate(frames: Sequence[Frame]) -> float | None:
    """Frames a second; None where the clock tells nothing, or what no camera of a car does."""
    step = usual_step(frames)
    return None if step is None or not 1 / RATES[1] <= step <= 1 / RATES[0] else 1 / step


def _follows(before: Frame, now: Frame, step: float | None) -> bool:
    """Whether `now` is the frame right after `before`."""
    if now.number != before.number + 1:
        return False
    if step is None or before.seconds is None or now.seconds is None:
        return True
    return 0 <= now.seconds - before.seconds <= JUMP * step
