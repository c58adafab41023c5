"""Slices: whether the order of the systems turns among some of the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from endwise.evidence.compare import Draws
from endwise.evidence.comparison.blocks import draw
from endwise.records import Gap, Slice, SliceScore
from endwise.system.judging import Metric

FEWEST = 20  # groups; under that a slice says more about who happens to be in it
LEVEL = 0.05  # over all comparisons together


@dataclass(frozen=True)
class Part:
    """Some of the rows: those whose `column` has this value. `rows` holds their places."""

    column: str
    value: str
    rows: np.ndarray


def in_slices(
    systems: Mapping[str, np.ndarray], units: np.ndarray, parts: Sequence[Part], metric: Metric, seed: int
) -> tuple[tuple[Slice, ...], int]:
    """Every part with each system's error, and how many comparisons were looked at. `systems` stand best first.

    A system is ahead of the overall best in a slice when the paired interval says so after Bonferroni
    widening (Dunn 1961): estimate and z times the bootstrap's standard error, with z for
    LEVEL / comparisons, since a thousand draws do not reach so far into the tails. A part with nothing to judge (no
    known person among strangers) is passed over, as one of few groups is.
    """
    counts = [len(np.unique(units[part.rows])) for part in parts]
    judged = [
        count >= FEWEST and not any(np.isnan(metric.aggregate(one[part.rows])) for one in systems.values())
        for part, count in zip(parts, counts, strict=True)
    ]
    comparisons = sum(judged) * (len(systems) - 1)
    reach = NormalDist().inv_cdf(1 - LEVEL / 2 / max(comparisons, 1))
    slices = []
    for part, count, enough in zip(parts, counts, judged, strict=True):
        bare = Slice(part.column, part.value, len(part.rows), count)
        if not enough:
            slices.append(bare)
            continue
        records = {name: one[part.rows] for name, one in systems.items()}
        slices.append(_judged(bare, draw(records, units[part.rows], metric.aggregate, seed), metric, reach))
    return tuple(slices), comparisons


def _judged(bare: Slice, draws: Draws, metric: Metric, reach: float) -> Slice:
    names = draws.designs
    scores = tuple(
        SliceScore(name, float(draws.errors[at]), *draws.interval(at, metric)) for at, name in enumerate(names)
    )
    gaps = tuple(_gap(draws, at, reach) for at in range(1, len(names)))
    ahead = tuple(gap.system for gap in gaps if gap.high < 0)
    return Slice(bare.column, bare.value, bare.rows, bare.groups, scores, gaps, ahead)


def _gap(draws: Draws, at: int, reach: float) -> Gap:
    """One system against the one that is best on all rows, with the widened interval."""
    difference, _, _, better = draws.difference(at, 0)
    half = reach * float(np.std(draws.drawn[:, at] - draws.drawn[:, 0]))
    return Gap(draws.designs[at], draws.designs[0], difference, difference - half, difference + half, better)
