"""Speech from text: the engine, the names of its sounds, and the times of phones and words."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import endwise as ew
from endwise.systems.speech.accents import ACCENTS, phones_of
from endwise.systems.speech.grammars import COMMANDS, DIGITS, grammar_of
from endwise.systems.speech.phones import PHONES, SILENCE
from endwise.systems.speech.signals import RATE
from endwise.systems.speech.speakers import TEST_VOICES, TRAIN_VOICES
from endwise.systems.speech.speaking import Speech, speak

VOICES = TRAIN_VOICES + TEST_VOICES
VOWELS = {"AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"}


def needs_speech() -> None:
    pytest.importorskip("espeakng_loader", reason="the extra 'speech' is not installed")


def phones(speech: Speech) -> list[str]:
    return [PHONES[int(row[0])] for row in speech.phonemes]


def test_without_the_extra_the_error_says_how_to_install_it() -> None:
    program = """
        import sys
        sys.modules["espeakng_loader"] = None
        import endwise as ew
        from endwise.systems.speech.world import generate
        try:
            generate(1, seed=0)
        except ew.MissingExtra as error:
            print(error)
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == [
        "Speech made by espeak-ng was asked for.",
        "The packages of the extra 'speech' are not installed.",
        "endwise keeps its base small.",
        "Install them with: pip install 'endwise[speech]'",
    ]


def test_a_sound_without_a_phone_is_an_error_and_never_silence() -> None:
    with pytest.raises(ew.EndwiseError) as caught:
        list(phones_of(["h", "Y:"], "british"))
    assert str(caught.value).splitlines() == [
        "Speech with its phones was asked for, in the accent 'british'.",
        "The engine made a sound that it calls 'Y:'.",
        "That is none of the 73 sounds whose phone is known, and a guess would be a false label.",
        "Say it in other words, or add the sound to the tables of endwise.systems.speech.accents.",
    ]


def test_an_accent_names_its_own_sounds() -> None:
    assert list(phones_of(["b", "'aa", "T"], "american")) == [("B",), ("AE",), ("TH",)]
    assert list(phones_of(["b", "'aa", "T"], "received")) == [("B",), ("AA",), ("TH",)]
    assert list(phones_of(["k", "'A@"], "american")) == [("K",), ("AA", "R")]
    assert list(phones_of(["k", "'A@", "r-", "I", "z"], "american"))[1:3] == [("AA",), ("R",)]


def test_a_voice_that_is_not_there_is_an_error() -> None:
    needs_speech()
    with pytest.raises(ew.EndwiseError) as caught:
        speak("yes", voice="nobody", accent="british")
    assert str(caught.value).splitlines() == [
        "The voice 'nobody' was to speak, in the accent 'british'.",
        "The engine does not have them.",
        "Voices and accents come with the package espeakng-loader, of which other versions may hold others.",
        "Take a voice of endwise.systems.speech.speakers.VOICES, or install espeakng-loader 0.2.4.",
    ]


@pytest.mark.parametrize("accent", ACCENTS)
@pytest.mark.parametrize(
    "vocabulary", [DIGITS.vocabulary, COMMANDS.vocabulary, grammar_of("sentences").vocabulary[::12]]
)
def test_every_word_has_phones_in_every_accent(accent: str, vocabulary: tuple[str, ...]) -> None:
    needs_speech()
    for first in range(0, len(vocabulary), 8):
        said = vocabulary[first : first + 8]
        speech = speak(" ".join(said), voice="m1", accent=accent, rate=300)
        assert tuple(word for word, _, _ in speech.words) == said


@given(
    st.lists(st.sampled_from([*COMMANDS.vocabulary, "in", "of", "a", "at"]), min_size=1, max_size=6),
    st.sampled_from(VOICES),
    st.sampled_from(list(ACCENTS)),
    st.integers(110, 230),
    st.integers(20, 80),
)
@settings(max_examples=40, deadline=None)
def test_phones_tile_the_recording_and_words_their_phones(
    said: list[str], voice: str, accent: str, rate: int, pitch: int
) -> None:
    needs_speech()
    speech = speak(" ".join(said), voice=voice, accent=accent, rate=rate, pitch=pitch)
    start, end = speech.phonemes[:, 1], speech.phonemes[:, 2]
    assert start[0] == 0
    assert end[-1] == pytest.approx(len(speech.samples) / RATE, abs=1e-6)
    assert np.array_equal(start[1:], end[:-1])
    assert (end > start).all()
    assert [word for word, _, _ in speech.words] == said
    loose = [
        row
        for row in speech.phonemes[speech.phonemes[:, 0] != PHONES.index(SILENCE)]
        if not any(first - 1e-5 <= row[1] and row[2] <= last + 1e-5 for _, first, last in speech.words)
    ]
    assert not loose
    assert all(one.end <= other.start for one, other in zip(speech.words, speech.words[1:], strict=False))


@given(st.lists(st.tuples(st.sampled_from(VOICES), st.sampled_from(list(ACCENTS))), min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_what_was_said_before_changes_nothing(before: list[tuple[str, str]]) -> None:
    needs_speech()
    wanted = {("m1", "scottish"): 0.0, ("f3", "american"): 0.0, ("antonio", "received"): 0.0}
    first = {one: speak("stop the radio now", voice=one[0], accent=one[1]) for one in wanted}
    for voice, accent in before:
        speak("call peter now", voice=voice, accent=accent, rate=200, pitch=70)
    for (voice, accent), speech in first.items():
        again = speak("stop the radio now", voice=voice, accent=accent)
        assert np.array_equal(again.samples, speech.samples)
        assert np.array_equal(again.phonemes, speech.phonemes)


def test_no_voice_reaches_full_scale() -> None:
    """The gain that would be held back reaches into the next utterance."""
    needs_speech()
    for voice in VOICES:
        samples = speak("turn on the loud kitchen alarm and go", voice=voice, accent="american").samples
        assert 0.03 < np.abs(samples).max() < 0.9, voice


def test_merged_words_are_told_apart() -> None:
    needs_speech()
    said = "turn on the lights in the kitchen"
    speech = speak(said, voice="f3", accent="american")
    assert " ".join(word for word, _, _ in speech.words) == said
    spoken = {
        (word, start): [
            name
            for name, row in zip(phones(speech), speech.phonemes, strict=True)
            if start - 1e-5 <= row[1] and row[2] <= end + 1e-5 and name != SILENCE
        ]
        for word, start, end in speech.words
    }
    assert [found for (word, _), found in spoken.items() if word == "the"] == [["DH", "AH"], ["DH", "AH"]]
    assert [found for (word, _), found in spoken.items() if word in ("on", "in")] == [["AO", "N"], ["IH", "N"]]


def test_silence_is_silent_and_vowels_are_loud() -> None:
    needs_speech()
    speech = speak("stop the music and open the kitchen window", voice="m3", accent="british")
    power = {"vowel": [], SILENCE: []}
    for name, (_, start, end) in zip(phones(speech), speech.phonemes, strict=True):
        inner = speech.samples[int(start * RATE) + 16 : int(end * RATE) - 16]  # what a filter rings apart
        kind = "vowel" if name in VOWELS else name
        if kind in power and len(inner):
            power[kind].append(float(np.mean(inner**2)))
    assert max(power[SILENCE]) < 1e-3 * min(power["vowel"])


def test_a_closure_is_silence_and_an_l_after_a_vowel_is_heard() -> None:
    needs_speech()
    said = speak("call peter", voice="m1", accent="british")
    assert " ".join(phones(said)) == "sil K AO L sil P IY sil T AH sil"
