"""Weigh what several systems put out for the same rows. Sees records of a metric, never a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from endwise.evidence.caveats import FEW_UNITS, caveat
from endwise.evidence.compare import Draws
from endwise.evidence.comparison.blocks import draw
from endwise.evidence.comparison.slices import Part, in_slices
from endwise.records import Caveat, Comparison, Gap, Score, SeamBlame
from endwise.system.judging import Metric


@dataclass(frozen=True)
class Output:
    """What one system put out: its file and the metric's records, one a row.

    `signal` is the seam at which the system was given the truth, "" where it ran on its own; `exact` says
    that every prediction is the true value.
    """

    system: str
    file: str
    records: np.ndarray
    signal: str = ""
    exact: bool = False


def weigh(
    outputs: Sequence[Output], units: np.ndarray, parts: Sequence[Part], metric: Metric, draft: Comparison
) -> Comparison:
    """`draft` with everything that follows from the records: scores, differences, slices, blame, caveats.

    `units` (N,) names the group of each row.
    """
    alone = {one.system: one for one in sorted(outputs, key=lambda one: one.system) if not one.signal}
    draws = draw({name: one.records for name, one in alone.items()}, units, metric.aggregate, draft.seed)
    order = np.argsort(draws.errors, kind="stable").tolist()
    scores = tuple(_score(draws, at, alone, metric) for at in order)
    best = order[0]
    gaps = tuple(Gap(draws.designs[at], draws.designs[best], *draws.difference(at, best)) for at in order if at != best)
    ranked = {score.name: alone[score.name].records for score in scores}
    slices, comparisons = in_slices(ranked, units, parts, metric, draft.seed)
    blame = tuple(_blame(alone[one.system], one, units, metric, draft.seed) for one in outputs if one.signal)
    done = replace(
        draft,
        systems=scores,
        differences=gaps,
        slices=slices,
        comparisons=comparisons,
        blame=blame,
        groups=len(np.unique(units)),
    )
    return replace(done, caveats=(*draft.caveats, *_caveats(done, list(alone.values()))))


def _score(draws: Draws, at: int, outputs: Mapping[str, Output], metric: Metric) -> Score:
    name = draws.designs[at]
    low, high = draws.interval(at, metric)
    return Score(
        name, outputs[name].file, float(draws.errors[at]), low, high, draws.probability_best(at), draws.regret(at)
    )


def _blame(alone: Output, given: Output, units: np.ndarray, metric: Metric, seed: int) -> SeamBlame:
    """The system as it is against itself with the truth at a seam."""
    draws = draw({"as it is": alone.records, "given": given.records}, units, metric.aggregate, seed)
    as_is, told = draws.drawn.T
    gone, low, high, _ = draws.difference(0, 1)
    error = float(draws.errors[0])
    shares = ((as_is - told)[as_is > 0] / as_is[as_is > 0]) if error > 0 else np.array([np.nan])
    share_low, share_high = np.quantile(shares, (0.025, 0.975))
    left = float(draws.errors[1]), *draws.interval(1, metric)
    return SeamBlame(
        alone.system, given.signal, given.file, error, *left, gone, low, high,
        gone / error if error > 0 else float("nan"), float(share_low), float(share_high),
    )  # fmt: skip


def _caveats(done: Comparison, outputs: Sequence[Output]) -> list[Caveat]:
    found: list[Caveat] = []
    alone = done.groups == 1
    if alone:
        found.append(caveat("single-group", rows=done.rows))
    units, of = (done.rows, "rows") if alone else (done.groups, "groups of test rows")
    if units < FEW_UNITS:
        found.append(caveat("test-set-too-small", units=units, of=of, fewest=FEW_UNITS))
    if done.left_out:
        found.append(caveat("rows-left-out", count=done.left_out, rows=done.rows + done.left_out))
    exact = [f"`{one.system}`" for one in outputs if one.exact]
    if exact:
        found.append(caveat("equals-truth", systems=", ".join(exact)))
    if any(sum(other.system == one.system for other in done.blame) > 1 for one in done.blame):
        found.append(caveat("blame-not-additive"))
    return found
