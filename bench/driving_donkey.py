"""A real car's recording: steering of its last fifth from the rest, end to end and by a mask learnt in the simulator.

    python bench/driving_donkey.py TUB [--seeds 3] [--simulated 300]

TUB is a folder with a Donkey tub, version 2. The bar is for that of the donkeycar repository (donkeycar/tests/tub,
MIT): 1,000 frames, of which the first 780 train and the last 200 test. Open loop: nobody drives.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import endwise as ew
from endwise.systems.driving import recorded

OUT = Path(__file__).parent / "results" / "driving-donkey"
END_TO_END = "camera -> control"
BY_MASK = "camera -> lane_mask -> control [chained]"
BAR = 0.8
SECOND = 20
"""Frames in a second; so many are left out between training and tests."""


def told(name: str, steer: np.ndarray, true: np.ndarray, bar: str = "") -> float:
    """Print correlation and mean absolute error of steering; the correlation."""
    correlation = 1 - recorded.uncorrelated.aggregate(np.stack([steer, true], axis=1))
    print(f"{name:44} {correlation:11.3f} {np.abs(steer - true).mean():8.3f} {bar}", flush=True)
    return float(correlation)


def ridge(train: np.ndarray, steer: np.ndarray, test: np.ndarray, weight: float = 10.0) -> np.ndarray:
    """Steer by a line through the pixels of the newest picture, shrunk to 8 x 16: (N, 2, 48, 96) to (M,)."""

    def pixels(pairs: np.ndarray) -> np.ndarray:
        return pairs[:, 1].reshape(len(pairs), 8, 6, 16, 6).mean(axis=(2, 4)).reshape(len(pairs), -1) / 255

    known, middle = pixels(train), pixels(train).mean(axis=0)
    apart = known - middle
    slope = np.linalg.solve(apart.T @ apart + weight * np.eye(apart.shape[1]), apart.T @ (steer - steer.mean()))
    return np.asarray((pixels(test) - middle) @ slope + steer.mean())


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("tub", type=Path)
    asked.add_argument("--seeds", type=int, default=3)
    asked.add_argument("--simulated", type=int, default=recorded.SIMULATED_QUICK)
    given = asked.parse_args()
    rows = recorded.rows(given.tub, "donkey")
    train, test = (np.flatnonzero(rows.split == part) for part in ("train", "test"))
    steer, true = (rows.take("control", part)[:, 0].astype(np.float64) for part in (train, test))
    print(f"{len(train):,} rows to train on, {len(test):,} to test on")
    print(f"{'':44} {'correlation':>11} {'error':>8}")
    told("always the median", np.full(len(true), np.median(steer)), true)
    told("as the driver a second before", np.concatenate([np.full(SECOND, steer[-1]), true[:-SECOND]]), true)
    told("a line through 8 x 16 pixels", ridge(rows.take("camera", train), steer, rows.take("camera", test)), true)
    both = ew.Rows.join([rows, recorded.simulated(given.simulated)])
    for design, used in ((END_TO_END, rows), (BY_MASK, both)):
        found = []
        for seed in range(given.seeds):
            study = ew.study(
                recorded.system(), used, out=OUT / f"{'mask' if used is both else 'pixels'}-{seed}", seed=seed,
                sizes=[len(train)], repeats=1, designs=[design], quick=True, examples=False,
            )  # fmt: skip
            made = ew.load(study.winner).predict({"camera": rows.take("camera", test)})["control"][:, 0]
            found.append(told(f"{design}, seed {seed}", made.astype(np.float64), true))
        print(f"{design}: least {min(found):.3f} ({'holds' if min(found) >= BAR else 'below'} {BAR})")


if __name__ == "__main__":
    main()
