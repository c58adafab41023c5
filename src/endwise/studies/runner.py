"""Run a study: hand cells to the engine round by round, keep going when some fail, stop in good order."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import cloudpickle

from endwise.engines.base import Engine, Task
from endwise.records import Failure, Tuning
from endwise.stores.folder import FolderStore
from endwise.studies import schedule
from endwise.studies.cells import Cell, Judging, Training, arrow_text, described
from endwise.studies.context import Context
from endwise.studies.execute import execute, records_of
from endwise.system.designs import Design
from endwise.system.judging import ClosedLoop

Listener = Callable[[int, int, Cell], None]  # cells done, cells in all, the one that just ended


@dataclass
class Outcome:
    """What a study measured: judgings by cell, learning rates, failures, and whether all of it was done."""

    judged: list[Judging] = field(default_factory=list)
    rechecked: list[Judging] = field(default_factory=list)
    ceilings: list[Judging] = field(default_factory=list)  # with all true values that a part takes
    truth_runs: list[Judging] = field(default_factory=list)  # with true values at one seam, or up to it
    scarcities: list[Judging] = field(default_factory=list)  # with fewer labels of a signal
    tuning: list[Tuning] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    rates: dict[tuple[str, str], float] = field(default_factory=dict)
    done: bool = True


class Runner:
    """Runs the cells of one study; use as a context manager."""

    def __init__(
        self,
        context: Context,
        store: FolderStore,
        engine: Engine,
        *,
        deadline: float | None = None,
        listen: Listener = lambda done, total, cell: None,
    ) -> None:
        self.context, self.store, self.engine, self.listen = context, store, engine, listen
        self.deadline = deadline
        self.outcome = Outcome()
        self._done = self._total = 0

    def __enter__(self) -> Runner:
        self._folder = Path(tempfile.mkdtemp(prefix="endwise-"))
        self._job = self._folder / "job"
        self._job.write_bytes(cloudpickle.dumps(self.context.job))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.engine.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, scope: schedule.Scope) -> Outcome:
        """All rounds: search the learning rates, measure, recheck the leaders."""
        rates = schedule.first_rates(scope, self.context)
        if scope.tunes:
            for depth in schedule.depths(scope):
                rates |= self._search(scope, depth, rates)
        self.outcome.rates = rates
        self.outcome.judged = self._measure(list(schedule.judgings(scope, rates)))
        if scope.tunes and self.outcome.done:
            self.outcome.rechecked = self._measure(schedule.rechecks(self._leaders(scope), scope, rates))
        if self.outcome.done:
            self.outcome.ceilings = self._measure(schedule.ceilings(scope, rates, self.context.knows))
        if self.outcome.done:
            runs = schedule.truth_runs(scope, self._dissected(scope), rates, self.context.knows_some)
            self.outcome.truth_runs = self._measure(runs)
        if self.outcome.done and scope.labels:
            self.outcome.scarcities = self._measure(schedule.scarcities(scope, rates, self.context.labels))
        return self.outcome

    def _search(self, scope: schedule.Scope, depth: int, rates: schedule.Rates) -> dict[tuple[str, str], float]:
        """Learning rates of one depth, each the one with the lowest loss on held-out training groups."""
        options = schedule.searches(scope, depth, rates)
        self._finish([training for _, _, training in options])
        chosen: dict[tuple[str, str], float] = {}
        losses: dict[tuple[str, str], dict[float, float]] = {}
        titles: dict[tuple[str, str], str] = {}
        for part, rate, training in options:
            key = self.context.key(training)
            if self.store.has(key):
                losses.setdefault((part.output.name, part.name), {})[rate] = self.store.read(key)[0]["held_out_loss"]
                titles[part.output.name, part.name] = arrow_text(part)
        for name, found in losses.items():
            chosen[name] = min(found, key=lambda rate: (found[rate], rate))
            by_rate = {f"{rate:.2g}": loss for rate, loss in found.items()}
            self.outcome.tuning.append(Tuning(titles[name], by_rate, chosen[name]))
        return chosen

    def _measure(self, judgings: list[Judging]) -> list[Judging]:
        self._finish(judgings)
        return [cell for cell in judgings if self.store.has(self.context.key(cell))]

    def _dissected(self, scope: schedule.Scope) -> list[Design]:
        """The designs whose errors are blamed on their stages: all, or where that means to act in a world, two.

        These are the best of those that have stages, and the one that people call staged.
        """
        if not isinstance(self.context.system.judge, ClosedLoop):
            return list(scope.designs)
        chains = [design for design in self._ranked(scope) if len(design.parts) > 1]
        return list(dict.fromkeys([*chains[:1], *(one for one in chains if one.label == "staged")]))

    def _leaders(self, scope: schedule.Scope) -> list[Design]:
        """The two designs with the lowest error at the largest size."""
        return self._ranked(scope)[:2]

    def _ranked(self, scope: schedule.Scope) -> list[Design]:
        """The designs by their error at the largest size, in the first repeat, the lowest first."""
        errors: dict[Design, float] = {}
        for cell in self.outcome.judged:
            if cell.size == scope.sizes[-1] and cell.repeat == 0:
                metric = self.context.system.judge.metrics[0]
                errors[cell.design] = metric.aggregate(records_of(self.context, self.store, cell)[0][metric.name])
        return sorted(errors, key=lambda design: (errors[design], design.key))

    def _finish(self, wanted: Iterable[Cell]) -> None:
        """Have the engine run all cells that `wanted` asks for and the store lacks."""
        cells = self._missing(wanted)
        self._total += len(cells)
        if cells and self._late():
            self.outcome.done = False
            return
        tasks = [
            Task(
                key,
                tuple(self.context.key(n) for n in self.context.needs(cell)),
                execute,
                (self._job, self.store.folder, cell),
            )
            for key, cell in cells.items()
        ]
        outcomes = self.engine.run(tasks)
        for outcome in outcomes:
            self._done += 1
            cell = cells[outcome.key]
            if outcome.error is not None and outcome.because is None:
                self._failed(outcome.key, cell, outcome.error)
            self.listen(self._done, self._total, cell)
            if self._done < self._total and self._late():
                self.outcome.done = False
                outcomes.close()
                return

    def _late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline

    def _missing(self, wanted: Iterable[Cell]) -> dict[str, Cell]:
        """The cells to run, each after those that it needs."""
        found: dict[str, Cell] = {}

        def add(cell: Cell) -> None:
            key = self.context.key(cell)
            if key in found or self.store.has(key):
                return
            for need in self.context.needs(cell):
                add(need)
            found[key] = cell

        for cell in wanted:
            add(cell)
        return found

    def _failed(self, key: str, cell: Cell, error: str) -> None:
        seed = self.context.seed_of(cell) if isinstance(cell, Training) else self.context.seed
        recorded: Mapping[str, object] = self.store.failure(key) or {}
        beside = bool(cell.labels) or (isinstance(cell, Judging) and bool(cell.truths)) or bool(recorded.get("few"))
        self.outcome.failures.append(Failure(cell.title, key, seed, str(recorded.get("error", error)), beside))
        if not recorded:  # the worker died before it could write
            self.store.fail(key, {**described(cell), "key": key, "seed": seed, "error": error})
