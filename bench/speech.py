"""The speech system: word error rate of every design by size, and how much faster than the sound each listens.

    python bench/speech.py [--sizes 75 150 300 600 1000 3000 10000] [--test 400] [--repeats 1] [--out FOLDER]

Rows are those of the standard study: commands of the built-in world, tested in other voices (needs the extra
`speech`). Learning rates are not searched. What was to be expected at the largest sizes is forecast from those up to
1,000 and held against what was found. Some two CPU hours; cells are kept in bench/results, so a second run only prints.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch

import endwise as ew
from endwise.systems.speech.signals import RATE, audio
from endwise.systems.speech.system import system, world_rows

OUT = Path(__file__).parent / "results" / "speech"
STAGES = "audio -> mfcc -> posteriors"
BARS = {  # design and utterances: word error rate in percent
    (f"{STAGES} -> words -> transcript [chained]", 300): 15.0,
    (f"{STAGES} -> words -> transcript [chained]", 3000): 6.5,
    ("audio -> mfcc -> transcript", 3000): 8.5,
    ("audio -> transcript", 3000): 15.0,
}
SEEN = 1000
"""The largest size that forecasts are made from."""
FASTER = 50
"""Times that decoding on one core has to be faster than the sound."""
HEARD = 50
"""Test utterances that are listened to with the clock running."""


def main() -> None:
    """Run the study, or go on with it, and print its figures."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--sizes", type=int, nargs="+", default=[75, 150, 300, 600, 1000, 3000, 10000])
    asked.add_argument("--test", type=int, default=400)
    asked.add_argument("--repeats", type=int, default=1)
    asked.add_argument("--out", type=Path, default=OUT)
    given = asked.parse_args()
    rows = world_rows(utterances=max(given.sizes), test=given.test)
    study = ew.study(
        system(), rows, quick=True, sizes=given.sizes, repeats=given.repeats, out=given.out, examples=False
    )
    print(f"{'utterances':>10} {'WER':>6} {'95 % interval':>14} {'bar':>5}  percent, design")
    for point in study.verdict.designs:
        bar = BARS.get((point.design, point.size))
        told = "" if bar is None else f"{bar:5.1f} {'holds' if point.error <= bar else 'MISSED'}"
        interval = f"{point.low:5.1f} - {point.high:5.1f}"
        print(f"{point.size:10,} {point.error:6.1f} {interval:>14} {told:12} {point.design}")
    spent = sum(sum(one.values()) for one in study.verdict.times["training_seconds"].values())
    print(f"CPU seconds of training: {spent:.0f}")
    foretold(study.verdict)
    listening(ew.load(study.winner), rows)


def foretold(verdict: ew.Verdict) -> None:
    """Print what was to be expected beyond `SEEN` utterances, from the smaller sizes alone, and what was found."""
    seen = [point for point in verdict.designs if point.size <= SEEN]
    found = {(point.design, point.size): point.error for point in verdict.designs if point.size > SEEN}
    if not seen or not found:
        return
    table = {"design": [p.design for p in seen], "n": [p.size for p in seen], "error": [p.error for p in seen]}
    (outlook,) = ew.forecast(table, at=sorted({size for _, size in found}))
    print(f"{'utterances':>10} {'found':>6} {'median':>6} {'80 % band':>13}  forecast from {SEEN:,} or fewer, design")
    for one in outlook.designs:
        for band in one.forecasts:
            error = found[one.design, band.n]
            held = "held" if band.low80 <= error <= band.high80 else "MISSED"
            span = f"{band.low80:5.1f} - {band.high80:5.1f}"
            print(f"{band.n:10,} {error:6.1f} {band.median:6.1f} {span:>13} {held:6} {band.state:8} {one.design}")


def listening(bundle: ew.Bundle, rows: ew.Rows) -> None:
    """Print how many times faster than the sound the winner listens, on one core."""
    torch.set_num_threads(1)
    heard = rows.take(audio.name, np.flatnonzero(rows.split == "test")[:HEARD])
    bundle.predict({audio.name: heard[:2]})
    started = time.process_time()
    bundle.predict({audio.name: heard})
    times = sum(map(len, heard)) / RATE / (time.process_time() - started)
    print(f"{times:.0f} times real time (bar {FASTER}: {'holds' if times >= FASTER else 'MISSED'}): {bundle.design}")


if __name__ == "__main__":
    main()
