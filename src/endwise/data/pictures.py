"""Pictures: one file decoded, brought to a signal's size, and where its points went.

A picture keeps its proportions: it is scaled until it fits, and centred on black. Whatever is measured on
it in pixels (points, boxes, millimetres a pixel) is carried along by the same four numbers, its *fit*:
x' = across * x + left, y' = down * y + top, with the origin at the picture's top left corner.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageOps
from PIL.Image import Image as Picture

from endwise.system.signals import Box, Image, Mask, Number, Points, Signal, Stack

# 8,000 x 8,000: above any radiograph or camera frame; decoded it takes 256 MB at most.
MOST_PIXELS = 64_000_000
AS_IT_IS = (1.0, 1.0, 0.0, 0.0)
TURNED = range(5, 9)  # EXIF orientations that swap width and height
DEEP = ("I;16", "I;16L", "I;16B", "I;16N", "I")  # Pillow's modes of grey pictures with more than 8 bits

Fit = tuple[float, float, float, float]
Decoded = tuple[np.ndarray, tuple[float, ...]]  # the value; its fit and, of a 16-bit picture, its largest value


def picture(files: tuple[Path, ...], signal: Signal) -> Decoded:
    """The Image, Mask or Stack `signal` from its file (a Stack: files), as uint8 of the signal's shape.

    Colours, palettes and 16 bits are converted, transparency is laid on white, and the picture is turned
    as its EXIF data say. Raises ValueError with the reason when a file cannot be read.
    """
    if isinstance(signal, Stack):
        one = Image(signal.name, size=signal.size)
        slices = [_numbered(file, one, number) for number, file in enumerate(files, 1)]
        return np.stack([pixels for pixels, _ in slices]), slices[0][1]
    if not isinstance(signal, Image | Mask):
        raise TypeError(signal)
    prepare = _classes if isinstance(signal, Mask) else _colours(signal)
    try:
        return _decode(files[0], signal, prepare)
    except ValueError:
        raise
    except Exception as error:  # decoders of hostile files raise whatever they like
        raise ValueError(_reason(error)) from None


def _numbered(file: Path, signal: Image, number: int) -> Decoded:
    try:
        return picture((file,), signal)
    except ValueError as error:
        raise ValueError(f"{error} (it is about file {number} of the stack)") from None


def moved(signal: Signal, value: np.ndarray, fit: np.ndarray) -> np.ndarray:
    """A value in pixels (points, a box, mm a pixel) after the picture it belongs to was given `fit`."""
    across, down, left, top = fit
    if isinstance(signal, Number):
        return np.asarray(value / np.sqrt(across * down), np.float32)
    scale, shift = np.array([across, down]), np.array([left, top])
    return np.asarray((value.reshape(-1, 2) * scale + shift).reshape(value.shape), np.float32)


def moved_back(signal: Signal, value: np.ndarray, fit: np.ndarray) -> np.ndarray:
    """A value in pixels of the picture after `fit`, in those of its file: what undoes `moved`."""
    across, down, left, top = fit
    if isinstance(signal, Number):
        return np.asarray(value * np.sqrt(across * down), np.float32)
    scale, shift = np.array([across, down]), np.array([left, top])
    return np.asarray(((value.reshape(-1, 2) - shift) / scale).reshape(value.shape), np.float32)


def lies_on(signal: Signal, signals: list[Signal]) -> str:
    """The picture whose pixels `signal` is measured in: the one it names, or the only one; else ""."""
    pictures = [one.name for one in signals if isinstance(one, Image)]
    if isinstance(signal, Points | Box) and signal.unit == "px":
        return signal.on or (pictures[0] if len(pictures) == 1 else "")
    if isinstance(signal, Number) and signal.unit == "mm/px":
        return pictures[0] if len(pictures) == 1 else ""
    return ""


def fitted(width: int, height: int, size: tuple[int, int]) -> tuple[tuple[int, int], Fit]:
    """The (width, height) that a picture is scaled to for `size` = (height, width), and its fit.

    >>> fitted(200, 100, (50, 50))
    ((50, 25), (0.25, 0.25, 0.0, 12.0))
    """
    if (height, width) == size:
        return (width, height), AS_IT_IS
    scale = min(size[1] / width, size[0] / height)
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    return (wide, high), (wide / width, high / height, float((size[1] - wide) // 2), float((size[0] - high) // 2))


def _decode(file: Path, signal: Image | Mask, prepare: Callable[[Picture], tuple[Picture, int]]) -> Decoded:
    with PIL.Image.open(file) as opened:
        width, height = opened.size
        if width * height > MOST_PIXELS:
            raise ValueError(_reason(PIL.Image.DecompressionBombError()))
        if opened.format == "JPEG":
            if opened.getexif().get(0x0112) in TURNED:
                width, height = height, width
            if isinstance(signal, Image):  # the decoder itself skips detail that would be scaled away
                (wide, high), _ = fitted(width, height, signal.size)
                opened.draft("L" if signal.channels == 1 else "RGB", (max(wide, high),) * 2)
        upright, largest = prepare(PIL.ImageOps.exif_transpose(opened))
        if opened.format != "JPEG":
            width, height = upright.size
    scaled, fit = fitted(width, height, signal.size)
    if upright.size != scaled:
        filter_ = PIL.Image.Resampling.NEAREST if isinstance(signal, Mask) else PIL.Image.Resampling.BILINEAR
        upright = upright.resize(scaled, filter_)
    pixels = np.zeros(signal.shape, np.uint8)
    left, top = int(fit[2]), int(fit[3])
    pixels[top : top + scaled[1], left : left + scaled[0]] = np.asarray(upright)
    return signal.check(pixels), (*fit, float(largest))


def _colours(signal: Image) -> Callable[[Picture], tuple[Picture, int]]:
    def prepare(opened: Picture) -> tuple[Picture, int]:
        largest, mode = 0, "L" if signal.channels == 1 else "RGB"
        if opened.mode in DEEP:
            opened, largest = _shallow(opened)
        if opened.mode == "F":
            raise ValueError("holds floating-point values: save it with 8 or 16 bits")
        if opened.has_transparency_data:
            opened = opened.convert("RGBA")
            opened = PIL.Image.alpha_composite(PIL.Image.new("RGBA", opened.size, "white"), opened)
        return opened.convert(mode) if opened.mode != mode else opened, largest

    return prepare


def _shallow(opened: Picture) -> tuple[Picture, int]:
    """A grey picture of 16 bits as one of 8, the full range kept (0..65535 to 0..255); its largest value."""
    deep = np.asarray(opened).astype(np.int64)
    if deep.size and not 0 <= deep.min() <= deep.max() <= 65535:
        raise ValueError("holds values outside 0..65535: save it with 8 or 16 bits")
    return PIL.Image.fromarray(((deep + 128) // 257).astype(np.uint8)), int(deep.max(initial=0))


def _classes(opened: Picture) -> tuple[Picture, int]:
    """A mask's class indices: the palette's or grey values as they are, never a colour made of them."""
    if opened.mode not in ("1", "L", "P"):
        raise ValueError(f"is not a mask of class indices but a picture of mode {opened.mode}")
    return PIL.Image.fromarray(np.asarray(opened).astype(np.uint8)), 0


def _reason(error: Exception) -> str:
    if isinstance(error, PIL.Image.DecompressionBombError | PIL.Image.DecompressionBombWarning):
        return f"has more than {MOST_PIXELS:,} pixels, the limit, and was not decoded"
    if isinstance(error, PIL.UnidentifiedImageError):
        return "is not a picture in a known format"
    return f"cannot be read as a picture ({error})"
