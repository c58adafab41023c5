"""Whether a photo is good enough to enrol somebody with: one face, large, sharp, lit and whole.

A bad template is looked at every day. So enrolment asks for more than recognition does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from scipy.ndimage import laplace

from endwise.systems.gate.door.recogniser import Face

LEAST_HEIGHT: Final = 24.0
"""Pixels from hairline to chin: the smallest faces that the built-in world's designs learnt from."""
DARKEST, BRIGHTEST = 30.0, 225.0
"""Mean grey of 255 in the face. Of 300 frames of the built-in world all but one lie between; at a fifth of their light
three in four are darker."""
LEAST_CONTRAST: Final = 6.0
"""Spread (standard deviation) of grey of 255 in the face: 1 % of those frames have less, at a tenth of their contrast
all."""
LEAST_SHARPNESS: Final = 0.1
"""Variance of the Laplacian over the variance of the face (Pech-Pacheco et al. 2000, here relative to contrast): 1 % of
those frames have less; blurred by a twentieth of the face's height (standard deviation), four in five."""
WITHIN: Final = 0.04
"""A face is cut off where its box goes over the border by more than this part of its height: a box's usual error."""


def complaint(photograph: np.ndarray, faces: Sequence[Face]) -> str:
    """Why a photo (H, W) is not to be enrolled, with what was measured and the bar; "" for a good one."""
    if len(faces) != 1:
        return (
            f"{len(faces):,} faces were found, and it would not be known whose to enrol"
            if faces
            else "no face was found"
        )
    return "; ".join(_faults(photograph, faces[0]))


def sharpness(crop: np.ndarray) -> float:
    """Variance of the Laplacian over that of the picture: no unit, 0 for a blank one, the higher the sharper."""
    inner = _inner(crop)
    return float(laplace(inner).var() / max(inner.var(), 1.0))


def _faults(photograph: np.ndarray, face: Face) -> Iterator[str]:
    inner = _inner(face.crop)
    height, grey, contrast = float(face.box[3] - face.box[1]), float(inner.mean()), float(inner.std())
    if height < LEAST_HEIGHT:
        yield f"the face is too small: {height:.0f} px high, at least {LEAST_HEIGHT:.0f} px are needed"
    if _beyond(photograph, face) > WITHIN * height:
        yield f"the face is cut off by the border of the picture, by {_beyond(photograph, face):.0f} px"
    if grey < DARKEST:
        yield f"the face is too dark: mean grey {grey:.0f} of 255, at least {DARKEST:.0f} is needed"
    if grey > BRIGHTEST:
        yield f"the face is too bright: mean grey {grey:.0f} of 255, at most {BRIGHTEST:.0f} is allowed"
    if contrast < LEAST_CONTRAST:
        yield f"the face has too little contrast: spread {contrast:.1f} of 255, at least {LEAST_CONTRAST:.0f} is needed"
    elif sharpness(face.crop) < LEAST_SHARPNESS:
        yield f"the face is blurred: sharpness {sharpness(face.crop):.3f}, at least {LEAST_SHARPNESS:g} is needed"


def _inner(crop: np.ndarray) -> np.ndarray:
    """The face itself, without what is around it: the middle half of the crop each way."""
    high, wide = (side // 4 for side in crop.shape)
    return np.asarray(crop[high:-high, wide:-wide], np.float64)


def _beyond(photograph: np.ndarray, face: Face) -> float:
    """Pixels by which the face goes over the border."""
    high, wide = photograph.shape
    left, top, right, bottom = face.box
    return float(max(-left, -top, right - wide, bottom - high, 0))
