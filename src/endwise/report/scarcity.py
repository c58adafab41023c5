"""What each design does with fewer labels of one signal, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

import numpy as np

from endwise.records import Scarcity, Verdict
from endwise.report.quantities import MISSING, number
from endwise.report.ranking import decimals, ranked
from endwise.report.tables import Row, Table

PARTS = {1: "", 2: "half", 4: "quarter"}


def table(verdict: Verdict) -> Table:
    """The mean error over repeats with all labels, and with a half and a quarter of those of one signal, or of all.

    A signal from which a design does not learn is left empty, and so is what could not be trained.
    """
    by_design = sorted(verdict.scarcities, key=lambda one: one.design)
    found = {name: _errors(list(cells)) for name, cells in groupby(by_design, lambda one: one.design)}
    signals = list(dict.fromkeys(name for one in verdict.scarcities for name in one.labels))
    asked = [("", 1), *((name, part) for name in (*signals, "all") for part in (2, 4))]
    places = decimals(verdict)
    rows = tuple(
        Row(entry.design, tuple(_cell(found[entry.design].get(one), places) for one in asked), entry)
        for entry in ranked(verdict)
        if entry.design in found
    )
    heads = [f"{PARTS[part]} of {name}" if name else "all labels" for name, part in asked]
    unit = f", {verdict.unit}" if verdict.unit else ""
    return Table(f"{verdict.metric_title}{unit}, with fewer labels", ("design", *heads), rows)


def _errors(cells: list[Scarcity]) -> dict[tuple[str, int], float]:
    """Mean errors by the signal whose labels are scarce ("all" for every one, "" for none) and to which part."""
    have = {name: max(one.labels[name] for one in cells) for name in cells[0].labels}
    found: dict[tuple[str, int], float] = {}
    for one in cells:
        parts = {name: _part(have, one.labels, name) for name in have}
        scarce = {name: part for name, part in parts.items() if part > 1}
        error = float(np.nanmean(one.errors))
        if len(scarce) == len(have) and len(set(scarce.values())) == 1:
            found["all", next(iter(scarce.values()))] = error
        if len(scarce) < 2:
            found[next(iter(scarce.items()), ("", 1))] = error
    return found


def _part(have: Mapping[str, int], left: Mapping[str, int], name: str) -> int:
    return next(part for part in PARTS if have[name] // part == left[name])


def _cell(error: float | None, places: int) -> str:
    return MISSING if error is None else number(error, places)
