"""Cases from the Learning Curve Database (LCDB): what is observed of a curve, and what came after.

LCDB 1.0 (Mohr, Viering, Loog & van Rijn 2022, MIT): 20 learners on OpenML data sets at half-octave sizes, 25 replicates
= 5 outer (test) x 5 inner (train) splits. Observed are sizes up to n with the 5 replicates on the diagonal (each outer
and each inner split once); the truth is the mean of the other 20.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.csv as csv

from endwise.evidence.forecast.curve import DataCurve
from forecasting.learners import FAMILY

ANCHORS = np.array([int(2 ** (4 + half / 2)) for half in range(33)])
OBSERVED = np.arange(5) * 6  # of 25 replicates: outer = inner
OTHERS = np.setdiff1d(np.arange(25), OBSERVED)
STARTS = (256, 512, 1024, 2048)
TIMES = (2, 4, 8, 16)
FEWEST_SEEN, FEWEST_TRUE = 3, 10  # replicates that a size needs, of the 5 and of the 20
MISSING = 65535  # in the calibration files


@dataclass(frozen=True)
class Curves:
    """`errors` (datasets, learners, anchors, replicates), NaN where missing; `n_test` (datasets,) counts test rows."""

    datasets: np.ndarray
    learners: tuple[str, ...]
    errors: np.ndarray
    n_test: np.ndarray


@dataclass(frozen=True)
class Case:
    """A curve up to n, and its true errors at later sizes; `times` is size / n. `last` is the place of the largest."""

    dataset: int
    n: int
    curve: DataCurve
    sizes: np.ndarray
    truth: np.ndarray
    truth_sd: np.ndarray

    @property
    def times(self) -> np.ndarray:
        return self.sizes / self.n


def from_csv(path: Path) -> Curves:
    """LCDB 1.0 out of the source package `lcdb` 0.1.0 (its database-accuracy.csv)."""
    with tarfile.open(path) as packed:
        member = packed.extractfile("lcdb-0.1.0/lcdb/database-accuracy.csv")
        assert member is not None
        names = ["openmlid", "learner", "size_train", "size_test", "outer_seed", "inner_seed", "score_test"]
        table = csv.read_csv(member, convert_options=csv.ConvertOptions(include_columns=names))
    column = {name: table[name].to_numpy() for name in names if name != "learner"}
    learner = table["learner"].combine_chunks().dictionary_encode()
    learners = learner.dictionary.to_pylist()
    by_name = np.argsort(np.argsort(learners))
    half = np.rint(2 * np.log2(column["size_train"] / 16)).astype(int)
    datasets, dataset = np.unique(column["openmlid"], return_inverse=True)
    regular = (half >= 0) & (half < len(ANCHORS))
    regular &= np.abs(column["size_train"] - 2 ** (4 + half / 2)) < 1.01  # the size of the whole data set is not
    errors = np.full((len(datasets), len(learners), len(ANCHORS), 25), np.nan)
    replicate = column["outer_seed"] * 5 + column["inner_seed"]
    regular &= (column["outer_seed"] < 5) & (column["inner_seed"] < 5)
    place = (dataset, by_name[learner.indices.to_numpy()], half, replicate)
    errors[tuple(one[regular] for one in place)] = 1 - column["score_test"][regular]
    n_test = np.zeros(len(datasets), dtype=int)
    np.maximum.at(n_test, dataset, column["size_test"])
    return Curves(datasets, tuple(sorted(learners)), np.round(errors, 6), n_test)


def from_calibration(path: Path) -> Curves:
    """The calibration half of LCDB 1.0. Its test sets are a tenth of the data, an eighth of the largest sample."""
    with np.load(path) as stored:
        coded, datasets, learners = stored["err"], stored["dataset_ids"], stored["learners"]
    errors = np.where(coded == MISSING, np.nan, coded / 1e4)
    largest = [ANCHORS[np.flatnonzero(np.isfinite(one).any((0, 2)))[-1]] for one in errors]
    return Curves(datasets, tuple(learners.tolist()), errors, np.array(largest) // 8)


def cases(curves: Curves, starts: Sequence[int] = STARTS) -> Iterator[Case]:
    """Every case: a learner on a data set, observed up to n, with a truth at 2n or more."""
    for d, dataset in enumerate(curves.datasets.tolist()):
        for k, learner in enumerate(curves.learners):
            for n in starts:
                case = _case(dataset, learner, curves.errors[d, k], int(curves.n_test[d]), n)
                if case is not None:
                    yield case


def _case(dataset: int, learner: str, errors: np.ndarray, n_test: int, n: int) -> Case | None:
    seen = np.isfinite(errors[:, OBSERVED]).sum(1) >= FEWEST_SEEN
    known = np.isfinite(errors[:, OTHERS]).sum(1) >= FEWEST_TRUE
    past = np.flatnonzero(seen & (n >= ANCHORS))
    if not seen[np.searchsorted(ANCHORS, n)] or len(past) < 3:
        return None
    last = np.flatnonzero(known)[-1] if known.any() else 0
    wanted = [int(np.searchsorted(ANCHORS, n * times)) for times in TIMES] + [int(last)]
    later = sorted({at for at in wanted if at < len(ANCHORS) and ANCHORS[at] > n and known[at]})
    if not later:
        return None
    floored = 0.5 / n_test
    truth = np.maximum(np.nanmean(errors[later][:, OTHERS], axis=1), floored)
    spread = np.nanstd(errors[later][:, OTHERS], axis=1, ddof=1) / truth / np.sqrt(len(OTHERS))
    rows = tuple(tuple(row.tolist()) for row in errors[past][:, OBSERVED])
    sizes = tuple(ANCHORS[past].tolist())
    # Each outer split has test rows of its own, so the replicates' spread already holds their luck.
    curve = DataCurve(learner, sizes, rows, n_test=n_test, test_sd=(0.0,) * len(sizes), family=FAMILY.get(learner))
    return Case(dataset, n, curve, ANCHORS[later], truth, spread)
