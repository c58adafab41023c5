"""Which stage is to blame for a design's errors: from the study's runs with true values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from endwise.evidence.blame import STAGE, Run, blame, unseen
from endwise.records import Blame, Measurement
from endwise.stores.folder import FolderStore
from endwise.studies.cells import Judging, takes_predictions
from endwise.studies.context import Context
from endwise.studies.execute import records_of
from endwise.system.designs import Design
from endwise.system.judging import ClosedLoop


def blames_of(
    context: Context, store: FolderStore, judged: Sequence[Judging], runs: Sequence[Judging], seed: int
) -> tuple[Blame, ...]:
    """What each of the `runs` says, design by design in the order of `judged`, from the input side on.

    `judged` are the designs as they are, at the largest size, in the first repeat.
    """
    judge = context.judge(largest=True)
    metric, units = judge.metrics[0], judge.units(context.units[context.test])
    records = {cell.design: records_of(context, store, cell)[0][metric.name] for cell in judged}
    order = list(records)
    found: list[Blame] = []
    whole = [one for one in runs if one.design in records]  # a design that failed as it is has nothing to go away
    for cell in sorted(whole, key=lambda one: (order.index(one.design), _place(one))):
        signal = cell.design.parts[_place(cell)].output.name
        rivals = {
            other.text: kept
            for other, kept in records.items()
            if signal not in {part.output.name for part in other.parts}
        }
        told = np.ones(len(units), bool) if isinstance(judge, ClosedLoop) else context.told(cell.truths)
        run = Run(
            cell.design.text, signal, cell.truths, records_of(context, store, cell)[0][metric.name], told,
            settled=_settled(cell),
        )  # fmt: skip
        one = blame(run, records[cell.design], rivals, units, metric, seed)
        found.append(replace(one, untried=_untried(cell, order)) if one.finding == STAGE else one)
    return tuple(found)


def unseen_of(
    context: Context, measurements: Sequence[Measurement], designs: Sequence[Design], seed: int
) -> list[Blame]:
    """Where the study holds the same parts trained apart and chained: what the latter brings, at the largest size.

    Over all repeats, since what differs is the training.
    """
    judge, largest = context.judge(largest=True), max(one.size for one in measurements)
    metric, units = judge.metrics[0], judge.units(context.units[context.test])
    records: dict[str, dict[int, np.ndarray]] = {}
    for one in measurements:
        if one.size == largest:
            records.setdefault(one.key, {})[one.repeat] = one.records[metric.name]
    found: list[Blame | None] = []
    for design in designs:
        other = design.trained("chained")
        if design.training == "apart" and design.key in records and other.key in records:
            apart, chained = ((one.text, records[one.key]) for one in (design, other))
            found.append(unseen(_first_predicted(design), apart, chained, units, metric, seed))
    return [one for one in found if one is not None]


def _first_predicted(design: Design) -> str:
    """The first signal on the way that a learned part takes from a prediction."""
    for at, part in enumerate(design.parts):
        taken = {signal.name for signal in part.inputs} if part.learns else set()
        for earlier, maker in enumerate(design.parts[:at]):
            predicted = maker.start != "fixed" or takes_predictions(design.parts[:earlier], maker)
            if maker.output.name in taken and predicted:
                return maker.output.name
    raise AssertionError(f"{design.text} has no learned seam")


def _untried(cell: Judging, studied: Sequence[Design]) -> str:
    """The same design trained chained, where parts after the seam learnt from true values and it was not studied."""
    chained = cell.design.trained("chained")
    learns = any(part.learns for part in cell.design.parts[_place(cell) + 1 :])
    known = cell.design.training != "apart" or chained in studied
    return "" if known or not learns or not cell.design.has_learned_seam else chained.text


def _place(cell: Judging) -> int:
    """Where the last signal whose truth is put in is made."""
    made = [part.output.name for part in cell.design.parts]
    return max(made.index(name) for name in cell.truths)


def _settled(cell: Judging) -> bool:
    """Whether nothing that was made before the seam is still made from predictions."""
    design: Design = cell.design
    before = {part.output.name for part in design.parts[: _place(cell) + 1]}
    return not before & {part.output.name for part in cell.parts}
