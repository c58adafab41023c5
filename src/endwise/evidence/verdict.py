"""Weigh measurements into a verdict. Sees records and plain facts, never a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from endwise.evidence.beyond import caveats_ahead, foresee
from endwise.evidence.caveats import FEW_UNITS, caveat
from endwise.evidence.compare import Draws, bootstrap, independent
from endwise.records import Caveat, DesignPoint, Difference, Measurement, Verdict
from endwise.system.judging import Metric

SURE = 0.95  # of the draws must agree before another metric's choice is more than chance


@dataclass(frozen=True)
class Evidence:
    """What was measured, and the facts needed to weigh it.

    `blank` holds, per (design key, size), the point's facts that were not measured (labels, rows, parts);
    `units` the group of each test unit, by size; `rechecks` the measurements with shifted learning rates.
    """

    measurements: Sequence[Measurement]
    rechecks: Sequence[Measurement]
    blank: Mapping[tuple[str, int], DesignPoint]
    metrics: Sequence[Metric]
    units: Mapping[int, np.ndarray]
    seed: int


def weigh(evidence: Evidence, draft: Verdict) -> Verdict:
    """`draft` with everything that follows from the measurements filled in: points, best, caveats."""
    by_size = _by_size(evidence.measurements)
    if not draft.done:  # a size that some designs have not reached yet cannot say which is best
        most = max(len(of_size) for of_size in by_size.values())
        by_size = {size: of_size for size, of_size in by_size.items() if len(of_size) == most}
    deciding = evidence.metrics[0]
    draws = {
        size: bootstrap(
            {key: {m.repeat: m.records[deciding.name] for m in found} for key, found in of_size.items()},
            evidence.units[size], deciding.aggregate, evidence.seed,
        )
        for size, of_size in by_size.items()
    }  # fmt: skip
    points = tuple(
        _point(evidence, by_size[size][key], draws[size], at)
        for size in sorted(by_size)
        for at, key in enumerate(draws[size].designs)
    )
    top = draws[max(draws)]
    best = top.best()
    names = {point.key: point.design for point in points}
    others = sorted((at for at in range(len(top.designs)) if at != best), key=lambda at: float(top.errors[at]))
    flattered = top.selection_bias()
    error, low, high = _within(
        deciding, float(top.errors[best]) + flattered, *(end + flattered for end in top.interval(best, deciding))
    )
    units = evidence.units[max(by_size)]
    ahead = foresee(by_size, draws, deciding, len(units), draft.constant_error)
    verdict = replace(
        draft,
        sizes=tuple(sorted(by_size)),
        designs=points,
        best=names[top.designs[best]],
        best_key=top.designs[best],
        probability_best=top.probability_best(best),
        error=error,
        low=low,
        high=high,
        regret=top.regret(best),
        runner_up=names[top.designs[others[0]]] if others else None,
        differences=tuple(
            Difference(names[top.designs[at]], names[top.designs[best]], *top.difference(at, best)) for at in others
        ),
        test_units=len(np.unique(independent(units))),
        forecast=ahead.outlook,
        worth=ahead.worth,
    )
    found = (*draft.caveats, *_caveats(verdict, evidence), *caveats_ahead(verdict, draws))
    return replace(verdict, caveats=found)


def _by_size(measurements: Sequence[Measurement]) -> dict[int, dict[str, list[Measurement]]]:
    found: dict[int, dict[str, list[Measurement]]] = {}
    for one in measurements:
        found.setdefault(one.size, {}).setdefault(one.key, []).append(one)
    return found


def _point(evidence: Evidence, found: Sequence[Measurement], draws: Draws, at: int) -> DesignPoint:
    deciding = evidence.metrics[0]
    low, high = draws.interval(at, deciding)
    metrics = {m.name: float(np.mean([m.aggregate(one.records[m.name]) for one in found])) for m in evidence.metrics}
    repeats = tuple(deciding.aggregate(one.records[deciding.name]) for one in sorted(found, key=lambda m: m.repeat))
    latency = float(np.median([one.latency_ms for one in found]))
    return replace(
        evidence.blank[found[0].key, found[0].size],
        error=float(draws.errors[at]),
        low=low,
        high=high,
        repeats=repeats,
        metrics=metrics,
        parameters=found[0].parameters,
        still_improving=tuple(sorted({part for one in found for part in one.still_improving})),
        latency_ms=None if np.isnan(latency) else latency,
    )


def _within(metric: Metric, *figures: float) -> tuple[float, ...]:
    """Figures of a metric, none beyond its range: few repeats are spread as far as repeats may vary, and so beyond."""
    return tuple(min(max(one, metric.range[0]), metric.range[1]) for one in figures)


def _caveats(verdict: Verdict, evidence: Evidence) -> list[Caveat]:
    top = [point for point in verdict.designs if point.size == verdict.sizes[-1]]
    found: list[Caveat] = []
    chance = [p.design for p in top if _at_chance(p, verdict.constant_error)]
    if chance:
        shown = _error(verdict.constant_error, verdict)
        found.append(
            caveat("still-at-chance", designs="; ".join(map(_set_off, chance)), constant=shown, size=verdict.sizes[-1])
        )
    if verdict.repeats < 3:
        found.append(caveat("too-few-repeats", repeats=verdict.repeats))
    alone = len(set(evidence.units[verdict.sizes[-1]].astype(str))) == 1
    if alone and not verdict.closed_loop:
        found.append(caveat("single-group", rows=verdict.test_units))
    if verdict.test_units < FEW_UNITS:
        of = "episodes" if verdict.closed_loop else "rows" if alone else "groups of test rows"
        found.append(caveat("test-set-too-small", units=verdict.test_units, of=of, fewest=FEW_UNITS))
    cut = sorted({part for point in top for part in point.still_improving})
    if cut:
        found.append(caveat("still-improving", parts=", ".join(cut)))
    if len(verdict.sizes) == 1:
        found.append(caveat("single-size"))
    found += _other_metrics(verdict, evidence, top)
    return [*found, *_rate_matters(verdict, evidence)]


def _at_chance(point: DesignPoint, constant: float) -> bool:
    """Within two standard errors of the constant answer, or worse (an interval of 95 % spans four)."""
    return bool(point.error + (point.high - point.low) / 2 >= constant)


def _other_metrics(verdict: Verdict, evidence: Evidence, top: Sequence[DesignPoint]) -> list[Caveat]:
    """Metrics by which another design is better, and not by chance."""
    found: list[Caveat] = []
    of_size = _by_size(evidence.measurements)[verdict.sizes[-1]]
    own = next(point for point in top if point.key == verdict.best_key)
    for metric in evidence.metrics[1:]:
        other = min(top, key=lambda point: point.metrics[metric.name])
        if other.metrics[metric.name] >= own.metrics[metric.name]:
            continue
        both = {point.key: {m.repeat: m.records[metric.name] for m in of_size[point.key]} for point in (other, own)}
        draws = bootstrap(both, evidence.units[verdict.sizes[-1]], metric.aggregate, evidence.seed)
        if draws.difference(0, 1)[3] >= SURE:
            error = f"{other.metrics[metric.name]:.3g} against {own.metrics[metric.name]:.3g}"
            facts = {"metric": metric.title, "design": _set_off(other.design), "deciding": verdict.metric_title}
            found.append(caveat("metric-disagrees", error=error, **facts))
    return found


def _rate_matters(verdict: Verdict, evidence: Evidence) -> list[Caveat]:
    """Whether the two leaders change places when each may take the best of three learning rates."""
    deciding, size = evidence.metrics[0], verdict.sizes[-1]
    shifted = {one.key for one in evidence.rechecks}
    first = [m for m in evidence.measurements if m.size == size and m.repeat == 0 and m.key in shifted]
    before: dict[str, float] = {one.key: deciding.aggregate(one.records[deciding.name]) for one in first}
    after = dict(before)
    for one in evidence.rechecks:
        after[one.key] = min(after[one.key], deciding.aggregate(one.records[deciding.name]))
    if not before or min(before, key=before.__getitem__) == min(after, key=after.__getitem__):
        return []
    best = min(after, key=after.__getitem__)
    names = {point.key: point.design for point in verdict.designs}
    return [caveat("learning-rate-matters", design=_set_off(names[best]), error=_error(after[best], verdict))]


def _error(value: float, verdict: Verdict) -> str:
    return f"{value:.3g} {verdict.unit}".strip()


def _set_off(design: str) -> str:
    """A design within a sentence."""
    return f"`{design}`"
