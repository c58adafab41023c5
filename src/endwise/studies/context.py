"""What every cell of a study refers to: the system, the rows, who is held out, the seed, the recipe.

Workers rebuild it from a `Job`, which travels as bytes; rows travel as the path of a folder.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from endwise import seeds
from endwise.data import splits
from endwise.data.rows import Rows
from endwise.learn.trainer import Recipe
from endwise.learn.truth import Truth
from endwise.records import FORMAT
from endwise.studies.cells import Cell, Joint, Judging, Labels, Training, arrow
from endwise.system.components import Component, Learned
from endwise.system.graph import System
from endwise.system.judging import ClosedLoop, Judge
from endwise.system.paths import ancestors
from endwise.system.using import is_network

FEWEST_TOLD = 10  # test rows with the truth of a signal; fewer say nothing about a stage
LEARNING = 4  # raise when models or training change what the same rows and seed give


@dataclass(frozen=True)
class Job:
    """A study's fixed facts, small enough to travel to workers."""

    system: System
    rows: Path
    split: splits.Split
    seed: int
    recipe: Recipe
    device: str
    quick: bool = False


class Context:
    """The facts of one study, and what follows from them for each cell."""

    def __init__(self, job: Job, rows: Rows | None = None) -> None:
        self.job, self.system, self.seed = job, job.system, job.seed
        self.rows = Rows.open(job.rows) if rows is None else rows
        self.truth = Truth(job.system, self.rows)
        self._indices: dict[Training, np.ndarray] = {}
        self._truths: dict[tuple[Labels, int], Truth] = {}
        self._keys: dict[Cell, str] = {}

    @cached_property
    def units(self) -> np.ndarray:
        """The group of every row. Shape (N,)."""
        return splits.units_of(self.rows)

    @cached_property
    def carries(self) -> np.ndarray:
        """Which rows count towards n: those that carry the wanted output, whatever else they lack. Shape (N,).

        Side rows do not count: they are there at every size.
        """
        wanted = self.truth.has(self.system.wants.name)
        return wanted if self.rows.split is None else wanted & (self.rows.split != "side")

    @property
    def test(self) -> np.ndarray:
        """The row numbers of the test rows."""
        return self.job.split.test

    @cached_property
    def most(self) -> int:
        """The largest size: training rows that carry the wanted output."""
        return int(self.carries[self.job.split.train].sum())

    @lru_cache(maxsize=64)  # noqa: B019  one context lives as long as its study
    def sample(self, size: int, repeat: int) -> np.ndarray:
        """The training rows of one size and repeat, side pools included."""
        return splits.sample(self.carries, self.job.split.train, size, self.seed, repeat)

    @lru_cache(maxsize=64)  # noqa: B019
    def folds(self, repeat: int) -> np.ndarray:
        """The fold of every training row, -1 for the others. Shape (N,)."""
        return splits.folds(self.units, self.carries, self.job.split.train, self.seed, repeat)

    def truth_for(self, training: Training) -> Truth:
        """What a training may know: all true values, or those that are left where labels are scarce."""
        if not training.labels:
            return self.truth
        asked = (training.labels, training.repeat)
        if asked not in self._truths:
            self._truths[asked] = Truth(self.system, self.rows.without(self._hidden(*asked)))
        return self._truths[asked]

    def _hidden(self, labels: Labels, repeat: int) -> dict[str, np.ndarray]:
        """For each scarce signal the training rows whose label is hidden. Masks (N,)."""
        order = splits.labelled_first(self.carries, self.job.split.train, self.seed, repeat)
        hidden = {name: np.zeros(len(self.rows), bool) for name, _ in labels}
        for name, count in labels:
            hidden[name][order[self.rows.has(name)[order]][count:]] = True
        return hidden

    @cached_property
    def labels(self) -> dict[str, int]:
        """How many training rows carry a label of each signal that is not an input."""
        names = [name for name in self.system.signals if name not in self.system.source_names]
        counts = {name: int(self.rows.has(name)[self.job.split.train].sum()) for name in names}
        return {name: count for name, count in counts.items() if count}

    def usable(self, training: Training, component: Component, path: tuple[Component, ...]) -> np.ndarray:
        """Which rows the component could train on: label there, inputs true or within reach. Shape (N,)."""
        made = {part.output.name for part in path}
        takes = {signal.name for part in (*path, component) for signal in part.inputs} - made
        truth = self.truth_for(training)
        return np.logical_and.reduce([truth.has(name) for name in (component.target.name, *sorted(takes))])

    def index(self, training: Training) -> np.ndarray:
        """The row numbers that one training uses, its held-out slice included."""
        if training not in self._indices:
            sample = self.sample(training.size, training.repeat)
            if isinstance(training, Joint):
                index = self._without_leaks(training, sample[self.teaches_any(training)[sample]])
            else:
                index = sample[self.usable(training, training.component, training.path)[sample]]
            if training.without is not None:
                index = index[self.folds(training.repeat)[index] != training.without]
            self._indices[training] = index
        return self._indices[training]

    def teaches(self, training: Joint) -> dict[str, np.ndarray]:
        """For each learned part, by the signal it makes, which rows teach it in a joint training. Masks (N,)."""
        parts = training.parts
        return {
            part.output.name: self.usable(training, part, ancestors(parts[:at], part))
            for at, part in enumerate(parts)
            if part.learns
        }

    def teaches_any(self, training: Joint) -> np.ndarray:
        """Which rows teach any part. Shape (N,)."""
        return np.logical_or.reduce(list(self.teaches(training).values()))

    def _without_leaks(self, training: Joint, index: np.ndarray) -> np.ndarray:
        """`index` without rows that would teach a stage of groups that say when to stop."""
        stopping = np.unique(self.units[index[self._stopping(training, index)]].astype(str))
        wanted = self.usable(training, training.component, training.path)[index]
        return index[wanted | ~np.isin(self.units[index].astype(str), stopping)]

    def held_out(self, training: Training) -> np.ndarray:
        """Mask over `index` of the rows that stop the training: side rows only where there are too few others."""
        return self._stopping(training, self.index(training))

    def _stopping(self, training: Training, index: np.ndarray) -> np.ndarray:
        own = self.usable(training, training.component, training.path)[index]  # all of them, but in a joint training
        if self.rows.split is not None and (own & (self.rows.split[index] != "side")).sum() >= splits.FEWEST:
            own &= self.rows.split[index] != "side"
        mask = np.zeros(len(index), bool)
        mask[own] = splits.held_out(self.units[index[own]], self.seed, training.repeat)
        return mask

    def sources(self, training: Training) -> dict[int | None, np.ndarray]:
        """Which training rows get their inputs from stages without which fold. Masks over `index`."""
        index = self.index(training)
        if not training.path:
            return {}
        seen = np.zeros(len(index), dtype=bool)
        feeders = training.feeders(None).values()
        for feeder in (*feeders, *(one.donor for one in feeders if one.donor is not None)):
            seen |= np.isin(self.units[index].astype(str), self.units[self.index(feeder)].astype(str))
        folds = self.folds(training.repeat)[index]
        masks: dict[int | None, np.ndarray] = {None: ~seen, 0: seen & (folds == 0), 1: seen & (folds == 1)}
        return {source: mask for source, mask in masks.items() if mask.any()}

    def needs(self, cell: Cell) -> tuple[Training, ...]:
        """The trainings that must be done before `cell`."""
        if isinstance(cell, Judging):
            return tuple(dict.fromkeys(cell.trainings.values()))
        if isinstance(cell, Joint):
            return cell.starts
        donor = () if cell.donor is None else (cell.donor,)
        return (*(one for source in self.sources(cell) for one in cell.feeders(source).values()), *donor)

    def seed_of(self, training: Training) -> int:
        """The seed of one training: it depends on the repeat and the component, not on who else is studied."""
        mode = "joint" if isinstance(training, Joint) else "chained" if training.path else "apart"
        return seeds.number(self.seed, training.repeat, *arrow(training.component), mode, training.without)

    def key(self, cell: Cell) -> str:
        """The content-addressed key: a digest of everything that decides the cell's result."""
        if cell not in self._keys:
            self._keys[cell] = self._training_key(cell) if isinstance(cell, Training) else self._judging_key(cell)
        return self._keys[cell]

    def _training_key(self, cell: Training) -> str:
        index = self.index(cell)
        part = cell.component  # what it takes is of others' making where it is chained
        known = (part.target, *part.auxiliary, *(() if cell.path else part.inputs))
        together = _together(cell) if isinstance(cell, Joint) else []
        truth = self.truth_for(cell)
        computed = [f.identity() for signal in known for f in truth.used(signal.name, index)]
        return seeds.digest(
            FORMAT, LEARNING, "training", cell.component.identity(), [part.identity() for part in cell.path],
            self.rows.fingerprint, seeds.digest(index.tobytes().hex()), self.seed_of(cell), self.job.device,
            sorted(self.recipe(cell).items()), computed, [self.key(one) for one in self.needs(cell)], *together,
            *self._partly(cell, index),
        )  # fmt: skip

    def _partly(self, cell: Training, index: np.ndarray) -> list[str]:
        """Where labels are scarce, what else decides beside the rows used: which of them have which labels."""
        if not cell.labels or not (cell.component.auxiliary or isinstance(cell, Joint)):
            return []
        truth, parts = self.truth_for(cell), (*cell.path, cell.component)
        names = sorted({signal.name for part in parts for signal in (part.target, *part.auxiliary)})
        return [truth.has(name)[index].tobytes().hex() for name in names]

    def _judging_key(self, cell: Judging) -> str:
        computed = [f.identity() for f in self.truth.used(self.system.wants.name, self.test)]
        judge = self.judge(cell.largest)
        closed = [judge.version, _plain(judge), cell.largest, cell.repeat] if isinstance(judge, ClosedLoop) else []
        put_in = [[name, *(f.identity() for f in self.truth.used(name, self.test))] for name in cell.truths]
        return seeds.digest(
            FORMAT, LEARNING, "judging", [part.identity() for part in cell.parts], cell.design.training,
            self.rows.fingerprint, seeds.digest(self.test.tobytes().hex()),
            self.system.judge_source, [self.key(one) for one in self.needs(cell)], *computed, *put_in, *closed,
        )  # fmt: skip

    def knows(self, name: str) -> bool:
        """Whether the judge has the true values of a signal: of every test row, or in its world."""
        judge = self.system.judge
        return name in judge.knows if isinstance(judge, ClosedLoop) else bool(self.truth.has(name)[self.test].all())

    def knows_some(self, name: str) -> bool:
        """Whether the judge has the true values of a signal for enough test rows to say something, or in its world."""
        judge = self.system.judge
        if isinstance(judge, ClosedLoop):
            return name in judge.knows
        return int(self.truth.has(name)[self.test].sum()) >= FEWEST_TOLD

    def told(self, truths: Sequence[str]) -> np.ndarray:
        """Which test rows have all these true values; a closed loop's are its world's. Shape (test rows,)."""
        if isinstance(self.system.judge, ClosedLoop) or not truths:
            return np.ones(len(self.test), bool)
        return np.logical_and.reduce([self.truth.has(name)[self.test] for name in truths])

    def judge(self, largest: bool) -> Judge:
        """Who judges at the largest size, or below it."""
        return self.system.judge.at(largest=largest, quick=self.job.quick)

    def recipe(self, training: Training) -> dict[str, Any]:
        """The recipe as data, with this training's learning rate. Only networks follow it."""
        if not is_network(training.component.using):
            return {}
        return {**dataclasses.asdict(self.job.recipe), "learning_rate": training.rate}

    def examples(self, index: np.ndarray, truths: Sequence[str] = ()) -> dict[str, Any]:
        """Inputs, given signals, the true output and `truths` of some rows, where all of these have them."""
        names = [*sorted(self.system.source_names), *truths, self.system.wants.name]
        return {name: self.truth.view(name, index) for name in names if self.truth.has(name)[index].all()}


def _together(cell: Joint) -> list[Any]:
    """What decides a joint training beside the trainings that it starts from, and its parts."""
    return ["joint", *(part.differentiable_source for part in cell.path)]


def _plain(judge: ClosedLoop) -> list[tuple[str, str]]:
    """The plain values that a judge holds. Its source was taken with the system's: workers cannot read it."""
    plain = str | int | float | bool
    return sorted((name, repr(one)) for name, one in vars(judge).items() if isinstance(one, plain))


def searched(component: Component) -> bool:
    """Whether a learning rate is searched for: estimators and learners bring their own ways."""
    return isinstance(component, Learned) and is_network(component.using)
