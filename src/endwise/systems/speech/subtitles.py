"""Words with their times as subtitles in SubRip's format (SRT)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from endwise.systems.speech.transcribing import Word

MOST_WORDS: Final = 7
LONGEST: Final = 5.0
"""Seconds a subtitle stays at most."""


def subtitles(words: Sequence[Word]) -> str:
    """The words as an SRT file, at most seven and five seconds a subtitle; "" where there are none.

    A single word that is longer than five seconds is shown for five.
    """
    blocks = [
        f"{number}\n{clock(line[0].start)} --> {clock(min(line[-1].end, line[0].start + LONGEST))}\n"
        f"{' '.join(one.word for one in line)}\n"
        for number, line in enumerate(_lines(words), 1)
    ]
    return "\n".join(blocks)


def clock(seconds: float) -> str:
    """A time as SRT writes it.

    >>> clock(3725.5)
    '01:02:05,500'
    """
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d},{rest % 1000:03d}"


def _lines(words: Sequence[Word]) -> Iterator[list[Word]]:
    line: list[Word] = []
    for word in words:
        if line and (len(line) == MOST_WORDS or word.end - line[0].start > LONGEST):
            yield line
            line = []
        line.append(word)
    if line:
        yield line
