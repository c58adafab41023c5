"""Mel-frequency cepstra: what a recognizer hears in each hundredth of a second.

Two definitions are in use, and models trained on one do not understand the other: Kaldi's (`kaldi`, `log_mel`) and
librosa's (`librosa`, `decibel_mel`). `mfcc` is the component `audio -> mfcc` of this system, in Kaldi's definition.

All take several recordings of different lengths at once, and what comes of one does not depend on the others.
Sources: Davis & Mermelstein (1980) for the cepstra; feature-window.cc, mel-computations.cc and feature-mfcc.cc of
Kaldi; librosa.feature.mfcc of librosa 0.11.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Final

import numpy as np
import torch
from torch import Tensor

from endwise.systems.speech import mel
from endwise.systems.speech.signals import CEPSTRA, FRAMES, RATE

LOUDEST: Final = 32768.0
"""Kaldi counts in steps of 16-bit sound, recordings of this library lie in -1..1."""
BINS: Final = 23
"""Mel bands: Kaldi's default, meant for 8,000 Hz."""
PRE_EMPHASIS: Final = 0.97
TINY: Final = float(np.finfo(np.float32).eps)
"""Kaldi's floor under what it takes the logarithm of."""
TOP_DB: Final = 80.0
"""librosa's: how far below its loudest band a recording is heard."""
FAINTEST: Final = 1e-10
"""librosa's floor under a power."""
BLOCK: Final = 256
"""Frames transformed at a time: what is made of them on the way stays in the processor's cache (measured: 1.4 us a
frame, against 2.7 in blocks of 1,024)."""


def mfcc(recordings: np.ndarray) -> np.ndarray:
    """Kaldi's 13 cepstra of each recording, 100 a second: the first is the log energy of the frame.

    Parameters
    ----------
    recordings: object (N,) of float32 (T,), 8,000 samples a second in -1..1.

    Returns
    -------
    object (N,) of float32 (F, 13) with F = `frame_count(T)`; frame t is centred on (t + 0.5) / 100 s.

    >>> recordings = np.empty(1, object)
    >>> recordings[0] = np.zeros(8000, np.float32)
    >>> mfcc(recordings)[0].shape
    (100, 13)
    """
    made = kaldi([torch.from_numpy(np.require(one, np.float32, "W")) for one in recordings], snip_edges=False)
    cepstra = np.empty(len(recordings), object)
    for row, one in enumerate(made):
        cepstra[row] = one.numpy()
    return cepstra


def frame_count(samples: int) -> int:
    """How many frames `mfcc` makes of a recording: 100 a second, rounded, and one at least where there is sound.

    >>> frame_count(8000), frame_count(8040), frame_count(1), frame_count(0)
    (100, 101, 1, 0)
    """
    return _centred(RATE // FRAMES, samples)


def kaldi(
    recordings: Sequence[Tensor], rate: int = RATE, *, snip_edges: bool = True, use_energy: bool = True
) -> list[Tensor]:
    """Cepstra as compute-mfcc-feats makes them by default, without dither.

    25 ms windows ("povey") every 10 ms, the mean removed, pre-emphasis 0.97, 23 mel bands from 20 Hz to half the
    rate, 13 cepstra, liftered (22).

    Parameters
    ----------
    recordings: float32 (T,) each, in -1..1 (counted in 16-bit steps, as Kaldi does).
    rate: samples a second.
    snip_edges: only frames that lie wholly in the recording; else one every 10 ms, the edges mirrored (and, unlike
        Kaldi, one frame even of the shortest recording).
    use_energy: the first number of a frame is its log energy before pre-emphasis, else the cepstrum of order 0.

    Returns
    -------
    float32 (F, 13) each.
    """

    def cepstra(frames: Tensor) -> Tensor:
        loud, bands = _kaldi_bands(frames, rate)
        out = bands @ _constant(mel.liftered_cosines, bands, BINS, CEPSTRA)
        if use_energy:
            out[:, 0] = loud
        return out

    return _framed(recordings, _kaldi_framing(rate, snip_edges), cepstra)


def log_mel(recordings: Sequence[Tensor], rate: int = RATE, *, snip_edges: bool = True) -> list[Tensor]:
    """The log energies of 23 mel bands as Kaldi's compute-fbank-feats makes them by default, without dither.

    Parameters as of `kaldi`. Returns float32 (F, 23) each.
    """
    return _framed(recordings, _kaldi_framing(rate, snip_edges), lambda frames: _kaldi_bands(frames, rate)[1])


def librosa(
    recordings: Sequence[Tensor],
    rate: int = RATE,
    *,
    ceps: int = 20,
    bins: int = 128,
    n_fft: int = 2048,
    window: int | None = None,
    hop: int = 512,
) -> list[Tensor]:
    """Cepstra as librosa.feature.mfcc makes them; the defaults are its own, meant for music at 22,050 Hz.

    Parameters
    ----------
    recordings: float32 (T,) each, in -1..1.
    rate: samples a second.
    ceps, bins: how many cepstra, of how many mel bands.
    n_fft, window, hop: samples of a transform (even), of the Hann window in it (None: all), from frame to frame.

    Returns
    -------
    float32 (1 + T // hop, ceps) each: librosa's array, turned so that time comes first.
    """
    decibels = decibel_mel(recordings, rate, bins=bins, n_fft=n_fft, window=window, hop=hop)
    return [one @ _constant(mel.cosines, one, bins, ceps) for one in decibels]


def decibel_mel(
    recordings: Sequence[Tensor],
    rate: int = RATE,
    *,
    bins: int = 128,
    n_fft: int = 2048,
    window: int | None = None,
    hop: int = 512,
) -> list[Tensor]:
    """librosa.power_to_db(librosa.feature.melspectrogram(...)): parameters as of `librosa`.

    Returns float32 (1 + T // hop, bins) each, in dB, none below the loudest of its recording by more than 80.
    """

    def powers(frames: Tensor) -> Tensor:
        windowed = frames * _constant(mel.hann, frames, window or n_fft, n_fft)
        return _squares(windowed) @ _bands(mel.librosa_bands, frames, bins, n_fft, rate)

    framing = _Framing(n_fft, hop, -(n_fft // 2), lambda samples: 1 + samples // hop, mirrored=False)
    return [_decibels(one) for one in _framed(recordings, framing, powers)]


@dataclass(frozen=True)
class _Framing:
    """Frames of `length` samples every `shift`, the first from sample `begin`, `count` of them for T samples.

    What lies outside a recording is its mirror image, or zero.
    """

    length: int
    shift: int
    begin: int
    count: Callable[[int], int]
    mirrored: bool

    def seen(self, counts: np.ndarray) -> np.ndarray:
        """Where the last frame of a recording ends, counted from the recording's first sample."""
        return np.maximum(0, self.begin + (counts - 1) * self.shift + self.length)


def _centred(shift: int, samples: int) -> int:
    return max((samples + shift // 2) // shift, min(samples, 1))


def _kaldi_framing(rate: int, snip_edges: bool) -> _Framing:
    length, shift = rate * 25 // 1000, rate // 100
    if snip_edges:
        return _Framing(length, shift, 0, lambda samples: max(0, 1 + (samples - length) // shift), mirrored=True)
    return _Framing(length, shift, shift // 2 - length // 2, lambda samples: _centred(shift, samples), mirrored=True)


def _framed(recordings: Sequence[Tensor], framing: _Framing, made: Callable[[Tensor], Tensor]) -> list[Tensor]:
    """What `made` makes of the frames of each recording: (F, length) to (F, numbers).

    The recordings are laid end to end, each on a whole number of shifts, so that one pass cuts all of them; the
    frames that reach from one into the next are thrown away. Blocks are all of one size, so that the same frame goes
    through the same sums, whatever stands beside it.
    """
    if not recordings:
        return []
    sizes = np.array([one.shape[0] for one in recordings])
    counts = np.array([framing.count(int(size)) for size in sizes])
    between = ceil(framing.length / framing.shift) - 1
    starts = np.cumsum([0, *(counts + between)])
    whole = BLOCK * ceil(int(starts[-1]) / BLOCK)
    line = recordings[0].new_zeros((whole + between + 1) * framing.shift)
    for one, first, seen in zip(recordings, starts * framing.shift, framing.seen(counts), strict=False):
        inside = one[:seen]
        line[first - framing.begin :][: inside.shape[0]] = inside
    if framing.mirrored:
        _mirror(line, framing, sizes, counts, starts[:-1] * framing.shift - framing.begin)
    frames = line.unfold(0, framing.length, framing.shift)
    out = torch.cat([made(frames[at : at + BLOCK]) for at in range(0, whole, BLOCK)])
    return [out[start : start + count].clone() for start, count in zip(starts, counts, strict=False)]


def _mirror(line: Tensor, framing: _Framing, sizes: np.ndarray, counts: np.ndarray, zeros: np.ndarray) -> None:
    """Fill in what frames see beyond the ends of recordings that begin at `zeros`; short ones are mirrored often."""
    seen = framing.seen(counts)
    after = np.arange(max(0, int((seen - sizes).max())))
    before = np.broadcast_to(np.arange(framing.begin, 0), (len(sizes), -framing.begin))
    at = np.concatenate([before, sizes[:, None] + after], axis=1)  # (N, samples outside), counted from each start
    needed = (at < seen[:, None]) & (sizes > 0)[:, None] & (counts > 0)[:, None]
    turn = at % np.maximum(2 * sizes, 1)[:, None]
    source = np.where(turn < sizes[:, None], turn, 2 * sizes[:, None] - 1 - turn)
    to, of = ((zeros[:, None] + one)[needed] for one in (at, source))
    line[torch.from_numpy(to).to(line.device)] = line[torch.from_numpy(of).to(line.device)]


def _kaldi_bands(frames: Tensor, rate: int) -> tuple[Tensor, Tensor]:
    """The log energy (F,) of frames (F, length) in -1..1, and that of their mel bands (F, 23)."""
    count, length = frames.shape
    frames = frames - frames.mean(dim=1, keepdim=True)
    loud = torch.linalg.vecdot(frames, frames).mul_(LOUDEST**2)
    n_fft = 1 << (length - 1).bit_length()  # the next power of two
    spread = frames.new_zeros(count, n_fft)
    torch.sub(frames[:, 1:], frames[:, :-1], alpha=PRE_EMPHASIS, out=spread[:, 1:length])
    spread[:, 0] = (1 - PRE_EMPHASIS) * frames[:, 0]
    spread[:, :length] *= _constant(mel.povey, frames, length)
    bands = (_squares(spread) @ _bands(mel.kaldi_bands, frames, BINS, n_fft, rate)).mul_(LOUDEST**2)
    return loud.clamp_(min=TINY).log_(), bands.clamp_(min=TINY).log_()


def _squares(frames: Tensor) -> Tensor:
    """Squares of the real and the imaginary parts of a spectrum by turns, (F, 2 * (n_fft // 2 + 1))."""
    return torch.view_as_real(torch.fft.rfft(frames)).square_().flatten(1)


def _bands(make: Callable[..., np.ndarray], like: Tensor, *sizes: int) -> Tensor:
    """The matrix that makes bands of `_squares`: each row twice, so that one product adds both parts, too."""
    return _constant(_twice, like, make, *sizes)


def _twice(make: Callable[..., np.ndarray], *sizes: int) -> np.ndarray:
    return np.repeat(make(*sizes), 2, axis=0)


def _decibels(power: Tensor) -> Tensor:
    decibels = 10 * power.clamp(min=FAINTEST).log10()
    return decibels.clamp_(min=float(decibels.max()) - TOP_DB) if len(decibels) else decibels


def _constant(make: Callable[..., np.ndarray], like: Tensor, *sizes: Hashable) -> Tensor:
    """A window or matrix, made once in 64 bits, as 32 bits where `like` lies."""
    return _kept(make, *sizes).to(like.device)


@cache
def _kept(make: Callable[..., np.ndarray], *sizes: Hashable) -> Tensor:
    return torch.from_numpy(make(*sizes).astype(np.float32))
