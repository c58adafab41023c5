"""Photographs from files as people have them: upright, grey, 8 bits.

The steps are those of `ew.Rows.from_folder`: turned as the EXIF data say, transparency laid on white, 16 bits read as
8. Of an animation the first picture counts.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Final

import numpy as np
import PIL.Image
import PIL.ImageOps

PICTURES: Final = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".pgm", ".ppm")
SMALLEST: Final = 24
"""Pixels that a side has at least: no face is found on less."""
MOST_PIXELS: Final = 50_000_000
"""Above any camera of a door or telephone in its usual mode; decoded it takes 200 MB at most."""
ENOUGH: Final = 1024
"""Longer side in px that a JPEG is decoded to at least: nothing looks at more (see `finding.LARGEST`)."""
_DEEP: Final = ("I;16", "I;16L", "I;16B", "I;16N", "I")
"""Pillow's modes of grey pictures with more than 8 bits."""


def read(file: Path) -> np.ndarray:
    """The photograph in a file: uint8 (H, W). A large JPEG comes smaller than it is stored, by 2, 4 or 8.

    Raises ValueError with the reason when it cannot be used.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
            warnings.filterwarnings("ignore", category=UserWarning)  # broken EXIF data are no broken picture
            with PIL.Image.open(file) as opened:
                return _pixels(opened)
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning):
        raise ValueError(_TOO_LARGE) from None
    except PIL.UnidentifiedImageError:
        raise ValueError(_unknown(file)) from None
    except (ValueError, FileNotFoundError, IsADirectoryError, PermissionError) as reason:
        raise ValueError(str(getattr(reason, "strerror", reason) or reason).lower()) from None
    except Exception as error:  # decoders of hostile files raise whatever they like
        raise ValueError(f"cannot be read as a picture ({error})") from None


def _pixels(opened: PIL.Image.Image) -> np.ndarray:
    if min(opened.size) < SMALLEST:
        raise ValueError(f"has {opened.width} x {opened.height} px; {SMALLEST} x {SMALLEST} px are needed")
    if opened.width * opened.height > MOST_PIXELS:
        raise ValueError(_TOO_LARGE)
    opened.draft("L", (ENOUGH, ENOUGH))
    return np.asarray(_grey(PIL.ImageOps.exif_transpose(opened)))


_TOO_LARGE: Final = f"has more than {MOST_PIXELS:,} px, the limit, and was not decoded"


def _unknown(file: Path) -> str:
    return "is an empty file" if file.stat().st_size == 0 else "is not a picture in a known format"


def _grey(opened: PIL.Image.Image) -> PIL.Image.Image:
    if opened.mode in _DEEP:
        deep = np.asarray(opened).astype(np.int64)
        if not 0 <= deep.min() <= deep.max() <= 65535:
            raise ValueError("holds values outside 0..65535: save it with 8 or 16 bits")
        opened = PIL.Image.fromarray(((deep + 128) // 257).astype(np.uint8))
    if opened.mode == "F":
        raise ValueError("holds floating-point values: save it with 8 or 16 bits")
    if opened.has_transparency_data:
        opened = opened.convert("RGBA")
        opened = PIL.Image.alpha_composite(PIL.Image.new("RGBA", opened.size, "white"), opened)
    return opened.convert("L")
