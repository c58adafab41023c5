"""A world of speech: recordings with the truth of every signal, the same bytes for the same seed.

Sentences of a grammar are said by espeak-ng (the extra `speech`) in voices and accents that differ from row to row,
and recorded in a room with noise. The times of phones and words are the engine's own, to the sample. What is drawn:
`grammars`, `speakers`, `acoustics`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

import endwise as ew
from endwise.systems.speech import acoustics, speakers
from endwise.systems.speech.grammars import Grammar, grammar_of, not_there
from endwise.systems.speech.phones import PHONES, SILENCE
from endwise.systems.speech.signals import RATE
from endwise.systems.speech.speakers import VOICES, VoicesName
from endwise.systems.speech.speaking import Speech, speak

Floats: TypeAlias = npt.NDArray[np.float32]

TEMPO: Final = 170.0
TEMPO_SPREAD: Final = 30.0
"""Words a minute: conversation is held at 140 to 200."""
SLOWEST, FASTEST = 80, 350
"""What the engine says clearly."""
PAUSE: Final = (0.1, 0.3)
"""Seconds of silence before and after."""
_STREAMS: Final[dict[VoicesName, int]] = {"train": 0, "test": 1}


class _Row(NamedTuple):
    audio: Floats
    phonemes: Floats
    words: Floats
    transcript: str
    speaker: str


def generate(
    count: int,
    *,
    seed: int,
    grammar: str = "commands",
    voices: VoicesName = "train",
    complexity: float = 1.0,
    start: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Recordings of speech with their phones, words, transcript and speaker.

    Row i of a seed is the same whatever `count` is, so rows can be made in parts: `start` is the first. The same
    arguments give the same bytes (with one machine, numpy and espeakng-loader).

    Parameters
    ----------
    count: number of rows.
    seed: not negative.
    grammar: "digits", "commands" or "sentences".
    voices: "train", or "test" for speakers that training never meets, who say what is drawn anew from the grammar.
    complexity: how hard the way from audio to transcript is:

        ============================ ================== ======================== =======================
        scaled                       0                  1                        2
        ============================ ================== ======================== =======================
        share of the eight accents   American alone     all alike                as 1
        pitch around the voice's own none               +-15 of the engine's 99  +-30
        words a minute               170                140 to 200               110 to 230
        room over direct sound       none               -12 to 0 dB              -6 to 6 dB
        speech over noise            no noise           5 to 25 dB               -1 to 19 dB
        level                        one                +-6 dB                   +-12 dB
        ============================ ================== ======================== =======================

        Between 0 and 1 that share of the rows has any accent. Voices, sentences and pauses stay as they are.
    progress: is told (done, count).

    Returns
    -------
    audio: (count,) of float32 (N,) at 8,000 a second in -1..1.
    phonemes: (count,) of float32 (T, 3), index in PHONES, start and end in seconds; they tile the recording.
    words: (count,) of float32 (W, 3), the same over the grammar's vocabulary; from first to last phone of each.
    transcript: list of str. speaker: list of str, the voice, accent and pitch.

    Raises MissingExtra without the extra `speech`, EndwiseError for a grammar or voices that are not there.
    """
    if complexity < 0:
        raise ew.EndwiseError(
            f"Rows of complexity {complexity:g} were asked for.",
            "It starts at 0, where speech is clean and of one accent; 1 is as in life.",
            "It scales how far rows differ, which cannot be less than not at all.",
            "Give 0 or more.",
        )
    chosen = grammar_of(grammar)
    stream = _stream(voices)
    places = {word: place for place, word in enumerate(chosen.vocabulary)}
    rows = []
    for done, place in enumerate(range(start, start + count), 1):
        rows.append(_row(np.random.default_rng([seed, place, stream]), chosen, places, voices, complexity))
        if progress:
            progress(done, count)
    return {
        "audio": _ragged([row.audio for row in rows]),
        "phonemes": _ragged([row.phonemes for row in rows]),
        "words": _ragged([row.words for row in rows]),
        "transcript": [row.transcript for row in rows],
        "speaker": [row.speaker for row in rows],
    }


def _row(
    random: np.random.Generator, grammar: Grammar, places: dict[str, int], voices: VoicesName, complexity: float
) -> _Row:
    transcript = grammar.draw(random)
    speaker = speakers.draw(random, voices=voices, complexity=complexity)
    rate = round(TEMPO + complexity * TEMPO_SPREAD * random.uniform(-1, 1))
    speech = speak(
        transcript,
        voice=speaker.voice,
        accent=speaker.accent,
        rate=min(max(rate, SLOWEST), FASTEST),
        pitch=speaker.pitch,
    )
    before, after = (round(second * RATE) for second in random.uniform(*PAUSE, 2))
    samples, phonemes, shift = _framed(speech, before, after)
    words = [(places[word], start + shift, end + shift) for word, start, end in speech.words]
    return _Row(
        acoustics.record(samples, random, complexity=complexity),
        phonemes,
        np.array(words, dtype=np.float32).reshape(-1, 3),
        transcript,
        speaker.name,
    )


def _framed(speech: Speech, before: int, after: int) -> tuple[npt.NDArray[np.float64], Floats, float]:
    """The speech with `before` and `after` samples of silence in place of its own, and by how much its times move."""
    silence = PHONES.index(SILENCE)
    phonemes = speech.phonemes.astype(np.float64)
    spoken = np.flatnonzero(phonemes[:, 0] != silence)
    phonemes = phonemes[spoken[0] : spoken[-1] + 1]
    first, last = int(phonemes[0, 1] * RATE), int(np.ceil(phonemes[-1, 2] * RATE))
    samples = np.pad(speech.samples[first:last].astype(np.float64), (before, after))
    shift = (before - first) / RATE
    phonemes[:, 1:] += shift
    ends = [[silence, 0, phonemes[0, 1]], [silence, phonemes[-1, 2], len(samples) / RATE]]
    return samples, np.concatenate([ends[:1], phonemes, ends[1:]]).astype(np.float32), shift


def _ragged(values: Sequence[Floats]) -> npt.NDArray[np.object_]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _stream(name: str) -> int:
    if name not in _STREAMS:
        raise not_there("set of voices", name, VOICES)
    return _STREAMS[name]
