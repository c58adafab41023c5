"""The bars of driving: scores by frames in both worlds, the guard, and an end-to-end driver taught where it goes.

    python bench/driving.py [--sizes 300 1000 3000 10000] [--repeats 3] [--world clear roadworks] [--on-policy ROUNDS]

Learning rates are not searched. Cells are kept in bench/results, so a second run goes on where the first was stopped.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any, Literal

import numpy as np

import endwise as ew
from endwise.systems.driving.judge import ROUTES, Drives
from endwise.systems.driving.signals import control
from endwise.systems.driving.system import (
    AUXILIARY,
    END_TO_END,
    GUARDED,
    ROUND,
    STAGED,
    rows_of,
    system,
    world_rows,
)  # fmt: skip
from endwise.systems.driving.world import relabel

OUT = Path(__file__).parent / "results" / "driving"
DESIGNS = {"clear": (STAGED, END_TO_END, AUXILIARY, GUARDED), "roadworks": (STAGED, ROUND, END_TO_END, AUXILIARY)}
BARS = {("clear", STAGED, 3000): 0.85, ("clear", STAGED, 10_000): 0.95, ("roadworks", ROUND, 10_000): 0.85}
FEWER_COLLISIONS, UNDER_GUARD = 0.7, 10.0  # share of collisions that the guard is to take away, % of the time it may
TEST = 500
World = Literal["clear", "roadworks"]


def studied(world: World, rows: ew.Rows, sizes: list[int], repeats: int, designs: tuple[str, ...], name: str) -> Any:
    """A study without search of learning rates, on 96 routes at every size."""
    judge = Drives(world, routes_quick=ROUTES)
    asked: dict[str, Any] = {"quick": True, "sizes": sizes, "repeats": repeats, "designs": designs, "examples": False}
    return ew.study(system(preset=world, judge=judge), rows, out=OUT / name, **asked)


def told(world: World, text: str) -> str:
    """A design as verdicts tell it."""
    return ew.parse(system(preset=world), text).text


def scores(world: World, sizes: list[int], repeats: int) -> None:
    verdict = studied(world, world_rows(frames=max(sizes) + 200, test=TEST, preset=world), sizes, repeats,
                      DESIGNS[world], world).verdict  # fmt: skip
    bars = {(told(world, text), size): bar for (where, text, size), bar in BARS.items() if where == world}
    for point in verdict.designs:
        score, bar = 1 - point.error / 100, bars.get((point.design, point.size))
        held = "" if bar is None else f" (bar {bar}: {'holds' if score >= bar else 'MISSED'})"
        others = ", ".join(f"{name} {value:.3g}" for name, value in point.metrics.items() if name != "score_lost")
        print(f"{world:10} {point.size:6,} {score:.3f}{held} [{1 - point.high / 100:.3f}, {1 - point.low / 100:.3f}] "
              f"{point.design}\n{'':18}{others}")  # fmt: skip
    for one in verdict.ceilings:
        print(f"{world:10} true values: {1 - one.error / 100:.3f} {one.path}")
    print(*(f"{one.code}: {one.explanation}" for one in verdict.caveats if one.code == "signal-missing"), sep="\n")
    if world == "clear":
        guard(verdict, max(sizes))


def guard(verdict: Any, size: int) -> None:
    alone, watched = (next(p for p in verdict.designs if (p.design, p.size) == (told("clear", name), size)).metrics
                      for name in (END_TO_END, GUARDED))  # fmt: skip
    taken = 1 - watched["collisions_per_km"] / max(alone["collisions_per_km"], 1e-9)
    held = taken >= FEWER_COLLISIONS and watched["intervened"] < UNDER_GUARD
    print(f"guard: {100 * taken:.0f} % fewer collisions a km, {watched['intervened']:.1f} % of the time, "
          f"{watched['interventions_per_km']:.1f} interventions a km ({'holds' if held else 'MISSED'})")  # fmt: skip


def on_policy(rounds: int, frames: int) -> None:
    """Rounds of DAgger in roadworks: half the frames from the expert, the rest where the driver goes."""
    world: World = "roadworks"
    rows = world_rows(frames=frames // 2, test=TEST, preset=world)
    for turn in range(rounds + 1):
        count = int(np.count_nonzero(rows.split != "test"))
        study = studied(world, rows, [count], 1, (END_TO_END,), f"on_policy_{frames}_{turn}")
        point = study.verdict.designs[0]
        print(f"on policy, round {turn}: {count:,} frames, score {1 - point.error / 100:.3f}")
        if turn < rounds:
            rows = ew.Rows.join([rows, where_it_goes(ew.load(study.winner), frames // 2 // rounds, turn)])


def where_it_goes(driver: ew.Bundle, frames: int, turn: int) -> ew.Rows:
    """Rows from drives of `driver`, labelled by the expert."""
    made = relabel(lambda seen: driver.predict(seen)[control.name], frames, preset="roadworks", seed=turn)
    made["route"] = np.char.add(f"round {turn} ", made["route"].astype(str))
    return rows_of(made, np.full(frames, "train"))


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--sizes", type=int, nargs="+", default=[300, 1000, 3000])
    asked.add_argument("--repeats", type=int, default=3)
    asked.add_argument("--world", nargs="+", choices=["clear", "roadworks"], default=["clear", "roadworks"])
    asked.add_argument("--on-policy", type=int, default=0)
    given = asked.parse_args()
    for world in given.world:
        started = time.monotonic()
        scores(world, given.sizes, given.repeats)
        print(f"{world:10} {(time.monotonic() - started) / 60:.1f} min")
    if given.on_policy:
        on_policy(given.on_policy, max(given.sizes))


if __name__ == "__main__":
    main()
