"""Grammars counted from texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from endwise.decoding.graph import Floats


def bigram(texts: Sequence[str], words: Sequence[str]) -> Floats:
    """Log probabilities from word to word, with start and end, as `WordLoop` takes them: (W + 2, W + 2).

    Counts interpolated with the words' own frequencies, and these with equal chances for all words (Witten & Bell
    1991, method C): what was never seen stays possible. Words that are not among `words` are left out.

    >>> table = np.exp(bigram(["turn left", "turn right"], ["left", "right", "turn"]))
    >>> bool(table[3, 2] > 0.5), bool(table[2, 0] == table[2, 1]), bool(np.allclose(table[:4].sum(axis=1), 1))
    (True, True, True)
    """
    place = {word: at for at, word in enumerate(words)}
    start, end = len(words), len(words) + 1
    pairs: Counter[tuple[int, int]] = Counter()
    for text in texts:
        pairs.update(pairwise([start, *(place[word] for word in text.split() if word in place), end]))
    counts = np.zeros((len(words) + 2, len(words) + 2))
    for (before, after), count in pairs.items():
        counts[before, after] = count
    possible = np.ones(len(counts))
    possible[start] = 0  # nothing leads back to the start
    frequency = _smoothed(counts.sum(axis=0), possible / possible.sum())
    table = np.stack([_smoothed(row, frequency) for row in counts])
    with np.errstate(divide="ignore"):
        return np.log(table).astype(np.float32)


def _smoothed(counts: np.ndarray, behind: np.ndarray) -> np.ndarray:
    """The counts as chances, a share of them given to what is behind: as large as new words were frequent here."""
    total, kinds = counts.sum(), np.count_nonzero(counts)
    return np.asarray((counts + kinds * behind) / (total + kinds)) if total else behind
