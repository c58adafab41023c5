"""The bars of the gate: its detector, people named by 10, 50 and 200 pictures, the threshold, and the application.

    python bench/gate.py [--all] [--out FOLDER]

300 others, once, without a search of learning rates; with --all every design, not only the staged one. Cells are kept
in bench/results, so a second run only prints, and goes on where the first was stopped.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import torch

import endwise as ew
from endwise.systems.gate.door.deciding import Keeper
from endwise.systems.gate.door.enrolled import Enrolled, Person, Photo, Register
from endwise.systems.gate.door.enrolling import enrol, judge
from endwise.systems.gate.door.recogniser import Recogniser
from endwise.systems.gate.signals import NUMBERS, face_box, frame
from endwise.systems.gate.system import ENROLLED, STAGED, names, system, world_rows
from endwise.systems.gate.world import portrait

OUT = Path(__file__).parent / "results" / "gate"
OTHERS = 300
PICTURES = {10: 0.70, 50: None, 200: 0.85}
"""Pictures a person, and the share of known people that the staged design is to name right."""
NEAR = 0.15
"""Share of the face's height by which the middle of a box may be off."""
TEMPLATES = 100_000
TIMES = 50


def main() -> None:
    """Print each figure with its bar."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--all", action="store_true")
    asked.add_argument("--out", type=Path, default=OUT)
    given = asked.parse_args()
    torch.set_num_threads(1)
    started = time.process_time()
    made = world_rows(pictures=max(PICTURES), test=20, others=OTHERS)
    print(f"{len(made):,} frames drawn, {len(made) / (time.process_time() - started):.0f} a CPU second")
    study = ew.study(
        system(others=names("other", OTHERS)),
        made,
        quick=True,
        repeats=1,
        sizes=[ENROLLED * pictures for pictures in PICTURES],
        designs=() if given.all else [STAGED],
        workers=1,
        examples=False,
        out=given.out / ("all" if given.all else "staged"),
    )
    _designs(study.verdict)
    bundle = ew.load(study.winner)
    if face_box.name in bundle.models:
        _detector(bundle, made)
        print(f"CPU s to train the detector: {_seconds_of(study.folder):.0f} (bar 60)")
        _application(Recogniser(bundle, study.winner), made)
    _search()


def _designs(verdict: Any) -> None:
    heads = f"{'pictures':>8} {'rank-1':>7} {'bar':>5} {'missed at 5 %':>14} {'at 1 %':>7} {'let through for 1 %':>20}"
    print(f"{heads}  design")
    for point in verdict.designs:
        pictures = point.size // ENROLLED
        wrong, five, one, passed = (
            point.metrics[name] for name in ("wrong_person", "miss_rate_5", "miss_rate_1", "pass_rate_1")
        )
        bar = PICTURES[pictures] if "discriminants" in point.key else None
        told = "" if bar is None else f"{bar:.2f}"
        figures = f"{pictures:8} {1 - wrong / 100:7.2f} {told:>5} {five:12.1f} % {one:5.1f} % {passed:18.1f} %"
        print(f"{figures}  {point.design}")


def _detector(bundle: ew.Bundle, made: ew.Rows) -> None:
    assert made.split is not None
    test = np.flatnonzero(made.split == "test")
    true = made.take(face_box.name, test)
    found = bundle.predict({frame.name: made.take(frame.name, test)})[face_box.name]
    middles = ((found[:, :2] + found[:, 2:]) - (true[:, :2] + true[:, 2:])) / 2
    near = np.hypot(*middles.T) <= NEAR * (true[:, 3] - true[:, 1])
    overlap = np.array([1 - face_box.distance(one, other) for one, other in zip(found, true, strict=True)])
    print(f"faces within {100 * NEAR:.0f} % of their height: {100 * near.mean():.1f} % of {len(test):,} (bar 95 %)")
    print(
        f"boxes overlap the true ones by {overlap.mean():.2f}; {100 * (overlap < 0.5).mean():.1f} % by less than half"
    )


def _seconds_of(folder: Path) -> float:
    """CPU seconds of the training of the detector on all others."""
    cells = [json.loads(file.read_text()) for file in (folder / "store" / "cells").glob("*/*/cell.json")]
    return max(cell["times"]["seconds"] for cell in cells if cell.get("makes") == face_box.name)


def _application(recogniser: Recogniser, made: ew.Rows) -> None:
    picture = made.take(frame.name, np.array([0]))[0]
    keeper = Keeper(_crowd(recogniser.version), recogniser.version)
    took = _median(lambda: [keeper.scores(face.embedding) for face in recogniser.faces(picture)])
    print(f"identify one frame among {ENROLLED} enrolled: {1000 * took:.1f} ms (bar 30)")
    with tempfile.TemporaryDirectory() as folder:
        file, register = Path(folder) / "0.png", Register(Path(folder) / "gallery")
        PIL.Image.fromarray(portrait(0).picture).save(file)
        took = _median(lambda: enrol("Ada", [judge("Ada", file, recogniser, keeper)], register))
    print(f"enrol a photograph of 240 x 200: {1000 * took:.0f} ms (bar 1,000)")


def _crowd(version: str) -> Enrolled:
    return Enrolled(tuple(Person(str(at), (Photo(row, version, ""),)) for at, row in enumerate(_templates(ENROLLED))))


def _search() -> None:
    templates = _templates(TEMPLATES)
    print(f"search {TEMPLATES:,} templates: {1000 * _median(lambda: templates.dot(templates[0])):.1f} ms (bar 20)")


def _templates(people: int) -> np.ndarray:
    made = np.random.default_rng(0).normal(size=(people, NUMBERS)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def _median(work: Callable[[], object]) -> float:
    """Seconds of CPU: the middle of many times."""
    took = []
    for _ in range(TIMES):
        started = time.process_time()
        work()
        took.append(time.process_time() - started)
    return float(np.median(took))


if __name__ == "__main__":
    main()
