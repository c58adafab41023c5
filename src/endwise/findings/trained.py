"""The components that a study trained, each by itself, with what was measured of it."""

from __future__ import annotations

from collections.abc import Sequence

from endwise.deliver.components import Trained
from endwise.errors import listed
from endwise.stores.folder import FolderStore
from endwise.studies.cells import Joint, Judging, Training, arrow_text
from endwise.studies.context import Context
from endwise.studies.execute import model_of


def trained_in(context: Context, store: FolderStore, judged: Sequence[Judging], size: int) -> list[Trained]:
    """Those of the first repeat at `size`; what was trained jointly belongs to its design and is left out."""
    found: dict[Training, Trained] = {}
    for cell in judged:
        if cell.size != size or cell.repeat:
            continue
        stages = store.read(context.key(cell))[0]["stages"]
        for name, one in cell.trainings.items():
            if isinstance(one, Joint) or one in found:
                continue
            before = [arrow_text(part) for part in one.path if part.learns]
            path, rows = listed(before) if before else "", len(context.index(one))
            found[one] = Trained(
                context.key(one), one.component, model_of(context, store, one), path, rows, stages.get(name, {})
            )
    return list(found.values())
