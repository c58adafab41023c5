"""Sound as a picture: how loud each pitch is at each moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

WINDOW, HOP = 0.025, 0.010  # seconds: what speech is commonly cut into; short enough for a plosive
COLUMNS, BANDS = 800, 128  # at most: a recording of any length and rate gives a picture of some kilobytes
REACH = 50.0  # decibels below the loudest that are drawn: more would show the room rather than the speech


@dataclass(frozen=True)
class Spectrogram:
    """`level` is uint8 (bands, columns), 255 the loudest, the lowest pitch last; it lasts `seconds`."""

    level: np.ndarray
    seconds: float


def spectrogram(sound: Any, rate: int) -> Spectrogram:
    """The log magnitude of `sound` (values in -1..1, `rate` a second) from 0 to rate / 2, `REACH` dB deep.

    Column k holds the Hann window around the middle of its own stretch of time, so that the picture lines up with
    whatever else has times.
    """
    samples = np.asarray(sound, np.float64).reshape(-1)
    hop = max(1, round(rate * HOP), -(-len(samples) // COLUMNS))
    width = max(16, round(rate * WINDOW))
    columns = max(1, -(-len(samples) // hop))
    padded = np.zeros((columns - 1) * hop + width + hop)
    start = max(0, (width - hop) // 2)
    padded[start : start + len(samples)] = samples[: len(padded) - start]
    cuts = np.lib.stride_tricks.sliding_window_view(padded, width)[: (columns - 1) * hop + 1 : hop]
    power = np.abs(np.fft.rfft(cuts * np.hanning(width), 1 << (width - 1).bit_length())) ** 2  # (columns, pitches)
    edges = np.linspace(0, power.shape[1], min(BANDS, power.shape[1]) + 1).astype(int)
    bands = np.add.reduceat(power, edges[:-1], axis=1) / np.diff(edges)
    loudest = float(bands.max())
    depth = 10 * np.log10(np.maximum(bands, 1e-30) / loudest) if loudest > 0 else np.full(bands.shape, -REACH)
    level = np.clip(1 + depth / REACH, 0, 1).T[::-1]
    return Spectrogram((level * 255).round().astype(np.uint8), columns * hop / rate)
