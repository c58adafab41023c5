"""The few seconds in which a design loses most, as a small film to embed."""

from __future__ import annotations

from typing import Final

import numpy as np

from endwise.systems.driving.film.recording import Recording
from endwise.systems.driving.film.windscreen import windscreen
from endwise.systems.driving.film.writing import EVERY, gif
from endwise.systems.driving.vehicle import STEP

SCALE: Final = 3
"""288 x 144 pixels, some 7 kB a picture."""
BEFORE: Final = 24
AFTER: Final = 6
"""Steps that are shown before and after the moment; where the drive ends there, as many more before."""


def worst_moment(worst: Recording) -> tuple[bytes, str]:
    """The worst moment of a drive: a GIF of 3 s, and what it shows.

    That is the collision, else the moment in which it first leaves its lane, else the end. Same drive, same bytes.
    """
    at, what = _moment(worst)
    end = min(at + AFTER, len(worst.moments) - 1)
    shown = worst.moments[end % EVERY : end + 1 : EVERY][-(BEFORE + AFTER) // EVERY :]
    words = f"Route {worst.route}, driving score {worst.score:.2f}: {what} after {at * STEP:.1f} s."
    return gif([windscreen(one, SCALE) for one in shown], round(1000 * STEP * EVERY)), words


def _moment(drive: Recording) -> tuple[int, str]:
    """Which of its moments, and what happens in it."""
    left = np.flatnonzero([one.departures > 0 for one in drive.moments])
    if len(left) and not drive.collisions:
        return int(left[0]), "it leaves its lane"
    return len(drive.moments) - 1, drive.ending
