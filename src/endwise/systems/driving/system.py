"""The signals, components and judge of the driving system, and rows from its built-in world.

The lecture's example: a camera's picture, the situation in it, a plan, control (Ng, Deep Learning Specialization 3).
A teaching system, not for roads.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

import endwise as ew
from endwise.systems.driving import signals
from endwise.systems.driving.body_finding import obstacle_of, sighting_of
from endwise.systems.driving.gap_tracking import GapTracker
from endwise.systems.driving.guard import Watching
from endwise.systems.driving.judge import Drives
from endwise.systems.driving.lane_finding import lane_of
from endwise.systems.driving.planning import plan_in_lane, plan_round
from endwise.systems.driving.routes import Preset
from endwise.systems.driving.signals import camera, control, gap, lane, lane_mask, obstacle, plan, sighting, situation
from endwise.systems.driving.steering import pursue
from endwise.systems.driving.world import collect

QUICK: Final = {"frames": 300, "test": 150}
"""Frames to train on, and to test on."""
STANDARD: Final = {"frames": 1000, "test": 500}

FROM_MASK: Final = "camera -> lane_mask -> lane, sighting -> gap -> situation"
STAGED: Final = f"{FROM_MASK} -> plan:in_lane -> control:pursuit"
ROUND: Final = "camera -> lane_mask -> lane, sighting, obstacle -> gap -> situation -> plan -> control:pursuit"
THIN: Final = "camera -> situation -> plan:in_lane -> control:pursuit"
POLICY: Final = "camera -> situation -> control:policy"
MID_TO_MID: Final = "camera -> lane_mask -> control:from_mask"
END_TO_END: Final = "camera -> control:pixels"
AUXILIARY: Final = "camera -> control:pixels_and_mask"
GUARDED: Final = "camera -> lane_mask, wish -> lane, sighting -> gap -> situation -> plan:in_lane -> guarded -> control"
LEARNT: Final = (THIN, POLICY, MID_TO_MID, END_TO_END, AUXILIARY)
"""With the staged and the guarded one, those that a study compares; the graph holds more, made of the same parts."""


def system(*, preset: Preset = "clear", judge: ew.Judge | None = None) -> ew.System:
    """Designs from two pictures of a camera and the speed to steering and pedals.

    A network paints the lanes and cars, geometry tells from them where the lane and the car ahead are, and a planner
    and a controller that people wrote do the rest; or a network tells the situation right away; or a learned policy
    drives by the situation, by the mask, or by the pictures; of the last there is one that learns to tell the mask as
    well, which nobody is handed. A guard made of the staged parts may watch over an end-to-end driver. With `roadworks`
    there is a planner that is also told of the next obstacle.
    Judged by drives in the world of that preset; `judge` is another one, for recordings that nobody can drive in.
    """
    return ew.System(
        "driving" if preset == "clear" else f"driving-{preset}",
        inputs=camera,
        given=[signals.speed],
        wants=control,
        judge=Drives(preset) if judge is None else judge,
        staged=STAGED,
        studied=[STAGED, *([ROUND] if preset == "roadworks" else []), *LEARNT, GUARDED],
        components=[
            ew.learned(camera, to=lane_mask),
            ew.fixed(lane_mask, to=lane, using=lane_of, name="ground_plane"),
            ew.fixed(lane_mask, to=sighting, using=sighting_of, name="feet"),
            ew.fixed(sighting, to=gap, using=GapTracker, name="tracker"),
            ew.fixed(lane, gap, to=situation, using=joined, name="told"),
            ew.learned(camera, to=situation, name="regressed"),
            ew.fixed(situation, signals.speed, to=plan, using=plan_in_lane, name="in_lane"),
            *(_round_obstacles() if preset == "roadworks" else ()),
            ew.fixed(plan, signals.speed, to=control, using=pursue, name="pursuit"),
            ew.learned(situation, signals.speed, to=control, name="policy"),
            ew.learned(lane_mask, signals.speed, to=control, name="from_mask"),
            ew.learned(camera, signals.speed, to=control, name="pixels"),
            ew.learned(camera, signals.speed, to=control, auxiliary=[lane_mask], name="pixels_and_mask"),
            *_guarded(),
        ],
    )


def _round_obstacles() -> list[ew.Component]:
    return [
        ew.fixed(lane_mask, to=obstacle, using=obstacle_of, name="feet_beside"),
        ew.fixed(situation, obstacle, signals.speed, to=plan, using=plan_round, name="round"),
    ]


def _guarded() -> list[ew.Component]:
    told = (signals.wish, plan, situation, camera, signals.speed)
    return [
        ew.learned(camera, signals.speed, to=signals.wish, name="driver"),
        ew.fixed(*told, to=signals.guarded, using=Watching, name="guard"),
        ew.fixed(signals.guarded, to=control, using=carried_out, name="watched"),
    ]


def joined(lane: npt.NDArray[Any], gap: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(N, 7) the lane and the car ahead, side by side."""
    return np.concatenate([lane, gap], axis=1)


def carried_out(guarded: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(N, 2) the control that the guard lets through."""
    return guarded[:, :2]


def rows(*, quick: bool, seed: int = 0, complexity: float = 1.0, preset: Preset = "clear") -> ew.Rows:
    """Rows of the built-in world: drives of an expert who is disturbed now and then."""
    return world_rows(**(QUICK if quick else STANDARD), seed=seed, complexity=complexity, preset=preset)


def world_rows(*, frames: int, test: int, seed: int = 0, complexity: float = 1.0, preset: Preset = "clear") -> ew.Rows:
    """Rows of the first routes, `test` or a few more, for tests, and of others to train on, `test + frames` in all.

    Each carries the truth of every signal.
    """
    made = collect(test + frames, preset=preset, seed=seed, complexity=complexity)
    held_out = np.isin(made["route"], made["route"][:test])
    return rows_of(made, np.where(held_out, "test", "train"))


def rows_of(made: dict[str, npt.NDArray[Any]], split: npt.NDArray[Any]) -> ew.Rows:
    """What `world.collect` or `world.relabel` made, as rows; `split` (N,) says which are for tests."""
    known = [camera, signals.speed, lane_mask, lane, gap, situation, obstacle, plan, control, signals.wish]
    columns = {**made, signals.wish.name: made[control.name]}
    return ew.Rows.from_columns(
        known, {signal.name: columns[signal.name] for signal in known}, groups=made["route"], split=split.tolist()
    )
