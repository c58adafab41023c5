"""Which designs the labels allow, how each is trained, and which rows each component uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from endwise.data.splits import FEWEST
from endwise.errors import listed
from endwise.learn.together import refusal
from endwise.learn.truth import Truth
from endwise.records import RowUse, Untrainable
from endwise.studies.cells import Joint, Training, arrow_text, takes_predictions
from endwise.studies.context import Context
from endwise.system.components import Component
from endwise.system.designs import Design, Training as Way
from endwise.system.paths import ancestors, taught


def sources(design: Design) -> tuple[str, ...]:
    """The inputs and given signals that a design takes, in order of declaration."""
    taken = {signal.name for part in design.parts for signal in part.inputs}
    return tuple(name for name in design.system.signals if name in taken & design.system.source_names)


def judgeable(designs: Iterable[Design], truth: Truth) -> np.ndarray:
    """Rows on which all of `designs` can be judged: with the output and everything that any of them takes."""
    system = truth.system
    names = {system.wants.name, *(name for design in designs for name in sources(design))}
    return np.logical_and.reduce([truth.has(name) for name in sorted(names)])


def absent(design: Design, truth: Truth) -> str | None:
    """Why no row can even be fed to the design, if so."""
    gone = [name for name in sources(design) if not truth.has(name).any()]
    return f"no row has {listed([repr(name) for name in gone])}" if gone else None


def settle(design: Design, truth: Truth, train: np.ndarray) -> Design | Untrainable:
    """The design, trained in the way that the labels allow, or what it lacks.

    Apart where every learned part has rows with true inputs; else chained. A joint training starts from parts that are
    trained as the system trains them, where that is possible.
    """
    gone = absent(design, truth)
    if gone is not None:
        return Untrainable(design.text, gone)
    joint = design.training == "joint"
    if joint and (refused := refusal(design.parts)):
        return Untrainable(design.text, refused)
    trainings: tuple[Way, ...] = (design.training,) if design.training == "chained" else ("apart", "chained")
    if joint and design.system.training == "chained":  # on true inputs there may be rows, and nothing to learn
        trainings = ("chained", "apart")
    lacks = ""
    for training in trainings:
        chained = training == "chained"
        found = [_lacking(design, chained, part, truth, train) for part in taught(design.parts)]
        if (
            not any(found) and joint
        ):  # beside what the parts start from, rows that teach the last one through all others
            lacks = _lacking(design, True, design.parts[-1], truth, train)
            return Untrainable(design.text, lacks) if lacks else replace(design, starts=training)
        if not any(found):
            return design.trained(training)
        lacks = next(one for one in found if one)
    return Untrainable(design.text, lacks)


def _lacking(design: Design, chained: bool, part: Component, truth: Truth, train: np.ndarray) -> str:
    before = design.parts
    path = ancestors(before, part) if chained and takes_predictions(before, part) else ()
    names = [*_takes(part, path), *(signal.name for signal in part.auxiliary)]  # a few rows may lack these, not all
    count = int(np.logical_and.reduce([truth.has(name)[train] for name in names]).sum())
    if count >= FEWEST:
        return ""
    per_name = listed([f"'{name}' {int(truth.has(name)[train].sum()):,}" for name in names])
    return f"{count:,} training rows for {arrow_text(part)}, of {FEWEST} at least (rows with {per_name})"


def _takes(part: Component, path: Sequence[Component]) -> list[str]:
    made = {one.output.name for one in path}
    taken = {signal.name for one in (*path, part) for signal in one.inputs} - made
    return [part.target.name, *sorted(taken)]


def row_use(context: Context, training: Training) -> RowUse:
    """The rows that one training used at its size, and why the other training rows were not."""
    index = context.index(training)
    sample = context.sample(training.size, training.repeat)
    left = np.setdiff1d(context.job.split.train, index)
    unused: dict[str, int] = {}
    outside = ~np.isin(left, sample)
    if outside.any():
        unused["not in a sample of this size"] = int(outside.sum())
    left = left[~outside]
    if isinstance(training, Joint):
        unteaching = ~context.teaches_any(training)[left]
        reasons = {"no label of any stage": int(unteaching.sum()), "of groups held out": int((~unteaching).sum())}
        unused |= {why: count for why, count in reasons.items() if count}
        return RowUse(training.trained, len(index), unused, 0, len(np.unique(context.units[index].astype(str))))
    for name in _takes(training.component, training.path):
        lacking = ~context.truth.has(name)[left]
        if lacking.any():
            unused[f"no '{name}'"] = int(lacking.sum())
            left = left[~lacking]
    made = int(context.truth.derived(training.component.target.name)[index].sum())
    units = len(np.unique(context.units[index].astype(str)))
    mode = " [chained]" if training.path else ""
    return RowUse(arrow_text(training.component) + mode, len(index), unused, made, units)
