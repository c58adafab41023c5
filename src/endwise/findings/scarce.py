"""What each design does with fewer labels, as records: with all of them, and with a half and a quarter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from endwise.evidence.compare import bootstrap
from endwise.records import Scarcity
from endwise.stores.folder import FolderStore
from endwise.studies.cells import Judging
from endwise.studies.context import Context
from endwise.studies.execute import records_of


def scarcities_of(
    context: Context, store: FolderStore, top: Sequence[Judging], scarce: Sequence[Judging], seed: int
) -> tuple[Scarcity, ...]:
    """The errors of the judgings `top`, at the largest size with all labels, and of those with `scarce` labels.

    Of a design only those signals count whose labels change what it is trained on: else its cell is the same.
    """
    if not scarce:
        return ()
    whole = {(cell.design, cell.repeat): context.key(cell) for cell in top}
    moved: dict[object, set[str]] = {}
    for cell in scarce:
        if len(cell.labels) == 1 and context.key(cell) != whole.get((cell.design, cell.repeat)):
            moved.setdefault(cell.design, set()).add(cell.labels[0][0])
    found: dict[tuple[object, tuple[tuple[str, int], ...]], dict[int, Judging]] = {}
    for cell in (*top, *scarce):
        names = [name for name in context.labels if name in moved.get(cell.design, ())]
        left = {**context.labels, **dict(cell.labels)}
        labels = tuple((name, left[name]) for name in names)
        if labels:
            found.setdefault((cell.design, labels), {}).setdefault(cell.repeat, cell)
    return tuple(_scarcity(context, store, dict(labels), cells, seed) for (_, labels), cells in found.items())


def _scarcity(
    context: Context, store: FolderStore, labels: dict[str, int], cells: dict[int, Judging], seed: int
) -> Scarcity:
    metric, some = context.system.judge.metrics[0], next(iter(cells.values()))
    records = {repeat: records_of(context, store, cell)[0][metric.name] for repeat, cell in cells.items()}
    units = context.judge(some.largest).units(context.units[context.test])
    draws = bootstrap({some.design.text: records}, units, metric.aggregate, seed)
    errors = np.full(1 + max(records), np.nan)
    for repeat, one in records.items():
        errors[repeat] = metric.aggregate(one)
    spread = float(draws.test_sd[0] / draws.errors[0]) if draws.errors[0] > 0 else 0.0
    return Scarcity(some.design.text, labels, tuple(errors.tolist()), spread)
