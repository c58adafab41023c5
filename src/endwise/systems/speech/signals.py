"""The signals of the speech system.

Speech is taken at 8,000 samples a second, as a telephone carries it: recordings of any rate are brought there, so
that rows of different sources mix. Frames come 100 a second, as in every recognizer since the 1980s.
"""

from __future__ import annotations

from collections.abc import Sequence

import endwise as ew
from endwise.systems.speech.phones import LETTERS, PHONES

RATE = 8000
FRAMES = 100  # a second
CEPSTRA = 13

audio = ew.Audio("audio", rate=RATE)
mfcc = ew.Frames("mfcc", size=CEPSTRA, rate=FRAMES)
posteriors = ew.Posteriors("posteriors", labels=PHONES, rate=FRAMES)
units = ew.Posteriors("units", labels=tuple(f"u{at}" for at in range(len(PHONES))), rate=FRAMES)
phonemes = ew.Segments("phonemes", alphabet=PHONES)


def words(vocabulary: Sequence[str]) -> ew.Segments:
    """The words that were said, with their times."""
    return ew.Segments("words", alphabet=tuple(vocabulary))


def transcript(vocabulary: Sequence[str] = ()) -> ew.Text:
    """What was said; `vocabulary` holds the words that may occur, where that is known."""
    return ew.Text("transcript", alphabet=LETTERS, words=tuple(vocabulary))
