"""Phones with their times as chances a frame; and TIMIT's phones, 61 of them, folded to this system's 40.

Folded after Lee & Hon (1989), table 3, but for three: this alphabet keeps AO and ZH, which they join to AA and SH, and
has no flap, which is read as T. As with them, closures belong to silence; the glottal stop, which they leave out, too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from endwise.decoding import NO_LABEL, spread
from endwise.systems.speech.phones import PHONES, SILENCE
from endwise.systems.speech.signals import FRAMES

TIMIT_RATE: Final = 16000
"""TIMIT counts its times in samples."""
ALLOPHONES: Final = {
    "ax": "AH", "ax-h": "AH", "axr": "ER", "ix": "IH", "ux": "UW", "el": "L", "em": "M", "en": "N", "nx": "N",
    "eng": "NG", "hv": "HH", "dx": "T",
}  # fmt: skip
SILENCES: Final = ("h#", "pau", "epi", "q", "bcl", "dcl", "gcl", "pcl", "tcl", "kcl")
FOLDED: Final = {
    **{phone.lower(): phone for phone in PHONES if phone != SILENCE},
    **ALLOPHONES,
    **dict.fromkeys(SILENCES, SILENCE),
}
"""TIMIT's 61 phones, and what each is here."""


def read_phones(file: Path) -> np.ndarray:
    """The phones of a .PHN file: float64 (S, 3) of place in PHONES, start and end in seconds.

    Raises ValueError with the reason where a line is not two times and one of the 61, or the times fall.
    """
    segments = []
    for line, content in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        cells = content.split()
        if cells:
            if len(cells) != 3 or not (cells[0].isdecimal() and cells[1].isdecimal()):
                raise ValueError(f"holds {content[:40]!r} on line {line}, which is not start, end and phone")
            if cells[2].lower() not in FOLDED:
                raise ValueError(f"holds {cells[2]!r} on line {line}, which is none of TIMIT's 61 phones")
            segments.append((PHONES.index(FOLDED[cells[2].lower()]), *(int(cell) / TIMIT_RATE for cell in cells[:2])))
    phones = np.array(segments).reshape(-1, 3)
    if not len(phones):
        raise ValueError("holds no phones")
    if (phones[:, 2] < phones[:, 1]).any() or (np.diff(phones[:, 1]) < 0).any():
        raise ValueError("holds times that end before they start, or are out of order")
    return phones


def posteriors_of(phones: npt.ArrayLike, frames: int) -> npt.NDArray[np.float32]:
    """The phone in the middle of each of `frames`, for certain; silence between and after phones.

    Parameters
    ----------
    phones: (S, 3) of place in PHONES, start and end in seconds; starts never fall.

    Returns
    -------
    float32 (frames, 40), 100 a second.

    >>> posteriors_of([(0, 0.0, 0.02), (7, 0.02, 0.04)], 5).argmax(axis=1).tolist()
    [0, 0, 7, 7, 0]
    """
    labels = spread(phones, frames, FRAMES)
    return np.eye(len(PHONES), dtype=np.float32)[np.where(labels == NO_LABEL, PHONES.index(SILENCE), labels)]
