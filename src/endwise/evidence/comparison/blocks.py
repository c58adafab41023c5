"""Blocks: rows condensed to one record a group, so that a comparison of many rows takes seconds.

The metrics of a comparison are functions of the mean record (the root of a mean square, words wrong over
words said), so sums and counts by group are all that a draw needs. More than MOST groups are put together
at random into MOST blocks: blocks of independent groups are as independent and vary by as much, and a
standard error out of so many is known to a hundredth, better than a thousand draws show it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from endwise.evidence.compare import Aggregate, Draws, bootstrap, independent
from endwise.seeds import stream

MOST = 5000


def draw(records: Mapping[str, np.ndarray], units: np.ndarray, aggregate: Aggregate, seed: int) -> Draws:
    """The bootstrap over groups for systems that were judged on the same rows.

    `records` holds (N,) or (N, k) a system, `units` (N,) the group of each row; `aggregate` must depend on
    the mean of its records alone.
    """
    names, group = np.unique(independent(units), return_inverse=True)
    if len(names) > MOST:
        group = (stream(seed, "blocks").permutation(len(names)) % MOST)[group]
    count = int(group.max()) + 1
    condensed = {name: {0: _sums(one, group, count)} for name, one in records.items()}
    order = np.array([f"{at:09d}" for at in range(count)])

    def of_sums(sums: np.ndarray) -> float:
        total = sums.sum(axis=0)
        mean = total[:-1] / total[-1]
        return aggregate(mean if len(mean) == 1 else mean[None])

    return bootstrap(condensed, order, of_sums, seed)


def _sums(records: np.ndarray, group: np.ndarray, count: int) -> np.ndarray:
    """Per group the sum of its records and, last, how many there are: (count, k + 1)."""
    columns = records.reshape(len(records), -1).T
    return np.array([np.bincount(group, column, count) for column in (*columns, np.ones(len(records)))]).T
