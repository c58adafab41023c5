"""How words are pronounced: all the ways in which the accents say them, alone and between others."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable
from typing import Final, TypeAlias

from endwise.systems.speech.accents import ACCENTS, phones_of
from endwise.systems.speech.engine import utter
from endwise.systems.speech.phones import SILENCE

Pronunciation: TypeAlias = tuple[str, ...]

_VOICE: Final = "m1"
_FASTEST: Final = 450
"""Words a minute: the sounds are the same, and sooner made."""


def lexicon(words: Iterable[str]) -> dict[str, tuple[Pronunciation, ...]]:
    """For each word its different pronunciations over all accents, the most common first, without silence.

    Raises MissingExtra without the extra `speech`, EndwiseError for a sound that has no phone.
    """
    return {word: _pronunciations(word) for word in words}


@functools.cache
def pronunciation(text: str, accent: str) -> Pronunciation:
    """The phones of `text` in an accent, without silence. Raises as `lexicon` does."""
    return tuple(phone for phones in _by_place(text, accent).values() for phone in phones)


@functools.cache  # some 50 ms: a decoder is fitted many times in a study
def _pronunciations(word: str) -> tuple[Pronunciation, ...]:
    """A word before a vowel, before a consonant and at the end: "the" has three vowels there, "far" an r or none."""
    text = f"{word} at {word} now {word}"
    places = (1, len(word) + 5, 2 * len(word) + 10)
    counts: Counter[Pronunciation] = Counter()
    for accent in ACCENTS:
        found = _by_place(text, accent)
        # Where the engine has merged a word with its neighbour ("at the"), one of the two has no place.
        counts.update(found[place] for place in places if place in found and not _merged(place, text, found))
    return tuple(phones for phones, _ in counts.most_common())


def _merged(place: int, text: str, found: dict[int, Pronunciation]) -> bool:
    following = text.find(" ", place - 1) + 2
    return following > 1 and following not in found


def _by_place(text: str, accent: str) -> dict[int, Pronunciation]:
    """The phones of each word of `text`, or of several that the engine has merged, by where it starts."""
    sounds = utter(text, voice=_VOICE, accent=accent, rate=_FASTEST, pitch=50).sounds
    found: dict[int, Pronunciation] = {}
    for sound, phones in zip(sounds, phones_of([sound.mnemonic for sound in sounds], accent), strict=True):
        if phones != (SILENCE,):
            found[sound.word_position] = (*found.get(sound.word_position, ()), *phones)
    return found
