"""Photographs as people have them, from real files."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from endwise.systems.gate.door.listing import below, directly_in, shown
from endwise.systems.gate.door.pictures import ENOUGH, MOST_PIXELS, SMALLEST, read

HIGH, WIDE = 60, 80


def pixels() -> np.ndarray:
    """Brighter to the right, and a bright corner at the top left."""
    picture = np.tile(np.linspace(20, 180, WIDE), (HIGH, 1)).astype(np.uint8)
    picture[:15, :15] = 250
    return picture


PICTURE = PIL.Image.fromarray(pixels())


def saved(file: Path, picture: PIL.Image.Image = PICTURE, **options: object) -> Path:
    picture.save(file, **options)
    return file


MODES = {
    ".jpg": ["L", "RGB", "CMYK"],
    ".png": ["L", "RGB", "P", "RGBA", "LA", "1"],
    ".webp": ["L", "RGB", "P", "RGBA", "LA"],
    ".bmp": ["L", "RGB", "P", "1"],
    ".gif": ["L", "RGB", "P", "1"],
    ".tif": ["L", "RGB", "P", "RGBA", "LA", "CMYK", "1"],
    ".pgm": ["L"],
    ".ppm": ["RGB"],
}


@pytest.mark.parametrize(("ending", "mode"), [(ending, mode) for ending, modes in MODES.items() for mode in modes])
def test_every_format_and_mode_is_grey(tmp_path: Path, ending: str, mode: str) -> None:
    colours = PICTURE.convert("RGB")
    file = saved(tmp_path / f"a{ending}", colours.quantize(256) if mode == "P" else colours.convert(mode))
    assert below(tmp_path) == [file]  # nor is it passed over in a folder
    found = read(file)
    assert (found.shape, found.dtype) == ((HIGH, WIDE), np.dtype(np.uint8))
    if mode != "1":
        assert np.abs(found.astype(int) - pixels()).mean() < 6  # some formats lose a little


@pytest.mark.parametrize("turn", range(1, 9))
def test_it_is_turned_as_its_exif_data_say(tmp_path: Path, turn: int) -> None:
    turned = {1: (), 2: (0,), 3: (3,), 4: (1,), 5: (5,), 6: (2,), 7: (6,), 8: (4,)}[turn]
    stored = PICTURE
    for step in turned:
        stored = stored.transpose(PIL.Image.Transpose(step))
    exif = PIL.Image.Exif()
    exif[0x0112] = turn
    found = read(saved(tmp_path / "a.jpg", stored, exif=exif, quality=95))
    assert found.shape == (HIGH, WIDE)
    assert found[5, 5] > 220
    assert np.abs(found.astype(int) - pixels()).mean() < 6


def test_transparency_is_white(tmp_path: Path) -> None:
    clear = np.dstack([pixels(), np.where(np.arange(WIDE) < 40, 255, 0)[None].repeat(HIGH, 0)]).astype(np.uint8)
    found = read(saved(tmp_path / "a.png", PIL.Image.fromarray(clear)))
    assert (found[:, 41:] == 255).all()
    assert np.array_equal(found[:, :39], pixels()[:, :39])


def test_sixteen_bits_are_eight(tmp_path: Path) -> None:
    found = read(saved(tmp_path / "a.png", PIL.Image.fromarray(pixels().astype(np.uint16) * 257)))
    assert np.array_equal(found, pixels())


def test_of_an_animation_the_first_picture_counts(tmp_path: Path) -> None:
    black = PIL.Image.new("L", PICTURE.size)
    found = read(saved(tmp_path / "a.gif", PICTURE, save_all=True, append_images=[black, black]))
    assert found[5, 5] > 200


def test_large_photographs_are_brought_down_while_they_are_decoded(tmp_path: Path) -> None:
    found = read(saved(tmp_path / "a.jpg", PICTURE.resize((4800, 3600))))
    assert ENOUGH <= max(found.shape) < 4800
    assert found[50, 50] > 220


def png(width: int, height: int) -> bytes:
    """The head of a picture of any size, with no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def whole(kind: str) -> bytes:
    content = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (200, 200)).astype(np.uint8)
    PIL.Image.fromarray(noise).save(content, kind)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is an empty file"),
        (b"no picture at all", "is not a picture in a known format"),
        (png(SMALLEST - 1, 400), f"has {SMALLEST - 1} x 400 px; 24 x 24 px are needed"),
        (png(8000, 8000), f"has more than {MOST_PIXELS:,} px"),
        (png(10_000, 10_000), f"has more than {MOST_PIXELS:,} px"),
        (png(60_000, 60_000), f"has more than {MOST_PIXELS:,} px"),
        (png(100, 100), "cannot be read as a picture"),
        *(
            (whole(kind)[: len(whole(kind)) // 2], "cannot be read as a picture")
            for kind in ("JPEG", "PNG", "WEBP", "BMP")
        ),
    ],
)
def test_what_cannot_be_used_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=reason):
        read(file)


def test_a_file_that_is_none_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such file"):
        read(tmp_path / "a.jpg")
    with pytest.raises(ValueError, match="is a directory"):
        read(tmp_path)


def test_folders_hold_pictures_by_name_and_nothing_hidden(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.png", "._a.jpg", "notes.txt", ".hidden.png"):
        (tmp_path / name).touch()
    (tmp_path / "below.jpg").mkdir()
    (tmp_path / "below.jpg" / "c.webp").touch()
    assert [file.name for file in directly_in(tmp_path)] == ["a.png", "b.JPG"]
    assert [file.name for file in below(tmp_path)] == ["a.png", "b.JPG", "c.webp"]


def test_a_name_is_shown_on_one_line() -> None:
    assert shown(Path("a\n\x1b[31m\udcff.jpg")) == "a\\x0a\\x1b[31m\\udcff.jpg"
