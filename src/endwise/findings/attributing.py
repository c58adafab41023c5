"""Which seam each mistake of a design goes to: from the study's runs with true values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from endwise.evidence.attribution import Steps, attribute, own_errors
from endwise.records import Attribution
from endwise.stores.folder import FolderStore
from endwise.studies.cells import Judging
from endwise.studies.context import FEWEST_TOLD, Context
from endwise.studies.execute import records_of
from endwise.studies.schedule import seams, truth_steps
from endwise.system.judging import ClosedLoop


def attributions_of(
    context: Context, store: FolderStore, judged: Sequence[Judging], runs: Sequence[Judging]
) -> tuple[Attribution, ...]:
    """One for each design whose runs up to every seam are there, in the order of `judged`.

    `judged` are the designs as they are, at the largest size, in the first repeat.
    """
    by_truths = {(run.design, run.truths): run for run in runs}
    closed = isinstance(context.system.judge, ClosedLoop)
    found: list[Attribution | None] = []
    for cell in judged:
        names = seams(cell.design, context.knows_some)
        needed = [(cell.design, truths) for truths in truth_steps(cell.design, context.knows_some)]
        if names and all(one in by_truths for one in needed):
            steps = _steps(context, store, cell, names, [by_truths[one] for one in needed])
            found.append(attribute(steps, "" if closed else context.system.wants.kind, FEWEST_TOLD))
    return tuple(one for one in found if one is not None)


def _steps(context: Context, store: FolderStore, cell: Judging, names: Sequence[str], runs: Sequence[Judging]) -> Steps:
    judge = context.judge(largest=True)
    closed = isinstance(judge, ClosedLoop)
    groups = context.units[context.test]
    as_it_is = _errors(context, store, cell)
    told = [np.ones(len(as_it_is), bool) if closed else context.told(run.truths) for run in runs]
    with_truth = np.full((len(runs), len(as_it_is)), np.nan)
    for at, run in enumerate(runs):
        with_truth[at, told[at]] = _errors(context, store, run)
    ids = judge.units(groups) if closed else context.rows.ids[context.test]
    truths = [run.truths for run in runs]
    return Steps(cell.design.text, names, truths, ids, as_it_is, with_truth, np.logical_and.reduce(told))


def _errors(context: Context, store: FolderStore, cell: Judging) -> np.ndarray:
    """Each unit's own error, by the metric that decides."""
    metric = context.judge(largest=True).metrics[0]
    return own_errors(records_of(context, store, cell)[0][metric.name], metric)
