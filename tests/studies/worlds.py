"""Random small studies for the laws of cells: chains with several makers, missing labels, groups of any size."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from endwise.data import splits
from endwise.data.rows import Rows
from endwise.errors import RowsError
from endwise.judge.metrics import mean_absolute_error
from endwise.learn.trainer import Recipe
from endwise.learn.truth import Truth
from endwise.studies.cells import Training
from endwise.studies.context import Context, Job
from endwise.studies.schedule import Scope, first_rates, judgings
from endwise.studies.trainable import judgeable
from endwise.system.components import Component, fixed, learned
from endwise.system.designs import Design, designs
from endwise.system.graph import System
from endwise.system.signals import Number

x, a, b, d, c, y = (Number(name) for name in "xabdcy")
NAMES = ("a", "b", "d", "c", "y")


def double(rows: Any) -> Any:
    return 2 * rows


def components() -> list[Component]:
    """x -> a -> b -> d = 2b -> c -> y, with ways past the stages, and a frozen maker of b."""
    return [
        learned(x, to=a),
        learned(a, to=b),
        fixed(x, to=b, using=double, name="frozen", start="frozen"),
        fixed(b, to=d, using=double),
        learned(d, a, to=c),
        learned(c, to=y),
        learned(x, b, to=y, name="past"),
        learned(x, to=y, name="straight"),
    ]


def system(*more: Component, made: list[Component] | None = None, judge: Any = mean_absolute_error) -> System:
    return System("chain", inputs=x, wants=y, judge=judge, components=[*(made or components()), *more])


def rows(present: dict[str, Any], groups: list[str] | None, split: list[str] | None = None, seed: int = 0) -> Rows:
    count = len(next(iter(present.values())))
    chance = np.random.default_rng(seed)
    signals = [x, *(signal for signal in (a, b, d, c, y) if signal.name in present)]
    return Rows.from_columns(
        signals,
        {signal.name: chance.normal(size=count).astype(np.float32) for signal in signals},
        present={name: np.array(has, bool) for name, has in present.items()},
        groups=groups,
        split=split,
    )


def full(count: int = 60, *, group: int = 2, seed: int = 0) -> Rows:
    return rows({name: [True] * count for name in NAMES}, [f"g{at // group}" for at in range(count)], seed=seed)


def context(of: System, some: Rows, seed: int = 0, **job: Any) -> Context:
    """The context of a study of all designs of `of`."""
    held = splits.split(some, judgeable(designs(of), Truth(of, some)), seed)
    facts = {"split": held, "seed": seed, "recipe": Recipe(), "device": "cpu", **job}
    return Context(Job(of, Path("nowhere"), **facts), some)


@dataclass
class World:
    """A context, and every training that its chained designs ask for at some sizes."""

    context: Context
    designs: tuple[Design, ...]
    scope: Scope

    @property
    def trainings(self) -> list[Training]:
        found: dict[Training, None] = {}

        def add(cell: Any) -> None:
            if isinstance(cell, Training):
                if cell in found:
                    return
                found[cell] = None
            for need in self.context.needs(cell):
                add(need)

        for cell in judgings(self.scope, first_rates(self.scope, self.context)):
            add(cell)
        return list(found)


@st.composite
def worlds(draw: st.DrawFn, training: str = "chained") -> World:
    """Rows of which any may lack any label, in groups of any size (some rows without one)."""
    count = draw(st.integers(12, 50))
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    share = draw(st.sampled_from([0.2, 0.6, 1.0]))
    present = {name: chance.random(count) < share for name in NAMES}
    kinds = draw(st.sampled_from([3, 8, 30]))
    groups = [f"g{at}" if at else "" for at in chance.integers(0, kinds, size=count)]
    present["y"][:4] = True
    groups[:4] = ["p", "q", "r", "s"]  # enough to hold out from
    some = rows(present, groups)
    seed = draw(st.integers(0, 99))
    of = system()
    try:
        made = context(of, some, seed)
    except RowsError:  # all that can be judged was held out
        return draw(worlds(training))
    chosen = tuple(one.trained(training) for one in designs(of))  # type: ignore[arg-type]
    most = made.most
    sizes = tuple(sorted({max(1, most // 2), most}))
    return World(made, chosen, Scope(chosen, sizes, 2, tunes=False))
