"""What was found in a recording: its words with their times, and how sure each is."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf

import numpy as np
import numpy.typing as npt

from endwise.decoding.graph import Floats, Graph
from endwise.decoding.runs import runs
from endwise.decoding.search import Path

LEAST = 1e-30
"""No posterior counts as less, so that its logarithm is a number: those in float32 end at 1e-38."""


@dataclass(frozen=True)
class FoundWord:
    """One word: which frames it takes, and how it was said.

    `start` is its first frame, `end` the frame after its last. `variant` is the place of its pronunciation among
    those given. `symbols` are (symbol, start, end) in its order; blanks between them belong to none. `score` is the
    sum of the recording's scores along its frames. `confidence`, 0 to 1, is how sure the recording is of its symbols:
    it orders words, and is no share of right ones.
    """

    word: str
    start: int
    end: int
    score: float
    confidence: float
    variant: int
    symbols: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Found:
    """What one recording holds.

    `score` is the log probability of the best path with grammar and pronunciations; minus infinity where no path
    fits. `labels`, int32 (T,), are the symbols of that path, one a frame, silence and blanks among them; empty where
    no path fits.
    """

    words: tuple[FoundWord, ...]
    score: float
    labels: npt.NDArray[np.int32]

    @property
    def text(self) -> str:
        """The words in a row."""
        return " ".join(one.word for one in self.words)


def nothing() -> Found:
    """What is found where no path fits."""
    return Found((), -inf, np.empty(0, dtype=np.int32))


def found(graph: Graph, names: list[str], path: Path | None, scores: Floats, posteriors: Floats) -> Found:
    """A path through the graph, read as words.

    Parameters
    ----------
    names: the words by their number in the graph.
    path: where the search went; None where it found no way.
    scores: (T, V) of the recording, as they were given.
    posteriors: (T, V) probability of each symbol in each frame.
    """
    if path is None:
        return nothing()
    labels, frames = graph.symbols[path.states], np.arange(len(path.states))
    along, sure = scores[frames, labels], np.log(np.maximum(posteriors[frames, labels], LEAST))
    words = tuple(_word(graph, names, path.states, along, sure, *one) for one in path.words)
    return Found(words, path.score, labels.astype(np.int32))


def _word(
    graph: Graph,
    names: list[str],
    states: npt.NDArray[np.intp],
    along: Floats,
    sure: Floats,
    spoken: int,
    start: int,
    end: int,
) -> FoundWord:
    within = states[start:end]
    said = [
        (int(graph.symbols[within[a]]), start + int(a), start + int(b))
        for a, b in zip(*runs(within), strict=True)
        if not graph.is_blank[within[a]]
    ]
    return FoundWord(
        word=names[graph.words[spoken]],
        start=start,
        end=end,
        score=float(along[start:end].sum(dtype=np.float64)),
        confidence=_confidence([sure[a:b] for _, a, b in said]),
        variant=int(graph.variants[spoken]),
        symbols=tuple(said),
    )


def _confidence(sure: list[Floats]) -> float:
    """Geometric mean of the posterior of a word's symbols, over the frames of a symbol, then over the symbols.

    The doubly normalised posterior confidence of Bernardis & Bourlard 1998 (*Improving posterior based confidence
    measures in hybrid HMM/ANN speech recognition systems*): long symbols weigh no more than short ones. It judges
    sound alone: a word that the grammar favours against the sound gets a low one.
    """
    mean = float(np.mean([frames.mean(dtype=np.float64) for frames in sure]))
    return min(1.0, exp(mean))
