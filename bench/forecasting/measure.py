"""Forecasts of many cases as tables: single curves, who overtakes whom, and targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from endwise.evidence.forecast.joint import draw
from endwise.evidence.forecast.prior import Priors
from endwise.evidence.forecast.sobol import normal_strata
from forecasting.cases import TIMES, Case
from forecasting.methods import Method

Columns = dict[str, np.ndarray]
LARGEST = "largest"
TARGETS = (0.9, 0.8, 0.7)  # of today's error
AHEAD = 4  # times n: where orders and targets are scored


def distances(case: Case) -> dict[int | str, int]:
    """The places of 2x, 4x, 8x, 16x and the largest size (if 4x or more) among a case's later sizes."""
    found: dict[int | str, int] = {}
    for times in TIMES:
        near = np.flatnonzero(np.abs(case.times / times - 1) < 0.02)
        if len(near):
            found[times] = int(near[0])
    if case.times[-1] > 3.9:
        found[LARGEST] = len(case.times) - 1
    return found


def forecasts(
    cases: Iterable[Case], method: Method, blurred: bool = False
) -> tuple[dict[int | str, Columns], dict[float, Columns]]:
    """Per distance the forecasts (logs), and per target the probabilities that it is reached at 4x.

    `blurred` adds the truth's own standard error to the draws: what is forecast is then the mean that was measured.
    """
    rows: dict[int | str, list[tuple[float, ...]]] = defaultdict(list)
    reached: dict[float, list[tuple[float, ...]]] = defaultdict(list)
    for case in cases:
        drawn = method(case.curve, case.sizes)
        if blurred:
            luck = np.random.default_rng(0).permutation(normal_strata(len(drawn)))
            drawn = drawn + luck[:, None] * case.truth_sd
        low90, low80, median, high80, high90 = np.quantile(drawn, (0.05, 0.1, 0.5, 0.9, 0.95), axis=0)
        truth = np.log(case.truth)
        for distance, at in distances(case).items():
            in80, in90 = low80[at] <= truth[at] <= high80[at], low90[at] <= truth[at] <= high90[at]
            rows[distance].append((case.dataset, median[at], truth[at], in80, in90))
            if distance == AHEAD:
                for target in TARGETS:
                    wanted = np.log(target * case.curve.mean[-1])
                    reached[target].append((case.dataset, share(drawn[:, at] <= wanted), truth[at] <= wanted))
    return (
        {key: _columns(found, ("dataset", "median", "truth", "in80", "in90")) for key, found in rows.items()},
        {key: _columns(found, ("dataset", "probability", "happened")) for key, found in reached.items()},
    )


def orders(cases: Iterable[Case], method: Method | Priors) -> Columns:
    """Every pair of learners on a data set whose errors at n differ: does the one behind lead at 4x?

    `Priors` stand for the bank with all learners of a data set drawn jointly; a method forecasts each alone.
    """
    rows: list[tuple[float, ...]] = []
    for group in together(cases).values():
        truth = [float(case.truth[distances(case)[AHEAD]]) for case in group]
        drawn = _drawn(group, method)
        means = [float(np.mean(np.exp(one))) for one in drawn]
        for a in range(len(group)):
            for b in range(a):
                now = [float(group[at].curve.mean[-1]) for at in (a, b)]
                if now[0] != now[1]:
                    ahead, behind = (a, b) if now[0] < now[1] else (b, a)
                    p = share(drawn[behind] < drawn[ahead])
                    chosen = behind if means[behind] < means[ahead] else ahead
                    lost = 100 * (truth[chosen] - min(truth[a], truth[b]))
                    rows.append((group[a].dataset, p, truth[behind] < truth[ahead], lost))
    return _columns(rows, ("dataset", "probability", "happened", "regret"))


def together(cases: Iterable[Case]) -> dict[tuple[int, int], list[Case]]:
    """The learners that were measured on the same data set up to the same n, and at 4x."""
    groups: dict[tuple[int, int], list[Case]] = defaultdict(list)
    for case in cases:
        if AHEAD in distances(case):
            groups[case.dataset, case.n].append(case)
    return groups


def _drawn(group: Sequence[Case], method: Method | Priors) -> list[np.ndarray]:
    n = AHEAD * group[0].n
    if isinstance(method, Mapping):
        return [np.log(one.errors([n])[:, 0]) for one in draw([case.curve for case in group], method)]
    chance = np.random.default_rng(0)  # the rivals' draws are independent of each other, unless bootstrapped together
    found = [method(case.curve, np.array([n]))[:, 0] for case in group]
    return found if getattr(method, "paired", False) else [chance.permutation(one) for one in found]


def share(true: np.ndarray) -> float:
    return float((np.count_nonzero(true) + 0.5) / (len(true) + 1))


def _columns(rows: Sequence[tuple[float, ...]], names: Sequence[str]) -> Columns:
    table = np.array(rows, dtype=float)
    return {name: table[:, at] for at, name in enumerate(names)}
