"""From the picture of any camera to that of the driving system: 48 x 96 grey pixels of what lies ahead.

All of the width is kept, and as much from the lower end as is half as high: of 160 x 120 px (Donkey) the upper third,
ceilings and sky, is cut off, of 1164 x 874 (comma2k19) too, of 320 x 160 (Udacity) nothing. A picture wider than that
loses its sides. Nothing is known of a camera's lens, so no horizon is brought to the row that the built-in world has.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import PIL.Image

from endwise.systems.driving.camera import HEIGHT, WIDTH

SMALLEST: Final = 24
"""Pixels that a side has at least: on less no lane is seen."""
MOST_PIXELS: Final = 50_000_000
"""Above any camera of a car; decoded it takes 150 MB at most."""


def ahead(file: Path) -> npt.NDArray[np.uint8]:
    """What the picture in a file shows ahead: uint8 (48, 96). Raises ValueError with the reason where it cannot."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
            warnings.filterwarnings("ignore", category=UserWarning)  # broken EXIF data are no broken picture
            with PIL.Image.open(file) as opened:
                return _pixels(opened)
    except _Unfit as reason:
        raise ValueError(str(reason)) from None
    except PIL.UnidentifiedImageError:
        raise ValueError(
            "is an empty file" if file.stat().st_size == 0 else "is not a picture in a known format"
        ) from None
    except Exception as error:  # decoders of hostile files raise whatever they like
        raise ValueError(f"cannot be read as a picture ({error})") from None


class _Unfit(Exception):
    """A picture of a size that cannot be used."""


def _pixels(opened: PIL.Image.Image) -> npt.NDArray[np.uint8]:
    if min(opened.size) < SMALLEST:
        raise _Unfit(f"has {opened.width} x {opened.height} px; {SMALLEST} x {SMALLEST} px are needed")
    if opened.width * opened.height > MOST_PIXELS:
        raise _Unfit(f"has more than {MOST_PIXELS:,} px, the limit, and was not decoded")
    opened.draft("L", (2 * WIDTH, 2 * WIDTH))  # the decoder itself skips detail of a large JPEG
    grey = opened.convert("L")
    shown = grey.resize((WIDTH, HEIGHT), PIL.Image.Resampling.BOX, box=window(grey.width, grey.height))
    pixels: Any = np.asarray(shown, np.uint8)
    return np.asarray(pixels)


def window(width: int, height: int) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of what is kept, in px.

    >>> window(160, 120), window(320, 160), window(300, 100)
    ((0.0, 40.0, 160.0, 120.0), (0.0, 0.0, 320.0, 160.0), (50.0, 0.0, 250.0, 100.0))
    """
    wide, high = min(float(width), height * WIDTH / HEIGHT), min(float(height), width * HEIGHT / WIDTH)
    left = (width - wide) / 2
    return left, height - high, left + wide, float(height)
