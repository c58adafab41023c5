"""From a system, rows and options to a study that is ready to run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from endwise.data import splits
from endwise.data.rows import Rows
from endwise.errors import LabelsError, UsageError, listed
from endwise.learn.model import Network
from endwise.learn.trainer import Recipe
from endwise.learn.truth import Truth
from endwise.records import Untrainable
from endwise.studies.cells import Cell, Training
from endwise.studies.context import Context, Job
from endwise.studies.schedule import Scope, ceilings, cost, first_rates, judgings, scarcities
from endwise.studies.trainable import judgeable, settle
from endwise.system.components import Learned
from endwise.system.designs import Design, Training as Way, choose
from endwise.system.graph import System

QUICK_PATIENCE = 4  # for all designs alike; saves a quarter of the steps for about 5 % more error


@dataclass(frozen=True)
class Options:
    """What a study is asked to do. Each has the default of `study`."""

    sizes: Sequence[int] = ()
    repeats: int | None = None
    designs: Sequence[str] = ()
    training: Sequence[Way] = ()  # none: the system's own
    quick: bool = False
    workers: int | None = None
    seed: int = 0
    budget: float | None = None
    device: str = "cpu"
    examples: bool = True
    labels: bool = False
    command: str = ""


@dataclass(frozen=True)
class Prepared:
    """A study that is ready to run."""

    context: Context
    scope: Scope
    untrainable: tuple[Untrainable, ...]
    forced: tuple[str, ...]  # designs that cannot be trained apart


def prepare(system: System, rows: Rows, options: Options, saved: Path) -> Prepared:
    """Settle designs, hold out test groups, fix sizes and repeats. Nothing is written.

    `saved` is where workers will find the rows. Raises LabelsError when no design can be trained,
    RowsError when there is nothing to hold out, UsageError for sizes that the rows do not reach and for
    options that no study can have.
    """
    _check(options)
    truth = Truth(system, rows)
    wanted = [d.trained(t) for d in choose(system, options.designs) for t in _trainings(d, options)]
    everything = np.arange(len(rows))
    settled = [settle(design, truth, everything) for design in wanted]
    usable = [one for one in settled if isinstance(one, Design)]
    if not usable:
        raise _no_design(system, rows, settled)
    split = splits.split(rows, judgeable(usable, truth), options.seed)
    settled = [settle(design, truth, split.train) for design in wanted]
    designs = tuple(dict.fromkeys(one for one in settled if isinstance(one, Design)))
    if not designs:
        raise _no_design(system, rows, settled)
    for part in dict.fromkeys(part for design in designs for part in design.parts):
        if isinstance(part, Learned) and part.encoder is not None:
            Network(part)  # whether it can be built to read as another does is known before any training
    context = Context(
        Job(
            system,
            saved.absolute(),
            split,
            options.seed,
            Recipe(patience=QUICK_PATIENCE) if options.quick else Recipe(),
            options.device,
            options.quick,
        ),
        rows,
    )
    repeats = options.repeats or (2 if options.quick else 3)
    scope = Scope(designs, _sizes(options, context), repeats, tunes=not options.quick, labels=options.labels)
    forced = [
        one.text
        for asked, one in zip(wanted, settled, strict=True)
        if isinstance(one, Design) and one.training != asked.training
    ]
    return Prepared(context, scope, tuple(one for one in settled if isinstance(one, Untrainable)), tuple(forced))


def _check(options: Options) -> None:
    """Refuse what would be read as something else, or fail cell by cell."""
    for name, value, least in (("repeats", options.repeats, 1), ("workers", options.workers, 0)):
        if value is not None and value < least:
            raise UsageError(
                f"A study with {name} {value} was asked for.",
                f"The least is {least}.",
                "With fewer nothing would be measured.",
                f"Leave --{name} out, or give {least} or more.",
            )
    kind = options.device.split(":")[0]
    if kind not in ("cpu", "cuda", "mps") or (kind == "cuda" and not torch.cuda.is_available()):
        raise UsageError(
            f"Networks were to be trained on the device '{options.device}'.",
            f"torch {torch.__version__} finds {'cpu and cuda' if torch.cuda.is_available() else 'cpu, and no cuda'}.",
            "A device has to be there for every training.",
            "Leave --device out, or install a torch that knows the device.",
        )


def _trainings(design: Design, options: Options) -> Sequence[Way]:
    """The ways to train a design: those asked for, where they differ for it."""
    if design.training != "apart" or not design.has_learned_seam:
        return (design.training,)
    return tuple(options.training) or (design.system.training,)


def _no_design(system: System, rows: Rows, settled: Sequence[Design | Untrainable]) -> LabelsError:
    lacks = [f"  {one.design}: {one.lacks}" for one in settled if isinstance(one, Untrainable)]
    counts = listed([f"{name} {int(rows.has(name).sum()):,}" for name in system.signals if rows.has(name).any()])
    return LabelsError(
        f"A study of '{system.name}' was asked for.",
        " ".join([f"Rows: {len(rows):,}, with: {counts}.", *rows.notes]),
        "No design can be trained on these labels:\n" + "\n".join(lacks[:12]),
        "Add rows with the labels that one of the designs lacks.",
    )


def _sizes(options: Options, context: Context) -> tuple[int, ...]:
    sizes = tuple(sorted(set(options.sizes))) or splits.sizes_for(context.most, quick=options.quick)
    wrong = [size for size in sizes if not splits.FEWEST <= size <= context.most]
    if wrong and options.sizes:
        raise UsageError(
            f"The sizes {listed([f'{size:,}' for size in sizes])} were asked for.",
            f"The training rows with the wanted output number {context.most:,}.",
            f"A size counts such rows: at least {splits.FEWEST}, at most all of them.",
            f"Leave out {listed([f'{size:,}' for size in wrong])}.",
        )
    return sizes


def cells_of(prepared: Prepared) -> dict[str, Cell]:
    """Every cell of the study by key, at the recipe's learning rates."""
    context, scope = prepared.context, prepared.scope
    found: dict[str, Cell] = {}

    def add(cell: Cell) -> None:
        if context.key(cell) not in found:
            found[context.key(cell)] = cell
            for need in context.needs(cell):
                add(need)

    rates = first_rates(scope, context)
    for cell in (*judgings(scope, rates), *ceilings(scope, rates, context.knows)):
        add(cell)
    for cell in scarcities(scope, rates, context.labels) if scope.labels else ():
        add(cell)
    return found


def estimate(prepared: Prepared, done: Callable[[str], bool] = lambda key: False) -> float:
    """A rough guess of the CPU seconds that the trainings take which are not `done`, by key."""
    cells = (cell for key, cell in cells_of(prepared).items() if isinstance(cell, Training) and not done(key))
    total = sum(cost(cell, len(prepared.context.index(cell))) for cell in cells)
    return total * (1.5 if prepared.scope.tunes else 1.0)  # the search of learning rates adds about half
