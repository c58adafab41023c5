"""Who is held out, which rows a sample holds, and which of them stop the training.

Everything here is decided by group: rows of one patient, speaker or track never straddle training and
testing, nor training and the slice that stops it. A row without a group is a group of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from endwise.data.rows import Rows
from endwise.errors import RowsError, counted
from endwise.seeds import digest, stream

TEST_SHARE = 0.2  # of the groups that can be judged, where rows carry no split of their own
HELD_OUT_SHARE = 0.2  # of a component's training rows: they stop its training
FEWEST_TESTED = 2  # rows: of one alone nothing says how much errors differ
FEWEST = 8  # rows under which nothing is trained: a held-out slice would be one row
FEWEST_IN_FOLD = 3  # such models only make inputs for a training at the smallest sizes: poor ones beat none


@dataclass(frozen=True)
class Split:
    """Row numbers: `test` is judged, `train` may train (side pools included), `crossing` is neither.

    `crossing` counts rows whose group the user's own split puts on both sides; they train nothing.
    """

    train: np.ndarray
    test: np.ndarray
    crossing: int = 0


def units_of(rows: Rows) -> np.ndarray:
    """The group of every row as text; a row without one is its own group. Shape (N,)."""
    alone = np.array([f"row {name}" for name in rows.ids], dtype=object)
    if rows.groups is None:
        return alone
    return np.where(rows.groups == "", alone, rows.groups)


def split(rows: Rows, judgeable: np.ndarray, seed: int) -> Split:
    """Hold out test groups. `judgeable` (N,) marks rows that carry the output and all inputs.

    Rows with a split of their own keep it; else a fifth of the judgeable groups is held out. Raises
    RowsError when nothing would be left to test or to train on.
    """
    units = units_of(rows)
    if rows.split is not None:
        asked = rows.split == "test"
    else:
        names = np.unique(units[judgeable].astype(str))
        shuffled = stream(seed, "test groups").permutation(names)
        held = set(shuffled[: max(1, round(TEST_SHARE * len(names)))]) if len(names) > 1 else set()
        asked = np.array([unit in held for unit in units], dtype=bool)
    in_test_group = np.isin(units.astype(str), np.unique(units[asked].astype(str)))
    test, train = asked & judgeable, ~in_test_group
    counted_in_n = judgeable if rows.split is None else judgeable & (rows.split != "side")
    if test.sum() < FEWEST_TESTED or not (train & counted_in_n).any():
        raise RowsError(
            "A study of these rows was asked for.",
            f"Of {counted(len(rows), 'row')}, {int(judgeable.sum()):,} carry the wanted output and all inputs, "
            f"in {counted(len(np.unique(units[judgeable].astype(str))), 'group')}; "
            f"{counted(int(test.sum()), 'row')} held out.",
            "Without two rows to test on and rows to train on, of different groups, nothing can be measured.",
            "Add labelled rows, or check the group and split columns.",
        )
    return Split(
        np.flatnonzero(train),
        np.flatnonzero(test),
        int((in_test_group & ~asked).sum() if rows.split is not None else 0),
    )


def sample(carries: np.ndarray, train: np.ndarray, size: int, seed: int, repeat: int) -> np.ndarray:
    """The training rows of one size and repeat, sorted. Shape (M,).

    The first `size` rows of the repeat's permutation of all training rows that carry the wanted output
    (`carries`, (N,)), and every training row that does not: side pools stay. Samples nest in a repeat.
    """
    side = train[~carries[train]]
    return np.sort(np.concatenate([_order(carries, train, seed, repeat)[:size], side]))


def held_out(units: np.ndarray, seed: int, repeat: int) -> np.ndarray:
    """Mask (M,) of the rows that stop a training: whole groups, about a fifth of the rows.

    Groups are ranked by a hash of their name, so a group that is held out at one size or for one
    component tends to be held out at the others too.
    """
    names, inverse, counts = np.unique(units.astype(str), return_inverse=True, return_counts=True)
    ranked = sorted(range(len(names)), key=lambda at: digest(seed, "held out", repeat, names[at]))
    mask = np.zeros(len(names), dtype=bool)
    total = 0
    for at in ranked[:-1]:  # the last group always trains
        if total >= HELD_OUT_SHARE * len(units):
            break
        mask[at] = True
        total += int(counts[at])
    return mask[inverse]


def folds(units: np.ndarray, carries: np.ndarray, train: np.ndarray, seed: int, repeat: int) -> np.ndarray:
    """Fold 0 or 1 of every training row, by its group: the same for every component, design and size.

    Groups take turns, in the order in which growing samples reach them, so that each fold holds half of
    the groups of every sample; groups of side pools take turns in the order of a hash. -1 for rows that
    do not train. Shape (N,).
    """
    reached = dict.fromkeys(units[_order(carries, train, seed, repeat)].tolist())
    side = {name for name in units[train].tolist() if name not in reached}
    fold = {name: at % 2 for at, name in enumerate(reached)}
    fold |= {n: at % 2 for at, n in enumerate(sorted(side, key=lambda name: digest(seed, "fold", repeat, name)))}
    found = np.full(len(units), -1)
    found[train] = [fold[name] for name in units[train].tolist()]
    return found


def labelled_first(carries: np.ndarray, train: np.ndarray, seed: int, repeat: int) -> np.ndarray:
    """All training rows in the order in which they are labelled, for whatever signal. Row numbers (M,).

    Rows that carry the wanted output follow each other as samples grow, so that as many labels of it are those of a
    sample; side pools stand evenly between them. The same order for all signals: rows with several labels are many.
    """
    side = train[~carries[train]]
    pools = (_order(carries, train, seed, repeat), side[stream(seed, "labels", repeat).permutation(len(side))])
    share = np.concatenate([(np.arange(len(pool)) + 0.5) / max(1, len(pool)) for pool in pools])
    return np.concatenate(pools)[np.argsort(share, kind="stable")]


def _order(carries: np.ndarray, train: np.ndarray, seed: int, repeat: int) -> np.ndarray:
    """All training rows that carry the wanted output, in the order in which samples of a repeat grow."""
    wanted = train[carries[train]]
    return wanted[stream(seed, "sample", repeat).permutation(len(wanted))]


def sizes_for(rows: int, *, quick: bool) -> tuple[int, ...]:
    """The default sizes: n/16 .. n in doublings, or n/4, n/2, n when quick; none under 8 rows.

    >>> sizes_for(1600, quick=False), sizes_for(300, quick=True)
    ((100, 200, 400, 800, 1600), (75, 150, 300))
    """
    parts = (4, 2, 1) if quick else (16, 8, 4, 2, 1)
    return tuple(sorted({rows // part for part in parts if rows // part >= FEWEST})) or (rows,)
