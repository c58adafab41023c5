"""Sightings of the car ahead -> its distance and closing speed: an alpha-beta filter that remembers.

Source: Kalata 1984, "The Tracking Index" (eqs. for the steady gains of a tracker of place and speed, from how hard
the target manoeuvres and how far sightings are off).
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from endwise.systems.driving.camera import FOCAL_Y, MOUNTED
from endwise.systems.driving.scenes import FARTHEST_GAP, FASTEST_CLOSING
from endwise.systems.driving.vehicle import LENGTH, STEP

Rows: TypeAlias = npt.NDArray[Any]
Doubles: TypeAlias = npt.NDArray[np.float64]

MANOEUVRES: Final = 3.0
"""m/s², spread of the acceleration between the two cars."""
ROW: Final = 0.3
"""Rows of the picture that a car's foot is off."""
FINEST: Final = 0.15
"""Metres that a sighting is off at least."""
SURPRISE: Final = (3.0, 0.25)
"""Metres, and share of the distance, beyond which a sighting is of something else."""
PATIENCE: Final = 4
"""Steps without a sighting that fits after which the car ahead is given up: 0.4 s."""


class GapTracker:
    """Follows the car ahead in N episodes at once, a step of 0.1 s a call. Its state has one row an episode.

    The first call after `reset` fixes N and starts every row from the two sightings in it alone. Rows of a table, in
    any order, are therefore handed over in one call after a reset: no row then knows of another.

    >>> tracker = GapTracker()
    >>> for step in range(30):
    ...     gap = tracker(np.array([[20.2 - 0.2 * step, 20 - 0.2 * step]]))
    >>> np.round(gap, 1)
    array([[14.2,  2. ]], dtype=float32)
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all cars: before each episode and each batch of rows."""
        self._distance: Doubles | None = None
        self._closing: Doubles = np.zeros(0)
        self._missed: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)

    def __call__(self, sighting: Rows) -> Rows:
        """The gap after one more step.

        Parameters
        ----------
        sighting: (N, 2) metres to the car ahead one step before and now, each from its picture alone; FARTHEST_GAP
            or more where none is seen. After the first call only the newer one is read.

        Returns
        -------
        (N, 2) float32 metres, and the speed (m/s) at which it comes nearer; FARTHEST_GAP and 0 without a car ahead.
        """
        before, now = sighting.astype(np.float64).T
        if self._distance is None or len(self._distance) != len(now):
            self._distance, self._closing = before.copy(), np.zeros(len(now))
            self._missed = np.where(before < FARTHEST_GAP, 0, PATIENCE)
        self._distance = self._step(self._distance, now)
        none = self._missed >= PATIENCE
        told = np.clip(self._distance, 0, FARTHEST_GAP), np.clip(self._closing, -FASTEST_CLOSING, FASTEST_CLOSING)
        return np.column_stack(
            [np.where(none, FARTHEST_GAP, told[0]), np.where(none | (told[0] >= FARTHEST_GAP), 0, told[1])]
        ).astype(np.float32)

    def _step(self, distance: Doubles, seen: Doubles) -> Doubles:
        """The distances after this step; closing speeds and counts of misses are brought up to date."""
        expected = np.maximum(distance - STEP * self._closing, 0)
        surprise = seen - expected
        there = seen < FARTHEST_GAP
        fits = there & (np.abs(surprise) < SURPRISE[0] + SURPRISE[1] * expected) & (self._missed < PATIENCE)
        self._missed = np.where(fits, 0, np.minimum(self._missed + 1, PATIENCE))
        starts = there & ~fits & (self._missed >= PATIENCE)
        self._missed = np.where(starts, 0, self._missed)
        alpha, beta = gains(expected)
        closing = self._closing - fits * beta / STEP * surprise
        self._closing = np.where(starts | (self._missed >= PATIENCE), 0, closing)
        return np.where(starts, seen, expected + fits * alpha * surprise)


def gains(distance: Doubles) -> tuple[Doubles, Doubles]:
    """Alpha and beta for cars at `distance` (N,): the farther, the less a single sighting counts."""
    forward = distance + LENGTH / 2
    off = np.hypot(FINEST, ROW * forward**2 / (FOCAL_Y * MOUNTED))
    index = MANOEUVRES * STEP**2 / off
    r = (4 + index - np.sqrt(8 * index + index**2)) / 4
    alpha = 1 - r**2
    return alpha, 2 * (2 - alpha) - 4 * np.sqrt(1 - alpha)
