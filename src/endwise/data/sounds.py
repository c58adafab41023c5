"""Sounds: one file decoded, mixed to one channel and brought to a signal's rate.

Files are read and resampled in blocks, so that an hour of any rate and of many channels takes little more memory than
the recording that comes of it. WAV, FLAC, OGG, MP3, AIFF and NIST's SPHERE of 8 to 32 bits, whatever their ending
says. A WAV, AIFF or FLAC that was cut short is refused; OGG and MP3 do not announce their length (an MP3's may be a
guess), so that what is left of them is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from math import ceil, gcd
from pathlib import Path
from typing import Any

import numpy as np

from endwise.data.pictures import AS_IT_IS, Decoded
from endwise.system.signals import Audio

MOST_SAMPLES = 100_000_000  # at the signal's rate: 104 minutes at 16 kHz, 400 MB when decoded
RATES = range(100, 384_001)  # samples a second, up to what studios use; a header that says otherwise is damaged
BLOCK = 1 << 20  # samples read at a time, over all channels
REACH = 10  # the filter's length, as scipy's: ten crossings of zero to either side
UNKNOWN = 0x7FFF0000  # who writes a WAV into a pipe puts a length of about this, or twice it, into the header
CUT = re.compile(r"^\s*(?:data|SSND)\s*: (\d+) \(should be (\d+)\)", re.MULTILINE)  # in libsndfile's log


def sound(file: Path, signal: Audio) -> Decoded:
    """The recording in `file` as float32 (T,) at the signal's rate. Raises ValueError with the reason."""
    return read_sound(file, signal.rate), (*AS_IT_IS, 0.0)


def read_sound(path: Path | str, rate: int) -> np.ndarray:
    """A sound file as one channel at `rate` samples a second: float32 (T,), in -1..1 (files of floats may exceed it).

    Channels are mixed to their mean. WAV, FLAC, OGG, MP3, AIFF and SPHERE are read as rows' recordings are.

    Raises ValueError with the reason, such as "is an empty file", for what cannot be read, was cut short, holds no
    sound, or holds a sample that is no number; DeclarationError for a rate below 1.
    """
    import soundfile

    file, signal = Path(path), Audio("sound", rate=rate)
    try:
        if not file.stat().st_size:
            raise ValueError("is an empty file")
        with soundfile.SoundFile(str(file)) as opened:
            samples = _read(opened, signal.rate)
    except (soundfile.SoundFileError, OSError, TypeError) as error:  # TypeError: headerless (.raw)
        raise ValueError(f"cannot be read as a sound ({_reason(error)})") from None
    return signal.check(samples)


def _read(opened: Any, wanted: int) -> np.ndarray:
    """All samples of an opened file at the rate `wanted`, float32 (T,)."""
    if opened.samplerate not in RATES:
        raise ValueError(f"says it has {opened.samplerate:,} samples a second, outside {RATES[0]:,}..{RATES[-1]:,}")
    _refuse_cut(opened)
    pieces, length = [np.empty(0, np.float32)], 0
    for piece in _resampled(_mono(opened), opened.samplerate, wanted):
        pieces.append(piece)
        length += len(piece)
        if length > MOST_SAMPLES:
            raise ValueError(f"has more than {MOST_SAMPLES:,} samples, the limit, and was not decoded")
    if not length:
        raise ValueError("holds no sound")
    return np.concatenate(pieces)


def _mono(opened: Any) -> Iterator[np.ndarray]:
    """Blocks of the mean over the channels, float32 (T,)."""
    size, read = max(1, BLOCK // opened.channels), 0
    while len(block := opened.read(size, dtype="float32", always_2d=True)):
        read += len(block)
        with np.errstate(invalid="ignore"):  # of infinite samples; refused afterwards
            yield block.mean(axis=1)
    if read < opened.frames and opened.format not in ("MP3", "MPEG") and opened.frames < UNKNOWN:
        raise ValueError(f"is cut short: {opened.frames:,} samples were announced, {read:,} are there")


def _refuse_cut(opened: Any) -> None:
    """Raise ValueError where a header without compression announces more than the file has."""
    for announced, there in CUT.findall(opened.extra_info):
        if int(there) < int(announced) < UNKNOWN:
            raise ValueError(f"is cut short: {int(announced):,} bytes were announced, {int(there):,} are there")


def _resampled(blocks: Iterator[np.ndarray], rate: int, wanted: int) -> Iterator[np.ndarray]:
    """What scipy's resample_poly makes of the blocks joined, piece by piece."""
    shared = gcd(rate, wanted)
    up, down = wanted // shared, rate // shared
    if up == down:
        yield from blocks
        return
    from scipy.signal import resample_poly

    window = _low_pass(max(up, down))
    margin = down * ceil((REACH * max(up, down) / up + 1) / down)  # a whole number of steps of the output
    held, begun = np.empty(0, np.float32), 0  # `begun`: samples at the start of `held` whose output is out already
    for block in blocks:
        held = np.concatenate([held, block])
        done = (len(held) - margin) // down * down  # up to here the output sees no further block
        if done > begun:
            yield resample_poly(held, up, down, window=window)[begun // down * up : done // down * up]
            held, begun = held[max(0, done - margin) :], min(done, margin)
    if len(held):
        yield resample_poly(held, up, down, window=window)[begun // down * up :]


@lru_cache(maxsize=8)
def _low_pass(longest: int) -> Any:  # the stubs of scipy know windows by name only
    """resample_poly's own filter for a ratio whose larger side is `longest`: made once, not once a block."""
    from scipy.signal import firwin

    return np.asarray(firwin(2 * REACH * longest + 1, 1 / longest, window=("kaiser", 5.0)), np.float32)


def _reason(error: Exception) -> str:
    """What went wrong, without the path, which the caller names."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).rpartition("': ")[2].removesuffix(".") or type(error).__name__
