"""What the best design gets wrong, word by word."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WordError:
    """One word of the truth: how often it was said, how often not understood, and what then stood in its place most.

    `instead` stood there `times` times; empty: it was left out.
    """

    word: str
    said: int
    wrong: int
    instead: str
    times: int


@dataclass(frozen=True)
class Confusion:
    """`found` in the place of `true`, so many `times`; an empty `found` was left out, an empty `true` put in."""

    true: str
    found: str
    times: int


@dataclass(frozen=True)
class WordErrors:
    """What the best design gets wrong, word by word, on `rows` of the test rows.

    Of `said` words `wrong` were left out or exchanged; `put_in` more were not said at all. `words` and
    `confusions` hold the most frequent ones, the worst first.
    """

    rows: int
    said: int
    wrong: int
    put_in: int
    words: tuple[WordError, ...]
    confusions: tuple[Confusion, ...]
