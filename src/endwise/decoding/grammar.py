"""Which word may follow which: the best way into every word from all that may stand before it.

`enter` is asked once a frame; on the way back `before` finds the winner of one word again. So no pointers are kept
for the step between words, which are most of all steps.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import inf
from typing import final

import numpy as np

from endwise.decoding.graph import Floats, Graph, Places


class Grammar(ABC):
    """From what leaving each context is worth to what entering each target is worth, for B recordings.

    `bare` (C + 1, B) is the score of leaving a context straight from a word's last symbol, `paused` from its pause;
    row C is the start of the recording. `ending` (C + 1,) is the log probability that nothing follows.
    """

    ending: Floats

    @abstractmethod
    def enter(self, bare: Floats, paused: Floats) -> Floats:
        """(G, B) the best score with which each target can be entered."""

    @abstractmethod
    def before(self, bare: Floats, paused: Floats, target: int) -> tuple[int, bool]:
        """Of one recording: from which context a target is entered best, and whether from its pause."""


@final
class Unigram(Grammar):
    """Every word follows every other with a probability of its own; `words` (W,) holds its logarithm.

    The recording may also be without words.
    """

    def __init__(self, graph: Graph, words: Floats) -> None:
        self._words = words[graph.target_words][:, None]
        self.ending = np.zeros(len(graph.context_words) + 1, dtype=np.float32)
        self._last = np.append(graph.context_symbols, -1)
        self._first = graph.target_symbols[:, None]
        self._touching = graph.topology.touching

    def enter(self, bare: Floats, paused: Floats) -> Floats:
        if not self._touching:
            return np.maximum(bare, paused).max(axis=0) + self._words
        # A word cannot touch one that ends in its own first symbol: it then follows the best of the others.
        best, each = bare.argmax(axis=0), np.arange(bare.shape[1])
        others = bare.copy()
        others[best, each] = -inf
        touching = np.where(self._first == self._last[best], others.max(axis=0), bare[best, each])  # (G, B)
        return np.maximum(touching, paused.max(axis=0)) + self._words

    def before(self, bare: Floats, paused: Floats, target: int) -> tuple[int, bool]:
        apart = self._last != self._first[target] if self._touching else np.array(True)
        return _winner(np.where(apart, bare, -inf), paused)


@final
class Bigram(Grammar):
    """A word's probability depends on the one before it.

    `words` (W + 2, W + 2) holds log probabilities, from row to column; row W is the start, column W + 1 the end.
    Only the best `exits` contexts of a frame lead on (a beam over word ends).
    """

    def __init__(self, graph: Graph, words: Floats, exits: int) -> None:
        start, end = len(words) - 2, len(words) - 1
        rows = np.append(graph.context_words, start)
        self._after_pause = np.ascontiguousarray(words[rows][:, graph.target_words])  # (C + 1, G)
        self._after_bare = self._after_pause
        if graph.topology.touching:
            equal = np.append(graph.context_symbols, -1)[:, None] == graph.target_symbols
            self._after_bare = np.where(equal, np.float32(-inf), self._after_pause)
        self.ending = words[rows, end]
        # Room for the ways on, made once: they are most of what a large grammar costs.
        self._ways = np.empty((min(max(1, exits), len(rows)), len(graph.target_words)), dtype=np.float32)

    def enter(self, bare: Floats, paused: Floats) -> Floats:
        # One recording after the other: their best exits differ.
        each = [self._best(*one) for one in zip(bare.T.copy(), paused.T.copy(), strict=True)]
        return np.stack(each, axis=1)

    def _best(self, bare: Floats, paused: Floats) -> Floats:
        kept = self._kept(bare, paused)
        if self._after_bare is self._after_pause:
            return self._best_after(self._after_pause, np.maximum(bare, paused), kept)
        touching = self._best_after(self._after_bare, bare, kept)
        return np.maximum(touching, self._best_after(self._after_pause, paused, kept))

    def _best_after(self, words: Floats, leaving: Floats, kept: Places | None) -> Floats:
        """(G,) the best of `leaving` (C + 1,) and the way on in `words` (C + 1, G), from the contexts that are kept."""
        if kept is None:
            np.add(words, leaving[:, None], out=self._ways)
        else:
            np.take(words, kept, axis=0, out=self._ways, mode="clip")
            self._ways += leaving[kept][:, None]
        return self._ways.max(axis=0)

    def _kept(self, bare: Floats, paused: Floats) -> Places | None:
        """The contexts that lead on; None where all do."""
        dropped = len(bare) - len(self._ways)
        return np.argpartition(np.maximum(bare, paused), dropped)[dropped:] if dropped else None

    def before(self, bare: Floats, paused: Floats, target: int) -> tuple[int, bool]:
        kept = self._kept(bare, paused)
        rows = np.arange(len(bare)) if kept is None else kept
        from_bare, from_pause = self._after_bare[rows, target], self._after_pause[rows, target]
        row, by_pause = _winner(bare[rows] + from_bare, paused[rows] + from_pause)
        return int(rows[row]), by_pause


def _winner(bare: Floats, paused: Floats) -> tuple[int, bool]:
    context = int(np.maximum(bare, paused).argmax())
    return context, bool(paused[context] > bare[context])
