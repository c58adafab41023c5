"""Words that are known: when they were said, and how."""

from __future__ import annotations

from math import inf, log
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from endwise.decoding import WordLoop, align
from endwise.errors import UsageError
from tests.decoding.reference import clear, drawn
from tests.decoding.test_loop import KINDS, WORDS, enumerated

LAW = settings(max_examples=60, deadline=None)
sentences = st.lists(st.sampled_from(list(WORDS)), min_size=1, max_size=3)


@LAW
@given(st.integers(0, 100_000), st.sampled_from(KINDS), sentences, st.integers(1, 5))
def test_the_best_way_to_say_a_sentence_is_found(
    seed: int, kind: dict[str, Any], words: list[str], frames: int
) -> None:
    scores = drawn(np.random.default_rng(seed), frames, len(kind["alphabet"]))
    found = align(WordLoop(WORDS, **kind), [words], [scores])[0]
    every = enumerated(kind, scores, np.full(len(WORDS), -log(len(WORDS))))
    assert found.score == pytest.approx(every.get(tuple(words), -inf), abs=1e-3)
    assert found.text == (" ".join(words) if tuple(words) in every else "")


def test_times_variants_and_silences_of_a_sentence() -> None:
    loop = WordLoop(WORDS, topology="hmm", alphabet=("sil", "a", "b"), silence="sil")
    labels = [0, 2, 2, 1, 2, 0, 0, 2, 2, 2, 0]
    found = align(loop, [["BAB", "A"]], [clear(labels, 3)])[0]
    assert [(word.word, word.variant, word.start, word.end) for word in found.words] == [
        ("BAB", 0, 1, 5),
        ("A", 1, 7, 10),
    ]
    assert found.words[0].symbols == ((2, 1, 3), (1, 3, 4), (2, 4, 5))
    assert found.labels.tolist() == labels


def test_bare_symbols_align_in_a_loop_of_symbols() -> None:
    phones = ("sil", "a", "b")
    loop = WordLoop({phone: {(phone,): 0.0} for phone in phones}, topology="hmm", alphabet=phones)
    found = align(loop, [["a", "b", "b", "sil"]], [clear([1, 1, 2, 2, 2, 0], 3)])[0]
    assert [word.word for word in found.words] == ["a", "b", "b", "sil"]
    assert found.labels.tolist() == [1, 1, 2, 2, 2, 0]


def test_what_does_not_fit_is_empty() -> None:
    loop = WordLoop(WORDS, topology="ctc", alphabet=("_", "a", "b", " "), blank="_", separator=" ")
    short = clear([1, 2, 1], 4)
    found = align(loop, [["AB", "AB"], [], ["A"]], [short, short, short[:0]])
    assert [(one.words, one.score) for one in found] == [((), -inf)] * 3


def test_what_the_grammar_forbids_is_empty() -> None:
    table = np.zeros((6, 6), dtype=np.float32)
    table[0, 1] = -inf
    loop = WordLoop(WORDS, topology="hmm", alphabet=("sil", "a", "b"), grammar=table)
    scores = drawn(np.random.default_rng(0), 20, 3)
    forbidden, allowed = align(loop, [["A", "AB"], ["AB", "A"]], [scores, scores])
    assert forbidden.words == ()
    assert allowed.text == "AB A"


def test_an_unknown_word_is_named() -> None:
    loop = WordLoop(WORDS, topology="hmm", alphabet=("sil", "a", "b"))
    with pytest.raises(UsageError) as caught:
        align(loop, [["A", "BABB"]], [np.zeros((3, 3))])
    assert str(caught.value) == (
        "The word 'BABB' was to be aligned.\n"
        "The loop knows 4 words, and it is none of them.\n"
        "A word is found by its pronunciations.\n"
        "Add its pronunciations to the loop. Did you mean 'BAB'?"
    )


def test_each_recording_has_its_own_words() -> None:
    loop = WordLoop(WORDS, topology="hmm", alphabet=("sil", "a", "b"))
    with pytest.raises(UsageError) as caught:
        align(loop, [["A"], ["A"]], [np.zeros((3, 3))])
    assert str(caught.value) == (
        "1 recording were to be aligned.\n"
        "Sequences of words: 2.\n"
        "Each recording is aligned with a sequence of its own.\n"
        "Give two lists of the same length."
    )
