"""Single values: numbers, vectors, categories, identities."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from endwise.system.signals.base import Signal, counts, names, numbers, short


@dataclass(frozen=True)
class Number(Signal):
    """One real number in `unit`, within `low`..`high`."""

    low: float = -np.inf
    high: float = np.inf
    kind: ClassVar[str] = "number"
    example: ClassVar[str] = "ew.Number('age', unit='months', low=0, high=240)"

    def faults(self) -> Iterator[str]:
        if not self.low < self.high:
            yield f"It lies between {self.low!r} and {self.high!r}, where there is no number."

    def check(self, value: Any) -> np.float32:
        if isinstance(value, str):
            value = value.strip()
        number = np.float32(numbers(value, (), "a number"))
        if not self.low <= number <= self.high:
            raise ValueError(f"is {number:g}, outside {self.low:g}..{self.high:g}")
        return number

    def distance(self, predicted: Any, true: Any) -> float:
        """Absolute difference, in `unit`."""
        return float(abs(float(predicted) - float(true)))

    def to_json(self) -> dict[str, Any]:
        own = super().to_json()  # JSON has no infinity: an open end is left out
        return {key: v for key, v in own.items() if key not in ("low", "high") or np.isfinite(v)}

    def show(self, value: Any) -> str:
        return f"{float(value):.4g} {self.unit}".strip()


@dataclass(frozen=True)
class Vector(Signal):
    """`size` real numbers in one unit; `labels` may name them."""

    size: int = 1
    labels: tuple[str, ...] = ()
    kind: ClassVar[str] = "vector"
    example: ClassVar[str] = "ew.Vector('lengths', size=19, unit='mm')"
    drawn: ClassVar[str] = "bars"

    def faults(self) -> Iterator[str]:
        yield from counts(size=self.size)
        yield from names("labels", self.labels, self.size)

    @property
    def shape(self) -> tuple[int]:
        return (self.size,)

    def check(self, value: Any) -> np.ndarray:
        return numbers(value, (self.size,), f"{self.size} numbers")

    def distance(self, predicted: Any, true: Any) -> float:
        """Mean absolute difference, in `unit`."""
        return float(np.abs(np.asarray(predicted) - np.asarray(true)).mean())

    def show(self, value: Any) -> str:
        head = " ".join(f"{float(v):.3g}" for v in value[:4])
        return f"{head}{' ...' if self.size > 4 else ''} {self.unit}".strip()


@dataclass(frozen=True)
class Category(Signal):
    """One of `values`."""

    values: tuple[str, ...] = ()
    kind: ClassVar[str] = "category"
    example: ClassVar[str] = "ew.Category('sex', values=('F', 'M'))"

    def faults(self) -> Iterator[str]:
        yield from names("values", self.values)

    def check(self, value: Any) -> np.int32:
        text = str(value).strip()
        if text not in self.values:
            raise ValueError(f"is {text!r}, not one of {', '.join(self.values[:12])}")
        return np.int32(self.values.index(text))

    def distance(self, predicted: Any, true: Any) -> float:
        """0 when right, 1 when wrong."""
        return float(predicted != true)

    def show(self, value: Any) -> str:
        return self.values[int(value)]


@dataclass(frozen=True)
class Identity(Signal):
    """Who somebody is, out of the known `people`, or a stranger; and how much speaks for it.

    A value is (place, score). A place of 0 or more stands in `people`; -1 - k is stranger number k, since it matters
    which strangers are the same person. A prediction names the most likely of `people`, with a score that is higher
    the surer it is; from which score on it is believed is for the judge, or the door, to say. A true score is 1.
    """

    people: tuple[str, ...] = ()
    kind: ClassVar[str] = "identity"
    example: ClassVar[str] = "ew.Identity('who', people=('Ada', 'Grace'))"

    def faults(self) -> Iterator[str]:
        yield from names("people", self.people)

    @property
    def shape(self) -> tuple[int]:
        return (2,)

    def check(self, value: Any) -> np.ndarray:
        """A name; of somebody who is not among `people`, a stranger of that name."""
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"is {short(value)}, not a name")
        name = value.strip()
        place = self.people.index(name) if name in self.people else -1 - zlib.crc32(name.encode()) % STRANGERS
        return np.array([place, 1], np.float32)

    def distance(self, predicted: Any, true: Any) -> float:
        """0 for the same of `people`, or when both are strangers; else 1."""
        return float(max(int(predicted[0]), -1) != max(int(true[0]), -1))

    def show(self, value: Any) -> str:
        place, score = int(value[0]), float(value[1])
        return "a stranger" if place < 0 else f"{self.people[place]} ({score:.2f})"


STRANGERS = 2**23
"""Numbers that strangers have: as many as a float32 counts."""
