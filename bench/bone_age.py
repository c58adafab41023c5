"""The bars of the bone-age system: errors by design at 300, 1,000 and 3,000 ages, and the joints in millimetres.

    python bench/bone_age.py [--repeats 1]

Every design has the same rows and recipe; 100 other pictures have joints marked. Cells are kept in
bench/results, so a second run only prints.
"""

from __future__ import annotations

import argparse
import os
import platform
from pathlib import Path

import numpy as np

import endwise as ew
from endwise.systems.bone_age.system import joints, sex, system, world_rows, xray

OUT = Path(__file__).parent / "results" / "bone-age"
BARS = [  # design, ages, bar in months
    ("xray -> joints -> lengths -> age [chained]", 300, 14.0),
    ("xray -> joints -> lengths, patches -> age [chained]", 300, 9.5),
    ("xray -> age", 1000, 12.0),
    ("xray -> age", 3000, 10.0),
]
JOINTS_BAR = 2.2  # mm


def errors(repeats: int) -> None:
    designs = sorted({design for design, _, _ in BARS})
    rows = world_rows(ages=3000, test=500)
    study = ew.study(system(), rows, out=OUT, sizes=[300, 1000, 3000], repeats=repeats, designs=designs, examples=False)
    points = {(point.design, point.size): point for point in study.verdict.designs}
    print(f"{'design':52} {'ages':>5} {'MAE':>6} {'95 % interval':>14} {'bar':>5}  months")
    for (design, size), point in points.items():
        bar = next((bar for d, n, bar in BARS if (d, n) == (design, size)), None)
        told = "" if bar is None else f"{bar:5.1f}  {'holds' if point.error <= bar else 'MISSED'}"
        print(f"{design:52} {size:5,} {point.error:6.2f} {point.low:6.2f} - {point.high:5.2f} {told}")


def joints_in_mm(repeats: int) -> None:
    """Mean distance of predicted from true joints, trained on 100 pictures, tested on 300 of other children."""
    finder = ew.System(
        "joints", inputs=xray, wants=joints, judge=ew.mean_distance, components=[ew.learned(xray, to=joints)]
    )
    found = world_rows(ages=8, test=8, joints_labelled=400, seed=1)
    marked = np.flatnonzero(found.has("joints"))
    signals = [xray, joints]
    columns = {signal.name: found.take(signal.name, marked) for signal in signals}
    split = ["train"] * 100 + ["test"] * 300
    rows = ew.Rows.from_columns(signals, columns, groups=found.groups[marked], split=split)
    scale = found.take("mm_per_px", marked)[100:]
    for repeat in range(repeats):
        study = ew.study(finder, rows, out=OUT / f"joints-{repeat}", sizes=[99], repeats=1, seed=repeat, examples=False)
        test = np.arange(100, 400)
        made = ew.load(study.winner).predict({"xray": rows.take("xray", test)})["joints"]
        gap = np.linalg.norm(made - rows.take("joints", test), axis=-1).mean(axis=1) * scale
        told = "holds" if gap.mean() <= JOINTS_BAR else "MISSED"
        print(f"joints from 99 pictures, seed {repeat}: {gap.mean():.2f} mm a joint (bar {JOINTS_BAR}: {told})")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=1)
    repeats = parser.parse_args().repeats
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, one thread a worker")
    joints_in_mm(repeats)
    errors(repeats)
    print(f"sexes: {', '.join(sex.values)}; rater noise alone costs about 2.9 months")


if __name__ == "__main__":
    main()
