"""One signal over time, as a strip of the page: sound as a spectrogram, steps as a picture, segments by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from endwise.report import pictures
from endwise.report.alignment import edits, told
from endwise.report.quantities import tick
from endwise.report.spectrogram import COLUMNS, REACH, spectrogram
from endwise.system.signals import Audio, Frames, Posteriors, Segments, Signal

LABELS = 24  # rows of a picture of chances: more names than this are not read
LETTER, MARGIN = 7.5, 7.0  # pixels that a letter of a segment's name takes, and its frame
FASTEST = 300.0  # pixels a second that names may ask for
FITTING = 0.9  # share of the names that are to fit; the shortest segments would ask for a drawing of metres


@dataclass(frozen=True)
class Track:
    """One signal over time: its name with what there is to say, its strip of safe HTML, and how long it lasts.

    `side` names the rows of the strip from the top; `style` is its class in the style sheet; `pace` is how many pixels
    a second its names ask for.
    """

    name: str
    words: str
    seconds: float
    side: tuple[str, ...]
    style: str
    inner: str
    pace: float = 0.0


def on_time(signal: Signal) -> bool:
    """Whether a signal has times of its own."""
    return signal.drawn in ("spectrogram", "timeline") or getattr(signal, "rate", 0) > 0


def track(signal: Signal, value: Any, true: Any, given: bool) -> Track:
    """The track of a signal that is `on_time`; `true` is None where the truth is not known."""
    if isinstance(signal, Audio):
        return _sound(signal, value)
    if isinstance(signal, Segments):
        return _segments(signal, value, None if given else true, given)
    if isinstance(signal, Posteriors):
        return _chances(signal, value, None if given else true)
    assert isinstance(signal, Frames)
    return _vectors(signal, value)


def _sound(signal: Audio, value: Any) -> Track:
    drawn = spectrogram(value, signal.rate)
    top = signal.rate / 2000
    side = (tick(top), tick(top / 2), "0 kHz")
    words = f"{signal.show(value)}; the strongest marks are the loudest, the faintest {REACH:.0f} dB below"
    return Track(signal.name, words, drawn.seconds, side, "ends tall", _ink(drawn.level))


def _vectors(signal: Frames, value: Any) -> Track:
    """Each number over its own range: the first cepstrum would leave nothing to see of the others."""
    steps = _pooled(np.asarray(value, np.float64).reshape(-1, signal.size))
    low, high = np.quantile(steps, (0.02, 0.98), axis=0) if len(steps) else np.zeros((2, signal.size))
    level = np.clip((steps - low) / np.where(high > low, high - low, 1.0), 0, 1)
    words = f"{signal.show(value)}; each number over its own range"
    side = (str(signal.size), "1") if signal.size > 1 else ("1",)
    return Track(signal.name, words, len(value) / signal.rate, side, "ends", _ink(_bytes(level.T[::-1])))


def _chances(signal: Posteriors, value: Any, true: Any) -> Track:
    """The labels that are the likeliest anywhere, in order of appearance; true ones are outlined."""
    steps = np.asarray(value, np.float64).reshape(-1, len(signal.labels))
    sure = None if true is None else np.asarray(true, np.float64).reshape(-1, len(signal.labels))
    rows, hidden = _mattering([steps] if sure is None else [steps, sure])
    spans = "" if sure is None else _outlines(sure, rows, max(len(steps), 1))
    left = f"; {hidden} rarer ones not drawn" if hidden else ""
    words = f"chances of the {len(rows)} labels that are the likeliest anywhere{left}"
    words += "; outlined: true" if spans else ""
    inner = _ink(_bytes(_pooled(steps[:, rows]).T)) + spans
    side = tuple(signal.labels[at] for at in rows)
    return Track(signal.name, words, len(steps) / signal.rate, side, "named", inner)


def _mattering(chances: Sequence[np.ndarray]) -> tuple[list[int], int]:
    """The labels that are the likeliest at some step, in order of appearance, and how many more there are."""
    best = np.concatenate([one.argmax(axis=1) for one in chances])
    when = np.concatenate([np.arange(len(one)) for one in chances])
    first = {int(label): int(when[best == label].min()) for label in np.unique(best)}
    often = sorted(first, key=lambda label: -int((best == label).sum()))[:LABELS]
    return sorted(often, key=lambda label: (first[label], label)), len(first) - len(often)


def _outlines(sure: np.ndarray, rows: Sequence[int], count: int) -> str:
    """A frame around each run of a true label."""
    best = sure.argmax(axis=1)
    ends = [*(np.flatnonzero(np.diff(best)) + 1).tolist(), len(best)] if len(best) else []
    places = {label: at for at, label in enumerate(rows)}
    return "".join(
        f'<span class="sure" style="left:{100 * start / count:.2f}%;width:{100 * (end - start) / count:.2f}%;'
        f'top:calc({places[int(best[start])]} * var(--row))"></span>'
        for start, end in zip([0, *ends], ends, strict=False)
        if int(best[start]) in places
    )


def _segments(signal: Segments, value: Any, true: Any, given: bool) -> Track:
    """Predicted above true; what was not understood is dashed and hatched in both lanes."""
    found, known = (np.asarray([] if one is None else one, np.float64).reshape(-1, 3) for one in (value, true))
    whole = max(float(every[-1].max(initial=0)) for every in (found.T, known.T))
    names, said = _names(signal, found), _names(signal, known)
    every = np.concatenate([found, known])
    if true is None:
        lanes = _lane(found, names, set(), whole)
        return Track(signal.name, "", whole, ("given" if given else "predicted",), "lanes", lanes, _pace(every, names))
    steps = edits(names, said)
    wrong = [step for step in steps if step.kind != "same"]
    lanes = _lane(found, names, {step.found for step in wrong}, whole)
    lanes += _lane(known, said, {step.true for step in wrong}, whole)
    words = told(steps, names, said)
    return Track(signal.name, words, whole, ("predicted", "true"), "lanes", lanes, _pace(every, [*names, *said]))


def _names(signal: Segments, rows: np.ndarray) -> list[str]:
    return [signal.alphabet[int(at)] for at in rows[:, 0]]


def _lane(rows: np.ndarray, names: Sequence[str], wrong: set[int | None], whole: float) -> str:
    """The segments of one side by name, placed in shares of `whole` seconds."""
    spans = "".join(
        f'<span class="segment{" wrong" if at in wrong else ""}" title="{escape(name, quote=True)}, '
        f'{start:.2f} to {end:.2f} s" style="left:{100 * start / whole:.2f}%;width:{100 * (end - start) / whole:.2f}%">'
        f"{escape(name)}</span>"
        for at, (name, (_, start, end)) in enumerate(zip(names, rows.tolist(), strict=True))
        if whole > 0
    )
    return f'<div class="lane">{spans}</div>'


def _pace(rows: np.ndarray, names: Sequence[str]) -> float:
    """Pixels a second at which most names fit their segments."""
    asked = [
        (len(name) * LETTER + MARGIN) / max(end - start, 1e-3)
        for name, (_, start, end) in zip(names, rows, strict=True)
    ]
    return min(FASTEST, float(np.quantile(asked, FITTING))) if asked else 0.0


def _pooled(steps: np.ndarray) -> np.ndarray:
    """At most `COLUMNS` steps: the mean of those that share a column."""
    if len(steps) <= COLUMNS:
        return steps
    edges = np.linspace(0, len(steps), COLUMNS + 1).astype(int)
    return np.add.reduceat(steps, edges[:-1], axis=0) / np.diff(edges)[:, None]


def _bytes(shares: np.ndarray) -> np.ndarray:
    return (np.clip(shares, 0, 1) * 255).round().astype(np.uint8)


def _ink(level: np.ndarray) -> str:
    """A picture in the colour of the text: `level` is how much ink, uint8 (rows, columns)."""
    if not level.size:
        return ""
    pixels = np.stack([np.zeros_like(level), level], axis=-1)
    return f'<img class="ink" alt="" aria-hidden="true" src="{pictures.png(pixels, COLUMNS)}"/>'
