"""Texts and symbols as inputs: which stretches stand in them, and what networks and estimators learn from that."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from sklearn.linear_model import LogisticRegression

import endwise as ew
from endwise.learn.encode import GRAMS, MULTIPLIER, Grams, tensors
from endwise.learn.fit import fit
from endwise.learn.ragged import objects
from endwise.learn.together import refusal
from endwise.learn.trainer import Recipe
from endwise.system.paths import Path

TITLE = ew.Text("title")
KIND = ew.Category("kind", values=["tool", "fruit"])
PHONES = ew.Symbols("phones", alphabet=["a", "b", "c"])
WORDS = (["hammer", "saw", "drill", "wrench"], ["apple", "cherry", "plum", "pear"])


def encoded(encoder: Grams, *rows: object) -> torch.Tensor:
    made: torch.Tensor = encoder(tensors([objects(rows)], "cpu")[0])
    return made


def by_hand(text: str) -> Counter[int]:
    """The column of each stretch of one to five bytes, one at a time."""
    letters, found = text.lower().encode(), Counter[int]()
    for first in range(len(letters)):
        hashed = 0
        for letter in letters[first : first + 5]:
            hashed = (hashed * MULTIPLIER + letter + 1) % (2**31 - 1)
            found[hashed % GRAMS] += 1
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=5))
def test_a_text_is_the_stretches_in_it_whatever_stands_beside_it(texts: list[str]) -> None:
    rows = encoded(Grams(TITLE), *texts)
    for text, row in zip(texts, rows, strict=True):
        wanted = torch.zeros(GRAMS)
        for column, count in by_hand(text).items():
            wanted[column] = np.log1p(count)
        length = float(wanted.norm()) or 1.0
        torch.testing.assert_close(row, wanted * (GRAMS**0.5 / length))


def test_capitals_do_not_matter_and_no_text_is_nothing() -> None:
    rows = encoded(Grams(TITLE), "Äpfel UND Birnen", "äpfel und birnen", "")
    assert torch.equal(rows[0], rows[1])
    assert not rows[2].any()


def test_what_stands_in_every_training_row_counts_less_than_what_stands_in_few() -> None:
    encoder = Grams(TITLE)
    texts = objects(["the saw", "the plum", "the pear", "the drill"])
    encoder.learn(texts, np.arange(3))  # the last row is not one of them
    seen = encoder.rarity[list(by_hand("the"))]
    assert seen.max() < encoder.rarity[list(by_hand("plum"))].max() < encoder.rarity[list(by_hand("drill"))].max()


def test_symbols_are_told_apart_by_their_order() -> None:
    one, other = encoded(Grams(PHONES), np.array([0, 1, 2], np.int32), np.array([2, 1, 0], np.int32))
    assert (one > 0).sum() == (other > 0).sum() == 5  # three symbols, and two pairs
    assert ((one > 0) & (other > 0)).sum() == 3


def titles(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    kinds = chance.integers(2, size=count)
    said = [f"{chance.choice(['new', 'used'])} {chance.choice(WORDS[kind])} {chance.integers(9)}" for kind in kinds]
    return objects(said), kinds.astype(np.int32)


@pytest.mark.parametrize("using", [None, LogisticRegression()])
def test_a_text_is_learnt_from(using: object) -> None:
    component = ew.learned(TITLE, to=KIND, using=using)
    texts, kinds = titles(120, 0)
    held_out = np.arange(120) % 5 == 0
    model, _ = fit(component, [texts], kinds, held_out=held_out, recipe=replace(Recipe(), max_steps=300), seed=0)
    later, wanted = titles(40, 1)
    found = model.predict([later])
    assert (found == wanted).mean() >= 0.95
    assert model.predict([later[:0]]).shape == (0,)


def test_a_function_of_a_text_is_not_trained_through() -> None:
    size = ew.Number("size")
    words = ew.Text("words", alphabet="ab")
    sound = ew.Audio("sound", rate=8000)
    parts: Path = (
        ew.learned(sound, to=words),
        ew.fixed(words, to=size, using=lengths_of),
        ew.learned(size, to=KIND),
    )
    assert refusal(parts) == "no function of a text: networks read it as numbers, 'size' is made of its letters"


def lengths_of(texts: np.ndarray) -> np.ndarray:
    return np.array([len(text) for text in texts], np.float32)
