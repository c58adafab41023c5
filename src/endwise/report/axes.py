"""Axes: their range, their ticks, and how marks and labels are kept from covering each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from endwise.report.ranking import Entry

STEP = 5.0  # pixels between two designs that stand at the same size
_STEPS = ((1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8), (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9))


@dataclass(frozen=True)
class Axis:
    """A range of values over `length` pixels."""

    low: float
    high: float
    log: bool
    length: int
    ticks: tuple[float, ...]

    @property
    def grain(self) -> float:
        """A difference that is certainly smaller than that of two ticks."""
        gaps = [b - a for a, b in zip(self.ticks, self.ticks[1:], strict=False)]
        return min(gaps, default=abs(self.low) + 1) / 10

    def moved(self, value: float, pixels: float) -> float:
        """The value that stands `pixels` further along."""
        share = pixels / self.length
        if self.log:
            return value * math.exp(share * math.log(self.high / self.low))
        return value + share * (self.high - self.low)

    def beyond(self, pixels: float) -> float:
        """The value that stands `pixels` past the end."""
        return self.moved(self.high, pixels)

    def pixel(self, value: float) -> float:
        """How many pixels from the low end a value stands."""
        if self.log:
            return self.length * math.log(value / self.low) / math.log(self.high / self.low)
        return self.length * (value - self.low) / (self.high - self.low)


def size_axis(sizes: Sequence[int], length: int) -> Axis:
    """The axis of rows: logarithmic, a tick at every size that was measured."""
    positive = sorted({size for size in sizes if size > 0}) or [1]
    room = (positive[-1] / positive[0]) ** 0.08 if len(positive) > 1 else 2.0
    ticks = _apart([float(size) for size in positive], length)
    return Axis(positive[0] / room, positive[-1] * room, True, length, ticks)


def error_axis(values: Sequence[float], length: int) -> Axis:
    """The axis of errors: logarithmic, but linear where an error is 0 or less."""
    if not values:
        return Axis(0.0, 1.0, False, length, (0.0, 1.0))
    low, high = min(values), max(values)
    if low <= 0:
        return even_axis(values, length)
    low, high = low / 1.06, high * 1.06
    return Axis(low, high, True, length, _log_ticks(low, high))


def even_axis(values: Sequence[float], length: int) -> Axis:
    """A linear axis with a little room at both ends."""
    low, high = min(values), max(values)
    room = 0.05 * (high - low) or 0.5
    low, high = low - room, high + room
    step = _even_step(high - low)
    first = math.ceil(low / step)
    ticks = tuple(round(at * step, 12) for at in range(first, math.floor(high / step) + 1))
    return Axis(low, high, False, length, ticks)


def shifts(entries: Sequence[Entry], axis: Axis) -> dict[str, float]:
    """How many pixels each design stands aside, so that intervals at one size do not cover each other."""
    step = min(STEP, axis.length / 10 / max(len(entries), 1))
    middle = (len(entries) - 1) / 2
    return {entry.design: (entry.rank - middle) * step for entry in entries}


def spread_labels(values: Sequence[float], axis: Axis, gap: float) -> list[float]:
    """Heights for labels beside `values`: `gap` pixels apart at least, and near their own."""
    shown = [value if math.isfinite(value) else axis.low for value in values]
    pixels = [axis.pixel(value) for value in shown]
    order = sorted(range(len(shown)), key=shown.__getitem__)  # two values may stand at one pixel
    placed: list[float] = []
    for at in order:
        placed.append(max(pixels[at], placed[-1] + gap if placed else -math.inf))
    drift = sum(p - pixels[at] for p, at in zip(placed, order, strict=True)) / max(len(order), 1)
    heights = {at: axis.moved(axis.low, p - drift) for p, at in zip(placed, order, strict=True)}
    return [heights[at] for at in range(len(values))]


def _log_ticks(low: float, high: float) -> tuple[float, ...]:
    """Round values within the range: the coarsest choice with four ticks at least."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks: tuple[float, ...] = ()
    for steps in _STEPS:
        ticks = tuple(v for d in decades for s in steps if low <= (v := float(f"{s * 10.0**d:.3g}")) <= high)
        if len(ticks) >= 4:
            break
    return ticks or (low, high)


def _even_step(reach: float) -> float:
    """The round step that gives about five ticks over `reach`."""
    rough = reach / 5
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= rough)


def _apart(sizes: Sequence[float], length: int) -> tuple[float, ...]:
    """The sizes whose labels fit: the largest always, then every one that keeps 34 pixels' distance."""
    reach = math.log(sizes[-1] / sizes[0]) or 1.0
    kept: list[float] = []
    for size in reversed(sizes):
        if not kept or math.log(kept[-1] / size) / reach * length * 0.8 >= 34:
            kept.append(size)
    return tuple(reversed(kept))
