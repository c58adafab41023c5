"""What is measured of forecasts, and how surely: intervals by resampling data sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

RESAMPLES = 200
Table = Mapping[str, np.ndarray]  # columns of equal length; `dataset` among them


def errors_of_median(rows: Table) -> dict[str, float]:
    """Median and 90th percentile of the relative error, and the root mean square of the log ratio (RMSLE)."""
    gap = rows["median"] - rows["truth"]
    relative = np.abs(np.expm1(gap))
    return {
        "median": float(np.median(relative)),
        "p90": float(np.quantile(relative, 0.9)),
        "RMSLE": float(np.sqrt(np.mean(gap**2))),
        "in 80 %": float(np.mean(rows["in80"])),
        "in 90 %": float(np.mean(rows["in90"])),
    }


def probabilities(rows: Table) -> dict[str, float]:
    """How good stated probabilities are: area under the curve, log-loss, accuracy."""
    p, happened = np.clip(rows["probability"], 1e-3, 1 - 1e-3), rows["happened"].astype(bool)
    loss = -np.mean(np.where(happened, np.log(p), np.log(1 - p)))
    return {
        "AUC": area(rows["probability"], happened),
        "log-loss": float(loss),
        "accuracy": float(np.mean((p > 0.5) == happened)),
        "share": float(np.mean(happened)),
    }


def orders(rows: Table) -> dict[str, float]:
    """The same for who overtakes whom, and the regret of choosing by the expected error, in points of error rate."""
    return {**probabilities(rows), "regret": float(np.mean(rows["regret"]))}


def area(score: np.ndarray, happened: np.ndarray) -> float:
    """The area under the receiver's curve, ties at half (Mann-Whitney)."""
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    yes = int(happened.sum())
    no = len(happened) - yes
    return float((ranks[happened].sum() - yes * (yes + 1) / 2) / (yes * no)) if yes and no else float("nan")


def with_intervals(rows: Table, measure: Callable[[Table], dict[str, float]]) -> dict[str, tuple[float, float, float]]:
    """Each figure with the 90 % interval over data sets drawn with replacement."""
    names, group = np.unique(rows["dataset"], return_inverse=True)
    places = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    chance = np.random.default_rng(0)
    drawn: dict[str, list[float]] = {}
    for _ in range(RESAMPLES):
        picked = np.concatenate([places[at] for at in chance.integers(len(names), size=len(names))])
        for name, value in measure({key: column[picked] for key, column in rows.items()}).items():
            drawn.setdefault(name, []).append(value)
    found = measure(rows)
    ends = {name: np.nanquantile(values, (0.05, 0.95)) for name, values in drawn.items()}
    return {name: (value, float(ends[name][0]), float(ends[name][1])) for name, value in found.items()}
