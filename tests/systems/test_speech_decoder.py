"""Phonemes to words, hard and soft, and units without names: on made-up phones, without the speech engine."""

from __future__ import annotations

import numpy as np
import pytest

import endwise as ew
from endwise.learn.ragged import objects
from endwise.systems.speech.decoder import Decoder
from endwise.systems.speech.phones import PHONES
from endwise.systems.speech.system import best_phones, spelled
from endwise.systems.speech.units import Units

LEXICON = {"tea": [["T", "IY"]], "two": [["T", "UW"]], "either": [["IY", "DH", "ER"], ["AY", "DH", "ER"]]}
WORDS = list(LEXICON)
FIRST = 0.8
"""How often "either" is said in the first way."""


def said(text: str, random: np.random.Generator, noise: float) -> np.ndarray:
    """Chances of phones as a good ear gives them: (T, phones), ten frames a phone, silence around."""
    ways = {word: found[0 if random.random() < FIRST else -1] for word, found in LEXICON.items()}
    phones = ["sil", *(phone for word in text.split() for phone in ways[word]), "sil"]
    right = np.repeat([PHONES.index(phone) for phone in phones], 10)
    scores = noise * random.normal(size=(len(right), len(PHONES)))
    scores[np.arange(len(right)), right] += 4
    return (np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)).astype(np.float32)


def world(count: int, seed: int, noise: float = 1.2) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    texts = [" ".join(random.choice(WORDS, random.integers(1, 4))) for _ in range(count)]
    return objects([said(text, random, noise) for text in texts]), objects(texts)


@pytest.fixture(scope="module", params=["soft", "hard"])
def trained(request: pytest.FixtureRequest) -> tuple[Decoder, str]:
    decoder = Decoder(WORDS, LEXICON)
    chances, texts = world(120, 1)
    inputs = chances if request.param == "soft" else best_phones(chances)
    loss = decoder.fit([inputs], texts, np.arange(120) < 24, 0)
    assert 0 <= loss < 0.2
    return decoder, request.param


def test_words_and_their_times_are_found(trained: tuple[Decoder, str]) -> None:
    decoder, way = trained
    chances, texts = world(60, 2)
    found = decoder.predict([chances if way == "soft" else best_phones(chances)])
    assert (spelled(found, WORDS) == texts).mean() > 0.9
    right = next(at for at, text in enumerate(texts) if text.split() == [WORDS[int(word)] for word in found[at][:, 0]])
    assert found[right][0, 1] == pytest.approx(0.1, abs=0.05)
    assert found[right][-1, 2] == pytest.approx(len(chances[right]) / 100 - 0.1, abs=0.05)


def test_the_common_pronunciation_is_learnt(trained: tuple[Decoder, str]) -> None:
    decoder, _ = trained
    first, second = np.exp(decoder.weights[-2:])
    assert first + second == pytest.approx(1, abs=1e-4)
    assert first == pytest.approx(FIRST, abs=0.12)


def test_what_was_learnt_comes_back_without_lexicon_and_rows(trained: tuple[Decoder, str]) -> None:
    decoder, way = trained
    other = Decoder(WORDS)
    other.restore(decoder.state())
    chances, _ = world(20, 3)
    inputs = chances if way == "soft" else best_phones(chances)
    for one, two in zip(decoder.predict([inputs]), other.predict([inputs]), strict=True):
        np.testing.assert_array_equal(one, two)


def test_an_ear_that_mistakes_one_phone_for_another_is_understood() -> None:
    """Every T is heard as D: a decoder that learns it from the rows finds the words all the same."""
    t, d = PHONES.index("T"), PHONES.index("D")

    def mistaken(chances: np.ndarray) -> np.ndarray:
        for row in chances:
            row[:, [t, d]] = row[:, [d, t]]
        return best_phones(chances)

    decoder = Decoder(WORDS, LEXICON)
    chances, texts = world(120, 4)
    decoder.fit([mistaken(chances)], texts, np.arange(120) < 24, 0)
    assert decoder.heard[t].argmax() == d
    chances, texts = world(60, 5)
    assert (spelled(decoder.predict([mistaken(chances)]), WORDS) == texts).mean() > 0.9


def test_the_lexicon_may_stand_in_any_order_and_has_to_be_whole() -> None:
    chances, texts = world(60, 6)
    turned = {word: LEXICON[word] for word in reversed(WORDS)} | {"more": [["M", "AO"]]}
    found = []
    for lexicon in (LEXICON, turned):
        decoder = Decoder(WORDS, lexicon)
        decoder.fit([chances], texts, np.arange(60) < 12, 0)
        found.append(decoder.spoken())
    assert found[0] == found[1]
    with pytest.raises(ew.EndwiseError, match=r"(?s)1 have no pronunciation, the first is 'four'.*Add its phones"):
        Decoder([*WORDS, "four"], LEXICON)


def test_a_row_without_sound_has_no_words(trained: tuple[Decoder, str]) -> None:
    decoder, way = trained
    empty = np.zeros((0, len(PHONES)), np.float32)
    silent = np.eye(len(PHONES), dtype=np.float32)[np.zeros(50, int)]
    rows = objects([empty, silent])
    found = decoder.predict([rows if way == "soft" else best_phones(rows)])
    assert found[0].shape == (0, 3)
    assert spelled(found, WORDS)[0] == ""


def test_units_are_chances_that_follow_the_sound() -> None:
    random = np.random.default_rng(0)
    centres = 4 * random.normal(size=(5, 13))
    kinds = [np.repeat(random.integers(0, 5, 12), 12) for _ in range(30)]
    rows = objects([(centres[kind] + 0.3 * random.normal(size=(len(kind), 13))).astype(np.float32) for kind in kinds])
    learner = Units()
    loss = learner.fit([rows], objects([""] * 30), np.arange(30) < 6, 0)
    assert 0 < loss < 0.7
    found = learner.predict([rows])
    assert all(one.shape == (len(row), 40) for one, row in zip(found, rows, strict=True))
    assert all(np.allclose(one.sum(axis=1), 1, atol=1e-5) for one in found)
    inside = np.concatenate([one[6::12].argmax(axis=1) for one in found])
    kind = np.concatenate([one[6::12] for one in kinds])
    pure = sum(np.bincount(kind[inside == unit]).max() for unit in np.unique(inside)) / len(kind)
    assert pure > 0.95
    again = Units()
    again.restore(learner.state())
    np.testing.assert_array_equal(again.predict([rows])[0], found[0])
