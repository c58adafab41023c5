"""Hand pictures from files: upright, grey, fitted into the 128 x 96 pixels of `xray`.

The steps are those of `ew.Rows.from_folder`, to which a test holds them, so that a picture looks to the application
as it looked to the study: turned as its EXIF data say, transparency laid on white, 16 bits read as 8, scaled until it
fits and centred on black.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import PIL.Image
import PIL.ImageOps

from endwise.systems.bone_age.anatomy import Floats
from endwise.systems.bone_age.bars import HEIGHT, WIDTH
from endwise.systems.bone_age.system import mm_per_px

Bytes: TypeAlias = npt.NDArray[np.uint8]
Sides: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""

PICTURES: Final = (".png", ".jpg", ".jpeg")
DICOMS: Final = (".dcm", ".dicom")
MOST_PIXELS: Final = 64_000_000
"""8,000 x 8,000: above any radiograph; decoded it takes 256 MB at most."""
_DEEP: Final = ("I;16", "I;16L", "I;16B", "I;16N", "I")
"""Pillow's modes of grey pictures with more than 8 bits."""


class Opened(NamedTuple):
    """A picture as it lies in its file, upright and grey."""

    picture: PIL.Image.Image
    mm_per_px: float | None = None
    """Size of its pixels, where the file says so (DICOM)."""


class Fitted(NamedTuple):
    """A picture at the size of `xray`, and where its pixels went: x' = scale * x + shift."""

    xray: Bytes
    scale: tuple[float, float]
    shift: tuple[float, float]

    def moved(self, points: npt.ArrayLike) -> Floats:
        """(K, 2) points (x, y) of the original picture, on the fitted one."""
        return np.asarray(np.asarray(points, np.float64) * self.scale + self.shift, dtype=np.float32)

    def millimetres(self, original: float) -> float:
        """Size of a fitted pixel, from that of an original one. Raises ValueError where no film has it."""
        try:
            return float(mm_per_px.check(original / np.sqrt(self.scale[0] * self.scale[1])))
        except ValueError as reason:
            raise ValueError(f"has {original:g} mm a pixel, which at 128 x 96 {reason}") from None


def open_picture(file: Path) -> Opened:
    """The picture in a PNG, JPEG or DICOM file.

    Raises ValueError with the reason when it cannot be read, EndwiseError for DICOM without the extra.
    """
    if file.suffix.lower() in DICOMS:
        from endwise.systems.bone_age.dicom import open_dicom

        return Opened(*open_dicom(file, MOST_PIXELS))
    try:
        with PIL.Image.open(file) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise ValueError(f"has more than {MOST_PIXELS:,} pixels, the limit, and was not decoded")
            return Opened(_grey(PIL.ImageOps.exif_transpose(opened)))
    except PIL.UnidentifiedImageError:
        raise ValueError("is not a picture in a known format") from None
    except ValueError:
        raise
    except Exception as error:  # decoders of hostile files raise whatever they like
        raise ValueError(f"cannot be read as a picture ({error})") from None


def fit(picture: PIL.Image.Image, crop: Sides | None = None) -> Fitted:
    """A grey picture, or its part `crop`, scaled until it fits, with a black border where the shape differs.

    >>> fit(PIL.Image.new("L", (96, 64))).shift
    (0.0, 32.0)
    """
    left, top, right, bottom = _within(crop, picture) if crop else (0, 0, picture.width, picture.height)
    wide, high = right - left, bottom - top
    share = min(WIDTH / wide, HEIGHT / high)
    width, height = max(1, round(wide * share)), max(1, round(high * share))
    part = picture.crop((left, top, right, bottom)) if crop else picture
    if part.size != (width, height):
        part = part.resize((width, height), PIL.Image.Resampling.BILINEAR)
    xray = np.zeros((HEIGHT, WIDTH), np.uint8)
    x, y = (WIDTH - width) // 2, (HEIGHT - height) // 2
    xray[y : y + height, x : x + width] = np.asarray(part)
    scale = (width / wide, height / high)
    return Fitted(xray, scale, (x - left * scale[0], y - top * scale[1]))


def _within(crop: Sides, picture: PIL.Image.Image) -> tuple[int, int, int, int]:
    """The whole pixels of `crop` that lie on the picture. Raises ValueError where none does."""
    left, top = max(0, int(crop[0])), max(0, int(crop[1]))
    right, bottom = min(picture.width, round(crop[2])), min(picture.height, round(crop[3]))
    if right <= left or bottom <= top:
        raise ValueError(f"has a box round the hand that lies outside the picture: {list(crop)}")
    return left, top, right, bottom


def _grey(opened: PIL.Image.Image) -> PIL.Image.Image:
    if opened.mode in _DEEP:
        opened = _shallow(opened)
    if opened.mode == "F":
        raise ValueError("holds floating-point values: save it with 8 or 16 bits")
    if opened.has_transparency_data:
        opened = opened.convert("RGBA")
        opened = PIL.Image.alpha_composite(PIL.Image.new("RGBA", opened.size, "white"), opened)
    grey = opened.convert("L")
    grey.load()  # before the file is closed
    return grey


def _shallow(opened: PIL.Image.Image) -> PIL.Image.Image:
    """16 bits as 8, the full range kept: 0..65535 to 0..255."""
    deep = np.asarray(opened).astype(np.int64)
    if deep.size and not 0 <= deep.min() <= deep.max() <= 65535:
        raise ValueError("holds values outside 0..65535: save it with 8 or 16 bits")
    return PIL.Image.fromarray(((deep + 128) // 257).astype(np.uint8))
