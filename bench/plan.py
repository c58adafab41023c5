"""Do plans keep their promise? Labels are bought in a world where all can be had, and the design is trained with them.

    python bench/plan.py [--first 0] [--worlds 10] [--purchases 6] [--out FOLDER]

In each world of hands a small study is asked for labels. Purchases at drawn prices and budgets are then planned, made,
and trained three times: is the error of the first training in the 80 % band that was promised, and are the three on
average lower than with the same money spent evenly, or all on the final label? A promise is for rows like those of the
study: it is held against hands that the study never saw. Results are kept, so a second run only prints.
"""

from __future__ import annotations

import argparse
import json
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

import endwise as ew
from endwise.systems.bone_age.system import system, world_rows

OUT = Path(__file__).parent / "results" / "plan"
DESIGNS = ("xray -> joints -> lengths -> age", "xray -> joints -> patches -> maturity -> age", "xray -> age")
AGES, JOINTS, MATURITY = (80, 240), (20, 100), (20, 100)
"""The least and the most labels that a world starts with."""
MOST = {"age": 2400, "joints": 1200, "maturity": 1200}
"""Labels that can be had."""
PRICES = (0.2, 5.0)
TRAININGS = 3
TEST, FRESH = 200, 800
"""Test rows of the study, and others on which purchases are judged."""
DRAWS = 4000


@dataclass(frozen=True)
class Bought:
    """One purchase: what was promised, and what came of it, here and of the plain ways to spend the money."""

    world: int
    budget: float
    answer: str
    design: str
    labels: dict[str, int]
    promised: float
    low80: float
    high80: float
    found: list[float]
    evenly: list[float]
    final_label: list[float]


def main() -> None:
    """Run the worlds, or go on with them, and print the table."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--first", type=int, default=0)
    asked.add_argument("--worlds", type=int, default=10)
    asked.add_argument("--purchases", type=int, default=6)
    asked.add_argument("--out", type=Path, default=OUT)
    given = asked.parse_args()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        numbers = range(given.first, given.first + given.worlds)
        found = pool.map(world, *zip(*((at, given.purchases, given.out) for at in numbers), strict=True))
        report([one for some in found for one in some])


def world(number: int, purchases: int, out: Path) -> list[Bought]:
    """The purchases of one world."""
    kept = out / f"world{number}.json"
    made = [Bought(**one) for one in json.loads(kept.read_text())] if kept.exists() else []
    chance = np.random.default_rng(number)
    start = {"age": AGES, "joints": JOINTS, "maturity": MATURITY}
    have = {name: round(np.exp(chance.uniform(*np.log(span)))) for name, span in start.items()}
    pool = world_rows(
        ages=MOST["age"],
        test=TEST + FRESH,
        joints_labelled=MOST["joints"],
        maturity_scored=MOST["maturity"],
        seed=number,
    )
    first = ew.study(
        system(), labelled(pool, have, slice(TEST)), designs=DESIGNS, quick=True, labels=True, workers=0,
        examples=False, out=out / f"world{number}" / "study",
    )  # fmt: skip
    for at in range(purchases):
        prices = {name: float(np.exp(chance.uniform(*np.log(PRICES)))) for name in have}
        room = {name: min(MOST[name] - have[name], 15 * have[name]) for name in have}
        budget = float(np.exp(chance.uniform(np.log(0.1), np.log(1.0))) * min(prices[n] * room[n] for n in have))
        if at < len(made):
            continue
        plan = ew.plan(first.folder, prices, budget=budget)
        ways = (plan.buy, plan.evenly, plan.final_label)
        errors = [trained(pool, have, one, out / f"world{number}") for one in ways]
        buy = plan.buy
        made.append(
            Bought(number, budget, plan.answer, buy.design, dict(buy.labels), buy.error, buy.low80, buy.high80, *errors)
        )
        kept.write_text(json.dumps([asdict(one) for one in made], indent=1))
    return made


def labelled(pool: ew.Rows, counts: dict[str, int], tested: slice) -> ew.Rows:
    """The rows of the pool when only so many of those to train on are labelled, and some of the test rows are there."""
    train = pool.split != "test"
    hidden = {name: train & pool.has(name) for name in counts}
    for name, count in counts.items():
        hidden[name][np.flatnonzero(hidden[name])[:count]] = False
    left = pool.without(hidden)
    used = train & np.logical_or.reduce([left.has(name) for name in counts])
    rows = np.sort(np.concatenate([np.flatnonzero(used), np.flatnonzero(~train)[tested]]))
    return ew.Rows.from_columns(
        list(left.signals.values()),
        {name: values_of(left, name, rows) for name in left.signals},
        present={name: left.has(name)[rows] for name in left.signals},
        groups=left.groups[rows], split=left.split[rows],
    )  # fmt: skip


def values_of(rows: ew.Rows, name: str, index: np.ndarray) -> np.ndarray:
    """The values of some rows, zeros where there is none."""
    has = rows.has(name)[index]
    some = rows.take(name, index[has])
    whole = np.zeros((len(index), *some.shape[1:]), some.dtype)
    whole[has] = some
    return whole


def trained(pool: ew.Rows, have: dict[str, int], bought: object, out: Path) -> list[float]:
    """The error of each training with the labels bought."""
    counts = {name: count + bought.labels.get(name, 0) for name, count in have.items()}
    named = "-".join(str(count) for count in counts.values())
    rows = labelled(pool, counts, slice(TEST, None))
    done = [
        ew.study(
            system(), rows, designs=[bought.design], sizes=[counts["age"]], repeats=1, quick=True, seed=seed, workers=0,
            examples=False, out=out / named,
        )
        for seed in range(TRAININGS)
    ]  # fmt: skip
    return [one.verdict.designs[-1].error for one in done]


def report(found: list[Bought]) -> None:
    """Print each purchase, how often the band held, and what the plain ways to spend the money brought."""
    print("world  budget   answer promised     80 % band  found evenly    age  bought")
    for one in found:
        band = f"{one.low80:5.1f} - {one.high80:5.1f}"
        errors = " ".join(f"{np.mean(way):6.1f}" for way in (one.found, one.evenly, one.final_label))
        print(f"{one.world:5} {one.budget:7.0f} {one.answer:>8} {one.promised:8.1f} {band:>13} {errors}  {one.labels}")
    held = np.array([one.low80 <= one.found[0] <= one.high80 for one in found])
    worlds = np.array([one.world for one in found])
    print(f"{len(found)} purchases; the 80 % band held {interval(100 * held, worlds)} % of them")
    print(
        "promised less found, months:", interval(np.array([one.promised - np.mean(one.found) for one in found]), worlds)
    )
    for name in ("evenly", "final_label"):
        gaps = np.array([np.mean(getattr(one, name)) - np.mean(one.found) for one in found])
        print(f"{name}: months worse than the plan", interval(gaps, worlds))


def interval(values: np.ndarray, worlds: np.ndarray) -> str:
    """The mean, and its 95 % interval over worlds."""
    chance = np.random.default_rng(0)
    parts = [values[worlds == one] for one in np.unique(worlds)]
    means = [
        np.concatenate([parts[at] for at in chance.integers(len(parts), size=len(parts))]).mean() for _ in range(DRAWS)
    ]
    low, high = np.quantile(means, (0.025, 0.975))
    return f"{values.mean():.2f} ({low:.2f} to {high:.2f})"


if __name__ == "__main__":
    main()
