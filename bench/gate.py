"""The gate: every design by pictures a person, its stages, and what the application takes.

    python bench/gate.py [--quick] [--out FOLDER]

Prints known people missed at 1 % and 5 % of strangers let through (FNIR at FPIR), rank-1, how well faces are found,
and the seconds of training; then the milliseconds to identify one frame and to search 100,000 templates.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

import endwise as ew
from endwise.systems.gate.signals import NUMBERS, frame
from endwise.systems.gate.system import ENROLLED, rows, system

OUT = Path(__file__).parent / "results" / "gate"
TEMPLATES = 100_000
TIMES = 50


def main() -> None:
    """Run the study, or go on with it, and print its figures."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--quick", action="store_true")
    asked.add_argument("--out", type=Path, default=OUT)
    given = asked.parse_args()
    started = time.process_time()
    made = rows(quick=given.quick)
    print(f"rows: {len(made):,} in {time.process_time() - started:.0f} CPU s")
    study = ew.study(system(), made, quick=given.quick, out=given.out)
    print(f"{'pictures a person':>18} {'missed at 1 %':>14} {'at 5 %':>8} {'rank-1':>8}  design")
    for point in study.verdict.designs:
        one, five, wrong = (point.metrics[name] for name in ("miss_rate_1", "miss_rate_5", "wrong_person"))
        print(f"{point.size / ENROLLED:18.1f} {one:12.1f} % {five:6.1f} % {100 - wrong:6.1f} %  {point.design}")
    for stage in study.verdict.stages:
        print(f"{stage.part}: off by {stage.distance:.3f}, not found {stage.missed}")
    print(
        f"CPU s of training: {sum(sum(one.values()) for one in study.verdict.times['training_seconds'].values()):.0f}"
    )
    _application(ew.load(study.winner), made)


def _application(bundle: ew.Bundle, made: ew.Rows) -> None:
    torch.set_num_threads(1)
    one = made.take(frame.name, np.array([0]))
    took = [_seconds(lambda: bundle.predict({frame.name: one})) for _ in range(TIMES)]
    print(f"identify one frame: {1000 * np.median(took):.1f} ms ({bundle.design})")
    templates = np.random.default_rng(0).normal(size=(TEMPLATES, NUMBERS)).astype(np.float32)
    took = [_seconds(lambda: templates.dot(templates[0])) for _ in range(TIMES)]
    print(f"search {TEMPLATES:,} templates: {1000 * np.median(took):.1f} ms")


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
