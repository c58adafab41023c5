"""Pictures: one, several in a fixed order, a class for every pixel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from endwise.system.signals.base import Signal, counts, names, sizes


def pixels(value: Any, shape: tuple[int, ...]) -> np.ndarray:
    """`value` as 8-bit pixels of `shape`."""
    array = np.asarray(value)
    if array.dtype != np.uint8:
        raise ValueError(f"is not a picture of 8-bit values but of {array.dtype}")
    if array.shape != shape:
        raise ValueError(f"is a picture of shape {array.shape}, expected {shape}")
    return array


def pixel_distance(predicted: Any, true: Any) -> float:
    """Mean absolute difference as a share of the full range, 0..1."""
    gap = np.abs(np.asarray(predicted, np.float32) - np.asarray(true, np.float32))
    return float(gap.mean() / 255)


@dataclass(frozen=True)
class Image(Signal):
    """A picture of `size` = (height, width) pixels with `channels` 1 (grey) or 3 (RGB).

    With `mirrors`, all that is learnt from it alone holds for its mirror image as well (a face: who it is; the box
    round it swaps along), and half of the training pictures are mirrored. Not so for digits or a road.

    >>> Image("xray", size=(128, 96)).shape
    (128, 96)
    """

    size: tuple[int, int] = (96, 96)
    channels: int = 1
    mirrors: bool = field(default=False, compare=False)  # how to train on it; it is the same signal
    kind: ClassVar[str] = "image"
    example: ClassVar[str] = "ew.Image('xray', size=(128, 96))"
    drawn: ClassVar[str] = "picture"

    def faults(self) -> Iterator[str]:
        yield from sizes(self.size)
        if self.channels not in (1, 3):
            yield f"It has {self.channels!r} channels, and has to have 1 (grey) or 3 (red, green, blue)."

    @property
    def shape(self) -> tuple[int, ...]:
        return self.size if self.channels == 1 else (*self.size, self.channels)

    def check(self, value: Any) -> np.ndarray:
        return pixels(value, self.shape)

    def distance(self, predicted: Any, true: Any) -> float:
        return pixel_distance(predicted, true)

    def show(self, value: Any) -> str:
        return f"picture {self.size[1]}x{self.size[0]}"

    def to_json(self) -> dict[str, Any]:
        plain = super().to_json()
        if not self.mirrors:
            del plain["mirrors"]
        return plain


@dataclass(frozen=True)
class Stack(Signal):
    """`count` grey pictures of one size, in a fixed order (one patch a joint; several frames)."""

    count: int = 1
    size: tuple[int, int] = (16, 16)
    kind: ClassVar[str] = "stack"
    example: ClassVar[str] = "ew.Stack('patches', count=24, size=(16, 16))"
    drawn: ClassVar[str] = "pictures"

    def faults(self) -> Iterator[str]:
        yield from counts(count=self.count)
        yield from sizes(self.size)

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.count, *self.size)

    def check(self, value: Any) -> np.ndarray:
        return pixels(value, self.shape)

    def distance(self, predicted: Any, true: Any) -> float:
        return pixel_distance(predicted, true)

    def show(self, value: Any) -> str:
        return f"{self.count} pictures {self.size[1]}x{self.size[0]}"


@dataclass(frozen=True)
class Mask(Signal):
    """A class for every pixel of a picture; `values` names the classes, index 0 first."""

    size: tuple[int, int] = (96, 96)
    values: tuple[str, ...] = ("background", "object")
    kind: ClassVar[str] = "mask"
    example: ClassVar[str] = "ew.Mask('lane', size=(96, 96), values=('road', 'lane'))"
    drawn: ClassVar[str] = "overlay"

    def faults(self) -> Iterator[str]:
        yield from sizes(self.size)
        yield from names("values", self.values)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.size

    def check(self, value: Any) -> np.ndarray:
        array = pixels(value, self.size)
        if array.size and array.max() >= len(self.values):
            raise ValueError(f"holds class {array.max()}, but only {len(self.values)} classes are declared")
        return array

    def distance(self, predicted: Any, true: Any) -> float:
        """Share of pixels with the wrong class, 0..1."""
        return float((np.asarray(predicted) != np.asarray(true)).mean())

    def show(self, value: Any) -> str:
        shares = np.bincount(np.asarray(value).ravel(), minlength=len(self.values)) / max(np.size(value), 1)
        return ", ".join(f"{name} {share:.0%}" for name, share in zip(self.values, shares, strict=True))
