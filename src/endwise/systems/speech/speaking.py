"""Speech from text, with the times of its phones and words."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import signal

import endwise as ew
from endwise.systems.speech.accents import phones_of
from endwise.systems.speech.engine import ENGINE_RATE, Utterance, Wave, utter
from endwise.systems.speech.lexicon import pronunciation
from endwise.systems.speech.phones import PHONES, SILENCE
from endwise.systems.speech.signals import RATE

Floats: TypeAlias = npt.NDArray[np.float32]

CLOSURE: Final = 0.015
"""Seconds without sound from which on silence has a segment of its own. So the closures of plosives (35-50 ms) do, in
the middle of words too, as in TIMIT once its 61 phones are folded; gaps between two pulses of a low voice do not."""
LIQUIDS: Final = (("L",), ("R",))
PHONEMES: Final = ew.Symbols("phonemes", alphabet=PHONES)


class Spoken(NamedTuple):
    """A word, and from when to when it was said, in seconds: from its first phone to its last."""

    word: str
    start: float
    end: float


class Speech(NamedTuple):
    """What was said, and when."""

    samples: Floats
    """(N,) at 8,000 a second, in -1..1."""
    phonemes: Floats
    """(T, 3) of index in PHONES, start and end in seconds; they tile the recording from 0 to its end."""
    words: tuple[Spoken, ...]


class _Phone(NamedTuple):
    name: str
    start: int
    end: int
    word_position: int
    """0 for silence."""


class _Part(NamedTuple):
    names: tuple[str, ...]
    start: int
    end: int
    word_position: int


def speak(text: str, *, voice: str, accent: str, rate: int = 170, pitch: int = 50) -> Speech:
    """`text`, words with a space between, said by a voice: the same arguments give the same bytes.

    `voice` is one of the engine's variants, such as "f3"; `accent` one of `accents.ACCENTS`; `rate` 80 to 450 words a
    minute; `pitch` 0 to 99, where 50 is the voice's own.

    Raises MissingExtra without the extra `speech`, EndwiseError for a voice that the engine lacks and for a sound that
    has no phone.
    """
    utterance = utter(text, voice=voice, accent=accent, rate=rate, pitch=pitch)
    phones = _joined(_phones(utterance, accent))
    samples = _resampled(utterance.wave)
    rows = np.array([(PHONES.index(one.name), one.start, one.end) for one in phones], dtype=np.float64).reshape(-1, 3)
    rows[:, 1:] /= ENGINE_RATE
    rows[-1:, 2] = len(samples) / RATE  # a fraction of a sample longer
    return Speech(np.clip(samples, -1, 1).astype(np.float32), rows.astype(np.float32), _words(text, accent, phones))


def _resampled(wave: Wave) -> Floats:
    """At 8,000 a second, in about -1..1; the low pass is symmetric, so times do not move."""
    common = math.gcd(RATE, ENGINE_RATE)
    return signal.resample_poly(
        wave.astype(np.float32) / 2**15, RATE // common, ENGINE_RATE // common, window=_low_pass(ENGINE_RATE // common)
    )


@functools.cache
def _low_pass(down: int) -> Any:
    """The one that `resample_poly` would design anew for each recording."""
    return signal.firwin(20 * down + 1, 1 / down, window=("kaiser", 5.0))


def _phones(utterance: Utterance, accent: str) -> Iterator[_Phone]:
    """The phones in order and without gaps, in samples of the engine."""
    parts = _parts(utterance, accent)
    yield _Phone(SILENCE, 0, parts[0].start if parts else len(utterance.wave), 0)
    for names, start, end, position in parts:
        quiet = start if names == (SILENCE,) else _quiet_from(utterance.wave, start, end)
        # A part has one time: where it is several phones, each has an equal share.
        cuts = np.linspace(start, quiet, len(names) + 1).round().astype(int)
        for name, (first, last) in zip(names, pairwise(cuts.tolist()), strict=True):
            yield _Phone(name, first, last, position)
        yield _Phone(SILENCE, quiet, end, 0)


def _parts(utterance: Utterance, accent: str) -> list[_Part]:
    """What the engine made in one piece.

    It says the l of "call", and now and then an r, within the vowel, and gives it no sound of its own.
    """
    wave, sounds = utterance
    parts: list[_Part] = []
    ends = [*(sound.start for sound in sounds[1:]), len(wave)]
    named = phones_of([sound.mnemonic for sound in sounds], accent)
    for names, sound, end in zip(named, sounds, ends, strict=True):
        if names in LIQUIDS and parts and not wave[sound.start : end].any():
            parts[-1] = parts[-1]._replace(names=(*parts[-1].names, *names), end=end)
        else:
            parts.append(_Part(names, sound.start, end, sound.word_position))
    return parts


def _quiet_from(wave: Wave, start: int, end: int) -> int:
    """The sample from which nothing sounds until `end`, where that lasts a closure; else `end`.

    The engine writes exact zeros where nothing sounds. A glottal stop is nothing but a gap, and keeps it.
    """
    sounding = np.flatnonzero(wave[start:end])
    quiet = start + int(sounding[-1]) + 1 if len(sounding) else end
    return quiet if end - quiet >= CLOSURE * ENGINE_RATE else end


def _joined(phones: Iterator[_Phone]) -> list[_Phone]:
    """Without the empty ones, and with neighbouring silences as one."""
    joined: list[_Phone] = []
    for phone in phones:
        if phone.start == phone.end:
            continue
        if joined and phone.name == joined[-1].name == SILENCE:
            joined[-1] = joined[-1]._replace(end=phone.end)
        else:
            joined.append(phone)
    return joined


def _words(text: str, accent: str, phones: Sequence[_Phone]) -> tuple[Spoken, ...]:
    """The words with their times, taken from the phones that each is made of."""
    places = {place: [one for one in phones if one.word_position == place] for place in _places(phones)}
    found = []
    for place, following in pairwise([*places, len(text) + 1]):
        words = text[place - 1 : following - 1].split()
        for word, own in zip(words, _shares(words, places[place], accent), strict=True):
            found.append(Spoken(word, own[0].start / ENGINE_RATE, own[-1].end / ENGINE_RATE))
    return tuple(found)


def _places(phones: Sequence[_Phone]) -> list[int]:
    return sorted({phone.word_position for phone in phones if phone.word_position})


def _shares(words: Sequence[str], phones: Sequence[_Phone], accent: str) -> list[Sequence[_Phone]]:
    """`phones` dealt out to `words`, which the engine merged ("in the"): cut where each sounds most as alone."""
    if len(words) == 1:
        return [phones]
    first, rest = pronunciation(words[0], accent), pronunciation(" ".join(words[1:]), accent)
    names = [phone.name for phone in phones]
    cuts = range(1, len(names) - len(words) + 2)
    cut = min(cuts, key=lambda cut: _unlike(names[:cut], first) + _unlike(names[cut:], rest))
    return [phones[:cut], *_shares(words[1:], phones[cut:], accent)]


def _unlike(said: Sequence[str], alone: Sequence[str]) -> float:
    """The edits from one to the other: distance is a share of the truth."""
    return PHONEMES.distance(said, alone) * max(len(alone), 1)
