"""When each word of a known sequence is said, and how: forced alignment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import inf

import numpy as np
import numpy.typing as npt

from endwise.decoding.found import Found, nothing
from endwise.decoding.grammar import Bigram
from endwise.decoding.graph import Floats, build
from endwise.decoding.loop import WordLoop, find
from endwise.errors import UsageError, counted, near


def align(
    loop: WordLoop,
    words: Sequence[Sequence[str]],
    scores: Sequence[npt.NDArray[np.floating]],
    *,
    scale: float = 1.0,
    penalty: float = 0.0,
) -> list[Found]:
    """The best way through each recording that says exactly these words, in this order.

    It is the loop's own search with every word in its place, so that what `loop.decode` found, aligned, has the same
    score. Pronunciations are chosen and silences or blanks laid between as in decoding. To align bare symbols,
    give a loop in which each symbol is a word.

    Parameters
    ----------
    words: for each recording its words, all of them known to the loop; to learn from, take a loop without a grammar.
    scores: recordings of (T, V) log probabilities.
    scale, penalty: as in `WordLoop.decode`.

    Returns
    -------
    One `Found` a recording; without words where they do not fit into its frames or the grammar forbids them.

    Raises
    ------
    UsageError: a word that the loop does not know, or not one sequence of words a recording.

    >>> loop = WordLoop({"a": {"a": 0.0}, "b": {"b": 0.0}}, topology="hmm", alphabet="ab")
    >>> found = align(loop, [["a", "b"]], [np.log([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8]])])[0]
    >>> [(one.word, one.start, one.end) for one in found.words]
    [('a', 0, 2), ('b', 2, 3)]
    """
    if len(words) != len(scores):
        raise UsageError(
            f"{counted(len(scores), 'recording')} were to be aligned.",
            f"Sequences of words: {len(words)}.",
            "Each recording is aligned with a sequence of its own.",
            "Give two lists of the same length.",
        )
    numbers = {word: number for number, word in enumerate(loop.words)}
    for word in (word for each in words for word in each):
        if word not in numbers:
            raise UsageError(
                f"The word {word!r} was to be aligned.",
                f"The loop knows {counted(len(numbers), 'word')}, and it is none of them.",
                "A word is found by its pronunciations.",
                f"Add its pronunciations to the loop. {near(word, numbers)}",
            )
    pairs = zip(words, loop.checked(scores), strict=True)
    return [_aligned(loop, [numbers[word] for word in each], one, scale, penalty) for each, one in pairs]


def _aligned(loop: WordLoop, words: list[int], scores: Floats, scale: float, penalty: float) -> Found:
    if not words or not len(scores):
        return nothing()
    spoken = [replace(one, word=place) for place, word in enumerate(words) for one in loop.spoken if one.word == word]
    graph = build(spoken, loop.topology, remember=True)
    grammar = Bigram(graph, _in_order(loop, words), exits=len(graph.context_words) + 1)
    return find(graph, grammar, [loop.words[word] for word in words], [scores], scale, penalty)[0]


def _in_order(loop: WordLoop, words: list[int]) -> Floats:
    """The grammar in which each word follows the one before it, with the log probability it has in the loop."""
    table = np.full((len(words) + 2, len(words) + 2), -inf, dtype=np.float32)
    start, end = len(words), len(words) + 1
    places = [start, *range(len(words)), end]
    for before, after in pairwise(places):
        table[before, after] = loop.log_probability(
            None if before == start else words[before], None if after == end else words[after]
        )
    return table
