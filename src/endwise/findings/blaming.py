"""Which stage is to blame for a design's errors: from the study's runs with true values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from endwise.evidence.blame import Run, blame
from endwise.records import Blame
from endwise.stores.folder import FolderStore
from endwise.studies.cells import Judging
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
        found.append(blame(run, records[cell.design], rivals, units, metric, seed))
    return tuple(found)


def _place(cell: Judging) -> int:
    """Where the last signal whose truth is put in is made."""
    made = [part.output.name for part in cell.design.parts]
    return max(made.index(name) for name in cell.truths)


def _settled(cell: Judging) -> bool:
    """Whether nothing that was made before the seam is still made from predictions."""
    design: Design = cell.design
    before = {part.output.name for part in design.parts[: _place(cell) + 1]}
    return not before & {part.output.name for part in cell.parts}
