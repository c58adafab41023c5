"""Signals: the named things that flow through a system.

A signal knows its kind, unit and shape, checks one value, tells how far a predicted value is from the
true one, and says how it is drawn. In a batch, values stand in one array with the rows first:

    kind      one value                                    array of N rows
    --------  -------------------------------------------  -----------------------------------
    Image     uint8 (H, W) or (H, W, C)                    uint8 (N, H, W[, C])
    Stack     uint8 (K, H, W)                              uint8 (N, K, H, W)
    Mask      uint8 class index (H, W)                     uint8 (N, H, W)
    Audio     float32 (T,) in -1..1                        object (N,) of those
    Frames    float32 (T, D)                               object (N,) of those
    Points    float32 (K, 2), x then y                     float32 (N, K, 2)
    Box       float32 (4,): left, top, right, bottom       float32 (N, 4)
    Number    float                                        float32 (N,)
    Vector    float32 (D,)                                 float32 (N, D)
    Category  one of `values`                              int32 (N,) index into `values`
    Symbols   sequence over `alphabet`                     object (N,) of int32 (T,)
    Text      str                                          object (N,) of str
    Gallery   dict name -> float32 (D,)                    object (N,) of those
    Parts     dict part name -> value                      object (N,) of those

`check` turns what a person hands over into that form or raises ValueError with a plain reason; the
caller, who knows file, row and column, makes the four-part error of it.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np

from endwise.errors import DeclarationError

NAME = re.compile(r"[^\W\d][\w./-]*", re.UNICODE)


@dataclass(frozen=True)
class Signal(ABC):
    """A named thing that flows. Abstract: use one of the kinds below."""

    name: str

    kind: ClassVar[str]
    drawn: ClassVar[str] = "text"  # picture | pictures | overlay | points | box | curve | bars | text
    ragged: ClassVar[bool] = False  # values of different rows may have different shapes
    unit: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):  # a signal is compared and hashed: lists become tuples
            if isinstance(getattr(self, field.name), list):
                object.__setattr__(self, field.name, tuple(getattr(self, field.name)))
        if not NAME.fullmatch(self.name) or "->" in self.name or self.name.endswith("-"):
            raise DeclarationError(
                f"A signal was called {self.name!r}.",
                "Designs are written with signal names: a -> b, c -> d.",
                "A name starts with a letter and holds letters, digits and _ . / - only.",
                "Rename the signal (or the column it is read from).",
            )

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Shape of one value; None where it varies from row to row."""
        return ()

    @abstractmethod
    def check(self, value: Any) -> Any:
        """`value` in the form of the table above. Raises ValueError with the reason in plain words."""

    @abstractmethod
    def distance(self, predicted: Any, true: Any) -> float:
        """How far one predicted value is from the true one: 0 or more, in `unit` where it has one."""

    def to_json(self) -> dict[str, Any]:
        """The declaration as plain data; `from_json` reads it back."""
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        if "parts" in own:
            own["parts"] = [part.to_json() for part in own["parts"]]
        return {"kind": self.kind, **{key: list(v) if isinstance(v, tuple) else v for key, v in own.items()}}

    def show(self, value: Any) -> str:
        """One value in a few words, for tables and captions."""
        return str(value)


def _any_numbers(value: Any, what: str) -> np.ndarray:
    """`value` as float32, whatever its shape."""
    try:
        with np.errstate(over="ignore"):  # what is too large for 32 bits becomes infinite, and is refused as that
            return np.asarray(value, dtype=np.float32)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"is not {what}: {_short(value)}") from None


def _numbers(value: Any, shape: tuple[int | None, ...], what: str) -> np.ndarray:
    """`value` as finite float32 of `shape` (None: any length)."""
    array = _any_numbers(value, what)
    wanted = " x ".join("any" if size is None else str(size) for size in shape) or "a single value"
    got = " x ".join(map(str, array.shape)) or "a single value"
    if array.ndim != len(shape) or any(w is not None and w != g for w, g in zip(shape, array.shape, strict=True)):
        raise ValueError(f"is not {what}: expected {wanted} numbers, found {got}")
    if not np.isfinite(array).all():
        raise ValueError("holds NaN or an infinite number")
    return array


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _pixels(value: Any, shape: tuple[int, ...]) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype != np.uint8:
        raise ValueError(f"is not a picture of 8-bit values but of {array.dtype}")
    if array.shape != shape:
        raise ValueError(f"is a picture of shape {array.shape}, expected {shape}")
    return array


def _pixel_distance(predicted: Any, true: Any) -> float:
    """Mean absolute difference as a share of the full range, 0..1."""
    gap = np.abs(np.asarray(predicted, np.float32) - np.asarray(true, np.float32))
    return float(gap.mean() / 255)


def _longer(values: Any, other: Any) -> np.ndarray:
    """`values`, continued with zeros to the length of `other` where that is longer."""
    array = np.asarray(values, np.float64)
    more = max(0, len(other) - len(array))
    return np.concatenate([array, np.zeros((more, *array.shape[1:]))])


def _edit_distance(predicted: Any, true: Any) -> float:
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
class Image(Signal):
    """A picture of `size` = (height, width) pixels with `channels` 1 (grey) or 3 (RGB).

    >>> Image("xray", size=(128, 96)).shape
    (128, 96)
    """

    size: tuple[int, int] = (96, 96)
    channels: int = 1
    kind: ClassVar[str] = "image"
    drawn: ClassVar[str] = "picture"

    @property
    def shape(self) -> tuple[int, ...]:
        return self.size if self.channels == 1 else (*self.size, self.channels)

    def check(self, value: Any) -> np.ndarray:
        return _pixels(value, self.shape)

    def distance(self, predicted: Any, true: Any) -> float:
        return _pixel_distance(predicted, true)

    def show(self, value: Any) -> str:
        return f"picture {self.size[1]}x{self.size[0]}"


@dataclass(frozen=True)
class Stack(Signal):
    """`count` grey pictures of one size, in a fixed order (one patch a joint; several frames)."""

    count: int = 1
    size: tuple[int, int] = (16, 16)
    kind: ClassVar[str] = "stack"
    drawn: ClassVar[str] = "pictures"

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.count, *self.size)

    def check(self, value: Any) -> np.ndarray:
        return _pixels(value, self.shape)

    def distance(self, predicted: Any, true: Any) -> float:
        return _pixel_distance(predicted, true)

    def show(self, value: Any) -> str:
        return f"{self.count} pictures {self.size[1]}x{self.size[0]}"


@dataclass(frozen=True)
class Mask(Signal):
    """A class for every pixel of a picture; `values` names the classes, index 0 first."""

    size: tuple[int, int] = (96, 96)
    values: tuple[str, ...] = ("background", "object")
    kind: ClassVar[str] = "mask"
    drawn: ClassVar[str] = "overlay"

    @property
    def shape(self) -> tuple[int, ...]:
        return self.size

    def check(self, value: Any) -> np.ndarray:
        array = _pixels(value, self.size)
        if array.size and array.max() >= len(self.values):
            raise ValueError(f"holds class {array.max()}, but only {len(self.values)} classes are declared")
        return array

    def distance(self, predicted: Any, true: Any) -> float:
        """Share of pixels with the wrong class, 0..1."""
        return float((np.asarray(predicted) != np.asarray(true)).mean())


@dataclass(frozen=True)
class Audio(Signal):
    """A mono recording at `rate` samples a second, values in -1..1."""

    rate: int = 16000
    kind: ClassVar[str] = "audio"
    drawn: ClassVar[str] = "curve"
    ragged: ClassVar[bool] = True

    @property
    def shape(self) -> tuple[None]:
        return (None,)

    def check(self, value: Any) -> np.ndarray:
        return _numbers(value, (None,), "a mono recording")

    def distance(self, predicted: Any, true: Any) -> float:
        """Root mean square difference; the shorter one is continued with silence."""
        gap = _longer(true, predicted) - _longer(predicted, true)
        return float(np.sqrt(np.mean(gap**2))) if len(gap) else 0.0

    def show(self, value: Any) -> str:
        return f"{len(value) / self.rate:.2f} s of sound"


@dataclass(frozen=True)
class Frames(Signal):
    """A sequence of vectors with `size` numbers each (MFCC, log-mel, posteriors over time)."""

    size: int = 1
    kind: ClassVar[str] = "frames"
    drawn: ClassVar[str] = "picture"
    ragged: ClassVar[bool] = True

    @property
    def shape(self) -> tuple[None, int]:
        return (None, self.size)

    def check(self, value: Any) -> np.ndarray:
        return _numbers(value, (None, self.size), "a sequence of vectors")

    def distance(self, predicted: Any, true: Any) -> float:
        """Mean Euclidean distance a frame; the shorter one is continued with zeros."""
        gap = _longer(true, predicted) - _longer(predicted, true)
        return float(np.linalg.norm(gap, axis=1).mean()) if len(gap) else 0.0

    def show(self, value: Any) -> str:
        return f"{len(value)} frames"


@dataclass(frozen=True)
class Points(Signal):
    """`count` points (x, y), in a fixed order. With unit px they lie on the picture `on`."""

    unit: str = "px"
    count: int = 1
    on: str = ""
    labels: tuple[str, ...] = ()
    kind: ClassVar[str] = "points"
    drawn: ClassVar[str] = "points"

    @property
    def shape(self) -> tuple[int, int]:
        return (self.count, 2)

    def check(self, value: Any) -> np.ndarray:
        array = _any_numbers(value, f"{self.count} points (x, y)")
        if array.ndim == 1 and array.size == 2 * self.count:  # x1 y1 x2 y2 ... in a table
            value = array.reshape(self.count, 2)
        elif array.ndim == 2 and array.shape[1] == 2 and len(array) != self.count:
            raise ValueError(f"has {len(array)} points, expected {self.count}")
        return _numbers(value, (self.count, 2), f"{self.count} points (x, y)")

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
    drawn: ClassVar[str] = "box"

    @property
    def shape(self) -> tuple[int]:
        return (4,)

    def check(self, value: Any) -> np.ndarray:
        box = _numbers(value, (4,), "a box (left, top, right, bottom)")
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


@dataclass(frozen=True)
class Number(Signal):
    """One real number in `unit`, within `low`..`high`."""

    low: float = -np.inf
    high: float = np.inf
    kind: ClassVar[str] = "number"

    def check(self, value: Any) -> np.float32:
        if isinstance(value, str):
            value = value.strip()
        number = np.float32(_numbers(value, (), "a number"))
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
    drawn: ClassVar[str] = "bars"

    @property
    def shape(self) -> tuple[int]:
        return (self.size,)

    def check(self, value: Any) -> np.ndarray:
        return _numbers(value, (self.size,), f"{self.size} numbers")

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
class Symbols(Signal):
    """A sequence over `alphabet`; `times` says that each symbol comes with its start in seconds."""

    alphabet: tuple[str, ...] = ()
    times: bool = False
    kind: ClassVar[str] = "symbols"
    ragged: ClassVar[bool] = True

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
        return _edit_distance(list(predicted), list(true))

    def show(self, value: Any) -> str:
        return " ".join(self.alphabet[int(s)] for s in value)


@dataclass(frozen=True)
class Text(Signal):
    """Words in a row, as a string."""

    kind: ClassVar[str] = "text"
    ragged: ClassVar[bool] = True

    def check(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"is not text: {_short(value)}")
        return value

    def distance(self, predicted: Any, true: Any) -> float:
        """Word edit distance over the number of true words (word error rate of one row)."""
        return _edit_distance(str(predicted).split(), str(true).split())


@dataclass(frozen=True)
class Gallery(Signal):
    """A named set: for each name a vector of `size` numbers (the enrolled people)."""

    size: int = 1
    kind: ClassVar[str] = "gallery"
    ragged: ClassVar[bool] = True

    def check(self, value: Any) -> dict[str, np.ndarray]:
        if not isinstance(value, Mapping):
            raise ValueError(f"is not a named set: {_short(value)}")
        return {str(name): _numbers(one, (self.size,), f"{self.size} numbers") for name, one in value.items()}

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
    ragged: ClassVar[bool] = True

    def check(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise ValueError(f"is not a structure of named parts: {_short(value)}")
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


KINDS: dict[str, type[Signal]] = {
    kind.kind: kind
    for kind in (
        Image, Stack, Mask, Audio, Frames, Points, Box, Number, Vector, Category, Symbols, Text, Gallery, Parts,
    )
}  # fmt: skip


def from_json(data: Mapping[str, Any]) -> Signal:
    """A signal from what `Signal.to_json` wrote."""
    own: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in data.items() if key != "kind"}
    if data["kind"] == "parts":
        own["parts"] = tuple(from_json(part) for part in data["parts"])
    return KINDS[data["kind"]](**own)
