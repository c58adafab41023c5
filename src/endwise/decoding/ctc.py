"""Label sequences from the scores of a CTC network: the best path, and the best sequences.

Connectionist temporal classification (Graves et al. 2006): a network says one symbol or a blank in each frame; runs
of equal symbols count once, then blanks fall away. A sequence's probability is the sum over all ways to say it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np
import numpy.typing as npt

from endwise.decoding.runs import runs

Labels = tuple[int, ...]
Scores = npt.NDArray[np.float64]


def greedy(scores: Sequence[npt.NDArray[np.floating]], blank: int = 0) -> list[npt.NDArray[np.int32]]:
    """The most probable symbol of every frame, runs of equal symbols counted once, without blanks.

    Best path decoding (Graves et al. 2006, section 3.2): fast, and not always the most probable sequence.

    Parameters
    ----------
    scores: recordings of (T, V) log probabilities.
    blank: the blank's column.

    Returns
    -------
    For each recording int32 (L, 3): symbol, first frame, and the frame after its last.

    >>> greedy([np.log([[0.1, 0.9], [0.2, 0.8], [0.9, 0.1], [0.3, 0.7]])])[0].tolist()
    [[1, 0, 2], [1, 3, 4]]
    """
    return [_best_path(recording, blank) for recording in scores]


def _best_path(scores: npt.NDArray[np.floating], blank: int) -> npt.NDArray[np.int32]:
    best = np.argmax(scores, axis=1)
    starts, ends = runs(best)
    said = np.stack([best[starts], starts, ends], axis=1)
    return said[said[:, 0] != blank].astype(np.int32)


def prefix_beam(
    scores: Sequence[npt.NDArray[np.floating]], width: int, blank: int = 0, top: int = 20
) -> list[list[tuple[Labels, float]]]:
    """The most probable symbol sequences, by prefix beam search (Hannun et al. 2014, algorithm 1; no language model).

    Exact where no prefix is dropped: `width` at least the number of prefixes, `top` the number of symbols.

    Parameters
    ----------
    scores: recordings of (T, V) log probabilities.
    width: how many prefixes live from frame to frame.
    blank: the blank's column.
    top: how many symbols of a frame, the most probable ones, a prefix may be continued with.

    Returns
    -------
    For each recording at most `width` pairs of symbols and log probability, the best first; equal ones in the order
    of their symbols.
    """
    return [_search(recording, width, blank, top) for recording in scores]


def _search(scores: npt.NDArray[np.floating], width: int, blank: int, top: int) -> list[tuple[Labels, float]]:
    prefixes: list[Labels] = [()]
    blanked, spoken = np.zeros(1), np.full(1, -inf)  # of all ways that end in a blank, and in the last symbol
    likely = np.argsort(-scores, axis=1, kind="stable")[:, :top].tolist()
    for frame, symbols in zip(np.asarray(scores, np.float64), likely, strict=True):
        symbols = [one for one in symbols if one != blank]
        longer = _longer(prefixes, blanked, spoken, frame[symbols], symbols)
        again = spoken + [frame[one[-1]] if one else -inf for one in prefixes]
        blanked = np.logaddexp(blanked, spoken) + frame[blank]
        spoken = np.logaddexp(again, _merged(longer, prefixes, symbols))
        prefixes, blanked, spoken = _best(width, prefixes, blanked, spoken, longer, symbols)
    total = np.logaddexp(blanked, spoken).tolist()
    ranked = sorted(zip(prefixes, total, strict=True), key=lambda one: (-one[1], one[0]))
    return [one for one in ranked if one[1] > -inf]


def _longer(prefixes: list[Labels], blanked: Scores, spoken: Scores, frame: Scores, symbols: list[int]) -> Scores:
    """(prefixes, symbols) the ways that say one symbol more."""
    longer = np.logaddexp(blanked, spoken)[:, None] + frame
    column = {symbol: place for place, symbol in enumerate(symbols)}
    for row, prefix in enumerate(prefixes):
        if prefix and prefix[-1] in column:  # the same symbol twice in a row needs a blank between
            place = column[prefix[-1]]
            longer[row, place] = blanked[row] + frame[place]
    return longer


def _merged(longer: Scores, prefixes: list[Labels], symbols: list[int]) -> Scores:
    """(prefixes,) the ways in `longer` that lead to a prefix which is there already; taken out of `longer`."""
    rows = {prefix: row for row, prefix in enumerate(prefixes)}
    column = {symbol: place for place, symbol in enumerate(symbols)}
    merged = np.full(len(prefixes), -inf)
    for row, prefix in enumerate(prefixes):
        if prefix and prefix[:-1] in rows and prefix[-1] in column:
            place = rows[prefix[:-1]], column[prefix[-1]]
            merged[row], longer[place] = longer[place], -inf
    return merged


def _best(
    width: int, prefixes: list[Labels], blanked: Scores, spoken: Scores, longer: Scores, symbols: list[int]
) -> tuple[list[Labels], Scores, Scores]:
    """The best of the prefixes as they are and with one symbol more."""
    count = len(prefixes)
    total = np.append(np.logaddexp(blanked, spoken), longer)
    best = np.argsort(-total, kind="stable")[:width]
    best = best[total[best] > -inf]
    old, new = best[best < count], best[best >= count] - count
    grown = [(*prefixes[place // len(symbols)], symbols[place % len(symbols)]) for place in new.tolist()]
    return (
        [prefixes[row] for row in old.tolist()] + grown,
        np.append(blanked[old], np.full(len(grown), -inf)),
        np.append(spoken[old], longer.reshape(-1)[new]),
    )
