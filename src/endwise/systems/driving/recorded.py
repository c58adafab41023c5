"""The driving system for recordings of drives: from the camera to what the driver did, in open loop.

    study = ew.study(recorded.system(), recorded.rows("mycar/data"))

Nobody can drive in a recording. So designs are judged by how far their steering is from the driver's, which need not
rank them as driving would (Codevilla et al. 2018, "On Offline Evaluation of Vision-based Driving Models", section 5).

A recording has neither lanes nor cars marked, so the designs by plan and geometry are not here. What is left: end to
end, and by a mask that a network paints which was trained on pictures of the built-in world, as side rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

import endwise as ew
from endwise.systems.driving.signals import camera, control, lane_mask
from endwise.systems.driving.sources.reading import How, read as rows, speed
from endwise.systems.driving.world import collect

__all__ = ["acceleration_error", "rows", "simulated", "speed", "steering_error", "study_of", "system", "uncorrelated"]

SIMULATED: Final = 1000
"""Pictures of the built-in world that teach the mask."""
SIMULATED_QUICK: Final = 300
STEER, ACCELERATE = 0, 1
"""Places in `control`."""


def _steering_gaps(signal: ew.Signal, predicted: Any, true: Any) -> npt.NDArray[Any]:
    return np.abs(_column(predicted, STEER) - _column(true, STEER))


def _acceleration_gaps(signal: ew.Signal, predicted: Any, true: Any) -> npt.NDArray[Any]:
    return np.abs(_column(predicted, ACCELERATE) - _column(true, ACCELERATE))


def _steering_pairs(signal: ew.Signal, predicted: Any, true: Any) -> npt.NDArray[Any]:
    """(N, 2) predicted and true."""
    return np.stack([_column(predicted, STEER), _column(true, STEER)], axis=1)


def _column(controls: Any, at: int) -> npt.NDArray[Any]:
    return np.asarray(controls, np.float64)[:, at]


def _mean(records: npt.NDArray[Any]) -> float:
    return float(records.mean())


def _uncorrelated(records: npt.NDArray[Any]) -> float:
    """1 - r (Pearson) of (N, 2) pairs; 1 where one side does not vary."""
    apart = records - records.mean(axis=0)
    spread = np.sqrt((apart**2).mean(axis=0)).prod()
    return float(1 - (apart.prod(axis=1).mean() / spread if spread > 1e-12 else 0))


steering_error = ew.Metric(
    "steering_error",
    "steering off the driver's, open loop",
    _steering_gaps,
    _mean,
    unit="",
    kinds=("vector",),
    range=(0, np.inf),
)
"""Mean absolute error of steer; full lock is 1."""
uncorrelated = ew.Metric(
    "uncorrelated", "1 - correlation of steering", _steering_pairs, _uncorrelated, unit="", kinds=("vector",)
)
acceleration_error = ew.Metric(
    "acceleration_error", "acceleration off the driver's", _acceleration_gaps, _mean, unit="", kinds=("vector",)
)


def system(*, told_speed: bool = False) -> ew.System:
    """Designs from two pictures of a camera to steering and pedals, for recordings. `told_speed`: and the speed."""
    told = (speed,) if told_speed else ()
    return ew.System(
        "driving-recorded",
        inputs=camera,
        given=told,
        wants=control,
        judge=ew.OpenLoop((steering_error, uncorrelated, acceleration_error)),
        staged="camera -> lane_mask -> control",
        components=[
            ew.learned(camera, to=lane_mask),
            ew.learned(lane_mask, *told, to=control, name="from_mask"),
            ew.learned(camera, *told, to=control, name="pixels"),
        ],
    )


def simulated(frames: int = SIMULATED, *, seed: int = 0) -> ew.Rows:
    """Side rows of the built-in world: pictures with their lane masks. What its driver did is left out."""
    made = collect(frames, preset="clear", seed=seed)
    known = [camera, speed, lane_mask]
    return ew.Rows.from_columns(
        known,
        {signal.name: made[signal.name] for signal in known},
        ids=[f"simulated {at}" for at in range(frames)],
        groups=[f"simulated route {route}" for route in made["route"]],
        split=["side"] * frames,
    )


def study_of(
    folder: Path | str, layout: str | None = None, *, how: How | None = None, quick: bool = False, **asked: Any
) -> ew.Study:
    """Study the recordings in a folder, with pictures of the built-in world beside them that teach the lane mask.

    Parameters
    ----------
    folder: recordings in the layout `layout`, see `rows`; None stands for whichever it has.
    how: how they are read, see `rows`.
    quick: fewer pictures of the built-in world, and all that `ew.study` does less in a quick study.
    asked: further options of `ew.study`, as out="runs/mycar".

    Raises ew.RowsError where they cannot be read, and what `ew.study` raises.
    """
    found = rows(folder, layout, **(how or {}))
    beside = simulated(SIMULATED_QUICK if quick else SIMULATED, seed=asked.get("seed", 0))
    told_speed = bool(found.has(speed.name).all())
    return ew.study(system(told_speed=told_speed), ew.Rows.join([found, beside]), quick=quick, **asked)
