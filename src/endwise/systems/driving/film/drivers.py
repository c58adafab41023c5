"""Who drives for a film: the truth, or a design; and the guard that watches over a network at the wheel."""

from __future__ import annotations

from typing import Any

import numpy as np

import endwise as ew
from endwise.systems.driving import signals
from endwise.systems.driving.film.recording import Driver
from endwise.systems.driving.guard import Watching
from endwise.systems.driving.steering import pursue
from endwise.systems.driving.system import carried_out


class Truth:
    """Drives by the world's own plan: no model, and no mistake in what it sees."""

    takes = ("lane_mask", "gap", "plan", "speed")

    def reset(self) -> None:
        """Nothing is remembered."""

    def step(self, inputs: ew.Batch) -> dict[str, Any]:
        """The truth, and the control that follows its plan."""
        return {**inputs, "control": pursue(inputs["plan"], inputs["speed"])}


class Watched:
    """A driver under the guard, which sees with the parts of another: a design with `plan` and `situation`.

    What those parts make is told along with what the driver makes; `wish` is the control that the driver asked for.
    """

    def __init__(self, driver: Driver, staged: Driver) -> None:
        self._driver, self._staged = driver, staged
        self._guard = Watching()

    @property
    def takes(self) -> tuple[str, ...]:
        """What either takes, and what the guard looks at."""
        own = (signals.camera.name, signals.speed.name)
        return tuple(dict.fromkeys((*self._driver.takes, *self._staged.takes, *own)))

    def reset(self) -> None:
        """Begin N episodes."""
        for one in (self._driver, self._staged, self._guard):
            one.reset()

    def step(self, inputs: ew.Batch) -> dict[str, Any]:
        """The next step, in which the guard has the last word."""
        seen = self._staged.step({name: inputs[name] for name in self._staged.takes})
        made = self._driver.step({name: inputs[name] for name in self._driver.takes})
        wish = np.asarray(made[signals.control.name])
        guarded = self._guard(wish, seen["plan"], seen["situation"], inputs["camera"], inputs["speed"])
        return {**seen, **made, "wish": wish, "guarded": guarded, "control": carried_out(guarded)}
