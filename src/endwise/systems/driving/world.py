"""A world of roads: pictures with the truth of every signal, and drives that are scored; by seed, the same bits.

What `complexity` scales (at 0, roads are straight and empty in one light):

| | 0 | 1 | 2 |
|---|---|---|---|
| tightest bend | straight | 40 m | 20 m |
| spread of brightness, contrast and greys | none | as in daylight | twice |
| routes in fog; visibility | none | 30 %; 60-140 m | 60 %; 30-70 m |
| routes with shadows across the road | none | 40 % | 80 % |
| worn markings, up to | none | 80 % of the paint | all of it |
| pitch of the camera (standard deviation) | none | 0.35 px | 0.7 px |
| routes with a car ahead; its hardest braking | none | 75 %; 5 m/s² | all; 6 m/s² |
| oncoming cars, mean distance apart | none | 85 m | 50 m |

Obstacles come with the preset `roadworks`, the sensor's noise with the camera: they stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count, islice
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from endwise.systems.driving.episodes import SIGNALS, Episodes
from endwise.systems.driving.routes import Preset
from endwise.systems.driving.scoring import Records
from endwise.systems.driving.traffic import STEPS

Rows: TypeAlias = dict[str, npt.NDArray[Any]]
Driver: TypeAlias = Callable[[Rows], npt.NDArray[Any]]
"""From what `Episodes.observe` tells to control (N, 2): steer (left is positive) and accel, each in -1..1."""

COLLECTED: Final = 1_000_000
RELABELLED: Final = 2_000_000
"""First numbers of the routes that rows come from, so that nobody is judged on them with the same seed."""
EVERY: Final = 10
"""Steps from one row to the next of a route: neighbours are near copies."""
TOGETHER: Final = 16
"""Routes that rows are collected from at once, at most."""
PUSHES: Final = (0.5, 1.5)
"""Seconds that a disturbance of the steering lasts; it grows and wanes evenly."""
PAUSES: Final = (0.5, 3.0)
PUSH: Final = 0.35
"""Spread of the disturbances' steer at noise 1: one row in fifty is then more than 0.9 m off the lane's middle."""
PEDAL_PUSH: Final = 0.3


def drive(
    driver: Driver,
    routes: Sequence[int] = range(96),
    *,
    preset: Preset = "clear",
    seed: int = 0,
    complexity: float = 1.0,
) -> Records:
    """Drive the routes of these numbers, and tell what each came to.

    >>> parked = drive(lambda seen: np.full((2, 2), -1.0), range(2))
    >>> bool((parked.score < 0.3).all())
    True
    """
    episodes = Episodes(routes, preset, seed, complexity=complexity)
    while not episodes.done.all():
        episodes.step(driver(episodes.observe()))
    return episodes.records()


def collect(
    frames: int, *, preset: Preset = "clear", seed: int = 0, noise: float = 1.0, complexity: float = 1.0
) -> Rows:
    """Rows from drives of the expert, whose steering and pedals are disturbed now and then; it recovers.

    The labels are what the expert would do undisturbed. More frames keep the earlier rows' bits.

    Parameters
    ----------
    frames: number of rows, one a second of as many routes as it takes.
    noise: size of the disturbances; 0 = none.

    Returns
    -------
    camera (N, 2, 48, 96) uint8, one step before and now; speed (N,); lane_mask (N, 48, 96) uint8; lane (N, 5);
    gap (N, 2); situation (N, 7); obstacle (N, 3); plan (N, 6); control (N, 2), all float32 (units: `scenes`);
    route (N,), the name of the route, which rows of one drive share.
    """

    def rows_of(routes: range) -> Rows:
        pushes = np.stack([_pushes(np.random.default_rng([seed, route, 10]), noise) for route in routes])
        steps = iter(range(STEPS))
        return _drive_and_label(
            Episodes(routes, preset, seed, complexity=complexity),
            lambda episodes: episodes.truth("control") + pushes[:, next(steps)],
        )

    return _gathered(rows_of, COLLECTED, frames)


def relabel(driver: Driver, frames: int, *, preset: Preset = "clear", seed: int = 0, complexity: float = 1.0) -> Rows:
    """Rows as `collect` makes them, from drives of `driver`: where it goes, and what the expert would do there.

    Source: Ross, Gordon and Bagnell 2011 (DAgger, algorithm 3.1 with beta = 0).
    """

    def rows_of(routes: range) -> Rows:
        episodes = Episodes(routes, preset, seed, complexity=complexity)
        return _drive_and_label(episodes, lambda episodes: driver(episodes.observe()))

    return _gathered(rows_of, RELABELLED, frames)


def _gathered(rows_of: Callable[[range], Rows], first: int, frames: int) -> Rows:
    """The first `frames` rows of the routes from `first` on, route after route."""
    parts: list[Rows] = []
    found = 0
    together = min(TOGETHER, 1 + frames // (STEPS // EVERY))
    for start in count(first, together):
        routes = range(start, start + together)
        rows = rows_of(routes)
        names = np.array([f"route {route}" for route in routes])
        parts.append(rows | {"route": names[rows["route"]]})
        found += len(rows["route"])
        if found >= frames:
            break
    return {name: np.concatenate([part[name] for part in parts])[:frames] for name in parts[0]}


def _drive_and_label(episodes: Episodes, control: Callable[[Episodes], npt.NDArray[Any]]) -> Rows:
    """A row a second of the episodes, route after route; `route` is its place among them."""
    taken: list[Rows] = []
    for step in range(STEPS):
        runs = np.flatnonzero(~episodes.done)
        if not len(runs):
            break
        if step % EVERY == 0:
            seen = episodes.observe() | {name: episodes.truth(name) for name in SIGNALS}
            taken.append({name: rows[runs] for name, rows in seen.items()} | {"route": runs})
        episodes.step(control(episodes))
    rows = {name: np.concatenate([part[name] for part in taken]) for name in taken[0]}
    order = np.argsort(rows["route"], kind="stable")
    return {name: values[order] for name, values in rows.items()}


def _pushes(rng: np.random.Generator, noise: float) -> npt.NDArray[np.float64]:
    """(STEPS, 2) added to steer and accel: triangles over time, as in Codevilla et al. 2018 (section IV-C)."""
    steer, pedals = (np.array(list(islice(_triangles(rng), STEPS))) for _ in range(2))
    return noise * np.stack([PUSH * steer, PEDAL_PUSH * pedals], axis=1)


def _triangles(rng: np.random.Generator) -> Iterator[float]:
    while True:
        yield from np.zeros(int(10 * rng.uniform(*PAUSES)))
        length = int(10 * rng.uniform(*PUSHES))
        yield from rng.standard_normal() * np.bartlett(length + 2)[1:-1]
