"""Loops that do not hold together say what is wrong with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from endwise.decoding import WordLoop
from endwise.errors import DeclarationError, EndwiseError, UsageError

HMM: dict[str, Any] = {"topology": "hmm", "alphabet": ("sil", "AH", "B")}
CTC: dict[str, Any] = {"topology": "ctc", "alphabet": "_ab ", "blank": "_", "separator": " "}
ONE = {"one": {("AH",): 0.0}}


def told(error: type[EndwiseError], words: dict[str, Any], **declared: Any) -> list[str]:
    with pytest.raises(error) as caught:
        WordLoop(words, **declared)
    return str(caught.value).split("\n")


def test_a_symbol_outside_the_alphabet_is_named_with_its_word() -> None:
    assert told(DeclarationError, {"bah": {("B", "AHH"): 0.0}}, **HMM) == [
        "The word 'bah' was declared with the pronunciation 'B AHH'.",
        "Words are made of 3 symbols, and 'AHH' is none of them.",
        "A pronunciation is made of symbols that the scores have a column for.",
        "Did you mean 'AH'?",
    ]


@pytest.mark.parametrize("strange", [" ", "_"])
def test_no_word_is_made_of_blanks_and_separators(strange: str) -> None:
    assert told(DeclarationError, {"a": {f"a{strange}b": 0.0}}, **CTC)[1] == (
        f"Words are made of 2 symbols, and {strange!r} is none of them."
    )


def test_weights_have_to_sum_to_one() -> None:
    assert told(DeclarationError, {"a": {("AH",): 0.0, ("B",): 0.0}}, **HMM) == [
        "The word 'a' was declared with 2 pronunciations.",
        "Their weights sum to 2.000; 0 of them are empty.",
        "A word is said in one of its pronunciations: each has a symbol or more, and their weights sum to 1.",
        "Weights are logarithms: give 0.0 to a single pronunciation, log(0.5) to each of two.",
    ]


def test_a_word_is_said_somehow() -> None:
    assert told(DeclarationError, {"a": {(): 0.0}}, **HMM)[1] == "Their weights sum to 1.000; 1 of them are empty."
    assert told(DeclarationError, {"a": {}}, **HMM)[0] == "The word 'a' was declared with 0 pronunciations."


def test_a_loop_has_words() -> None:
    assert told(DeclarationError, {}, **HMM) == [
        "A word loop without words was declared.",
        "The pronunciations are empty.",
        "It finds the words it knows.",
        "Give at least one word with its pronunciations.",
    ]


def test_there_are_two_topologies() -> None:
    assert told(UsageError, ONE, topology="cct", alphabet=("AH",)) == [
        "A word loop with the topology 'cct' was asked for.",
        "There are 2: 'hmm' and 'ctc'.",
        "The topology says how the states of a word follow each other.",
        "Did you mean 'ctc'?",
    ]


@pytest.mark.parametrize(
    ("declared", "why"),
    [
        ({**HMM, "blank": "sil"}, "A hidden Markov model has neither blanks nor separators."),
        ({**HMM, "separator": "sil"}, "A hidden Markov model has neither blanks nor separators."),
        ({**HMM, "stay": 0.0}, "The log probability of staying has to be below 0."),
        ({**HMM, "stay": float("nan")}, "The log probability of staying has to be below 0."),
        ({**CTC, "blank": None}, "CTC has a blank between symbols, and none is named."),
        ({**CTC, "silence": " "}, "CTC's silence is its blank."),
    ],
)
def test_what_does_not_go_with_a_topology_is_refused(declared: dict[str, Any], why: str) -> None:
    parts = told(DeclarationError, ONE, **declared)
    assert parts[0] == f"A word loop with the topology {declared['topology']!r} was declared."
    assert parts[2:] == [why, "'hmm' takes a silence and a stay below 0; 'ctc' needs a blank and takes a separator."]


def test_blank_silence_and_separator_are_in_the_alphabet() -> None:
    assert told(DeclarationError, ONE, **HMM, silence="sill") == [
        "A word loop with the symbol 'sill' was declared.",
        "The alphabet has 3 symbols, and 'sill' is none of them.",
        "Blank, silence and separator are columns of the scores.",
        "Did you mean 'sil'?",
    ]


def test_a_grammar_is_as_large_as_the_words_are_many() -> None:
    assert told(DeclarationError, ONE, **HMM, grammar=np.zeros((2, 2))) == [
        "A word loop with a grammar of shape (2, 2) was declared.",
        "It has 1 word.",
        "A grammar is one log probability a word, or a table from word to word with start and end.",
        "Give shape (1,) or (3, 3), or none for words that are all as likely.",
    ]


def test_scores_have_a_column_a_symbol() -> None:
    with pytest.raises(UsageError) as caught:
        WordLoop(ONE, **HMM).decode([np.zeros((5, 3)), np.zeros((5, 4))])
    assert str(caught.value).split("\n") == [
        "WordLoop(1 word, 1 pronunciation, hmm, 3 symbols) was asked to read scores of shape (5, 4).",
        "Its alphabet has 3 symbols.",
        "Scores are frames x symbols: one column a symbol of the alphabet.",
        "Give a list of arrays of shape (frames, 3).",
    ]


def test_a_loop_shows_its_size() -> None:
    assert repr(WordLoop({"a": {"a": 0.0}}, **CTC)) == "WordLoop(1 word, 1 pronunciation, ctc, 4 symbols)"
