"""Places on a picture: points and boxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from endwise.system.signals.base import Signal, any_numbers, counts, names, numbers


@dataclass(frozen=True)
class Points(Signal):
    """`count` points (x, y), in a fixed order. With unit px they lie on the picture `on`."""

    unit: str = "px"
    count: int = 1
    on: str = ""
    labels: tuple[str, ...] = ()
    kind: ClassVar[str] = "points"
    example: ClassVar[str] = "ew.Points('joints', count=24, on='xray')"
    drawn: ClassVar[str] = "points"

    def faults(self) -> Iterator[str]:
        yield from counts(count=self.count)
        yield from names("labels", self.labels, self.count)

    @property
    def shape(self) -> tuple[int, int]:
        return (self.count, 2)

    def check(self, value: Any) -> np.ndarray:
        array = any_numbers(value, f"{self.count} points (x, y)")
        if array.ndim == 1 and array.size == 2 * self.count:  # x1 y1 x2 y2 ... in a table
            value = array.reshape(self.count, 2)
        elif array.ndim == 2 and array.shape[1] == 2 and len(array) != self.count:
            raise ValueError(f"has {len(array)} points, expected {self.count}")
        return numbers(value, (self.count, 2), f"{self.count} points (x, y)")

    def distance(self, predicted: Any, true: Any) -> float:
        """Mean distance a point, in `unit`."""
        return float(np.linalg.norm(np.asarray(predicted) - np.asarray(true), axis=-1).mean())

    def show(self, value: Any) -> str:
        return f"{self.count} points"


@dataclass(frozen=True)
class Box(Signal):
    """A box: left, top, right, bottom. With unit px it lies on the picture `on`."""

    unit: str = "px"
    on: str = ""
    kind: ClassVar[str] = "box"
    example: ClassVar[str] = "ew.Box('face', on='frame')"
    drawn: ClassVar[str] = "box"

    @property
    def shape(self) -> tuple[int]:
        return (4,)

    def check(self, value: Any) -> np.ndarray:
        box = numbers(value, (4,), "a box (left, top, right, bottom)")
        if box[2] <= box[0] or box[3] <= box[1]:
            raise ValueError(f"is an empty box: {box.tolist()}")
        return box

    def distance(self, predicted: Any, true: Any) -> float:
        """One minus intersection over union, 0..1."""
        a, b = np.asarray(predicted, float), np.asarray(true, float)
        sides = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None)
        shared = sides.prod()
        union = np.clip(a[2:] - a[:2], 0, None).prod() + (b[2:] - b[:2]).prod() - shared
        return float(1 - shared / union) if union > 0 else 1.0

    def show(self, value: Any) -> str:
        return "box " + " ".join(f"{v:.0f}" for v in value)
