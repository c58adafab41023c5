"""The errors looked at more closely: among which rows, at which stage, at which threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from endwise.data.predictions.slicing import cut
from endwise.evidence.ceilings import Cut, ceilings
from endwise.evidence.comparison.slices import Part, in_slices
from endwise.judge.open_set import curve
from endwise.records import Caveat, Ceiling, Measurement, Slice, Stage, TradeOff, Verdict
from endwise.stores.folder import FolderStore
from endwise.studies.cells import Judging
from endwise.studies.context import Context
from endwise.studies.execute import answers_of, records_of
from endwise.system.components import Component
from endwise.system.graph import System
from endwise.system.judging import Metric
from endwise.system.paths import Path, ancestors
from endwise.system.signals import Category

MOST_LEVELS = 200  # thresholds that a trade-off is drawn at


def slices_of(
    context: Context, verdict: Verdict, measurements: Sequence[Measurement], seed: int
) -> tuple[tuple[Slice, ...], int]:
    """Each slice that the system declares, with every design's error at the largest size, the best first.

    A design's records are those of its first repeat: errors of one training, so that they pair row by row.
    """
    parts = [part for slicing in context.system.slices for part in _parts(context, slicing.title)]
    if not parts:
        return (), 0
    (metric, *others), size = context.system.judge.metrics, verdict.sizes[-1]
    order = [
        p.key for p in sorted(verdict.designs, key=lambda p: (p.key != verdict.best_key, p.error)) if p.size == size
    ]
    first = {one.key: one for one in measurements if one.size == size and one.repeat == 0}
    records = {first[key].design: first[key].records for key in order if key in first}
    units = context.system.judge.units(context.units[context.test])
    deciding = {design: of[metric.name] for design, of in records.items()}
    slices, comparisons = in_slices(deciding, units, parts, metric, seed)
    return tuple(
        _by_others(one, part.rows, others, records) for one, part in zip(slices, parts, strict=True)
    ), comparisons


def _by_others(
    one: Slice, rows: np.ndarray, others: Sequence[Metric], records: Mapping[str, Mapping[str, np.ndarray]]
) -> Slice:
    """The slice with each design's figures by the metrics that do not decide, where these have anything to judge."""
    scores = [
        replace(
            score, beside={other.name: other.aggregate(records[score.system][other.name][rows]) for other in others}
        )
        for score in one.scores
    ]
    held = [
        replace(one, beside={name: figure for name, figure in one.beside.items() if figure == figure}) for one in scores
    ]
    return replace(one, scores=tuple(held))


def _parts(context: Context, title: str) -> list[Part]:
    """The slices of one declared slicing, over the test rows that carry its signal."""
    slicing = next(one for one in context.system.slices if one.title == title)
    carried = np.flatnonzero(context.truth.has(slicing.of.name)[context.test])
    if not len(carried):
        return []
    values = context.truth.take(slicing.of.name, context.test[carried])
    cells = [slicing.of.show(one) for one in values] if slicing.of.kind == "category" else list(values)
    if slicing.using is not None:
        cells = list(slicing.using(values))
    found = [Part(title, name, carried[rows]) for name, rows in cut([_plain(one) for one in cells]).items()]
    order = slicing.of.values if isinstance(slicing.of, Category) and slicing.using is None else ()
    return sorted(found, key=lambda part: order.index(part.value) if order else 0)


def _plain(cell: object) -> object:
    return cell.item() if isinstance(cell, np.generic) else cell


def stages_of(context: Context, store: FolderStore, judged: Sequence[Judging]) -> tuple[Stage, ...]:
    """How far the stages of these designs are from the truth; what several designs share is told once."""
    found: dict[str, Stage] = {}
    for cell in judged:
        told = store.read(context.key(cell))[0]["stages"]
        for part in cell.design.parts:
            if part.output.name in told:
                path = _path(context.system, (*ancestors(cell.design.parts, part), part))
                found.setdefault(path, Stage(path, part.output.name, unit=_unit(part), **told[part.output.name]))
    return tuple(found.values())


def _told(cell: Judging) -> Component:
    """The part of a cut to which the true values are handed."""
    return next(part for part in cell.parts if set(cell.truths) <= {signal.name for signal in part.inputs})


def _layered(system: System, parts: Path, told: Sequence[str]) -> str:
    """What runs from what is `told` on, in layers as a design is written."""
    depth: dict[str, int] = {}
    layers: dict[int, list[str]] = {}
    starts = [*told, *(s.name for part in parts for s in part.inputs if s.name in _inputs(system))]
    for name in dict.fromkeys(starts):
        depth[name] = 0
        layers.setdefault(0, []).append(name)
    for part in parts:
        at = 1 + max((depth[signal.name] for signal in part.inputs if signal.name in depth), default=0)
        depth[part.output.name] = at
        layers.setdefault(at, []).append(_word(system, part))
    return " -> ".join(", ".join(layers[at]) for at in sorted(layers))


def _inputs(system: System) -> set[str]:
    return {signal.name for signal in system.inputs}


def _word(system: System, part: Component) -> str:
    """The signal that a part makes, with the maker where there are several."""
    several = len(system.makers[part.output.name]) > 1
    return f"{part.output.name}:{part.name}" if several else part.output.name


def _path(system: System, parts: Path) -> str:
    """The way from the inputs through these parts."""
    start = [signal.name for signal in parts[0].inputs if signal.name not in system.given_names]
    return " -> ".join([", ".join(start), *(_word(system, part) for part in parts)])


def ceilings_of(
    context: Context, store: FolderStore, judged: Sequence[Judging], seed: int
) -> tuple[tuple[Ceiling, ...], tuple[Caveat, ...]]:
    """What is left with true values put in, the lowest error first; and the signals that are missing."""
    system, judge = context.system, context.judge(largest=True)
    by_key: dict[str, list[Judging]] = {}
    for cell in judged:
        by_key.setdefault(context.key(cell), []).append(cell)
    cuts = [
        Cut(
            path=_layered(system, cells[0].parts, cells[0].truths),
            truths=cells[0].truths,
            makes=_told(cells[0]).output.name,
            after=tuple(part.identity() for part in cells[0].parts if part is not _told(cells[0])),
            designs=tuple(dict.fromkeys(cell.design.text for cell in cells)),
            records=records_of(context, store, cells[0])[0][judge.metrics[0].name],
        )
        for cells in by_key.values()
    ]
    unit = judge.metrics[0].unit_for(system.wants)
    groups = judge.units(context.units[context.test])
    found, missing = ceilings(cuts, groups, judge.metrics[0], unit, seed)
    return tuple(sorted(found, key=lambda one: one.error)), missing


def _unit(part: Component) -> str:
    """The unit of the signal's own distance: a box's is a share."""
    return "" if part.output.kind in ("box", "category", "symbols", "text", "posteriors") else part.output.unit


def trade_offs_of(context: Context, store: FolderStore, judged: Sequence[Judging]) -> tuple[TradeOff, ...]:
    """For designs that identify people: missed people against strangers let through, at every threshold."""
    if context.system.wants.kind != "identity":
        return ()
    true = context.truth.take(context.system.wants.name, context.test)
    found = []
    for cell in judged:
        drawn = curve(answers_of(context, store, cell), true)
        steps = np.unique(np.linspace(0, len(drawn.thresholds) - 1, MOST_LEVELS).round().astype(int))[::-1]
        through, missed = (np.round(one[steps], 5).tolist() for one in (drawn.let_through, drawn.missed))
        found.append(TradeOff(cell.design.text, tuple(through), tuple(missed)))
    return tuple(found)
