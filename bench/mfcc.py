"""How fast cepstra are made on one core, against librosa and python_speech_features: medians of paired ratios.

python bench/mfcc.py

In each pair both sides see the same recordings, at the same settings: 25 ms windows every 10 ms, a transform of 256,
23 bands, 13 cepstra. The others are measured where they are installed; endwise needs neither:
pip install librosa python_speech_features
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is loaded: one core

import importlib.util
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from endwise.systems.speech import mfcc as ours
from endwise.systems.speech.signals import RATE

PAIRS = 15
BAR = 2.0  # times librosa's speed
SETS = {"500 words of 0.4 s": (500, 0.4), "30 sentences of 7 s": (30, 7.0)}


def seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def others(recordings: np.ndarray) -> dict[str, Callable[[], object] | None]:
    """What each of the other libraries does with the recordings; None where it is not installed."""
    found: dict[str, Callable[[], object] | None] = {"librosa": None, "python_speech_features": None}
    if importlib.util.find_spec("librosa"):
        from librosa.feature import mfcc as librosa_mfcc

        frames = {"sr": RATE, "n_mfcc": 13, "n_mels": 23, "n_fft": 256, "win_length": 200, "hop_length": 80}
        found["librosa"] = lambda: [librosa_mfcc(y=one, **frames) for one in recordings]
    if importlib.util.find_spec("python_speech_features"):
        from python_speech_features import mfcc as psf_mfcc

        bands = {"samplerate": RATE, "nfilt": 23, "nfft": 256, "winfunc": np.hamming}
        found["python_speech_features"] = lambda: [psf_mfcc(one, **bands) for one in recordings]
    return found


def main() -> None:
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    for name, (count, length) in SETS.items():
        recordings = np.empty(count, object)
        for row in range(count):
            recordings[row] = rng.normal(0, 0.1, int(RATE * length * rng.uniform(0.5, 1.5))).astype(np.float32)
        measure(name, recordings)


def measure(name: str, recordings: np.ndarray) -> None:
    def kaldi() -> object:
        return ours.mfcc(recordings)

    def librosa() -> object:
        tensors = [torch.from_numpy(one) for one in recordings]
        return ours.librosa(tensors, ceps=13, bins=23, n_fft=256, window=200, hop=80)

    spoken = sum(map(len, recordings)) / RATE
    taken = statistics.median(seconds(kaldi) for _ in range(PAIRS))
    print(f"{name}: {taken * 1e3:.1f} ms in Kaldi's definition, {spoken / taken:,.0f} x real time on one core")
    for other, run in others(recordings).items():
        if run is None:
            print(f"  {other}: not installed (pip install {other})")
            continue
        run()  # what it compiles, it compiles now
        for definition in (kaldi, librosa):
            ratio = statistics.median(seconds(run) / seconds(definition) for _ in range(PAIRS))
            told = (": holds" if ratio >= BAR else ": MISSED") if other == "librosa" else ""
            bar = f" (bar {BAR:g}{told})" if told else ""
            print(f"  against {other}, {definition.__name__}'s definition: {ratio:.1f} x its speed{bar}")


if __name__ == "__main__":
    main()
