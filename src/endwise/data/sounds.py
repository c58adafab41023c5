"""Sounds: one file decoded, mixed to one channel and brought to a signal's rate."""

from __future__ import annotations

from math import gcd
from pathlib import Path

import numpy as np

from endwise.data.pictures import AS_IT_IS, Decoded
from endwise.system.signals import Audio

MOST_SAMPLES = 100_000_000  # over all channels: 104 minutes of mono at 16 kHz, 400 MB when decoded


def sound(file: Path, signal: Audio) -> Decoded:
    """The recording in `file` as float32 (T,) at the signal's rate. Raises ValueError with the reason."""
    import soundfile

    try:
        with soundfile.SoundFile(str(file)) as opened:
            if opened.frames * opened.channels > MOST_SAMPLES:
                raise ValueError(f"has more than {MOST_SAMPLES:,} samples, the limit, and was not decoded")
            samples, rate = opened.read(dtype="float32", always_2d=True), opened.samplerate
    except (soundfile.SoundFileError, OSError) as error:
        raise ValueError(f"cannot be read as a sound ({str(error).removesuffix('.')})") from None
    if not len(samples):
        raise ValueError("holds no sound")
    return signal.check(_resampled(samples.mean(axis=1), rate, signal.rate)), (*AS_IT_IS, 0.0)


def _resampled(samples: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    if rate == wanted:
        return samples
    from scipy.signal import resample_poly

    shared = gcd(rate, wanted)
    return resample_poly(samples, wanted // shared, rate // shared).astype(np.float32)
