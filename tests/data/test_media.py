"""Pictures and sounds of every make, decoded to the one form that models see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, strategies as st

from endwise.data.folder import inspect
from endwise.data.pictures import fitted, moved, picture
from endwise.data.rows import Rows
from endwise.system.signals import Audio, Image, Points

GREY = Image("xray", size=(8, 6))
COLOUR = Image("xray", size=(8, 6), channels=3)
RAMP = np.arange(48, dtype=np.uint8).reshape(8, 6) * 5

Write = Callable[..., Path]


def pixels(file: Path, signal: Image) -> np.ndarray:
    return picture((file,), signal)[0]


@given(st.integers(1, 400), st.integers(1, 400), st.integers(1, 200), st.integers(1, 200))
def test_a_fitted_picture_fills_one_side_and_keeps_its_proportions(
    wide: int, high: int, width: int, height: int
) -> None:
    (new_wide, new_high), (across, down, left, top) = fitted(wide, high, (height, width))
    assert new_wide <= width
    assert new_high <= height
    assert new_wide == width or new_high == height
    ideal = min(width / wide, height / high)
    assert new_wide == max(1, round(wide * ideal))
    assert new_high == max(1, round(high * ideal))
    corners = np.array([[0, 0], [wide, high]], np.float32)
    got = moved(Points("corners", count=2), corners, np.array([across, down, left, top]))
    assert np.allclose(got, [[left, top], [left + new_wide, top + new_high]], atol=1e-3)


def test_a_picture_of_the_right_size_is_not_touched(tmp_path: Path) -> None:
    PIL.Image.fromarray(RAMP).save(tmp_path / "a.png")
    assert (pixels(tmp_path / "a.png", GREY) == RAMP).all()
    assert (pixels(tmp_path / "a.png", COLOUR) == RAMP[..., None]).all()


def test_sixteen_bits_keep_their_range(tmp_path: Path) -> None:
    PIL.Image.fromarray(RAMP.astype(np.uint16) * 257).save(tmp_path / "a.png")
    assert (pixels(tmp_path / "a.png", GREY) == RAMP).all()
    PIL.Image.fromarray(RAMP.astype(np.int32) * 257).save(tmp_path / "a.tif")
    assert (pixels(tmp_path / "a.tif", GREY) == RAMP).all()


def test_twelve_bits_in_sixteen_are_spoken_of(tmp_path: Path, table: Write) -> None:
    PIL.Image.fromarray(RAMP.astype(np.uint16) * 16).save(tmp_path / "a.png")
    table("rows.csv", "xray", "a.png")
    assert inspect(tmp_path, [GREY], cache=tmp_path / ".cache").notes == (
        "'xray': 1 16-bit picture read as 8 bits, 65,535 becoming 255.",
        "No value in them is above 3,760, so they are nearly black: stretch them first.",
    )


def test_floats_are_refused(tmp_path: Path) -> None:
    PIL.Image.fromarray(RAMP.astype(np.float32)).save(tmp_path / "a.tif")
    with pytest.raises(ValueError, match="holds floating-point values: save it with 8 or 16 bits"):
        pixels(tmp_path / "a.tif", GREY)


def test_transparency_lies_on_white(tmp_path: Path) -> None:
    ink = np.zeros((8, 6, 4), np.uint8)
    ink[2:4, 2:4, 3] = 255  # a black square on nothing
    PIL.Image.fromarray(ink).save(tmp_path / "a.png")
    found = pixels(tmp_path / "a.png", GREY)
    assert not found[2:4, 2:4].any()
    assert (found == 255).sum() == 44


@pytest.mark.parametrize("mode", ["P", "1", "LA", "CMYK", "RGBA"])
def test_every_mode_becomes_grey_or_colour(tmp_path: Path, mode: str) -> None:
    file = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    PIL.Image.fromarray(np.where(RAMP > 100, 255, 0).astype(np.uint8)).convert("RGB").convert(mode).save(file)
    assert ((pixels(file, GREY) > 127) == (RAMP > 100)).all()
    assert ((pixels(file, COLOUR) > 127) == (RAMP > 100)[..., None]).all()


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_a_picture_is_turned_as_its_exif_data_say(tmp_path: Path, ending: str) -> None:
    scene = np.zeros((60, 80), np.uint8)
    scene[:30, :40] = 255  # white at the top left
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # to be shown turned by 90 degrees clockwise: white at the top right
    PIL.Image.fromarray(scene).save(tmp_path / f"a.{ending}", exif=exif, quality=95)
    found, fit = picture((tmp_path / f"a.{ending}",), Image("a", size=(40, 30)))
    assert (found[2:18, 17:28] > 200).all()
    assert (found[22:38, 2:28] < 50).all()
    assert fit[:2] == (0.5, 0.5)


class TestSounds:
    @pytest.fixture(autouse=True)
    def _needs_soundfile(self) -> None:
        pytest.importorskip("soundfile")

    @staticmethod
    def tone(file: Path, rate: int, seconds: float = 0.5, channels: int = 1) -> None:
        import soundfile

        time = np.arange(int(rate * seconds)) / rate
        soundfile.write(file, np.repeat(0.5 * np.sin(2 * np.pi * 440 * time)[:, None], channels, 1), rate)

    def test_any_rate_and_channels_become_one(self, tmp_path: Path, table: Write) -> None:
        self.tone(tmp_path / "a.wav", 8000)
        self.tone(tmp_path / "b.flac", 44100, channels=2, seconds=0.25)
        table("rows.csv", "audio", "a.wav", "b.flac", "")
        rows = Rows.from_folder(tmp_path, [Audio("audio", rate=16000)], cache=tmp_path / "cache")
        a, b = rows.take("audio", [0, 1])
        assert (len(a), len(b)) == (8000, 4000)
        assert a.dtype == np.float32
        spectrum = np.abs(np.fft.rfft(a))
        assert np.argmax(spectrum) * 16000 / len(a) == pytest.approx(440, abs=2)
        assert Rows.join([rows, rows]).counts == {"audio": 4}

    def test_bad_sounds_are_named(self, tmp_path: Path, table: Write) -> None:
        import soundfile

        table("a.wav", "no sound")
        soundfile.write(tmp_path / "b.wav", np.zeros(0), 8000)
        soundfile.write(tmp_path / "c.wav", np.array([0, np.nan]), 8000, subtype="FLOAT")
        table("rows.csv", "audio", "a.wav", "b.wav", "c.wav")
        first, second, third = (
            str(one) for one in inspect(tmp_path, [Audio("audio", rate=8000)], cache=tmp_path).problems
        )
        assert first.startswith("rows.csv, line 2, audio: names 'a.wav', which cannot be read as a sound (")
        assert second == "rows.csv, line 3, audio: names 'b.wav', which holds no sound"
        assert third == "rows.csv, line 4, audio: names 'c.wav', which holds NaN or an infinite number"
