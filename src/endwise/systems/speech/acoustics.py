"""The way from the mouth to the recording: a room, noise, and a level."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import fft

from endwise.systems.speech.signals import RATE

Floats: TypeAlias = npt.NDArray[np.float32]
Doubles: TypeAlias = npt.NDArray[np.float64]

ROOM: Final = (0.1, 0.5)
"""Seconds in which the sound of a room falls by 60 dB (RT60): from a furnished living room to a bare hall."""
CLARITY: Final = (0.0, 12.0)
"""Energy of what comes straight over that of what the room sends back, in dB: from some metres away to near."""
NOISE: Final = (5.0, 25.0)
"""Speech over noise in dB, each over the whole recording."""
LOUDNESS: Final = 0.06
"""Root mean square of a recording before its level changes: some 24 dB below full scale, as telephones are set."""
LEVEL: Final = 6.0
"""Spread of the level in dB, either way."""
PEAK: Final = 0.98
HUM: Final = (50.0, 60.0)
"""Frequency of the mains in Hz."""


def record(samples: Doubles, random: np.random.Generator, *, complexity: float) -> Floats:
    """`samples` as they would be recorded in a room, of the same length, in -1..1.

    The direct sound stays where it is, so the times of phones and words hold. What `complexity` scales is said in
    `world.generate`; at 0 nothing is added.
    """
    seconds, clarity, snr, level = (random.uniform(*span) for span in (ROOM, CLARITY, NOISE, (-LEVEL, LEVEL)))
    echoes = random.standard_normal(round(ROOM[1] * RATE))
    hiss = noise(len(samples), random)
    heard = samples
    if complexity > 0:
        heard = reverberate(samples, echoes, seconds=seconds, strength=complexity * 10 ** (-clarity / 20))
        heard = heard + complexity * hiss * _rms(heard) / 10 ** (snr / 20)
    heard = heard * (LOUDNESS / max(_rms(heard), 1e-9)) * 10 ** (complexity * level / 20)
    return np.asarray(heard * min(1.0, PEAK / max(float(np.abs(heard).max()), 1e-9)), dtype=np.float32)


def reverberate(samples: Doubles, echoes: Doubles, *, seconds: float, strength: float) -> Doubles:
    """`samples` with what a room sends back: white noise `echoes` that falls by 60 dB in `seconds`.

    The impulse response is that of Polack (1988; in Lebart, Boucher & Denbigh 2001, eq. 1), after a first impulse of 1;
    `strength` is the root of the energy of the rest.
    """
    after = np.arange(1, round(seconds * RATE)) / RATE
    tail = echoes[: len(after)] * 10 ** (-3 * after / seconds)
    tail *= strength / np.linalg.norm(tail)
    size = fft.next_fast_len(len(samples) + len(tail), real=True)
    room = fft.rfft(np.concatenate([[1.0], tail]), size)
    return fft.irfft(fft.rfft(samples, size) * room, size)[: len(samples)]


def noise(count: int, random: np.random.Generator) -> Doubles:
    """`count` samples of noise with root mean square 1: white, pink and the hum of the mains, mixed at random."""
    white = random.standard_normal(count)
    white_share, pink_share, hum_share = random.dirichlet((1.0, 1.0, 0.25))
    mains, phase = random.choice(HUM), random.uniform(0, 2 * np.pi, 3)
    angle = 2 * np.pi * mains * np.arange(count) / RATE
    hum = np.sin(angle + phase[0]) + np.sin(2 * angle + phase[1]) / 2 + np.sin(3 * angle + phase[2]) / 3
    mixed = np.sqrt(white_share) * white + np.sqrt(pink_share) * pink(white) + np.sqrt(hum_share) * hum / _rms(hum)
    return mixed / _rms(mixed)


def pink(white: Doubles) -> Doubles:
    """White noise, coloured so that its power falls as one over the frequency; root mean square 1."""
    size = fft.next_fast_len(len(white), real=True)
    spectrum = fft.rfft(white, size)
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    coloured = fft.irfft(spectrum, size)[: len(white)]
    return coloured / _rms(coloured)


def _rms(samples: Doubles) -> float:
    return float(np.sqrt(np.mean(samples**2)))
