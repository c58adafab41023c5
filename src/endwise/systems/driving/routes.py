"""Routes: road, traffic, obstacles and looks of each, drawn from a seed. A route does not depend on its company."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

import numpy as np

import endwise as ew
from endwise.systems.driving.expert import speed_limits
from endwise.systems.driving.looks import Looks, draw_looks
from endwise.systems.driving.road import Bools, Doubles, Integers, Road, at, bends, lay
from endwise.systems.driving.traffic import (
    BARREL,
    NOWHERE,
    OBSTACLES,
    ONCOMING_LINE,
    Obstacles,
    Traffic,
    lead,
    obstacles,
    oncoming,
    way_round,
)
from endwise.systems.driving.vehicle import LENGTH, WIDTH, Car

Preset: TypeAlias = Literal["clear", "roadworks"]

TIGHTEST: Final = 1 / 40
"""1/m at complexity 1: a radius of 40 m, taken at 10 m/s."""
NEVER_TIGHTER: Final = 1 / 18
ROAD, LOOK, LEAD, AGAINST, WORKS, START = range(6)
"""The random streams of a route; the roads, cars and looks of a seed are the same in both presets."""


class Things(NamedTuple):
    """Boxes on the ground along the lane, (N, THINGS)."""

    s: Doubles
    d: Doubles
    length: Doubles
    width: Doubles
    barrel: Bools

    def only(self, rows: Integers) -> Things:
        """The things of the routes `rows`."""
        parts: list[Any] = [part[rows] for part in self]
        return Things(*parts)


class Routes(NamedTuple):
    """N routes, and what the expert knows of them."""

    road: Road
    traffic: Traffic
    obstacles: Obstacles
    looks: Looks
    line: Doubles
    """(N, POINTS) the way round the obstacles, in lane coordinates."""
    limit: Doubles
    """(N, POINTS) the expert's speed on an empty road."""
    start: Car
    """Where the car starts."""

    def things(self, tick: int) -> Things:
        """Where the others are; the car ahead goes round the obstacles as well."""
        lead_s, against, them = self.traffic.lead_s[:, tick, None], self.traffic.oncoming(tick), self.obstacles
        cars = np.concatenate([lead_s, against], axis=1)
        lines = np.concatenate([at(self.line, lead_s), np.full_like(against, ONCOMING_LINE)], axis=1)
        return Things(
            s=np.concatenate([cars, (them.start + them.end) / 2], axis=1),
            d=np.concatenate([lines, (them.right + them.left) / 2], axis=1),
            length=np.concatenate([np.full_like(cars, LENGTH), them.end - them.start], axis=1),
            width=np.concatenate([np.full_like(cars, WIDTH), them.left - them.right], axis=1),
            barrel=np.concatenate([np.zeros_like(cars, dtype=bool), them.kind == BARREL], axis=1),
        )


def draw_routes(routes: Sequence[int], preset: Preset, seed: int, complexity: float) -> Routes:
    """The routes of these numbers."""
    _check(preset, complexity)
    streams = [[np.random.default_rng([seed, route, job]) for job in range(6)] for route in routes]
    tightest = min(complexity * TIGHTEST, NEVER_TIGHTER)
    road = lay(np.stack([bends(rng[ROAD], tightest) for rng in streams]))
    leads = [lead(rng[LEAD], curvature, complexity) for rng, curvature in zip(streams, road.curvature, strict=True)]
    against = [oncoming(rng[AGAINST], complexity) for rng in streams]
    lead_s, lead_speed, lead_brakes = (np.stack(part) for part in zip(*leads, strict=True))
    oncoming_s = np.stack([places for places, _ in against])
    if complexity == 0:
        oncoming_s = np.full_like(oncoming_s, -NOWHERE)
    traffic = Traffic(lead_s, lead_speed, lead_brakes, oncoming_s, np.array([speed for _, speed in against]))
    them = _obstacles(streams, preset)
    line = way_round(them)
    limit = speed_limits(road, line)
    return Routes(road, traffic, them, _looks(streams, complexity), line, limit, _start(streams, limit, traffic))


def _obstacles(streams: list[list[np.random.Generator]], preset: Preset) -> Obstacles:
    if preset == "clear":
        none = np.full((len(streams), OBSTACLES), NOWHERE)
        return Obstacles(none, none, none, none, np.zeros_like(none, dtype=np.int64))
    start, end, right, left, kind = (
        np.stack(part) for part in zip(*(obstacles(rng[WORKS]) for rng in streams), strict=True)
    )
    return Obstacles(start, end, right, left, kind.astype(np.int64))


def _looks(streams: list[list[np.random.Generator]], complexity: float) -> Looks:
    drawn: list[Any] = [np.stack(part) for part in zip(*(draw_looks(rng[LOOK], complexity) for rng in streams))]  # noqa: B905
    kept = {"texture_shift", "grain", "pitch"}
    return Looks(
        *(part if name in kept else part.astype(np.float32) for name, part in zip(Looks._fields, drawn, strict=True))
    )


def _start(streams: list[list[np.random.Generator]], limit: Doubles, traffic: Traffic) -> Car:
    """On the middle of the lane, not faster than the road and the car ahead allow."""
    nothing = np.zeros(len(streams))
    drawn = np.array([rng[START].uniform(8, 13) for rng in streams])
    ahead = np.where(traffic.lead_s[:, 0] > 0, traffic.lead_speed[:, 0] + 2, np.inf)
    speed = np.minimum(np.minimum(drawn, at(limit, nothing)), ahead)
    return Car(nothing, nothing.copy(), nothing.copy(), speed, nothing.copy(), nothing.copy())


def _check(preset: str, complexity: float) -> None:
    if preset not in get_args(Preset):
        raise ew.EndwiseError(
            f"The driving world {preset!r} was asked for.",
            f"There are two: {', '.join(get_args(Preset))}.",
            "A preset says what stands on the road, and no other is known.",
            "Give one of the two.",
        )
    if not complexity >= 0:
        raise ew.EndwiseError(
            f"Roads of complexity {complexity:g} were asked for.",
            "It starts at 0, a straight and empty road in one light; 1 is as in life.",
            "It scales how far routes differ, which cannot be less than not at all.",
            "Give 0 or more.",
        )
