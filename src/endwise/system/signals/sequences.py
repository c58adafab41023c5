"""Sequences, whose values differ in length from row to row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from endwise.system.signals.base import Signal, counts, names, numbers, short


def longer(values: Any, other: Any) -> np.ndarray:
    """`values`, continued with zeros to the length of `other` where that is longer."""
    array = np.asarray(values, np.float64)
    more = max(0, len(other) - len(array))
    return np.concatenate([array, np.zeros((more, *array.shape[1:]))])


def edit_distance(predicted: Any, true: Any) -> float:
    """Levenshtein distance (1966) over the length of the truth; may exceed 1."""
    previous = list(range(len(predicted) + 1))
    for row, wanted in enumerate(true, 1):
        current = [row]
        for column, found in enumerate(predicted, 1):
            swap = previous[column - 1] + (wanted != found)
            current.append(min(previous[column] + 1, current[-1] + 1, swap))
        previous = current
    return previous[-1] / max(len(true), 1)


@dataclass(frozen=True)
class Audio(Signal):
    """A mono recording at `rate` samples a second, values in -1..1."""

    rate: int = 16000
    kind: ClassVar[str] = "audio"
    example: ClassVar[str] = "ew.Audio('audio', rate=16000)"
    drawn: ClassVar[str] = "spectrogram"
    ragged: ClassVar[bool] = True

    def faults(self) -> Iterator[str]:
        yield from counts(rate=self.rate)

    @property
    def shape(self) -> tuple[None]:
        return (None,)

    def check(self, value: Any) -> np.ndarray:
        return numbers(value, (None,), "a mono recording")

    def distance(self, predicted: Any, true: Any) -> float:
        """Root mean square difference; the shorter one is continued with silence."""
        gap = longer(true, predicted) - longer(predicted, true)
        return float(np.sqrt(np.mean(gap**2))) if len(gap) else 0.0

    def show(self, value: Any) -> str:
        return f"{len(value) / self.rate:.2f} s of sound"


@dataclass(frozen=True)
class Frames(Signal):
    """A sequence of vectors with `size` numbers each, `rate` a second (MFCC, log-mel; 0: not steps in time)."""

    size: int = 1
    rate: float = 0.0
    kind: ClassVar[str] = "frames"
    example: ClassVar[str] = "ew.Frames('mfcc', size=13)"
    drawn: ClassVar[str] = "picture"
    ragged: ClassVar[bool] = True

    def faults(self) -> Iterator[str]:
        yield from counts(size=self.size)
        yield from _rates(self.rate)

    @property
    def shape(self) -> tuple[None, int]:
        return (None, self.size)

    def check(self, value: Any) -> np.ndarray:
        return numbers(value, (None, self.size), "a sequence of vectors")

    def distance(self, predicted: Any, true: Any) -> float:
        """Mean Euclidean distance a frame; the shorter one is continued with zeros."""
        gap = longer(true, predicted) - longer(predicted, true)
        return float(np.linalg.norm(gap, axis=1).mean()) if len(gap) else 0.0

    def show(self, value: Any) -> str:
        return f"{len(value)} frames" + (f", {len(value) / self.rate:.2f} s" if self.rate else "")


@dataclass(frozen=True)
class Posteriors(Signal):
    """At each of `rate` steps a second the chance of each of `labels`; a step's chances sum to 1."""

    labels: tuple[str, ...] = ()
    rate: float = 0.0
    kind: ClassVar[str] = "posteriors"
    example: ClassVar[str] = "ew.Posteriors('phonemes', labels=('a', 'b'), rate=100)"
    drawn: ClassVar[str] = "picture"
    ragged: ClassVar[bool] = True

    def faults(self) -> Iterator[str]:
        yield from names("labels", self.labels)
        yield from _rates(self.rate)

    @property
    def shape(self) -> tuple[None, int]:
        return (None, len(self.labels))

    def check(self, value: Any) -> np.ndarray:
        array = numbers(value, self.shape, "a sequence of chances")
        if (array < 0).any() or (np.abs(array.sum(axis=1) - 1) > 1e-3).any():
            raise ValueError("holds a step whose chances are negative or do not sum to 1")
        return array

    def distance(self, predicted: Any, true: Any) -> float:
        """Half the sum of the differences of all chances, mean over steps: 0..1; 1 - p where the truth is certain."""
        gap = longer(true, predicted) - longer(predicted, true)
        return float(np.abs(gap).sum(axis=1).mean() / 2) if len(gap) else 0.0

    def show(self, value: Any) -> str:
        best = [self.labels[at] for at in np.asarray(value).argmax(axis=1)] if len(value) else []
        return " ".join(name for at, name in enumerate(best) if at == 0 or name != best[at - 1])


def _rates(rate: Any) -> Iterator[str]:
    if not (isinstance(rate, int | float) and 0 <= rate < np.inf):
        yield f"Its rate is {rate!r}, and has to be a number of steps a second, 0 or more."


@dataclass(frozen=True)
class Symbols(Signal):
    """A sequence over `alphabet`."""

    alphabet: tuple[str, ...] = ()
    kind: ClassVar[str] = "symbols"
    example: ClassVar[str] = "ew.Symbols('phonemes', alphabet=('a', 'b'))"
    ragged: ClassVar[bool] = True

    def faults(self) -> Iterator[str]:
        yield from names("alphabet", self.alphabet)

    @property
    def shape(self) -> tuple[None]:
        return (None,)

    def check(self, value: Any) -> np.ndarray:
        symbols = value.split() if isinstance(value, str) else list(value)
        return np.array([_place(one, self.alphabet) for one in symbols], dtype=np.int32)

    def distance(self, predicted: Any, true: Any) -> float:
        """Edit distance over the length of the truth."""
        return edit_distance(list(predicted), list(true))

    def show(self, value: Any) -> str:
        return " ".join(self.alphabet[int(s)] for s in value)


@dataclass(frozen=True)
class Segments(Signal):
    """Symbols of `alphabet` with the times from which and to which each lasts, in seconds (phones, words, events).

    One value is float32 (T, 3): the symbol's place in the alphabet, its start and its end; starts never fall.
    """

    alphabet: tuple[str, ...] = ()
    kind: ClassVar[str] = "segments"
    example: ClassVar[str] = "ew.Segments('phonemes', alphabet=('a', 'b'))"
    drawn: ClassVar[str] = "timeline"
    ragged: ClassVar[bool] = True

    def faults(self) -> Iterator[str]:
        yield from names("alphabet", self.alphabet)

    @property
    def shape(self) -> tuple[None, int]:
        return (None, 3)

    def check(self, value: Any) -> np.ndarray:
        rows = [list(row) if isinstance(row, list | tuple | np.ndarray) else [] for row in value]
        if any(len(row) != 3 for row in rows):
            raise ValueError("is not a sequence of (symbol, start, end)")
        placed = [[_place(row[0], self.alphabet) if isinstance(row[0], str) else row[0], *row[1:]] for row in rows]
        array = numbers(np.array(placed).reshape(-1, 3), (None, 3), "a sequence of (symbol, start, end)")
        if ((array[:, 0] < 0) | (array[:, 0] >= len(self.alphabet)) | (array[:, 0] % 1 != 0)).any():
            raise ValueError(f"holds an index outside 0..{len(self.alphabet) - 1}")
        if (array[:, 1] < 0).any() or (array[:, 2] < array[:, 1]).any() or (np.diff(array[:, 1]) < 0).any():
            raise ValueError("holds times that are negative, end before they start, or are out of order")
        return array

    def distance(self, predicted: Any, true: Any) -> float:
        """Edit distance of the symbols, their times apart, over the length of the truth."""
        return edit_distance([row[0] for row in predicted], [row[0] for row in true])

    def show(self, value: Any) -> str:
        return " ".join(self.alphabet[int(row[0])] for row in value)


def _place(symbol: Any, alphabet: tuple[str, ...]) -> int:
    if symbol not in alphabet:
        raise ValueError(f"holds {symbol!r}, which is not in the alphabet")
    return alphabet.index(symbol)


@dataclass(frozen=True)
class Text(Signal):
    """Words in a row, as a string.

    `alphabet` holds the characters that may occur, the space among them; models that spell need one. `words` holds
    the words that may occur, where that is known beforehand (digits, commands): what spells then chooses among them.
    """

    alphabet: str = ""
    words: tuple[str, ...] = ()
    kind: ClassVar[str] = "text"
    example: ClassVar[str] = "ew.Text('transcript', alphabet=\"abcdefghijklmnopqrstuvwxyz' \")"
    ragged: ClassVar[bool] = True

    def faults(self) -> Iterator[str]:
        yield from names("alphabet", tuple(self.alphabet))
        yield from names("words", self.words)
        strange = [word for word in self.words if not word or set(word) - set(self.alphabet or word) or " " in word]
        if strange:
            yield f"Its words: {strange[0]!r} is empty, holds a space, or has a character outside the alphabet."

    def check(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"is not text: {short(value)}")
        strange = next((one for one in value if one not in self.alphabet), "") if self.alphabet else ""
        if strange:
            raise ValueError(f"holds the character {strange!r}, which is not in the alphabet {self.alphabet!r}")
        unknown = next((word for word in value.split() if word not in self.words), "") if self.words else ""
        if unknown:
            raise ValueError(f"holds the word {unknown!r}, which is not among the {len(self.words):,} known words")
        return value

    def distance(self, predicted: Any, true: Any) -> float:
        """Word edit distance over the number of true words (word error rate of one row)."""
        return edit_distance(str(predicted).split(), str(true).split())
