"""One moment of many routes, the next one, and the truth of every signal in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from endwise.systems.driving import expert
from endwise.systems.driving.road import EDGE, Doubles, at, look_ahead, pose
from endwise.systems.driving.routes import Routes, Things
from endwise.systems.driving.traffic import NOWHERE, sticks_in
from endwise.systems.driving.vehicle import LENGTH, Car, advance

CURVATURE_DISTANCES: Final = (5.0, 15.0, 30.0)
"""Metres along the lane at which `lane` tells the curvature."""
PLAN_DISTANCES: Final = (5.0, 10.0, 15.0, 20.0, 30.0)
"""Metres forward of the car at which `plan` tells how far to the left the path is."""
PLAN_SECONDS: Final = 1.0
"""How far ahead the plan's target speed is."""
FARTHEST_GAP: Final = 60.0
"""Metres; cars and obstacles farther away are told as this far, and the car as not coming nearer."""
FASTEST_CLOSING: Final = 15.0


class Scene(NamedTuple):
    """One moment of N routes: where our car and everybody else is."""

    tick: int
    car: Car
    things: Things


def first_scene(routes: Routes) -> Scene:
    """The routes' first moment."""
    return Scene(0, routes.start, routes.things(0))


def next_scene(routes: Routes, scene: Scene, control: npt.NDArray[Any]) -> Scene:
    """The scene one step later, under `control` (N, 2)."""
    return Scene(scene.tick + 1, advance(scene.car, routes.road, control), routes.things(scene.tick + 1))


def speed(routes: Routes, scene: Scene) -> Doubles:
    """(N,) m/s."""
    return scene.car.speed


def lane(routes: Routes, scene: Scene) -> Doubles:
    """(N, 5) offset (m) and heading (rad) of our car in its lane, left is positive; the lane's curvature (1/m) at
    CURVATURE_DISTANCES ahead.
    """
    car = scene.car
    bends = at(routes.road.curvature, car.s[:, None] + np.array(CURVATURE_DISTANCES))
    return np.concatenate([car.d[:, None], car.heading[:, None], bends], axis=1)


def gap(routes: Routes, scene: Scene) -> Doubles:
    """(N, 2) metres from our front to the rear of the car ahead, 0..FARTHEST_GAP, and the speed (m/s) at which it
    comes nearer, at most FASTEST_CLOSING either way; FARTHEST_GAP and 0 where none is that near.
    """
    distance, closing = _lead(routes, scene)
    near = distance < FARTHEST_GAP
    distance = np.where(near, np.maximum(distance, 0), FARTHEST_GAP)
    return np.stack([distance, np.where(near, np.clip(closing, -FASTEST_CLOSING, FASTEST_CLOSING), 0)], axis=1)


def situation(routes: Routes, scene: Scene) -> Doubles:
    """(N, 7) `lane` and `gap`. What sticks into the lane is not in it."""
    return np.concatenate([lane(routes, scene), gap(routes, scene)], axis=1)


def obstacle(routes: Routes, scene: Scene) -> Doubles:
    """(N, 3) metres from our front to the next obstacle (0 beside it), and the right and left edge of its part in our
    lane, in lane coordinates; FARTHEST_GAP and twice the right edge of the lane where none is that near.
    """
    them = routes.obstacles
    passed = ~them.there | (them.end < scene.car.s[:, None] - LENGTH / 2)
    distance = np.where(passed, np.inf, them.start - (scene.car.s[:, None] + LENGTH / 2))
    nearest = distance.argmin(axis=1)[:, None]
    right, left = (np.take_along_axis(edge, nearest, axis=1)[:, 0] for edge in sticks_in(them))
    metres = np.take_along_axis(distance, nearest, axis=1)[:, 0]
    near = metres < FARTHEST_GAP
    columns = np.maximum(metres, 0), right, left
    nothing = FARTHEST_GAP, -EDGE, -EDGE
    return np.stack([np.where(near, one, none) for one, none in zip(columns, nothing, strict=True)], axis=1)


def plan(routes: Routes, scene: Scene) -> Doubles:
    """(N, 6) metres to the left of the car at which the expert's line is PLAN_DISTANCES forward, and the speed (m/s)
    that the expert wants PLAN_SECONDS later.
    """
    car = scene.car
    eye = pose(routes.road, car.s, car.d, car.heading)
    forward = np.broadcast_to(np.array(PLAN_DISTANCES), (len(car.s), len(PLAN_DISTANCES)))
    left = look_ahead(routes.road, eye, car.s, forward, routes.line).left
    aim = np.maximum(car.speed + PLAN_SECONDS * _acceleration(routes, scene), 0)
    return np.concatenate([left, aim[:, None]], axis=1)


def control(routes: Routes, scene: Scene) -> Doubles:
    """(N, 2) the expert's steer (left is positive) and accel, each in -1..1."""
    steer = expert.steering(scene.car, routes.road, routes.line)
    return np.stack([steer, expert.pedals(_acceleration(routes, scene))], axis=1)


def _acceleration(routes: Routes, scene: Scene) -> Doubles:
    return expert.acceleration(scene.car, routes.limit, *_lead(routes, scene))


def _lead(routes: Routes, scene: Scene) -> tuple[Doubles, Doubles]:
    """(N,) gap and closing speed, however far; an endless gap where nobody is ahead."""
    s = routes.traffic.lead_s[:, scene.tick]
    ahead = (s > NOWHERE) & (s > scene.car.s)
    closing = scene.car.speed - routes.traffic.lead_speed[:, scene.tick]
    return np.where(ahead, s - scene.car.s - LENGTH, np.inf), np.where(ahead, closing, 0)


TRUTHS: Final[dict[str, Callable[[Routes, Scene], Doubles]]] = {
    "speed": speed,
    "lane": lane,
    "gap": gap,
    "situation": situation,
    "obstacle": obstacle,
    "plan": plan,
    "control": control,
}
"""All but `lane_mask`, which is a picture."""
