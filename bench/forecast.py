"""How good the forecasts of data curves are, against the bars of the design and four other methods, in one run.

    python bench/forecast.py [--lcdb FILE] [--calibration10 FILE --calibration11 FILE] [--only-calibration]

Scores the test half: the data sets of LCDB 1.0 on which the shipped prior was not learnt. Without --lcdb the package
source `lcdb==0.1.0` (68 MB) is fetched once with pip into .cache/. The calibration files are needed for the neural
families alone; --only-calibration scores their first half instead of the test half, with a prior learnt on the second.
Intervals hold 90 of 100 resamplings of data sets.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from forecasting import methods, scores
from forecasting.cases import TIMES, Case, Curves, cases, from_calibration, from_csv
from forecasting.learning import lcdb11, learn, of_case
from forecasting.measure import LARGEST, TARGETS, Columns, forecasts, orders
from forecasting.neural import folds

from endwise.evidence.forecast.outlook import outlook
from endwise.evidence.forecast.prior import Priors, generic, learnt

ROOT = Path(__file__).parents[1]
PACKAGE = "lcdb-0.1.0.tar.gz"
DISTANCES = (*TIMES, LARGEST)
# The bars of the design: figure -> (bar, whether less is better). Coverages are ranges.
BARS_4X = {"median": 0.064, "RMSLE": 0.257}
BARS_LARGEST = {"median": 0.100, "RMSLE": 0.350}
BARS_ORDER = {"AUC": 0.88, "log-loss": 0.265, "accuracy": 0.895, "regret": 0.43}
BARS_TARGET = {0.9: (0.85, 0.49), 0.8: (0.88, 0.37), 0.7: (0.89, 0.28)}
COVERED = {"in 80 %": (0.77, 0.83), "in 90 %": (0.88, 0.92)}
COVERED_NEURAL = (0.75, 0.85)
MORE_IS_BETTER = ("AUC", "accuracy")
MS_A_CURVE = 50.0
OURS = "bank, by family"

Figures = Mapping[str, tuple[float, float, float]]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--lcdb", type=Path, help="the source package lcdb-0.1.0.tar.gz")
    asked.add_argument("--calibration10", type=Path)
    asked.add_argument("--calibration11", type=Path)
    asked.add_argument("--only-calibration", action="store_true")
    given = asked.parse_args()
    began = time.perf_counter()
    priors, scored = _halved(given) if given.only_calibration else _test_half(given.lcdb)
    any_family: Priors = {None: priors[None]}
    counted = len({case.dataset for case in scored})
    print(f"{len(scored):,} curves of {counted} data sets; priors {priors[None].name!r}")
    rivals = {
        "last value": methods.last_value,
        "pow3, bootstrap": methods.pow3,
        "median of laws": methods.laws,
        "Gaussian process": methods.gaussian_process,
        "bank, generic": methods.bank_of_shapes({None: generic()}),
        "bank, any family": methods.bank_of_shapes(any_family),
        OURS: methods.bank_of_shapes(priors),
    }
    print_forecasts({name: forecasts(scored, method) for name, method in rivals.items()})
    together: dict[str, Priors] = {"bank, generic": {None: generic()}, "bank, any family": any_family, OURS: priors}
    print_orders({name: orders(scored, method) for name, method in {**rivals, **together}.items()})
    print_neural(given.calibration10, given.calibration11)
    print_speed(scored)
    print(f"\n{time.perf_counter() - began:.0f} s in all")


def _test_half(package: Path | None) -> tuple[Priors, list[Case]]:
    curves = from_csv(package or _fetched())
    seen = learnt()[None].learnt_on
    kept = ~np.isin(curves.datasets, seen)
    half = Curves(curves.datasets[kept], curves.learners, curves.errors[kept], curves.n_test[kept])
    print(f"Test half of LCDB 1.0: {len(half.datasets)} data sets; the prior has seen {len(seen)} others")
    return learnt(), list(cases(half))


def _halved(given: argparse.Namespace) -> tuple[Priors, list[Case]]:
    """Half of the calibration data sets to score, and a prior learnt on the others: for trying things out."""
    found = list(cases(from_calibration(given.calibration10)))
    datasets = np.random.default_rng(0).permutation(np.unique([case.dataset for case in found]))
    first = set(datasets[: len(datasets) // 2].tolist())
    lessons = [of_case(case) for case in found if case.dataset not in first]
    lessons += [one for one in lcdb11(given.calibration11) if one.dataset not in first]
    print("Calibration half of LCDB 1.0: half of its data sets scored, the prior learnt on the others")
    return learn(lessons, generic()), [case for case in found if case.dataset in first]


def _fetched() -> Path:
    folder = ROOT / ".cache" / "lcdb"
    if not (folder / PACKAGE).exists():
        asked = ["download", "lcdb==0.1.0", "--no-deps", "--dest", str(folder)]
        subprocess.run([sys.executable, "-m", "pip", *asked], check=True)
    return folder / PACKAGE


def print_forecasts(found: Mapping[str, tuple[dict[int | str, Columns], dict[float, Columns]]]) -> None:
    for distance in DISTANCES:
        bars: dict[str, float] = {4: BARS_4X, LARGEST: BARS_LARGEST}.get(distance, {})
        count = len(next(iter(found.values()))[0][distance]["truth"])
        print(f"\nAt {distance if distance == LARGEST else f'{distance}x'} ({count:,} forecasts)")
        for name, (rows, _) in found.items():
            figures = scores.with_intervals(rows[distance], scores.errors_of_median)
            print(f"  {name:18}" + _told(figures) + (_judged(figures, bars) if name == OURS else ""))
    for target in TARGETS:
        print(f"\nTarget: {target} of today's error, reached at 4x")
        for name, (_, reached) in found.items():
            figures = scores.with_intervals(reached[target], scores.probabilities)
            auc, loss = BARS_TARGET[target]
            told = _judged(figures, {"AUC": auc, "log-loss": loss}) if name == OURS else ""
            print(f"  {name:18}" + _told(figures) + told)


def print_orders(found: Mapping[str, Columns]) -> None:
    print(f"\nWho leads at 4x ({len(next(iter(found.values()))['happened']):,} pairs whose errors at n differ)")
    for name, rows in found.items():
        figures = scores.with_intervals(rows, scores.orders)
        print(f"  {name:18}" + _told(figures) + (_judged(figures, BARS_ORDER) if name == OURS else ""))


def print_neural(lcdb10: Path | None, lcdb11_file: Path | None) -> None:
    if lcdb10 is None or lcdb11_file is None:
        print("\nNeural families: skipped, --calibration10 and --calibration11 are not given")
        return
    gathered: dict[str, dict[int | str, list[Columns]]] = {}
    for unseen, related, scored in folds(lcdb10, lcdb11_file):
        banks = {"bank, any family": methods.bank_of_shapes(unseen), OURS: methods.bank_of_shapes(related)}
        for name, method in {"median of laws": methods.laws, **banks}.items():
            for distance, rows in forecasts(scored, method, blurred=True)[0].items():
                gathered.setdefault(name, {}).setdefault(distance, []).append(rows)
    print("\nNeural families (LCDB 1.1's MLP and RealMLP), neither the one scored nor its data sets seen by the prior")
    for distance in DISTANCES:
        for name, parts in gathered.items():
            rows = {key: np.concatenate([part[key] for part in parts[distance]]) for key in parts[distance][0]}
            figures = scores.with_intervals(rows, scores.errors_of_median)
            low, high = COVERED_NEURAL
            holds = "holds" if low <= figures["in 80 %"][0] <= high else "MISSED"
            told = f"  80 % {holds}" if name == OURS else ""
            print(f"  {distance!s:8}{name:18}" + _told(figures) + told)


def print_speed(scored: list[Case]) -> None:
    some = scored[:: max(1, len(scored) // 50)]
    seconds = []
    for case in some:
        began = time.perf_counter()
        outlook([case.curve], at=case.sizes.tolist(), targets=[0.1])
        seconds.append(time.perf_counter() - began)
    ms = 1000 * float(np.median(seconds))
    holds = "holds" if ms < MS_A_CURVE else "MISSED"
    print(f"\nOne curve: {ms:.0f} ms (median of {len(some)}); bar {MS_A_CURVE:.0f} ms {holds}")


def _told(figures: Figures) -> str:
    return "  ".join(f"{name} {value:.3f} ({low:.3f}-{high:.3f})" for name, (value, low, high) in figures.items())


def _judged(figures: Figures, bars: Mapping[str, float]) -> str:
    told = []
    for name, bar in bars.items():
        value = figures[name][0]
        holds = value >= bar if name in MORE_IS_BETTER else value <= bar
        told.append(f"{name} {bar} {'holds' if holds else 'MISSED'}")
    for name, (low, high) in COVERED.items():
        if name in figures:
            told.append(f"{name} {'holds' if low <= figures[name][0] <= high else 'MISSED'}")
    return "\n" + " " * 20 + "bars: " + ", ".join(told)


if __name__ == "__main__":
    main()
