"""Laws of the world of speech: what must hold whatever its parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import endwise as ew
from endwise.systems.speech import acoustics, speakers
from endwise.systems.speech.grammars import COMMANDS, DIGITS, NAMES, Grammar, grammar_of
from endwise.systems.speech.phone_times import posteriors_of
from endwise.systems.speech.phones import LETTERS, PHONES, SILENCE
from endwise.systems.speech.signals import RATE, audio, phonemes, transcript, words
from endwise.systems.speech.world import PAUSE, generate

seeds = st.integers(0, 2**32)


def needs_speech() -> None:
    pytest.importorskip("espeakng_loader", reason="the extra 'speech' is not installed")


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    ragged = all(
        np.array_equal(left, right)
        for name in ("audio", "phonemes", "words")
        for left, right in zip(one[name], other[name], strict=True)
    )
    return ragged and one["transcript"] == other["transcript"] and one["speaker"] == other["speaker"]


def part(world: dict[str, Any], rows: slice) -> dict[str, Any]:
    return {name: values[rows] for name, values in world.items()}


# ---------------------------------------------------------------------------------------------- grammars


def test_the_grammars_have_the_words_they_say() -> None:
    assert len(COMMANDS.vocabulary) == 46
    assert " ".join(DIGITS.vocabulary) == "zero oh one two three four five six seven eight nine"
    assert 2500 < len(grammar_of("sentences").vocabulary) < 5000


@pytest.mark.parametrize(
    ("grammar", "fewest", "most"), [(DIGITS, 1, 5), (COMMANDS, 2, 6), (grammar_of("sentences"), 5, 7)]
)
@given(seed=seeds)
def test_a_sentence_keeps_to_its_grammar(grammar: Grammar, fewest: int, most: int, seed: int) -> None:
    said = grammar.draw(np.random.default_rng(seed))
    assert fewest <= len(said.split()) <= most
    assert set(said.split()) <= set(grammar.vocabulary)
    assert set(said) <= set(LETTERS)
    assert said == " ".join(said.split())


def test_every_word_of_a_small_grammar_is_said() -> None:
    random = np.random.default_rng(0)
    for grammar in (DIGITS, COMMANDS):
        assert {word for _ in range(2000) for word in grammar.draw(random).split()} == set(grammar.vocabulary)


# ---------------------------------------------------------------------------------------------- speakers


def test_nobody_is_heard_in_training_and_test() -> None:
    train, test = speakers.VOICES["train"], speakers.VOICES["test"]
    assert len(train) == len(set(train)) == 53
    assert len(test) == len(set(test)) == 24
    assert not set(train) & set(test)


def test_without_complexity_all_speak_american_at_their_own_pitch() -> None:
    random = np.random.default_rng(0)
    drawn = [speakers.draw(random, voices="train", complexity=0.0) for _ in range(200)]
    assert {(one.accent, one.pitch) for one in drawn} == {("american", 50)}
    drawn = [speakers.draw(random, voices="train", complexity=1.0) for _ in range(500)]
    assert {one.accent for one in drawn} == set(speakers.ACCENTS)
    assert {one.pitch for one in drawn} == {35, 42, 50, 58, 65}


# ---------------------------------------------------------------------------------------------- acoustics


def beep() -> np.ndarray:
    """A quarter of a second of silence, of a tone, and of silence."""
    tone = np.sin(2 * np.pi * 440 * np.arange(RATE // 4) / RATE)
    return np.concatenate([np.zeros(RATE // 4), tone, np.zeros(RATE // 4)])


@given(seeds, st.floats(0, 3))
def test_a_recording_keeps_its_length_and_its_range(seed: int, complexity: float) -> None:
    heard = acoustics.record(beep(), np.random.default_rng(seed), complexity=complexity)
    assert heard.dtype == np.float32
    assert len(heard) == len(beep())
    assert np.isfinite(heard).all()
    assert 0 < np.abs(heard).max() <= 0.98 + 1e-6
    assert np.array_equal(heard, acoustics.record(beep(), np.random.default_rng(seed), complexity=complexity))


def test_without_complexity_a_recording_is_clean() -> None:
    heard = acoustics.record(beep(), np.random.default_rng(0), complexity=0.0)
    assert not heard[: RATE // 4].any()
    assert np.sqrt(np.mean(heard**2)) == pytest.approx(acoustics.LOUDNESS, rel=1e-5)


@given(seeds)
def test_a_room_is_never_heard_before_the_sound(seed: int) -> None:
    echoes = np.random.default_rng(seed).standard_normal(RATE)
    heard = acoustics.reverberate(beep(), echoes, seconds=0.3, strength=0.7)
    assert np.abs(heard[: RATE // 4]).max() < 1e-9
    assert np.abs(heard[RATE // 2 :]).max() > 1e-3


@pytest.mark.parametrize("seconds", [0.1, 0.3, 0.5])
def test_a_room_falls_by_60_decibels_in_its_time(seconds: float) -> None:
    click = np.zeros(RATE)
    click[0] = 1.0
    tail = acoustics.reverberate(click, np.random.default_rng(0).standard_normal(RATE), seconds=seconds, strength=0.5)
    assert np.linalg.norm(tail[1:]) == pytest.approx(0.5, abs=1e-6)
    left = 10 * np.log10(np.cumsum(tail[:0:-1] ** 2)[::-1])  # Schroeder's integral (1965)
    place = int(seconds / 2 * RATE)
    assert left[0] - left[place] == pytest.approx(30.0, abs=1.5)


def test_pink_noise_falls_by_3_decibels_an_octave() -> None:
    power = np.abs(np.fft.rfft(acoustics.pink(np.random.default_rng(0).standard_normal(2**17)))) ** 2
    low, high = power[4000:8000].mean(), power[16000:32000].mean()
    assert 10 * np.log10(low / high) == pytest.approx(6.0, abs=0.3)


# ---------------------------------------------------------------------------------------------- the world


@pytest.fixture(scope="module")
def spoken() -> dict[str, Any]:
    needs_speech()
    return generate(30, seed=3)


def test_rows_pass_the_signals_they_are_for(spoken: dict[str, Any]) -> None:
    said, vocabulary = words(COMMANDS.vocabulary), transcript(COMMANDS.vocabulary)
    for row in range(30):
        assert np.abs(audio.check(spoken["audio"][row])).max() <= 1
        phonemes.check(spoken["phonemes"][row])
        assert said.show(said.check(spoken["words"][row])) == spoken["transcript"][row]
        vocabulary.check(spoken["transcript"][row])
    assert all(spoken[name][0].dtype == np.float32 for name in ("audio", "phonemes", "words"))


def test_phones_tile_each_recording_with_silence_around(spoken: dict[str, Any]) -> None:
    for samples, rows in zip(spoken["audio"], spoken["phonemes"], strict=True):
        assert rows[0, 1] == 0
        assert rows[-1, 2] == pytest.approx(len(samples) / RATE, abs=1e-6)
        assert np.array_equal(rows[1:, 1], rows[:-1, 2])
        for edge in (rows[0], rows[-1]):
            assert PHONES[int(edge[0])] == SILENCE
            assert PAUSE[0] - 1e-3 <= edge[2] - edge[1] <= PAUSE[1] + 1e-3


def test_words_begin_and_end_with_a_phone(spoken: dict[str, Any]) -> None:
    for said, rows in zip(spoken["words"], spoken["phonemes"], strict=True):
        speech = rows[rows[:, 0] != PHONES.index(SILENCE)]
        assert np.abs(said[:, 1:2] - speech[:, 1]).min(axis=1).max() < 1e-4
        assert np.abs(said[:, 2:3] - speech[:, 2]).min(axis=1).max() < 1e-4
        assert (said[1:, 1] >= said[:-1, 2] - 1e-4).all()


def test_rows_do_not_depend_on_how_many_are_made(spoken: dict[str, Any]) -> None:
    assert same(part(spoken, slice(5)), generate(5, seed=3))
    assert same(part(spoken, slice(17, 22)), generate(5, seed=3, start=17))
    assert not same(part(spoken, slice(5)), generate(5, seed=4))


def test_the_test_has_other_speakers_and_draws_anew(spoken: dict[str, Any]) -> None:
    test = generate(30, seed=3, voices="test")
    assert not set(test["speaker"]) & set(spoken["speaker"])
    assert {name.split()[0] for name in test["speaker"]} <= set(speakers.TEST_VOICES)
    assert test["transcript"] != spoken["transcript"]


def test_every_word_has_a_pronunciation_that_is_heard() -> None:
    needs_speech()
    from endwise.systems.speech.lexicon import lexicon

    made = generate(40, seed=8, grammar="sentences")
    known = lexicon({word for said in made["transcript"] for word in said.split()})
    for said, rows, text in zip(made["words"], made["phonemes"], made["transcript"], strict=True):
        for (_, start, end), word in zip(said, text.split(), strict=True):
            inside = (rows[:, 1] > start - 1e-4) & (rows[:, 2] < end + 1e-4) & (rows[:, 0] != PHONES.index(SILENCE))
            assert tuple(PHONES[int(place)] for place in rows[inside, 0]) in known[word]


def test_the_lexicon_knows_the_accents() -> None:
    needs_speech()
    from endwise.systems.speech.lexicon import lexicon

    ways = lexicon(["the", "far", "seven"])
    assert ways["the"][0] == ("DH", "AH")
    assert ways["far"] == (("F", "AA", "R"), ("F", "AA"))
    assert ways["seven"] == (("S", "EH", "V", "AH", "N"),)


def test_progress_is_told() -> None:
    needs_speech()
    told: list[tuple[int, int]] = []
    generate(3, seed=0, grammar="digits", progress=lambda done, count: told.append((done, count)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_no_rows_are_none() -> None:
    assert [len(values) for values in generate(0, seed=0).values()] == [0] * 5


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (
            {"grammar": "poems"},
            "Speech of the grammar 'poems' was asked for.\nThere are: digits, commands, sentences.\n"
            "The built-in world of speech makes no other.\nTake one of these, or bring recordings of your own.",
        ),
        (
            {"voices": "choir"},
            "Speech of the set of voices 'choir' was asked for.\nThere are: train, test.\n"
            "The built-in world of speech makes no other.\nTake one of these, or bring recordings of your own.",
        ),
    ],
)
def test_what_is_not_there_is_said(asked: dict[str, Any], text: str) -> None:
    with pytest.raises(ew.EndwiseError) as caught:
        generate(1, seed=0, **asked)
    assert str(caught.value) == text
    assert list(NAMES) == ["digits", "commands", "sentences"]


def test_complexity_starts_at_0() -> None:
    with pytest.raises(ew.EndwiseError, match="complexity -1 were asked for"):
        generate(1, seed=0, complexity=-1)


# ---------------------------------------------------------------------------------------------- posteriors


@given(
    st.lists(st.tuples(st.integers(0, len(PHONES) - 1), st.floats(0.011, 0.3)), min_size=1, max_size=20),
    st.integers(0, 400),
)
@settings(max_examples=60)
def test_a_frame_has_the_phone_at_its_middle(said: list[tuple[int, float]], frames: int) -> None:
    ends = np.cumsum([length for _, length in said])
    rows = np.column_stack([[name for name, _ in said], [0, *ends[:-1]], ends]).astype(np.float32)
    hot = posteriors_of(rows, frames)
    assert hot.shape == (frames, len(PHONES))
    assert hot.dtype == np.float32
    assert (hot.sum(axis=1) == 1).all()
    for frame, found in enumerate(hot.argmax(axis=1)):
        middle = (frame + 0.5) / 100
        there = [int(name) for name, start, end in rows.tolist() if start <= middle < end]
        assert found == (there[0] if there else PHONES.index(SILENCE))
