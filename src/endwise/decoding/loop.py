"""A loop of words: any number of them in a row, as the grammar has it."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log
from typing import Literal

import numpy as np
import numpy.typing as npt

from endwise.decoding.found import Found, found
from endwise.decoding.grammar import Bigram, Grammar, Unigram
from endwise.decoding.graph import Floats, Graph, build
from endwise.decoding.lexicon import Pronunciations, spoken_by, topology_of
from endwise.decoding.posterior import symbol_posteriors
from endwise.decoding.search import search
from endwise.errors import DeclarationError, UsageError, counted

ALL_EXITS = 257
FEW_EXITS = 16
"""Under a bigram of more than 256 words only the best exits of a frame lead on, the start among them. With 250
words, noise that left 62 % of them right and 24 recordings, one text changed with 8 or 16 exits, by .02 in its log
probability, and three with 4 (seen on drawn scores)."""


class WordLoop:
    """Finds words in scores over time.

    Parameters
    ----------
    pronunciations: word -> pronunciation -> log weight; a pronunciation is a tuple of symbols, or a string of letters.
    topology: "hmm", one state a symbol that repeats with log probability `stay`; or "ctc", symbols with blanks between.
    alphabet: the scores' columns by name.
    blank: CTC's blank, by name.
    silence: under "hmm" what may stand before, between and after words.
    separator: under "ctc" what has to stand between words, such as the space.
    stay: log probability that a state lasts another frame ("hmm").
    grammar: None, every word as likely as any other; (W,) log probabilities of the words, in their order; or
        (W + 2, W + 2) from row to column, row W the start and column W + 1 the end. Minus infinity forbids.
    exits: under a bigram, how many words may end in one frame and lead on; the search is exact with as many as there
        are words. By default all of up to 256 words, the best 16 of more.

    Raises
    ------
    DeclarationError: a symbol outside the alphabet, a word without pronunciation, weights that do not sum to 1, a
        grammar of another size, or a blank, silence or separator that does not go with the topology.

    >>> words = {"a": {"a": 0.0}, "bad": {"bad": 0.0}}
    >>> WordLoop(words, topology="ctc", alphabet="_abd ", blank="_", separator=" ")
    WordLoop(2 words, 2 pronunciations, ctc, 5 symbols)
    """

    def __init__(
        self,
        pronunciations: Pronunciations,
        *,
        topology: Literal["hmm", "ctc"],
        alphabet: Sequence[str],
        blank: str | None = None,
        silence: str | None = None,
        separator: str | None = None,
        stay: float = log(0.5),
        grammar: npt.ArrayLike | None = None,
        exits: int | None = None,
    ) -> None:
        self.alphabet = tuple(alphabet)
        self.words = list(pronunciations)
        self.topology = topology_of(topology, self.alphabet, blank, silence, separator, stay)
        self.spoken = spoken_by(pronunciations, self.alphabet, self.topology)
        self.grammar = _checked_grammar(grammar, len(self.words))
        self.graph = build(self.spoken, self.topology, remember=self.grammar.ndim == 2)
        self._between = _between(self.graph, self.grammar, exits)

    def __repr__(self) -> str:
        said = f"{counted(len(self.words), 'word')}, {counted(len(self.spoken), 'pronunciation')}"
        kind = "hmm" if self.topology.blank is None else "ctc"
        return f"WordLoop({said}, {kind}, {counted(len(self.alphabet), 'symbol')})"

    def decode(
        self,
        scores: Sequence[npt.NDArray[np.floating]],
        *,
        scale: float = 1.0,
        penalty: float = 0.0,
    ) -> list[Found]:
        """The best words of each recording, with their times.

        Parameters
        ----------
        scores: recordings of (T, V) log probabilities, or of log likelihoods up to a constant a frame.
        scale: what they are multiplied by, against the grammar and the pronunciations.
        penalty: taken off the score for each word: the higher, the fewer words.

        Returns
        -------
        One `Found` a recording, in their order; without words where no path fits (too short, forbidden, empty).
        """
        return find(self.graph, self._between, self.words, self.checked(scores), scale, penalty)

    def log_probability(self, before: int | None, after: int | None) -> float:
        """Of a word after another, by their numbers; None is the start before the first, and the end after the last."""
        if self.grammar.ndim == 1:
            return 0.0 if after is None else float(self.grammar[after])
        row = len(self.words) if before is None else before
        return float(self.grammar[row, len(self.words) + 1 if after is None else after])

    def checked(self, scores: Sequence[npt.NDArray[np.floating]]) -> list[Floats]:
        """The recordings' scores as float32, where each has one column a symbol."""
        recordings = [np.asarray(one, dtype=np.float32) for one in scores]
        wrong = next((one.shape for one in recordings if one.ndim != 2 or one.shape[1] != len(self.alphabet)), None)
        if wrong is not None:
            raise UsageError(
                f"{self!r} was asked to read scores of shape {wrong}.",
                f"Its alphabet has {counted(len(self.alphabet), 'symbol')}.",
                "Scores are frames x symbols: one column a symbol of the alphabet.",
                f"Give a list of arrays of shape (frames, {len(self.alphabet)}).",
            )
        return recordings


def find(
    graph: Graph, grammar: Grammar, names: list[str], scores: list[Floats], scale: float, penalty: float
) -> list[Found]:
    """The best words of each recording under a graph and a grammar; `names` are the words by their number."""
    scaled = scores if scale == 1 else [one * np.float32(scale) for one in scores]
    paths = search(graph, grammar, scaled, penalty)
    # CTC's symbols come as spikes between blanks: there nothing lasts.
    stay = graph.topology.stay if graph.topology.blank is None else -inf
    pairs = zip(paths, scores, symbol_posteriors(scaled, stay), strict=True)
    return [found(graph, names, path, one, posteriors) for path, one, posteriors in pairs]


def _between(graph: Graph, grammar: Floats, exits: int | None) -> Grammar:
    if grammar.ndim == 1:
        return Unigram(graph, grammar)
    every = len(graph.context_words) + 1
    return Bigram(graph, grammar, exits or (every if every <= ALL_EXITS else FEW_EXITS))


def _checked_grammar(grammar: npt.ArrayLike | None, words: int) -> Floats:
    if grammar is None:
        return np.full(words, -log(words), dtype=np.float32)
    table = np.asarray(grammar, dtype=np.float32)
    if table.shape not in [(words,), (words + 2, words + 2)]:
        raise DeclarationError(
            f"A word loop with a grammar of shape {table.shape} was declared.",
            f"It has {counted(words, 'word')}.",
            "A grammar is one log probability a word, or a table from word to word with start and end.",
            f"Give shape ({words},) or ({words + 2}, {words + 2}), or none for words that are all as likely.",
        )
    return table
