"""Structures of named values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from endwise.system.signals.base import Signal, counts, names, numbers, short


@dataclass(frozen=True)
class Gallery(Signal):
    """A named set: for each name a vector of `size` numbers (the enrolled people)."""

    size: int = 1
    kind: ClassVar[str] = "gallery"
    example: ClassVar[str] = "ew.Gallery('people', size=64)"
    ragged: ClassVar[bool] = True

    def faults(self) -> Iterator[str]:
        yield from counts(size=self.size)

    def check(self, value: Any) -> dict[str, np.ndarray]:
        if not isinstance(value, Mapping):
            raise ValueError(f"is not a named set: {short(value)}")
        return {str(name): numbers(one, (self.size,), f"{self.size} numbers") for name, one in value.items()}

    def distance(self, predicted: Any, true: Any) -> float:
        """Share of names on which the two sets differ, 0..1."""
        names = set(predicted) | set(true)
        same = sum(n in predicted and n in true and np.allclose(predicted[n], true[n]) for n in names)
        return 1 - same / len(names) if names else 0.0

    def show(self, value: Any) -> str:
        return f"{len(value)} names"


@dataclass(frozen=True)
class Parts(Signal):
    """A structure of named parts, each a signal of its own (lane and gap in a situation)."""

    parts: tuple[Signal, ...] = ()
    kind: ClassVar[str] = "parts"
    example: ClassVar[str] = "ew.Parts('situation', parts=(lane, gap))"
    ragged: ClassVar[bool] = True

    def faults(self) -> Iterator[str]:
        yield from names("parts", tuple(getattr(part, "name", part) for part in self.parts))

    def check(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise ValueError(f"is not a structure of named parts: {short(value)}")
        missing = [part.name for part in self.parts if part.name not in value]
        if missing:
            raise ValueError(f"lacks the part {missing[0]!r}")
        return {part.name: part.check(value[part.name]) for part in self.parts}

    def distance(self, predicted: Any, true: Any) -> float:
        """Mean of the parts' distances."""
        gaps = [part.distance(predicted[part.name], true[part.name]) for part in self.parts]
        return float(np.mean(gaps)) if gaps else 0.0

    def show(self, value: Any) -> str:
        return ", ".join(f"{part.name} {part.show(value[part.name])}" for part in self.parts)
