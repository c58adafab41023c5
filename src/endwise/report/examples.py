"""Examples: one test row with its intermediate signals drawn, predicted beside true.

Points, boxes and masks are drawn on the picture that they lie on, so that a person can judge them at a
glance; what has times is drawn over one axis of time; what has neither is drawn by its kind, and everything
else is told in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from endwise.records import Example
from endwise.report import pictures
from endwise.report.alignment import Edit, edits, told
from endwise.report.quantities import amount, number
from endwise.report.timeline import together
from endwise.report.tracks import on_time, track
from endwise.system.signals import Box, Mask, Points, Signal, Text, from_json

OVERLAYS = ("points", "box", "overlay")


@dataclass(frozen=True)
class Shown:
    """One signal of an example: the value, the truth where it is known, and whether it was handed in."""

    signal: Signal
    value: Any
    true: Any
    given: bool

    @property
    def words(self) -> str:
        """The value in a few words."""
        return "not available" if self.value is None else self.signal.show(self.value)

    @property
    def true_words(self) -> str:
        """The truth in a few words; empty where it is unknown."""
        return "" if self.true is None or self.given else self.signal.show(self.true)

    @property
    def edits(self) -> list[Edit]:
        """A text word by word beside its truth; nothing for other kinds, and where one of the two is not known."""
        known = isinstance(self.signal, Text) and self.value is not None and self.true_words
        return edits(self.words.split(), self.true_words.split()) if known else []

    @property
    def marked(self) -> list[tuple[str, str]]:
        """The words of a text and of its truth in order, each with the kind of its edit."""
        found, true = self.words.split(), self.true_words.split()
        return [(true[at.true or 0] if at.found is None else found[at.found], at.kind) for at in self.edits]

    @property
    def difference(self) -> str:
        """The marks in words."""
        return told(self.edits, self.words.split(), self.true_words.split())


@dataclass(frozen=True)
class Panel:
    """One drawing of an example: safe HTML under a caption; `large` ones stand first."""

    caption: str
    html: str
    large: bool = False


@dataclass(frozen=True)
class Drawing:
    """One example, ready for the page: panels with drawings, and the signals told in words.

    `timed` is the drawing of all that has times, which takes the whole width of the page; empty without any.
    """

    row: str
    error: str
    timed: str
    panels: tuple[Panel, ...]
    told: tuple[Shown, ...]


def draw(example: Example, unit: str) -> Drawing:
    """Every signal of `example`, each drawn once."""
    shown = [_shown(example, name) for name in example.values]
    panels = [panel for one in shown if (panel := _panel(one, shown)) is not None]
    told = tuple(one for one in shown if one.value is None or _is_told(one, shown))
    row = f"row {example.row}" if example.row.isdigit() else example.row
    return Drawing(row, amount(example.error, unit), _timed(shown), tuple(panels), told)


def _timed(shown: Sequence[Shown]) -> str:
    """Everything that has times, in running order over one axis."""
    over = [one for one in shown if one.value is not None and on_time(one.signal)]
    tracks = [track(one.signal, one.value, one.true, one.given) for one in over]
    said = [f"{one.signal.name}: {one.words}" + (f"; true: {one.true_words}" if one.true_words else "") for one in over]
    return together(tracks, ". ".join(said)) if tracks else ""


def _shown(example: Example, name: str) -> Shown:
    held = example.values[name]
    return Shown(from_json(held["signal"]), held["value"], example.truth.get(name), name in example.inputs)


def _is_told(one: Shown, shown: Sequence[Shown]) -> bool:
    drawn = one.signal.drawn
    return drawn == "text" or (drawn in ("box", "overlay") and _ground(one, shown) is None)


def _panel(one: Shown, shown: Sequence[Shown]) -> Panel | None:
    """The drawing of one signal; None where it is told in words or drawn on another's picture."""
    name, drawn = one.signal.name, one.signal.drawn
    if one.value is None or on_time(one.signal):
        return None
    if drawn == "picture":
        return _picture(one, shown)
    if drawn == "pictures":
        stack = np.asarray(one.value, np.uint8)
        return Panel(name, pictures.picture(pictures.strip(stack), "", f"{name}: {one.words}"))
    if drawn == "points" and _ground(one, shown) is None:
        return Panel(name, _free_points(one))
    if drawn == "bars":
        return Panel(f"{name}{_gap(one)}", pictures.bars(_floats(one.value), _maybe(one.true), name + _gap(one)))
    return None


def _picture(one: Shown, shown: Sequence[Shown]) -> Panel:
    """A picture with all that lies on it."""
    frames = one.signal.kind != "image"
    pixels = pictures.heat(_floats(one.value)) if frames else np.asarray(one.value, np.uint8)
    over = [other for other in shown if other.signal.drawn in OVERLAYS and _ground(other, shown) is one]
    marks = "".join(_overlay(other, max(pixels.shape[:2]) / 90) for other in over)
    caption = " with ".join([one.signal.name, *([", ".join(o.signal.name + _gap(o) for o in over)] if over else [])])
    return Panel(caption, pictures.picture(pixels, marks, f"{caption}: {one.words}"), large=not frames)


def _overlay(one: Shown, scale: float) -> str:
    if one.value is None:
        return ""
    if isinstance(one.signal, Points):
        return pictures.points(_floats(one.value), _maybe(one.true), scale)
    if isinstance(one.signal, Box):
        return pictures.box(_floats(one.value), _maybe(one.true))
    return pictures.mask(np.asarray(one.value, np.uint8))


def _ground(one: Shown, shown: Sequence[Shown]) -> Shown | None:
    """The picture that points, a box or a mask lie on: the one they name, else the first; None where none fits."""
    on_picture = one.signal.unit == "px" or isinstance(one.signal, Mask)
    under = [other for other in shown if other.signal.kind == "image" and other.value is not None]
    named = [other for other in under if other.signal.name == getattr(one.signal, "on", "")]
    return next(iter(named or under), None) if on_picture else None


def _free_points(one: Shown) -> str:
    """Points without a picture, in a frame of their own with the first axis to the right."""
    found, true = _floats(one.value), _maybe(one.true)
    every = found if true is None else np.concatenate([found, true])
    low, high = np.nanmin(every, axis=0), np.nanmax(every, axis=0)
    reach = float(max(*(high - low), 1e-9))
    label = escape(f"{one.signal.name}: {one.words}{_gap(one)}", quote=True)
    body = pictures.points((found - low) / reach * 100, None if true is None else (true - low) / reach * 100, 1.6)
    width, height = ((high - low) / reach * 100 + 8).tolist()
    return f'<svg class="free" role="img" aria-label="{label}" viewBox="-4 -4 {width:.1f} {height:.1f}">{body}</svg>'


def _gap(one: Shown) -> str:
    """How far the value is from the truth, as words to set behind a caption."""
    if one.true is None or one.value is None or one.given:
        return ""
    gap = one.signal.distance(one.value, one.true)
    unit = "" if isinstance(one.signal, Box) else one.signal.unit
    return f" (off by {number(gap)} {unit}".rstrip() + ")"


def _floats(value: Any) -> np.ndarray:
    return np.asarray(value, dtype=np.float64)


def _maybe(value: Any) -> np.ndarray | None:
    return None if value is None else _floats(value)
