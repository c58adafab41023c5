"""Writes mfcc.npz: what Kaldi and librosa make of one short recording. The tests read the file and need neither.

    pip install kaldi-native-fbank==1.23.0 librosa==0.11.0
    python tests/systems/data/mfcc_references.py

kaldi-native-fbank is Kaldi's own feature code with a Python face. The versions are stored in the file as 'versions'.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import kaldi_native_fbank
import librosa
import numpy as np


def recording() -> np.ndarray:
    """A third of a second: a gliding buzz with two resonances, a hiss, digital silence between; int16 (2700,).

    The buzz is a little hoarse: of bands that hold nothing but what rounding leaves, 32 bits know three digits only,
    in Kaldi as here.
    """
    rng = np.random.default_rng(7)
    pitch = 2 * np.pi * np.cumsum(np.linspace(110, 150, 1500)) / 8000
    buzz = sum(np.sin(k * pitch) * (np.exp(-(((k - 5) / 2) ** 2)) + 0.4 * np.exp(-(((k - 14) / 4) ** 2)))
               for k in range(1, 25))  # fmt: skip
    hiss = np.diff(rng.normal(0, 0.15, 801))
    hoarse = 0.25 * buzz * np.hanning(1500) + rng.normal(0, 1e-3, 1500)
    samples = np.concatenate([hoarse, np.zeros(400), hiss])
    return np.round(32767 * samples.clip(-1, 1)).astype(np.int16)


def kaldi(samples: np.ndarray, rate: int, *, snip_edges: bool, use_energy: bool = True, bank: bool = False) -> Any:
    options = kaldi_native_fbank.FbankOptions() if bank else kaldi_native_fbank.MfccOptions()
    options.frame_opts.samp_freq, options.frame_opts.dither = rate, 0
    options.frame_opts.snip_edges = snip_edges
    options.mel_opts.num_bins = 23  # Kaldi's default; this package's is 80 for the filter bank
    if not bank:
        options.use_energy = use_energy
    made = (kaldi_native_fbank.OnlineFbank if bank else kaldi_native_fbank.OnlineMfcc)(options)
    made.accept_waveform(rate, samples.astype(np.float32).tolist())
    made.input_finished()
    return np.array([made.get_frame(at) for at in range(made.num_frames_ready)], np.float32)


def main() -> None:
    samples = recording()
    sound = samples.astype(np.float32) / 32768
    speech = {"sr": 8000, "n_mels": 23, "n_fft": 256, "win_length": 200, "hop_length": 80}
    made = {
        "recording": samples,
        "kaldi": kaldi(samples, 8000, snip_edges=True),
        "kaldi_whole": kaldi(samples, 8000, snip_edges=False),
        "kaldi_short": kaldi(samples[:150], 8000, snip_edges=False),
        "kaldi_no_energy": kaldi(samples, 8000, snip_edges=True, use_energy=False),
        "kaldi_16k": kaldi(samples, 16000, snip_edges=False),
        "log_mel": kaldi(samples, 8000, snip_edges=True, bank=True),
        "librosa": librosa.feature.mfcc(y=sound, sr=22050).T,
        "librosa_speech": librosa.feature.mfcc(y=sound, n_mfcc=13, **speech).T,
        "decibel_mel": librosa.power_to_db(librosa.feature.melspectrogram(y=sound, **speech)).T,
        "versions": [f"{name} {version(name)}" for name in ("kaldi-native-fbank", "librosa", "numpy")],
    }
    np.savez_compressed(Path(__file__).with_name("mfcc.npz"), **made)


if __name__ == "__main__":
    main()
