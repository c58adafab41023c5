"""Long recordings in pieces, cut where it is quiet; and what a recording's level says about it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import ceil, log10
from typing import Final

import numpy as np

from endwise.systems.speech.signals import FRAMES, RATE

LONGEST: Final = 20 * FRAMES
"""Frames of a piece: twice the longest sentences of read speech, and a search through it takes some megabytes."""
SHORTEST: Final = 10 * FRAMES
"""Frames of a piece of a longer recording: cuts are few, and each is at the quietest place of ten seconds."""
QUIET: Final = 30
"""Frames over which it has to be quiet: stops before p, t and k are shorter, pauses between phrases longer."""
HOP: Final = RATE // FRAMES

SILENT: Final = 1e-4
"""A recording, or piece, that stays below is silence: -80 dB of full scale, three steps of 16-bit sound."""
STEADY: Final = 5.0
"""dB between the loudest tenth of a second and a quiet one (the 10th percentile). White, pink and humming noise had 1
to 4 (median), speech in as much noise as speech 5.4 at least, recorded digits 6.5 at least."""
TENTH: Final = FRAMES // 10
BRIEFLY_STEADY: Final = 50
"""Frames: in fewer a single vowel may be steady."""
FULL_SCALE: Final = 0.99
"""Clipped peaks do not all come back to 1 when the rate is changed."""
MOST_CLIPPED: Final = 0.01
QUIETEST: Final = -50.0
"""dB of full scale, root mean square: 16-bit sound has 46 dB left there, 8-bit sound none."""
BRIEFEST: Final = 0.1
"""Seconds: less than the shortest words take."""


def pieces(samples: np.ndarray) -> list[slice]:
    """Where to cut a recording, float32 (T,) at 8,000 a second, so that no piece is longer than 20 s.

    The pieces tile the recording. All but those of a shorter recording have 10 s at least, and each cut is in the
    middle of the quietest 0.3 s that this leaves.
    """
    frames = ceil(len(samples) / HOP)
    cuts = [0, *_cuts(_sums(_energy(samples), QUIET), frames), frames]
    return [slice(a * HOP, min(b * HOP, len(samples))) for a, b in pairwise(cuts)]


def is_silent(samples: np.ndarray) -> bool:
    """Whether nothing can be heard in the samples."""
    return max(float(samples.max()), -float(samples.min())) < SILENT


def is_steady(samples: np.ndarray) -> bool:
    """Whether the samples are a noise or tone that never changes, which no speech is; decoders hear words in it."""
    tenths = _sums(_energy(samples), TENTH)[TENTH // 2 : -TENTH // 2]
    if len(tenths) < BRIEFLY_STEADY - TENTH:
        return False
    return bool(tenths.max() < np.percentile(tenths, 10) * 10 ** (STEADY / 10))


def remarks(samples: np.ndarray) -> Iterator[str]:
    """What is to be said of a recording, float32 (T,) at 8,000 a second, whose transcript may suffer from it."""
    if len(samples) < BRIEFEST * RATE:
        yield f"it is very short ({len(samples) / RATE:.3f} s)"
    if is_silent(samples):
        yield "it is silent"
        return
    clipped = float(np.mean(np.abs(samples) >= FULL_SCALE))
    if clipped > MOST_CLIPPED:
        yield f"it is clipped ({clipped:.0%} of its samples are at full scale)"
    level = 10 * log10(float(np.dot(samples, samples)) / len(samples))
    if level < QUIETEST:
        yield f"it is very quiet ({level:.0f} dB of full scale)"
    if is_steady(samples):
        yield "it holds nothing but steady noise"


def _cuts(loudness: np.ndarray, frames: int) -> Iterator[int]:
    """Frames at which to cut."""
    start = 0
    while frames - start > LONGEST:
        first, last = start + SHORTEST, min(start + LONGEST, frames - SHORTEST)
        start = first + int(loudness[first : last + 1].argmin())
        yield start


def _sums(energy: np.ndarray, width: int) -> np.ndarray:
    """The energy of the `width` frames around the start of each frame, of fewer at the ends."""
    sums = np.concatenate([[0.0], np.cumsum(energy)])
    middle = np.arange(len(energy))
    return sums[np.minimum(middle + width // 2, len(energy))] - sums[np.maximum(middle - width // 2, 0)]


def _energy(samples: np.ndarray) -> np.ndarray:
    """Of each whole frame, (T / HOP,)."""
    whole = samples[: len(samples) // HOP * HOP].reshape(-1, HOP)
    return np.einsum("ij,ij->i", whole, whole, dtype=np.float64)
