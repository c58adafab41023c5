"""Who leads while a study is under way."""

from __future__ import annotations

import numpy as np

from endwise.stores.folder import FolderStore
from endwise.studies.cells import Cell, Judging
from endwise.studies.execute import records_of
from endwise.studies.prepare import Prepared


class Best:
    """The leading design so far, as cells end: of the largest size that has been judged."""

    def __init__(self, prepared: Prepared, store: FolderStore) -> None:
        self.context, self.store = prepared.context, store
        self.errors: dict[int, dict[str, list[float]]] = {}

    def after(self, cell: Cell) -> str | None:
        """The leader in words once `cell` has ended; None while nothing has been judged."""
        metric = self.context.system.judge.metrics[0]
        if isinstance(cell, Judging) and self._counts(cell):
            records, _ = records_of(self.context, self.store, cell)
            of_size = self.errors.setdefault(cell.size, {})
            of_size.setdefault(cell.design.text, []).append(metric.aggregate(records[metric.name]))
        if not self.errors:
            return None
        error, design = min((float(np.mean(e)), text) for text, e in self.errors[max(self.errors)].items())
        return f"{design}: {error:.3g} {metric.unit_for(self.context.system.wants)}".strip()

    def _counts(self, cell: Judging) -> bool:
        """Whether a design was judged as it is, neither helped by the truth nor short of labels."""
        return not cell.truths and not cell.labels and self.store.has(self.context.key(cell))
