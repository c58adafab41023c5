"""Cepstra: those of Kaldi and librosa to the third decimal, whatever is computed beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from endwise.systems.speech import mel
from endwise.systems.speech.mfcc import BLOCK, decibel_mel, frame_count, kaldi, librosa, log_mel, mfcc
from endwise.systems.speech.signals import mfcc as signal

REFERENCES = np.load(Path(__file__).parent / "data" / "mfcc.npz")
RECORDING = torch.from_numpy(REFERENCES["recording"].astype(np.float32) / 32768)
SPEECH = {"bins": 23, "n_fft": 256, "window": 200, "hop": 80}

made = {
    "kaldi": lambda: kaldi([RECORDING]),
    "kaldi_whole": lambda: kaldi([RECORDING], snip_edges=False),
    "kaldi_short": lambda: kaldi([RECORDING[:150]], snip_edges=False),
    "kaldi_no_energy": lambda: kaldi([RECORDING], use_energy=False),
    "kaldi_16k": lambda: kaldi([RECORDING], 16000, snip_edges=False),
    "log_mel": lambda: log_mel([RECORDING]),
    "librosa": lambda: librosa([RECORDING], 22050),
    "librosa_speech": lambda: librosa([RECORDING], ceps=13, **SPEECH),
    "decibel_mel": lambda: decibel_mel([RECORDING], **SPEECH),
}


def object_array(values: list[np.ndarray]) -> np.ndarray:
    array = np.empty(len(values), object)
    for row, value in enumerate(values):
        array[row] = value
    return array


def noise(length: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, length).astype(np.float32)


@pytest.mark.parametrize("name", made)
def test_the_libraries_make_the_same(name: str) -> None:
    found, wanted = made[name]()[0].numpy(), REFERENCES[name]
    assert found.dtype == np.float32
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() < 1e-3


def test_the_references_say_who_made_them() -> None:
    assert {one.split()[0] for one in REFERENCES["versions"]} == {"kaldi-native-fbank", "librosa", "numpy"}


@given(st.integers(0, 20_000))
def test_frames_come_a_hundred_a_second(length: int) -> None:
    frames = mfcc(object_array([noise(length)]))[0]
    assert frames.shape == (frame_count(length), 13)
    assert abs(len(frames) - length / 80) <= 0.5 or (length < 40 and len(frames) == min(length, 1))
    assert np.isfinite(signal.check(frames)).all()


@settings(max_examples=30)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=12), st.integers(0, 100))
def test_one_row_or_many_is_the_same(lengths: list[int], seed: int) -> None:
    recordings = object_array([noise(length, seed + row) for row, length in enumerate(lengths)])
    for together, recording in zip(mfcc(recordings), recordings, strict=True):
        assert np.allclose(together, mfcc(object_array([recording]))[0], rtol=0, atol=1e-5)


def test_a_recording_longer_than_a_block_has_no_seams() -> None:
    long = noise(80 * (2 * BLOCK + 7))
    whole, start = mfcc(object_array([long]))[0], 80 * (BLOCK - 20)
    part = mfcc(object_array([long[start : start + 80 * 40]]))[0]
    assert np.allclose(whole[BLOCK - 18 : BLOCK + 18], part[2:38], rtol=0, atol=1e-5)


@pytest.mark.parametrize("at", [0, 7, 50, 98])
def test_frame_t_is_centred_half_a_hundredth_after_t(at: int) -> None:
    click = np.zeros(8000, np.float32)
    click[at * 80 + 40] = 0.5
    loud = mfcc(object_array([click]))[0][:, 0]
    heard = np.flatnonzero(loud > loud.min() + 1)
    assert heard.tolist() == [t for t in (at - 1, at, at + 1) if 0 <= t < 100]  # within 12.5 ms of the middle


def test_a_louder_recording_moves_only_the_energy() -> None:
    quiet, loud = mfcc(object_array([noise(4000), 4 * noise(4000)]))
    assert np.allclose(loud[:, 1:], quiet[:, 1:], atol=1e-3)
    assert np.allclose(loud[:, 0] - quiet[:, 0], 2 * np.log(4), atol=1e-4)


def test_a_constant_shift_is_not_heard() -> None:
    plain, shifted = mfcc(object_array([noise(4000), noise(4000) + np.float32(0.25)]))
    assert np.allclose(plain, shifted, atol=2e-3)


def test_the_same_recording_gives_the_same_bits_and_is_left_alone() -> None:
    recording = noise(5000)
    kept = recording.copy()
    recording.flags.writeable = False
    first, second = mfcc(object_array([recording, recording]))
    assert first.tobytes() == second.tobytes() == mfcc(object_array([recording]))[0].tobytes()
    assert (recording == kept).all()


def test_no_recordings_and_empty_ones_have_no_frames() -> None:
    assert len(mfcc(np.empty(0, object))) == 0
    assert mfcc(object_array([np.zeros(0, np.float32)]))[0].shape == (0, 13)
    assert [len(one) for one in kaldi([RECORDING[:199], RECORDING[:200], RECORDING[:280]])] == [0, 1, 2]


def test_silence_is_finite() -> None:
    assert np.isfinite(mfcc(object_array([np.zeros(800, np.float32)]))[0]).all()
    assert torch.isfinite(librosa([torch.zeros(800)], ceps=13, **SPEECH)[0]).all()


@pytest.mark.parametrize(("count", "n_fft", "rate"), [(23, 256, 8000), (40, 512, 16000), (128, 2048, 22050)])
def test_every_band_hears_something(count: int, n_fft: int, rate: int) -> None:
    for bands in (mel.kaldi_bands(count, n_fft, rate), mel.librosa_bands(count, n_fft, rate)):
        assert bands.shape == (n_fft // 2 + 1, count)
        assert (bands >= 0).all()
        assert (np.diff(bands.argmax(axis=0)) >= 0).all()


@given(st.integers(1, 60))
def test_the_cosines_are_orthonormal(bands: int) -> None:
    matrix = mel.cosines(bands, bands)
    assert np.allclose(matrix.T @ matrix, np.eye(bands), atol=1e-9)
