"""What every kind of signal can do, and how values are read as numbers."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import chain
from numbers import Integral
from typing import Any, ClassVar

import numpy as np

from endwise.errors import DeclarationError

NAME = re.compile(r"[^\W\d][\w./-]*", re.UNICODE)


@dataclass(frozen=True)
class Signal(ABC):
    """A named thing that flows. Abstract: use one of the kinds below."""

    name: str

    kind: ClassVar[str]
    example: ClassVar[str]  # of a declaration, for those that went wrong
    drawn: ClassVar[str] = "text"  # picture, pictures, overlay, points, box, spectrogram, timeline, bars or text
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
        for fault in chain(no_unit(self.unit), self.faults()):
            raise DeclarationError(
                f"The signal '{self.name}' of kind {self.kind} was declared.",
                fault,
                "Every row is checked against the declaration, and models are sized by it.",
                f"Write for example {self.example}.",
            )

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Shape of one value; None where it varies from row to row."""
        return ()

    def faults(self) -> Iterator[str]:
        """What is wrong with the declaration, a sentence each."""
        return iter(())

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


def any_numbers(value: Any, what: str) -> np.ndarray:
    """`value` as float32, whatever its shape."""
    try:
        with np.errstate(over="ignore"):  # what is too large for 32 bits becomes infinite, and is refused as that
            return np.asarray(value, dtype=np.float32)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"is not {what}: {short(value)}") from None


def numbers(value: Any, shape: tuple[int | None, ...], what: str) -> np.ndarray:
    """`value` as finite float32 of `shape` (None: any length)."""
    array = any_numbers(value, what)
    wanted = " x ".join("any" if size is None else str(size) for size in shape) or "a single value"
    got = " x ".join(map(str, array.shape)) or "a single value"
    if array.ndim != len(shape) or any(w is not None and w != g for w, g in zip(shape, array.shape, strict=True)):
        raise ValueError(f"is not {what}: expected {wanted} numbers, found {got}")
    if not np.isfinite(array).all():
        raise ValueError("holds NaN or an infinite number")
    return array


def no_unit(unit: Any) -> Iterator[str]:
    """A sentence where `unit` is something else, as where sizes or values were given by their place."""
    if not isinstance(unit, str):
        yield f"Its unit is {unit!r}, and has to be a word: what follows the name has to be given by name."


def counts(**given: Any) -> Iterator[str]:
    """A sentence for each that is not a whole number of 1 or more."""
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
            yield f"Its {name} is {value!r}, and has to be a whole number of 1 or more."


def sizes(size: Any) -> Iterator[str]:
    """A sentence where `size` is not (height, width)."""
    if not isinstance(size, tuple) or len(size) != 2 or any(True for _ in counts(height=size[0], width=size[1])):
        yield f"Its size is {size!r}, and has to be (height, width) in pixels, both 1 or more."


def names(what: str, given: Any, count: int | None = None) -> Iterator[str]:
    """A sentence where `given` is not a tuple of different words, or has not `count` of them."""
    if not isinstance(given, tuple) or not all(isinstance(one, str) for one in given):
        yield f"Its {what}: {given!r}. That has to be a list of words."
    elif len(set(given)) < len(given):
        yield f"Its {what}: {next(one for one in given if given.count(one) > 1)!r} is among them more than once."
    elif count is not None and given and len(given) != count:
        yield f"Its {what}: {len(given)}, for {count}."


def short(value: Any) -> str:
    """`value` in at most 40 characters."""
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
