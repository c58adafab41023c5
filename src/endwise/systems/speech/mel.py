"""The windows and matrices of mel cepstra, as Kaldi and as librosa define them: float64, from their formulas.

Matrices stand so that rows of spectra are multiplied from the left: spectrum (F, K) @ bands (K, B) @ cosines (B, C).
Sources: feature-window.cc, mel-computations.cc and matrix-functions.cc of Kaldi; librosa.filters.mel of librosa 0.11;
the Slaney scale is that of the Auditory Toolbox (Slaney 1998).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LOWEST: Final = 20.0
"""Hz, where Kaldi's bands begin by default; librosa's begin at 0."""
LIFTER: Final = 22
"""Kaldi's default: higher cepstra are raised, order 11 the most, so that all are of about one size."""
_LINEAR: Final = 200 / 3
"""Slaney's scale: Hz a mel up to 1,000 Hz ..."""
_BEND: Final = 1000.0
_STEP: Final = np.log(6.4) / 27
"""... and from there 27 mel for a factor of 6.4."""


def povey(length: int) -> Floats:
    """Kaldi's window: Hann's to the power of 0.85, (length,)."""
    return np.asarray(np.hanning(length) ** 0.85)


def hann(length: int, n_fft: int) -> Floats:
    """librosa's window: a periodic one of Hann in the middle of zeros, (n_fft,)."""
    before = (n_fft - length) // 2
    return np.pad(np.hanning(length + 1)[:-1], (before, n_fft - length - before))


def kaldi_bands(count: int, n_fft: int, rate: int) -> Floats:
    """Triangles on the scale 1127 ln(1 + f / 700) from 20 Hz to rate / 2: (n_fft // 2 + 1, count).

    The triangles are straight in mel, and the spectrum's last number (rate / 2) belongs to none.
    """
    edges = np.linspace(_mel(LOWEST), _mel(rate / 2), count + 2)
    mel = _mel(np.arange(n_fft // 2 + 1) * rate / n_fft)[:, None]
    bands = _triangles(mel, edges)
    bands[-1] = 0
    return bands


def librosa_bands(count: int, n_fft: int, rate: int) -> Floats:
    """Triangles on Slaney's scale from 0 to rate / 2, each of area 1: (n_fft // 2 + 1, count)."""
    edges = _slaney_hertz(np.linspace(0, _slaney_mel(rate / 2), count + 2))
    hertz = (np.arange(n_fft // 2 + 1) * rate / n_fft)[:, None]
    return _triangles(hertz, edges) * 2 / (edges[2:] - edges[:-2])


def cosines(bands: int, cepstra: int) -> Floats:
    """The orthonormal DCT-II, (bands, cepstra)."""
    angles = np.pi / bands * (np.arange(bands)[:, None] + 0.5) * np.arange(cepstra)
    return np.cos(angles) * np.where(np.arange(cepstra), np.sqrt(2 / bands), np.sqrt(1 / bands))


def liftered_cosines(bands: int, cepstra: int) -> Floats:
    """`cosines`, each order weighted as Kaldi does, (bands, cepstra)."""
    return cosines(bands, cepstra) * (1 + LIFTER / 2 * np.sin(np.pi * np.arange(cepstra) / LIFTER))


def _triangles(at: Floats, edges: Floats) -> Floats:
    """Triangles of height 1 over neighbouring edges (B + 2,), at the places (K, 1): (K, B)."""
    rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(rising, falling))


def _mel(hertz: npt.ArrayLike) -> Floats:
    return 1127 * np.log1p(np.asarray(hertz) / 700)


def _slaney_mel(hertz: float) -> float:
    return hertz / _LINEAR if hertz < _BEND else _BEND / _LINEAR + float(np.log(hertz / _BEND)) / _STEP


def _slaney_hertz(mel: Floats) -> Floats:
    beyond = np.maximum(mel - _BEND / _LINEAR, 0)
    return np.where(beyond > 0, _BEND * np.exp(_STEP * beyond), _LINEAR * mel)
