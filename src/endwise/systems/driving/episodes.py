"""Episodes: many routes driven at once, step by step, with the truth of every signal at every step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

import endwise as ew
from endwise.systems.driving.camera import HEIGHT, WIDTH
from endwise.systems.driving.painting import lane_masks, photograph
from endwise.systems.driving.road import Bools, Doubles
from endwise.systems.driving.routes import Preset, draw_routes
from endwise.systems.driving.scenes import TRUTHS, control, first_scene, next_scene
from endwise.systems.driving.scoring import Marks, Records
from endwise.systems.driving.traffic import STEPS

SHARE_TO_DRIVE: Final = 0.95
"""A route is this share of the way that the expert drives on it in STEPS steps."""
SIGNALS: Final = ("lane_mask", *TRUTHS)
"""Whose truth the world knows."""


class Episodes:
    """N routes at once.

    Each episode starts with a step of the expert, so that there is a picture of one step before. It ends where the
    route ends, after 150 steps, at a collision, or more than 3 m off the road. What has ended is drawn no more.

    Parameters
    ----------
    routes: the numbers of the routes. A route is the same whichever others run beside it.
    preset: "clear", or "roadworks" with obstacles that stick into our lane.
    seed: not negative.
    complexity: 0 = straight and empty roads in one light, 1 = as in life, 2 = hard (a table is in `world`).
    """

    def __init__(
        self, routes: Sequence[int], preset: Preset = "clear", seed: int = 0, *, complexity: float = 1.0
    ) -> None:
        self._routes = draw_routes(routes, preset, seed, complexity)
        self._before = first_scene(self._routes)
        self._now = next_scene(self._routes, self._before, control(self._routes, self._before))
        self._marks = Marks(self._routes, self._now, self._length())
        self._camera = np.zeros((len(routes), 2, HEIGHT, WIDTH), dtype=np.uint8)
        self._drawn = -1

    @property
    def done(self) -> Bools:
        """(N,) which episodes have ended."""
        return self._marks.done.copy()

    def records(self) -> Records:
        """What each route came to so far."""
        return self._marks.records()

    def observe(self) -> dict[str, npt.NDArray[Any]]:
        """What a driver is given: camera (N, 2, 48, 96) uint8, one step before and now; speed (N,) float32 in m/s.

        The picture of an episode that has ended stays as it was.
        """
        if self._drawn != self._now.tick:
            runs = np.flatnonzero(~self._marks.done)
            known = self._drawn == self._before.tick
            before = self._camera[runs, 1] if known else photograph(self._routes, self._before, runs)
            self._camera[runs, 0], self._camera[runs, 1] = before, photograph(self._routes, self._now, runs)
            self._drawn = self._now.tick
        return {"camera": self._camera.copy(), "speed": self.truth("speed")}

    def truth(self, signal: str) -> npt.NDArray[Any]:
        """The true value of a signal now, for all routes: float32, but for `lane_mask` (N, 48, 96) uint8."""
        if signal == "lane_mask":
            return lane_masks(self._routes, self._now, np.arange(len(self._camera)))
        if signal not in TRUTHS:
            raise ew.EndwiseError(
                f"The truth of the signal {signal!r} was asked for.",
                f"The world knows that of {', '.join(SIGNALS)}.",
                "Any other signal is for a design to make.",
                "Ask for one of these.",
            )
        return TRUTHS[signal](self._routes, self._now).astype(np.float32)

    def step(self, control: npt.NDArray[Any]) -> None:
        """Drive a tenth of a second under `control` (N, 2): steer (left is positive) and accel, each in -1..1."""
        if np.shape(control) != (len(self._camera), 2) or not np.isfinite(control).all():
            raise ew.EndwiseError(
                f"A step under a control of shape {np.shape(control)} was asked for.",
                f"{len(self._camera):,} routes are driven at once.",
                "A step takes a finite steer and accel for every route, ended or not.",
                f"Give an array of shape ({len(self._camera)}, 2).",
            )
        if self._marks.done.all():
            return
        before = self._now
        now = next_scene(self._routes, before, np.asarray(control))
        now = now._replace(car=before.car.where(self._marks.done, now.car))
        self._marks.update(before, now)
        self._before, self._now = before, now

    def _length(self) -> Doubles:
        """(N,) metres of the routes from here on."""
        scene = self._now
        for _ in range(STEPS):
            scene = next_scene(self._routes, scene, control(self._routes, scene))
        return SHARE_TO_DRIVE * (scene.car.s - self._now.car.s)
