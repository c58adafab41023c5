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
    drawn: ClassVar[str] = "curve"
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
    """A sequence of vectors with `size` numbers each (MFCC, log-mel, posteriors over time)."""

    size: int = 1
    kind: ClassVar[str] = "frames"
    example: ClassVar[str] = "ew.Frames('mfcc', size=13)"
    drawn: ClassVar[str] = "picture"
    ragged: ClassVar[bool] = True

    def faults(self) -> Iterator[str]:
        yield from counts(size=self.size)

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
        return f"{len(value)} frames"


@dataclass(frozen=True)
class Symbols(Signal):
    """A sequence over `alphabet`; `times` says that each symbol comes with its start in seconds."""

    alphabet: tuple[str, ...] = ()
    times: bool = False
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
        unknown = [s for s in symbols if s not in self.alphabet]
        if unknown:
            raise ValueError(f"holds {unknown[0]!r}, which is not in the alphabet")
        return np.array([self.alphabet.index(s) for s in symbols], dtype=np.int32)

    def distance(self, predicted: Any, true: Any) -> float:
        """Edit distance over the length of the truth."""
        return edit_distance(list(predicted), list(true))

    def show(self, value: Any) -> str:
        return " ".join(self.alphabet[int(s)] for s in value)


@dataclass(frozen=True)
class Text(Signal):
    """Words in a row, as a string."""

    kind: ClassVar[str] = "text"
    example: ClassVar[str] = "ew.Text('transcript')"
    ragged: ClassVar[bool] = True

    def check(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"is not text: {short(value)}")
        return value

    def distance(self, predicted: Any, true: Any) -> float:
        """Word edit distance over the number of true words (word error rate of one row)."""
        return edit_distance(str(predicted).split(), str(true).split())
