"""A drive of several routes at once, and the figures that are kept of each."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

import endwise as ew
from endwise.systems.driving import signals
from endwise.systems.driving.episodes import Episodes


def _percent_lost(records: npt.NDArray[Any]) -> float:
    return float(100 * (1 - records.mean()))


def _percent(records: npt.NDArray[Any]) -> float:
    return float(100 * records.mean())


def _per_km(records: npt.NDArray[Any]) -> float:
    """(N, 2) counts and metres."""
    return float(1000 * records[:, 0].sum() / max(float(records[:, 1].sum()), 1.0))


def _mean(records: npt.NDArray[Any]) -> float:
    return float(records.mean())


score_lost = ew.Metric(
    "score_lost", "driving score lost", ew.kept_by_world, _percent_lost, unit="%",
    source="CARLA leaderboard: route completion x 0.60 a collision; x 0.90 a lane departure is ours", range=(0, 100),
)  # fmt: skip
routes_failed = ew.Metric("routes_failed", "routes not driven without fault", ew.kept_by_world, _percent, unit="%")
collisions = ew.Metric("collisions_per_km", "collisions", ew.kept_by_world, _per_km, unit="a km")
off_road = ew.Metric("off_road", "time off the road", ew.kept_by_world, _percent, unit="%")
interventions = ew.Metric("interventions_per_km", "guard interventions", ew.kept_by_world, _per_km, unit="a km")
watched = ew.Metric("intervened", "time under the guard", ew.kept_by_world, _percent, unit="%")
jerk = ew.Metric("jerk", "jerk", ew.kept_by_world, _mean, unit="m/s³")

METRICS = (score_lost, routes_failed, collisions, off_road, interventions, watched, jerk)


class Drive:
    """Episodes, and what the guard did in them."""

    def __init__(self, episodes: Episodes) -> None:
        self.roads = episodes
        self._taken_over, self._watched = np.zeros((2, len(episodes.done)))
        self._was = np.zeros(len(episodes.done), dtype=bool)

    @property
    def done(self) -> npt.NDArray[np.bool_]:
        return self.roads.done

    def tell(self, signal: str) -> npt.NDArray[Any]:
        """What is sensed, or the truth."""
        return self.roads.observe()[signal] if signal == signals.camera.name else self.roads.truth(signal)

    def act(self, made: ew.Batch) -> None:
        """A tenth of a second under the control that was made."""
        if signals.guarded.name in made:
            on = made[signals.guarded.name][:, 2].astype(bool) & ~self.done
            self._taken_over += on & ~self._was
            self._watched += on
            self._was = on
        self.roads.step(made[signals.control.name])

    def records(self) -> dict[str, npt.NDArray[Any]]:
        """Per metric, one an episode."""
        found = self.roads.records()
        return {
            score_lost.name: found.score,
            routes_failed.name: (found.score < 1).astype(float),
            collisions.name: np.stack([found.collisions, found.metres], axis=1),
            off_road.name: found.off_road,
            interventions.name: np.stack([self._taken_over, found.metres], axis=1),
            watched.name: self._watched / np.maximum(found.steps, 1),
            jerk.name: found.jerk,
        }
