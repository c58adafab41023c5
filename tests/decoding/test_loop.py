"""The word loop against enumeration, and the laws it keeps on recordings of any size."""

from __future__ import annotations

from itertools import pairwise
from math import inf, log
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from endwise.decoding import Found, WordLoop, align, collapse
from endwise.decoding.search import STATES_AT_ONCE
from tests.decoding.reference import best_ctc, best_hmm, clear, drawn

LAW = settings(max_examples=60, deadline=None)
seeds = st.integers(0, 100_000)
PHONES = ("sil", "a", "b")
LETTERS = ("_", "a", "b", " ")
WORDS = {"A": {"a": log(0.7), "bb": log(0.3)}, "AB": {("a", "b"): 0.0}, "BAB": {"bab": 0.0}, "LONG": {"abba": 0.0}}
KINDS: list[dict[str, Any]] = [
    {"topology": "hmm", "alphabet": PHONES, "stay": log(0.6)},
    {"topology": "hmm", "alphabet": PHONES, "stay": log(0.3), "silence": "sil"},
    {"topology": "ctc", "alphabet": LETTERS, "blank": "_"},
    {"topology": "ctc", "alphabet": LETTERS, "blank": "_", "separator": " "},
]
kinds = st.sampled_from(KINDS)
grammars = st.sampled_from(["none", "unigram", "bigram"])


def grammar_of(name: str, rng: np.random.Generator, words: int) -> np.ndarray | None:
    """A random grammar; one in four pairs of a bigram is forbidden."""
    if name == "none":
        return None
    if name == "unigram":
        return np.log(rng.dirichlet(np.ones(words))).astype(np.float32)
    table = rng.normal(-1, 1, (words + 2, words + 2))
    return np.where(rng.random(table.shape) < 0.25, -inf, table).astype(np.float32)


def enumerated(kind: dict[str, Any], scores: np.ndarray, grammar: np.ndarray) -> dict[tuple[str, ...], float]:
    if kind["topology"] == "hmm":
        return best_hmm(WORDS, kind["alphabet"], scores, grammar, kind["stay"], kind.get("silence"))
    return best_ctc(WORDS, kind["alphabet"], scores, grammar, kind.get("separator"))


def same(one: Found, other: Found) -> bool:
    return (one.words, one.score, one.labels.tolist()) == (other.words, other.score, other.labels.tolist())


@LAW
@given(seeds, kinds, grammars, st.integers(1, 5))
def test_the_best_words_of_all_are_found(seed: int, kind: dict[str, Any], name: str, frames: int) -> None:
    rng = np.random.default_rng(seed)
    grammar = grammar_of(name, rng, len(WORDS))
    scores = drawn(rng, frames, len(kind["alphabet"]))
    found = WordLoop(WORDS, **kind, grammar=grammar).decode([scores])[0]
    table = np.full(len(WORDS), -log(len(WORDS))) if grammar is None else grammar
    every = enumerated(kind, scores, table)
    if not every:
        assert same(found, Found((), -inf, np.empty(0, np.int32)))
        return
    assert found.score == pytest.approx(max(every.values()), abs=1e-3)
    assert every[tuple(word.word for word in found.words)] == pytest.approx(found.score, abs=1e-3)


@LAW
@given(seeds, kinds, grammars, st.lists(st.integers(0, 40), max_size=5))
def test_together_or_alone_is_the_same(seed: int, kind: dict[str, Any], name: str, lengths: list[int]) -> None:
    rng = np.random.default_rng(seed)
    loop = WordLoop(WORDS, **kind, grammar=grammar_of(name, rng, len(WORDS)))
    recordings = [drawn(rng, frames, len(kind["alphabet"])) for frames in lengths]
    together = loop.decode(recordings)
    assert len(together) == len(recordings)
    assert all(same(one, loop.decode([each])[0]) for one, each in zip(together, recordings, strict=True))


def test_more_recordings_than_are_searched_at_once_come_back_in_their_order() -> None:
    rng = np.random.default_rng(4)
    loop = WordLoop(WORDS, **KINDS[1])
    recordings = [drawn(rng, frames, 3) for frames in rng.integers(0, 5, 2 * STATES_AT_ONCE // len(loop.graph.symbols))]
    found = loop.decode(recordings)
    assert [len(one.labels) for one in found if one.words] == [
        len(each) for one, each in zip(found, recordings, strict=True) if one.words
    ]
    assert all(same(found[at], loop.decode([recordings[at]])[0]) for at in range(0, len(found), 50))


@LAW
@given(seeds, kinds, grammars, st.integers(1, 40))
def test_what_was_found_aligns_with_the_same_score(seed: int, kind: dict[str, Any], name: str, frames: int) -> None:
    rng = np.random.default_rng(seed)
    loop = WordLoop(WORDS, **kind, grammar=grammar_of(name, rng, len(WORDS)))
    scores = drawn(rng, frames, len(kind["alphabet"]))
    found = loop.decode([scores], penalty=0.5, scale=0.7)[0]
    if found.words:
        again = align(loop, [[word.word for word in found.words]], [scores], penalty=0.5, scale=0.7)[0]
        assert again.score == pytest.approx(found.score, abs=1e-3)
        assert again.text == found.text


@LAW
@given(seeds, kinds, st.integers(1, 60))
def test_times_lie_within_the_recording_and_in_order(seed: int, kind: dict[str, Any], frames: int) -> None:
    scores = drawn(np.random.default_rng(seed), frames, len(kind["alphabet"]))
    found = WordLoop(WORDS, **kind).decode([scores], penalty=-2)[0]
    assert len(found.labels) in (0, frames)
    times = [time for word in found.words for time in (word.start, word.end)]
    assert times == sorted(times)
    for word in found.words:
        assert 0 <= word.start < word.end <= frames
        assert (word.symbols[0][1], word.symbols[-1][2]) == (word.start, word.end)
        names = tuple(loop_symbol for loop_symbol, _, _ in word.symbols)
        variants = [tuple(kind["alphabet"].index(one) for one in each) for each in WORDS[word.word]]
        assert names == variants[word.variant]
        assert all((found.labels[start:end] == symbol).all() for symbol, start, end in word.symbols)
        assert 0 < word.confidence <= 1
        assert word.score == pytest.approx(
            float(scores[np.arange(word.start, word.end), found.labels[word.start : word.end]].sum()), abs=1e-3
        )


@LAW
@given(seeds, kinds, st.integers(10, 60))
def test_forbidden_pairs_never_come_out(seed: int, kind: dict[str, Any], frames: int) -> None:
    rng = np.random.default_rng(seed)
    grammar = grammar_of("bigram", rng, len(WORDS))
    assert grammar is not None
    names = [*WORDS, "<start>", "<end>"]
    found = WordLoop(WORDS, **kind, grammar=grammar).decode(
        [drawn(rng, frames, len(kind["alphabet"])) for _ in range(3)], penalty=-3
    )
    for one in found:
        path = ["<start>", *(word.word for word in one.words), "<end>"]
        if one.score > -inf:
            assert all(grammar[names.index(a), names.index(b)] > -inf for a, b in pairwise(path))


@LAW
@given(seeds, kinds, st.integers(1, 6))
def test_a_beam_over_exits_never_beats_the_exact_search(seed: int, kind: dict[str, Any], exits: int) -> None:
    rng = np.random.default_rng(seed)
    grammar = grammar_of("bigram", rng, len(WORDS))
    loop, narrow = WordLoop(WORDS, **kind, grammar=grammar), WordLoop(WORDS, **kind, grammar=grammar, exits=exits)
    recordings = [drawn(rng, 30, len(kind["alphabet"])) for _ in range(2)]
    beam, exact = narrow.decode(recordings), loop.decode(recordings)
    assert all(one.score <= other.score + 1e-3 for one, other in zip(beam, exact, strict=True))
    again = align(loop, [[word.word for word in one.words] for one in beam], recordings)
    assert all(one.score <= two.score + 1e-3 for one, two in zip(beam, again, strict=True) if one.words)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_higher_penalty_never_finds_more_words(kind: dict[str, Any]) -> None:
    scores = drawn(np.random.default_rng(1), 80, len(kind["alphabet"]))
    loop = WordLoop(WORDS, **kind)
    counts = [len(loop.decode([scores], penalty=penalty)[0].words) for penalty in (-4, -1, 0, 1, 4)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_recordings_too_short_for_any_word_hold_none(kind: dict[str, Any]) -> None:
    loop = WordLoop({"LONG": {"abab": 0.0}}, **kind)
    short = clear([1, 2], len(kind["alphabet"]))
    assert [one.words for one in loop.decode([short, short[:0], short[:1]])] == [(), (), ()]
    assert loop.decode([short[:0]])[0].score == -inf
    assert loop.decode([]) == []


def test_impossible_scores_hold_no_words() -> None:
    loop = WordLoop({"A": {"a": 0.0}}, topology="hmm", alphabet=PHONES)
    impossible = np.full((4, 3), -inf, dtype=np.float32)
    assert loop.decode([impossible])[0].words == ()


def test_silence_before_between_and_after_belongs_to_no_word() -> None:
    loop = WordLoop({"A": {"a": 0.0}, "B": {"b": 0.0}}, topology="hmm", alphabet=PHONES, silence="sil")
    labels = [0, 0, 1, 1, 0, 0, 0, 2, 2, 1, 0]
    found, quiet = loop.decode([clear(labels, 3), clear([0] * 5, 3)])
    assert [(word.word, word.start, word.end) for word in found.words] == [("A", 2, 4), ("B", 7, 9), ("A", 9, 10)]
    assert found.labels.tolist() == labels
    assert collapse(found.labels, 1)[:, 0].tolist() == [0, 1, 0, 2, 1, 0]
    assert quiet.words == ()
    assert quiet.score > -inf


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        (KINDS[1], [1, 2, 2, 1, 2]),
        (KINDS[1], [1, 2, 0, 0, 1, 2]),
        (KINDS[2], [1, 2, 0, 1, 2]),
        (KINDS[3], [1, 2, 3, 1, 0, 2]),
    ],
)
def test_a_word_said_twice_is_two_words(kind: dict[str, Any], labels: list[int]) -> None:
    loop = WordLoop({"AB": {"ab": 0.0}}, **kind)
    assert loop.decode([clear(labels, len(kind["alphabet"]))])[0].text == "AB AB"


def test_equal_symbols_of_neighbours_need_a_blank_between() -> None:
    loop = WordLoop({"AB": {"ab": 0.0}, "BA": {"ba": 0.0}}, topology="ctc", alphabet=LETTERS, blank="_")
    touching, apart = loop.decode([clear([1, 2, 2, 1], 4), clear([1, 2, 0, 2, 1], 4)])
    assert apart.text == "AB BA"
    assert touching.text != "AB BA"


def test_the_variant_that_was_said_is_named() -> None:
    loop = WordLoop({"THE": {"ab": log(0.5), "aa": log(0.2), "b": log(0.3)}}, topology="hmm", alphabet=PHONES)
    found = loop.decode([clear(labels, 3) for labels in ([1, 1, 2, 2], [1, 1, 1], [2, 2])])
    assert [one.words[0].variant for one in found] == [0, 1, 2]


def test_of_homophones_the_grammar_chooses() -> None:
    words = {"two": {"ab": 0.0}, "too": {"ab": 0.0}, "me": {"b": 0.0}}
    table = np.full((5, 5), log(0.2), dtype=np.float32)
    table[2, 1], table[3, 0] = log(0.8), log(0.8)  # "me too", and "two" first
    loop = WordLoop(words, topology="hmm", alphabet=PHONES, grammar=table, silence="sil")
    assert loop.decode([clear([1, 2, 0, 2, 2, 0, 1, 1, 2], 3)])[0].text == "two me too"


def test_confidence_is_high_on_clean_speech_low_on_noise_and_tells_right_from_wrong() -> None:
    rng = np.random.default_rng(0)
    alphabet = tuple("_abcdefghij")
    words = {f"w{i}": {tuple(rng.choice(alphabet[1:], 4)): 0.0} for i in range(30)}
    loop = WordLoop(words, topology="hmm", alphabet=alphabet)
    right, wrong, clean = [], [], []
    for noise in (0.2, 1.5, 2.5):
        for word, variants in words.items():
            labels = [alphabet.index(symbol) for symbol in next(iter(variants)) for _ in range(4)]
            scores = rng.normal(0, noise, (len(labels), len(alphabet)))
            scores[np.arange(len(labels)), labels] += 4 - noise
            found = loop.decode([scores], penalty=6)[0].words
            (clean if noise < 1 else right if [one.word for one in found] == [word] else wrong).append(
                np.mean([one.confidence for one in found])
            )
    noise_only = [one.confidence for each in loop.decode([drawn(rng, 60, 11, 1)] * 3) for one in each.words]
    higher = np.mean([a > b for a in right for b in wrong])
    assert min(clean) > 0.7
    assert max(noise_only) < 0.5
    assert min(len(right), len(wrong)) >= 5
    assert higher > 0.75
