"""A drive, moment by moment: what the camera saw, what the driver made of it, where everybody was, and the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

import endwise as ew
from endwise.systems.driving import signals
from endwise.systems.driving.camera import Bytes
from endwise.systems.driving.drive import Drive, interventions
from endwise.systems.driving.episodes import Episodes
from endwise.systems.driving.painting import photograph
from endwise.systems.driving.road import Road
from endwise.systems.driving.routes import Preset, Routes, Things, draw_routes
from endwise.systems.driving.scenes import Scene, control, first_scene, next_scene
from endwise.systems.driving.scoring import Records
from endwise.systems.driving.traffic import ONCOMING, STEPS
from endwise.systems.driving.vehicle import STEP, Car, touching

Rows: TypeAlias = npt.NDArray[Any]


class Driver(Protocol):
    """Whoever makes `control`, step by step: a design, or its last parts."""

    @property
    def takes(self) -> tuple[str, ...]:
        """The signals that have to be handed in: what is sensed, or its truth."""
        ...

    def reset(self) -> None:
        """Begin N episodes."""
        ...

    def step(self, inputs: ew.Batch) -> dict[str, Any]:
        """Every signal that it makes in the next step of the N episodes, a row each."""
        ...


@dataclass(frozen=True)
class Moment:
    """One moment of one route."""

    picture: Bytes
    """(48, 96) what the camera sees."""
    pitch: float
    """px by which the horizon is lowered."""
    car: Car
    things: Things
    """Ours and the others in lane coordinates, one row."""
    made: Mapping[str, Rows]
    """The signals that the driver made, without the axis of rows; none at the end."""
    score: float
    """So far, 0..1."""
    completion: float
    departures: int

    @property
    def guarded(self) -> bool:
        """Does the guard intervene?"""
        return signals.guarded.name in self.made and bool(self.made[signals.guarded.name][2])

    @property
    def gap(self) -> Rows | None:
        """(2,) metres to the car ahead and the speed at which it comes nearer, where the driver tells them."""
        if signals.gap.name in self.made:
            return self.made[signals.gap.name]
        told = self.made.get(signals.situation.name)
        return None if told is None else told[len(signals.LANE) :]


@dataclass(frozen=True)
class Recording:
    """A drive of one route: a moment for every tenth of a second, and the end."""

    route: int
    road: Road
    moments: tuple[Moment, ...]
    score: float
    completion: float
    collisions: int
    departures: int
    interventions: int
    """How often the guard began to intervene."""
    metres: float
    ending: str
    """In words."""

    @property
    def seconds(self) -> float:
        """That the drive took."""
        return STEP * (len(self.moments) - 1)


class Reel:
    """N routes driven side by side, and all that was made on the way.

    Parameters
    ----------
    driver: who drives.
    routes: their numbers.
    preset, seed, complexity: as for `Episodes`.
    """

    def __init__(
        self, driver: Driver, routes: Sequence[int], preset: Preset = "clear", seed: int = 0, complexity: float = 1.0
    ) -> None:
        self._numbers = routes
        self._routes = draw_routes(routes, preset, seed, complexity)
        world = Drive(Episodes(routes, preset, seed, complexity=complexity))
        self._tallies: list[Records] = [world.roads.records()]
        self._pictures: list[Bytes] = []
        self._made: list[dict[str, Rows]] = []
        driver.reset()
        while not world.done.all():
            self._pictures.append(world.tell(signals.camera.name)[:, 1])
            self._made.append(driver.step({name: world.tell(name) for name in driver.takes}))
            world.act(self._made[-1])
            self._tallies.append(world.roads.records())
        self._scenes = _scenes(self._routes, [made[signals.control.name] for made in self._made])
        self._taken_over = world.records()[interventions.name][:, 0]

    @property
    def result(self) -> Records:
        """What each route came to."""
        return self._tallies[-1]

    def recording(self, which: int) -> Recording:
        """The drive of the route at the place `which` among the routes."""
        result, end = self.result, int(self.result.steps[which])
        last = self._scenes[end]
        return Recording(
            route=self._numbers[which],
            road=Road(*(part[which : which + 1] for part in self._routes.road)),
            moments=tuple(self._moment(tick, which) for tick in range(end + 1)),
            score=float(result.score[which]),
            completion=float(result.completion[which]),
            collisions=int(result.collisions[which]),
            departures=int(result.departures[which]),
            interventions=int(self._taken_over[which]),
            metres=float(result.metres[which]),
            ending=_ending(*_only(last, which), float(result.completion[which]), end),
        )

    def _moment(self, tick: int, which: int) -> Moment:
        scene, tally = self._scenes[tick], self._tallies[tick]
        ended = tick == int(self.result.steps[which])
        row = np.array([which])
        picture = photograph(self._routes, scene, row)[0] if ended else self._pictures[tick][which]
        car, things = _only(scene, which)
        return Moment(
            picture=picture,
            pitch=float(self._routes.looks.pitch[which, scene.tick]),
            car=car,
            things=things,
            made={} if ended else {name: rows[which] for name, rows in self._made[tick].items()},
            score=float(tally.score[which]),
            completion=float(tally.completion[which]),
            departures=int(tally.departures[which]),
        )


def record(driver: Driver, route: int, preset: Preset = "clear", seed: int = 0) -> Recording:
    """Drive one route of the world, and keep every moment."""
    return Reel(driver, [route], preset, seed).recording(0)


def _scenes(routes: Routes, controls: Sequence[Rows]) -> list[Scene]:
    """The scenes that these controls (N, 2) lead through, from the one after the expert's first step on."""
    scene = first_scene(routes)
    scenes = [next_scene(routes, scene, control(routes, scene))]
    for made in controls:
        scenes.append(next_scene(routes, scenes[-1], np.asarray(made)))
    return scenes


def _only(scene: Scene, which: int) -> tuple[Car, Things]:
    """Ours and the others on one of the routes."""
    row = np.array([which])
    return Car(*(part[row] for part in scene.car)), scene.things.only(row)


AHEAD, AGAINST, PARKED, BARREL = "the car ahead", "an oncoming car", "a half-parked car", "a barrel"
WHAT: Final = (AHEAD, *[AGAINST] * ONCOMING)
"""The names of `Things`, by their place; obstacles come last."""


def _ending(car: Car, things: Things, completion: float, steps: int) -> str:
    hit = touching(car, *things[:4])[0]
    if hit.any():
        first = int(hit.argmax())
        return f"hit {WHAT[first] if first < len(WHAT) else BARREL if things.barrel[0, first] else PARKED}"
    if completion >= 1:
        return "arrived"
    return f"out of time at {completion:.0%} of the way" if steps >= STEPS else "lost the road"
