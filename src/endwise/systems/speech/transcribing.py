"""From sound files to words with their times, by a trained winner."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

import endwise as ew
from endwise.decoding import Found, WordLoop
from endwise.systems.speech.ears import Ear
from endwise.systems.speech.pieces import is_silent, is_steady, pieces, remarks
from endwise.systems.speech.signals import RATE

Progress = Callable[[Path, float, float], None]
"""Told a file, how many of its seconds are done, and how many it has."""

TOGETHER: Final = 160.0
"""Seconds of short recordings that are read before any is transcribed: side by side they take a fifth of the time."""
MOST_TOGETHER: Final = 100
AT_ONCE: Final = 16
"""Pieces heard at once: at most five minutes."""
LONGEST_ALIGNED: Final = 180.0
"""Seconds that are aligned in one go: the search keeps all states of all words at each frame. 271 s of 741 words took
26 s and 1.3 GB."""


class Part(NamedTuple):
    """A phone or letter of a word, from `start` to `end` in seconds."""

    name: str
    start: float
    end: float


@dataclass(frozen=True)
class Word:
    """One word, from `start` to `end` in seconds; `confidence`, 0 to 1, ranks words and is no share of right ones."""

    word: str
    start: float
    end: float
    confidence: float
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Transcript:
    """What a file holds: its words, or the reason why it could not be read; and what may have spoiled them."""

    file: Path
    seconds: float = 0.0
    words: tuple[Word, ...] = ()
    notes: tuple[str, ...] = ()
    reason: str = ""

    @property
    def text(self) -> str:
        """The words in a row."""
        return " ".join(one.word for one in self.words)

    @property
    def confidence(self) -> float | None:
        """Mean over the words; None without words."""
        return float(np.mean([one.confidence for one in self.words])) if self.words else None


@dataclass(frozen=True)
class _Recording:
    """A file as it was read; `samples` (N,) at 8,000 a second, none where there is a `reason`."""

    file: Path
    samples: np.ndarray
    reason: str = ""

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


@dataclass(frozen=True)
class _Piece:
    """What was heard in a piece of a recording: scores (T, V), and the times between its steps (T + 1,)."""

    scores: np.ndarray
    edges: np.ndarray


def transcripts(ear: Ear, loop: WordLoop | None, files: Iterable[Path], progress: Progress) -> Iterator[Transcript]:
    """A transcript a file, in their order; one that cannot be read has its reason instead of words."""
    for some in _read(files):
        yield from _transcribed(ear, loop, some, progress)


def aligned(ear: Ear, file: Path, words: Sequence[str]) -> Transcript:
    """When each of the words of a known transcript is said.

    Raises EndwiseError for a file that cannot be read, words that the ear cannot know, and words that do not fit.
    """
    recording = _attempt(file)
    if recording.reason or recording.seconds > LONGEST_ALIGNED:
        raise ew.EndwiseError(
            f"{file} was to be aligned with its transcript.",
            f"The file {recording.reason or f'has {recording.seconds:,.0f} seconds'}.",
            f"An alignment needs a recording of at most {LONGEST_ALIGNED:.0f} seconds.",
            "Name such a file; cut a longer one, and its transcript, where it is quiet.",
        )
    loop = ear.loop(list(dict.fromkeys(words)), None)
    heard = list(_heard(ear, recording.samples, pieces(recording.samples)))
    whole = _Piece(
        np.concatenate([one.scores for one in heard]),
        np.concatenate([heard[0].edges[:1], *(one.edges[1:] for one in heard)]),
    )
    found = ear.align(loop, [words], [whole.scores])[0]
    if not found.words:
        raise ew.EndwiseError(
            f"{file} was to be aligned with {len(words):,} words.",
            f"It has {recording.seconds:.2f} seconds, which are {len(whole.scores):,} steps of the design.",
            "So many words do not fit into them: each of their sounds takes a step or more.",
            "Check that the transcript belongs to the recording.",
        )
    return Transcript(file, recording.seconds, _words(ear, found, whole), tuple(remarks(recording.samples)))


def _read(files: Iterable[Path]) -> Iterator[list[_Recording]]:
    """Recordings in portions: a long one, or several short ones."""
    some: list[_Recording] = []
    for file in files:
        some.append(_attempt(file))
        if len(some) == MOST_TOGETHER or sum(one.seconds for one in some) > TOGETHER:
            yield some
            some = []
    if some:
        yield some


def _attempt(file: Path) -> _Recording:
    try:
        return _Recording(file, ew.read_sound(file, RATE))
    except ValueError as reason:
        return _Recording(file, np.empty(0, np.float32), str(reason))


def _transcribed(
    ear: Ear, loop: WordLoop | None, recordings: Sequence[_Recording], progress: Progress
) -> Iterator[Transcript]:
    """Transcripts of recordings whose pieces are heard side by side."""
    todo = [(at, place) for at, one in enumerate(recordings) if not one.reason for place in pieces(one.samples)]
    words: list[list[Word]] = [[] for _ in recordings]
    for first in range(0, len(todo), AT_ONCE):
        some = [(at, place) for at, place in todo[first : first + AT_ONCE] if _may_speak(recordings[at].samples[place])]
        heard = _scored(ear, [(recordings[at].samples, place) for at, place in some])
        for (at, _), piece, found in zip(some, heard, ear.find(loop, [one.scores for one in heard]), strict=True):
            words[at] += _words(ear, found, piece)
        last, place = todo[min(first + AT_ONCE, len(todo)) - 1]
        progress(recordings[last].file, place.stop / RATE, recordings[last].seconds)
    for one, said in zip(recordings, words, strict=True):
        yield Transcript(one.file, one.seconds, tuple(said), tuple(_notes(one, said)), one.reason)


def _may_speak(samples: np.ndarray) -> bool:
    return not (is_silent(samples) or is_steady(samples))


def _notes(recording: _Recording, words: Sequence[Word]) -> Iterator[str]:
    if recording.reason:
        return
    yield from remarks(recording.samples)
    if not words and _may_speak(recording.samples):
        yield "no words were found in it"


def _heard(ear: Ear, samples: np.ndarray, places: Sequence[slice]) -> Iterator[_Piece]:
    for first in range(0, len(places), AT_ONCE):
        yield from _scored(ear, [(samples, place) for place in places[first : first + AT_ONCE]])


def _scored(ear: Ear, some: Sequence[tuple[np.ndarray, slice]]) -> list[_Piece]:
    """What the ear makes of pieces of recordings."""
    if not some:
        return []
    scores = ear.scores([samples[place] for samples, place in some])
    return [
        _Piece(one, np.linspace(place.start / RATE, place.stop / RATE, len(one) + 1))
        for one, (_, place) in zip(scores, some, strict=True)
    ]


def _words(ear: Ear, found: Found, piece: _Piece) -> tuple[Word, ...]:
    """What was found in a piece, with the times of the recording."""
    edges = piece.edges.tolist()
    return tuple(
        Word(
            one.word,
            edges[one.start],
            edges[one.end],
            one.confidence,
            tuple(Part(ear.alphabet[symbol], edges[start], edges[end]) for symbol, start, end in one.symbols),
        )
        for one in found.words
    )
