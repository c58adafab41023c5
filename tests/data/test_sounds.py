"""Sound files as they come: of every make, rate and width, long, broken and empty."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings, strategies as st
from scipy.signal import resample_poly

from endwise.data import sounds
from endwise.data.sounds import sound
from endwise.system.signals import Audio

AUDIO = Audio("audio", rate=8000)


def tone(rate: int, seconds: float = 0.5, hertz: float = 440) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)


def written(file: Path, samples: np.ndarray, rate: int = 8000, **kind: Any) -> Path:
    soundfile.write(file, samples, rate, **kind)
    return file


def refused(file: Path) -> str:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the text is what the tests look at
        sound(file, AUDIO)
    return str(error.value)


@pytest.mark.parametrize(
    ("ending", "kind", "error"),
    [
        ("wav", {"subtype": "PCM_U8"}, 0.01),
        ("wav", {"subtype": "PCM_16"}, 1e-4),
        ("wav", {"subtype": "PCM_24"}, 1e-6),
        ("wav", {"subtype": "PCM_32"}, 1e-6),
        ("wav", {"subtype": "FLOAT"}, 1e-6),
        ("wav", {"subtype": "DOUBLE"}, 1e-6),
        ("wav", {"subtype": "ULAW"}, 0.02),
        ("wav", {"format": "NIST"}, 1e-4),  # what TIMIT calls .wav
        ("aiff", {}, 1e-4),
        ("flac", {}, 1e-4),
        ("ogg", {}, 0.1),
        ("mp3", {}, 0.1),
    ],
)
def test_every_make_is_read(tmp_path: Path, ending: str, kind: dict[str, str], error: float) -> None:
    found, _ = sound(written(tmp_path / f"a.{ending}", tone(8000), **kind), AUDIO)
    assert found.dtype == np.float32
    assert len(found) == 4000
    assert np.abs(found - tone(8000))[200:-200].max() < error


@pytest.mark.parametrize("rate", [6000, 11025, 16000, 22050, 44100, 48000, 96000])
def test_every_rate_is_brought_to_the_signal_s(tmp_path: Path, rate: int) -> None:
    found, _ = sound(written(tmp_path / "a.wav", tone(rate), rate, subtype="FLOAT"), AUDIO)
    assert abs(len(found) - 4000) <= 1
    inside = slice(100, 3900)  # at the ends the filter hears the silence before and after
    assert np.abs(found[inside] - tone(8000)[inside]).max() < 0.01


def test_what_a_lower_rate_cannot_hold_is_taken_out_first(tmp_path: Path) -> None:
    found, _ = sound(written(tmp_path / "a.wav", tone(96000, hertz=7000), 96000), AUDIO)
    assert np.abs(found[100:-100]).max() < 0.01


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 6000),
    st.sampled_from([(3, 2), (2, 3), (441, 80), (80, 441), (12, 1), (1, 2), (97, 89)]),
    st.integers(7, 3000),
)
def test_blocks_make_what_the_whole_makes(length: int, rates: tuple[int, int], block: int) -> None:
    samples = np.random.default_rng(length).normal(0, 0.2, length).astype(np.float32)
    blocks = (samples[at : at + block] for at in range(0, length, block))
    pieces = list(sounds._resampled(blocks, *rates))
    whole = resample_poly(samples, rates[1], rates[0])
    assert np.allclose(np.concatenate(pieces), whole, rtol=0, atol=1e-6)


def test_channels_are_mixed_to_their_mean(tmp_path: Path) -> None:
    both = np.stack([tone(8000), np.zeros(4000), 0.5 * tone(8000)], axis=1)
    found, _ = sound(written(tmp_path / "a.wav", both, subtype="FLOAT"), AUDIO)
    assert np.allclose(found, 0.5 * tone(8000), atol=1e-6)


@pytest.mark.parametrize("samples", [np.zeros(4000), np.sign(tone(8000)), np.ones(1) * 0.5], ids=str)
def test_silent_clipped_and_tiny_recordings_are_read(tmp_path: Path, samples: np.ndarray) -> None:
    found, _ = sound(written(tmp_path / "a.wav", samples, subtype="FLOAT"), AUDIO)
    assert np.array_equal(found, samples.astype(np.float32))


def test_floats_beyond_one_are_kept(tmp_path: Path) -> None:
    found, _ = sound(written(tmp_path / "a.wav", 3 * tone(8000), subtype="FLOAT"), AUDIO)
    assert found.max() == pytest.approx(1.5, abs=1e-3)


def test_no_file_without_sound_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"")
    assert refused(tmp_path / "a.wav") == "is an empty file"
    (tmp_path / "b.wav").write_text("no sound")
    assert refused(tmp_path / "b.wav") == "cannot be read as a sound (Format not recognised)"
    assert refused(written(tmp_path / "c.wav", np.zeros(0))) == "holds no sound"
    written(tmp_path / "d.wav", tone(8000)).rename(tmp_path / "d.raw")
    assert refused(tmp_path / "d.raw").startswith("cannot be read as a sound (")
    assert refused(tmp_path / "none.wav").startswith("cannot be read as a sound (")
    assert refused(tmp_path).startswith("cannot be read as a sound (")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("rate", [8000, 44100])
def test_samples_that_are_no_numbers_are_refused(tmp_path: Path, value: float, rate: int) -> None:
    samples = np.stack([tone(rate)] * 2, axis=1)
    samples[7] = value, -value
    file = written(tmp_path / "a.wav", samples, rate, subtype="FLOAT")
    assert refused(file) == "holds NaN or an infinite number"


def cut(file: Path, share: float) -> Path:
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    return file


@pytest.mark.parametrize("ending", ["wav", "aiff"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_that_was_cut_short_is_refused(tmp_path: Path, ending: str, share: float) -> None:
    file = cut(written(tmp_path / f"a.{ending}", tone(8000)), share)
    assert refused(file).startswith("is cut short: 8,0")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_flac_that_was_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 40000)
    assert refused(cut(written(tmp_path / "a.flac", noise), share)).startswith(("cannot be read", "is cut short"))


@pytest.mark.parametrize("ending", ["ogg", "mp3"])
def test_what_is_left_of_a_stream_is_read(tmp_path: Path, ending: str) -> None:
    file = written(tmp_path / f"a.{ending}", np.random.default_rng(0).normal(0, 0.1, 40000))
    assert 4000 < len(sound(cut(file, 0.8), AUDIO)[0]) < 36000


def test_a_header_alone_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path / "a.wav", tone(8000))
    file.write_bytes(file.read_bytes()[:44])
    assert refused(file).startswith("is cut short: 8,000 bytes were announced")
    file.write_bytes(file.read_bytes()[:20])
    assert refused(file).startswith("cannot be read as a sound (")


@pytest.mark.parametrize("length", [0xFFFFFFFF, 0x7FFFFFFF, 0xFFFFFFFF - 36])
def test_a_wav_that_was_written_into_a_pipe_is_read(tmp_path: Path, length: int) -> None:
    whole = written(tmp_path / "a.wav", tone(8000)).read_bytes()
    at = whole.index(b"data") + 4
    (tmp_path / "a.wav").write_bytes(whole[:at] + struct.pack("<I", length) + whole[at + 4 :])
    assert len(sound(tmp_path / "a.wav", AUDIO)[0]) == 4000


def test_an_mp3_without_its_length_is_read(tmp_path: Path) -> None:
    made = io.BytesIO()
    samples = np.concatenate([np.zeros(16000), np.random.default_rng(0).normal(0, 0.2, 16000), np.zeros(80000)])
    with soundfile.SoundFile(made, "w", 16000, 1, format="MP3", bitrate_mode="VARIABLE") as file:
        file.write(samples)
    whole = made.getvalue()
    (tmp_path / "a.mp3").write_bytes(whole[whole.index(whole[:2], 200) :])  # the first frame holds the length
    assert abs(len(sound(tmp_path / "a.mp3", AUDIO)[0]) - len(samples) / 2) < 2000


@pytest.mark.parametrize("rate", [1, 2_000_000_000])
def test_a_rate_that_no_recording_has_is_refused(tmp_path: Path, rate: int) -> None:
    file = written(tmp_path / "a.wav", tone(8000))
    whole = bytearray(file.read_bytes())
    whole[24:28] = struct.pack("<I", rate)
    file.write_bytes(whole)
    assert refused(file) == f"says it has {rate:,} samples a second, outside 100..384,000"


def test_the_longest_recording_is_read_and_no_longer_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "MOST_SAMPLES", 4000)
    assert len(sound(written(tmp_path / "a.wav", tone(8000)), AUDIO)[0]) == 4000
    file = written(tmp_path / "b.wav", tone(8000, 0.501))
    assert refused(file) == "has more than 4,000 samples, the limit, and was not decoded"


HOUR = """
import resource, sys
from pathlib import Path
from endwise.data.sounds import sound
from endwise.system.signals import Audio
import scipy.signal, soundfile
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
made = sound(Path(sys.argv[1]), Audio("audio", rate=8000))[0]
print(len(made), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.slow
def test_an_hour_takes_little_more_memory_than_its_samples(tmp_path: Path) -> None:
    """In a process of its own: the highest use of memory never falls."""
    file = tmp_path / "hour.wav"
    minute = np.zeros((60 * 48000, 2), np.int16)
    with soundfile.SoundFile(file, "w", 48000, 2) as made:
        for _ in range(60):
            made.write(minute)
    told = subprocess.run([sys.executable, "-c", HOUR, str(file)], capture_output=True, text=True, check=True).stdout
    length, megabytes = map(int, told.split())
    assert length == 3600 * 8000  # 115 MB; as it is read, 691 MB times two
    assert megabytes < 500
