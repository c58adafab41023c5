"""The same answers by enumeration: every word sequence, every way to lay it over the frames. For tiny cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, groupby, pairwise, product
from math import exp, inf, log

import numpy as np

Pronunciations = Mapping[str, Mapping[Sequence[str], float]]


def drawn(rng: np.random.Generator, frames: int, symbols: int, peak: float = 2.0) -> np.ndarray:
    """Random log probabilities (frames, symbols)."""
    scores = rng.normal(0, peak, (frames, symbols))
    return (scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))).astype(np.float32)


def clear(labels: Sequence[int], symbols: int, sure: float = 0.95) -> np.ndarray:
    """Scores in which each frame gives its label the probability `sure`."""
    scores = np.full((len(labels), symbols), (1 - sure) / (symbols - 1))
    scores[np.arange(len(labels)), labels] = sure
    return np.log(scores).astype(np.float32)


def said(labels: Sequence[int], blank: int) -> tuple[int, ...]:
    """What a string of CTC labels says."""
    return tuple(label for label, _ in groupby(labels) if label != blank)


def all_strings(scores: np.ndarray) -> Iterator[tuple[tuple[int, ...], float]]:
    """Every string of one label a frame, with its log probability."""
    for labels in product(range(scores.shape[1]), repeat=len(scores)):
        yield labels, float(sum(scores[frame, label] for frame, label in enumerate(labels)))


def sequences(words: Pronunciations, most: int) -> Iterator[tuple[tuple[str, Sequence[str], float], ...]]:
    """Every sequence of at most so many words, in every pronunciation."""
    each = [(word, symbols, weight) for word, variants in words.items() for symbols, weight in variants.items()]
    for count in range(most + 1):
        yield from product(each, repeat=count)


def grammar_score(grammar: np.ndarray, names: list[str], words: Sequence[str]) -> float:
    """Log probability of a word sequence under a (W,) or (W + 2, W + 2) grammar."""
    numbers = [names.index(word) for word in words]
    if grammar.ndim == 1:
        return float(sum(grammar[number] for number in numbers))
    path = [len(names), *numbers, len(names) + 1]
    return float(sum(grammar[a, b] for a, b in pairwise(path)))


def best_hmm(
    words: Pronunciations,
    alphabet: Sequence[str],
    scores: np.ndarray,
    grammar: np.ndarray,
    stay: float,
    silence: str | None,
) -> dict[tuple[str, ...], float]:
    """The best score of every word sequence that fits."""
    frames, names, move = len(scores), list(words), log(1 - exp(stay))
    best: dict[tuple[str, ...], float] = {}
    for sequence in sequences(words, frames):
        told = tuple(word for word, _, _ in sequence)
        base = grammar_score(grammar, names, told) + sum(weight for _, _, weight in sequence)
        slots = len(sequence) + 1
        for quiet in product([False, True], repeat=slots) if silence is not None else [(False,) * slots]:
            chain = [silence] if quiet[0] else []
            for (_, symbols, _), then in zip(sequence, quiet[1:], strict=True):
                chain += [*symbols, *([silence] if then else [])]
            pauses = slots * log(0.5) if silence is not None else 0.0
            if not 0 < len(chain) <= frames:
                continue
            for cuts in combinations(range(1, frames), len(chain) - 1):
                borders = [0, *cuts, frames]
                total = base + pauses + len(chain) * move + (frames - len(chain)) * stay
                for symbol, (start, end) in zip(chain, pairwise(borders), strict=True):
                    total += float(scores[start:end, alphabet.index(symbol)].sum())
                best[told] = max(best.get(told, -inf), total)
    return {told: score for told, score in best.items() if score > -inf}


def best_ctc(
    words: Pronunciations, alphabet: Sequence[str], scores: np.ndarray, grammar: np.ndarray, separator: str | None
) -> dict[tuple[str, ...], float]:
    """The best score of every word sequence that fits; the blank is column 0."""
    strings: dict[tuple[int, ...], float] = {}
    for labels, score in all_strings(scores):
        strings[said(labels, 0)] = max(strings.get(said(labels, 0), -inf), score)
    best: dict[tuple[str, ...], float] = {}
    for sequence in sequences(words, len(scores)):
        told = tuple(word for word, _, _ in sequence)
        spelled: list[str] = []
        for place, (_, symbols, _) in enumerate(sequence):
            spelled += ([separator] if place and separator is not None else []) + list(symbols)
        score = strings.get(tuple(alphabet.index(symbol) for symbol in spelled), -inf)
        score += grammar_score(grammar, list(words), told) + sum(weight for _, _, weight in sequence)
        best[told] = max(best.get(told, -inf), score)
    return {told: score for told, score in best.items() if score > -inf}
