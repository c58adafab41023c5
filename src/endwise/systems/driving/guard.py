"""A guard over any driver: limits, a stop on stale pictures, and the staged parts' control when danger is near.

It knows the lane and the car ahead as the staged parts tell them, and nothing of obstacles in `roadworks`: there it
holds a driver that swings round one for a driver that leaves the lane.
Source: time to collision after Hayward 1972, time to lane crossing after Godthelp, Milgram and Blaauw 1984, along the
car's way under a held steering wheel. The limits are ours, chosen on routes of their own.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

import endwise as ew
from endwise.systems.driving.road import EDGE
from endwise.systems.driving.scenes import CURVATURE_DISTANCES, FARTHEST_GAP
from endwise.systems.driving.signals import LANE
from endwise.systems.driving.steering import pursue
from endwise.systems.driving.vehicle import (
    HARDEST,
    LARGEST_ANGLE,
    STEERING_LAG,
    STEP,
    STRONGEST,
    WHEELBASE,
    WIDTH,
)

Rows: TypeAlias = npt.NDArray[Any]
Doubles: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]

STEERING_RATE: Final = 4.0
"""Steer a second at most: from straight ahead to full lock in a quarter of a second, faster than the wheels follow."""
SIDEWAYS: Final = 6.0
"""m/s² to the side at most; dry asphalt holds about 8."""
PUSH: Final = 2.0 / STRONGEST
"""Of the pedal at most: 2 m/s²."""
STOPPING: Final = -0.6
"""Pedal while pictures are stale: 4 m/s², hard and yet steerable."""
OLDEST: Final = 0.3
"""Seconds that a picture may be old: 4 m at 13 m/s."""

BEYOND: Final = EDGE - WIDTH / 2 + 0.15
"""Metres from the lane's middle at which the car leaves the lane: its side is then 0.15 m over the line."""
CALM_OFFSET: Final = 0.8
"""Metres from the lane's middle within which it may give back."""
TO_CROSSING: Final = (0.5, 0.7)
"""Seconds to the lane's edge from which on the guard takes over, and beyond which it gives back."""
TO_COLLISION: Final = (2.0, 3.5)
"""Seconds to the car ahead, likewise."""
BRAKING: Final = (3.0, 1.5)
"""m/s² that are needed not to hit the car ahead, likewise."""
SPARE: Final = 1.5
"""Metres left between the cars when that braking ends."""
CALM: Final = 3
"""Steps in a row without danger after which the guard gives back."""


class FrameWatch:
    """Tells stale pictures: the same one twice, or one that is too old. Two pictures of a real sensor never agree.

    The first call after `reset` only looks at the ages.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the last pictures: before each episode."""
        self._last: Rows | None = None

    def __call__(self, camera: Rows, age: Rows) -> Bools:
        """(N,) which rows are stale.

        Parameters
        ----------
        camera: (N, 2, 48, 96) uint8, one step before and now; only the newer picture is looked at.
        age: (N,) seconds since it was taken; what is not a number is stale.
        """
        newest = camera[:, -1]
        same = np.zeros(len(newest), dtype=bool)
        if self._last is not None:
            _check_rows("pictures", len(newest), len(self._last))
            same = (newest == self._last).all(axis=(1, 2))
        self._last = newest.copy()
        return np.asarray(same | ~(age <= OLDEST))


class Guard:
    """Watches over N episodes at once, a step of 0.1 s a call; the first call after `reset` fixes N.

    While it intervenes on account of the lane, the staged control steers and accelerates; on account of the car
    ahead, it accelerates alone, and the harder brake counts. The limits on steering and pedals always hold and are no
    intervention.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the episodes and the counts."""
        self._start(0)

    def _start(self, count: int) -> None:
        self._steps = 0
        self._steer: Doubles = np.zeros(count)
        self._lane: _Hold = _Hold(count)
        self._gap: _Hold = _Hold(count)
        self._was: Bools = np.zeros(count, dtype=bool)
        self._takeovers, self._intervened = np.zeros((2, count), dtype=np.int64)

    @property
    def takeovers(self) -> npt.NDArray[np.int64]:
        """(N,) how often the guard began to intervene."""
        return self._takeovers.copy()

    @property
    def share(self) -> Doubles:
        """(N,) of the steps so far that it intervened in, 0..1."""
        return self._intervened / max(self._steps, 1)

    def __call__(
        self, control: Rows, staged_control: Rows, lane: Rows, gap: Rows, speed: Rows, stale: Rows
    ) -> tuple[Rows, Bools]:
        """What to do in this step.

        Parameters
        ----------
        control: (N, 2) the driver's steer and accel, each in -1..1; one that is not a number is replaced.
        staged_control: (N, 2) that of the staged parts.
        lane, gap: (N, 5) and (N, 2) as the staged parts tell them.
        speed: (N,) in m/s.
        stale: (N,) bool, are the pictures stale behind all of these? Then the guard brakes and holds the wheel.

        Returns
        -------
        (N, 2) float32 control, and (N,) bool whether the guard intervened.

        Raises
        ------
        ew.EndwiseError: the number of rows changed without a `reset`.
        """
        if not self._steps:
            self._start(len(control))
        _check_rows("controls", len(control), len(self._steer))
        blind = np.asarray(stale, dtype=bool) | ~_finite(staged_control, lane, gap, speed[:, None])
        mute = ~_finite(control)
        lane, gap, v, staged = (
            np.where(blind.reshape(-1, *[1] * (one.ndim - 1)), none, one).astype(np.float64)
            for one, none in ((lane, 0), (gap, FARTHEST_GAP), (speed, 0), (staged_control, 0))
        )
        staged = np.clip(staged, -1, 1)
        wish = np.where(mute[:, None], staged, np.clip(control, -1, 1))
        self._lane.update(*self._crossing(wish[:, 0], lane, v))
        self._gap.update(*_collision(wish[:, 1], gap))

        steer = np.where(self._lane.on, staged[:, 0], wish[:, 0])
        accel = np.where(self._gap.on, np.minimum(wish[:, 1], staged[:, 1]), wish[:, 1])
        accel = np.where(self._lane.on, np.minimum(staged[:, 1], np.where(self._gap.on, accel, 1)), accel)
        steer, accel = np.where(blind, self._steer, steer), np.where(blind, STOPPING, accel)
        self._steer = self._limited(steer, v, blind)
        intervened = self._lane.on | self._gap.on | blind | mute
        self._count(intervened)
        return np.column_stack([self._steer, np.clip(accel, -1, PUSH)]).astype(np.float32), intervened

    def _count(self, intervened: Bools) -> None:
        self._steps += 1
        self._intervened += intervened
        self._takeovers += intervened & ~self._was
        self._was = intervened

    def _limited(self, steer: Doubles, speed: Doubles, blind: Bools) -> Doubles:
        """(N,) `steer` within what the tyres hold and, from the second step on, the rate of steering."""
        most = np.arctan(SIDEWAYS * WHEELBASE / np.maximum(speed, 1) ** 2) / LARGEST_ANGLE
        held = np.where(blind, steer, np.clip(steer, -most, most))
        if not self._steps:
            return held
        return np.clip(held, self._steer - STEERING_RATE * STEP, self._steer + STEERING_RATE * STEP)

    def _crossing(self, steer: Doubles, lane: Doubles, speed: Doubles) -> tuple[Bools, Bools]:
        """(N,) which cars are about to leave the lane with the wheel held at `steer`, and which are far from it."""
        offset, heading, way = lane[:, 0].copy(), lane[:, 1].copy(), np.zeros(len(steer))
        angle = LARGEST_ANGLE * self._steer  # the wheels follow what was asked for last
        seconds = np.where(np.abs(offset) > BEYOND, 0.0, np.inf)
        near, far = CURVATURE_DISTANCES[:2]
        for step in range(1, round(TO_CROSSING[1] / STEP) + 1):
            angle += (LARGEST_ANGLE * steer - angle) * (1 - np.exp(-STEP / STEERING_LAG))
            bend = lane[:, 2] + np.clip((way - near) / (far - near), 0, 1) * (lane[:, 3] - lane[:, 2])
            heading += STEP * speed * (np.tan(angle) / WHEELBASE - bend)
            offset += STEP * speed * np.sin(heading + angle / 2)  # the middle slips by half the wheels' angle
            way += STEP * speed
            seconds = np.minimum(seconds, np.where(np.abs(offset) > BEYOND, step * STEP, np.inf))
        # Beyond the edge, who comes back fast enough is not stopped from doing so.
        returns = (np.abs(lane[:, 0]) > BEYOND) & (np.abs(offset) < BEYOND)
        return (seconds <= TO_CROSSING[0]) & ~returns, (seconds > TO_CROSSING[1]) & (np.abs(lane[:, 0]) < CALM_OFFSET)


class _Hold:
    """A danger in N episodes: on when it is near, off after CALM steps without it."""

    def __init__(self, count: int) -> None:
        self.on: Bools = np.zeros(count, dtype=bool)
        self._calm = np.zeros(count, dtype=np.int64)

    def update(self, near: Bools, far: Bools) -> None:
        """One more step, in which danger is `near` or `far` or between."""
        self._calm = np.where(far, self._calm + 1, 0)
        self.on = near | (self.on & (self._calm < CALM))


def _collision(accel: Doubles, gap: Doubles) -> tuple[Bools, Bools]:
    """(N,) which cars are about to hit the car ahead under the pedal `accel`, and which are far from it."""
    distance, closing = gap.T
    there = (distance < FARTHEST_GAP) & (closing > 0)
    seconds = np.where(there, distance / np.where(there, closing, 1), np.inf)
    needed = np.where(there, closing**2 / (2 * np.maximum(distance - SPARE, 0.3)), 0)
    braked = np.where(accel < 0, -HARDEST, -STRONGEST) * accel
    unmet = braked < needed
    near = ((seconds < TO_COLLISION[0]) | (needed > BRAKING[0])) & unmet
    return near, (seconds > TO_COLLISION[1]) & (needed < BRAKING[1])


def _finite(*columns: Rows) -> Bools:
    """(N,) whether all of a row's values are numbers."""
    return np.asarray(np.isfinite(np.column_stack(columns)).all(axis=1))


def _check_rows(what: str, here: int, before: int) -> None:
    if here != before:
        raise ew.EndwiseError(
            f"A step with {what} of {here:,} episodes was asked for.",
            f"The step before had {before:,}.",
            "What is remembered belongs to an episode, and cannot be told which of these it is.",
            "Hand over every episode in every step, ended or not, or call reset() first.",
        )


class Watching:
    """The guard as a part of a design: it sees what the driver asks for and what the staged parts tell.

    Pictures come without an age here; the same one twice is stale.
    """

    def __init__(self) -> None:
        self._guard, self._frames = Guard(), FrameWatch()

    def reset(self) -> None:
        """Forget the episodes."""
        self._guard.reset()
        self._frames.reset()

    def __call__(self, wish: Rows, plan: Rows, situation: Rows, camera: Rows, speed: Rows) -> Rows:
        """(N, 3) steer, accelerate, and whether the guard intervened; the arguments are rows of those signals."""
        stale = self._frames(camera, np.zeros(len(camera)))
        told = situation[:, : len(LANE)], situation[:, len(LANE) :]
        control, intervened = self._guard(wish, pursue(plan, speed), *told, speed, stale)
        return np.column_stack([control, intervened]).astype(np.float32)
