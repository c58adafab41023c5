"""The driving world on one core: camera frames a second, and the expert's score in both presets.

    OMP_NUM_THREADS=1 python bench/driving_world.py [--routes 96]

A frame's time is the processor's, and holds the expert and the step; the dense mask is asked for apart.
"""

from __future__ import annotations

import argparse
import time

from endwise.systems.driving.episodes import Episodes
from endwise.systems.driving.routes import Preset

FRAMES_BAR = 1000  # a second
SCORE_BARS: dict[Preset, float] = {"clear": 0.99, "roadworks": 0.98}


def told(value: float, bar: float) -> str:
    return f"bar {bar:g}: {'holds' if value >= bar else 'MISSED'}"


def drawing(preset: Preset, routes: int) -> None:
    """Frames of whole drives of the expert; the first observation, which draws two frames, counts as one."""
    episodes = Episodes(range(routes), preset, 0)
    frames, start = 0, time.process_time()
    while not episodes.done.all():
        frames += int((~episodes.done).sum())
        episodes.observe()
        episodes.step(episodes.truth("control"))
    rate = frames / (time.process_time() - start)
    print(f"{preset:10} {rate:6,.0f} camera frames a second, {frames:,} frames ({told(rate, FRAMES_BAR)})")


def masks(preset: Preset, routes: int) -> None:
    episodes = Episodes(range(routes), preset, 0)
    for _ in range(40):
        episodes.step(episodes.truth("control"))
    start = time.process_time()
    for _ in range(10):
        episodes.truth("lane_mask")
    print(f"{preset:10} {10 * routes / (time.process_time() - start):6,.0f} lane masks a second")


def expert(preset: Preset, routes: int) -> None:
    for seed in range(3):
        episodes = Episodes(range(routes), preset, seed)
        while not episodes.done.all():
            episodes.step(episodes.truth("control"))
        figures = episodes.records().figures()
        score = figures.pop("score")
        print(f"{preset:10} seed {seed}: score {score:.4f} ({told(score, SCORE_BARS[preset])})")
        print(" " * 11 + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--routes", type=int, default=96)
    routes = parser.parse_args().routes
    for preset in SCORE_BARS:
        drawing(preset, routes)
        masks(preset, routes)
        expert(preset, routes)


if __name__ == "__main__":
    main()
