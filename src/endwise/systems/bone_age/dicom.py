"""DICOM radiographs, through the extra `dicom`: the picture, and the millimetres a pixel that only DICOM knows."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

import endwise as ew


def open_dicom(file: Path, most_pixels: int) -> tuple[PIL.Image.Image, float | None]:
    """The picture in a DICOM file: windowed as the file says, stretched to 8 bits, bones bright; its mm a pixel.

    Raises ValueError with the reason when it cannot be read, EndwiseError when pydicom is not installed.
    """
    pydicom = _pydicom(file)
    try:
        data = pydicom.dcmread(file)
        if int(data.get("Rows", 0)) * int(data.get("Columns", 0)) > most_pixels:
            raise ValueError(f"has more than {most_pixels:,} pixels, the limit, and was not decoded")
        windowed = importlib.import_module("pydicom.pixels").apply_voi_lut(data.pixel_array, data)
        return _grey(np.asarray(windowed, dtype=np.float64), data), _spacing(data)
    except ValueError:
        raise
    except Exception as error:  # decoders of hostile files raise whatever they like
        raise ValueError(f"cannot be read as DICOM ({error})") from None


def _pydicom(file: Path) -> Any:
    try:
        return importlib.import_module("pydicom")
    except ImportError:
        raise ew.EndwiseError(
            f"The DICOM file {file} was to be read.",
            "The package pydicom is not installed.",
            "endwise keeps its base small; DICOM is the extra 'dicom'.",
            "Install it with: pip install 'endwise[dicom]'. Or convert the pictures to PNG "
            "(dcm2img of DCMTK does) and pass the PixelSpacing as --mm-per-px, or as a column mm_per_px of the table.",
        ) from None


def _grey(pixels: np.ndarray, data: Any) -> PIL.Image.Image:
    if pixels.ndim != 2:
        raise ValueError(f"holds pixels of shape {pixels.shape}, not one grey picture")
    low, high = pixels.min(), pixels.max()
    shade = np.rint((pixels - low) / max(high - low, 1) * 255).astype(np.uint8)
    if data.get("PhotometricInterpretation") == "MONOCHROME1":  # low values are bright
        shade = 255 - shade
    return PIL.Image.fromarray(shade)


def _spacing(data: Any) -> float | None:
    """Millimetres a pixel; ImagerPixelSpacing is measured at the detector, some per cent above that of the hand."""
    spacing = data.get("PixelSpacing") or data.get("ImagerPixelSpacing")
    return None if not spacing else float(np.sqrt(float(spacing[0]) * float(spacing[1])))
