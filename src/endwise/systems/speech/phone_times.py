"""TIMIT's phones: 61 of them, folded to this system's 40, and their times as one chance a frame.

Folded after Lee & Hon (1989), table 3, but for three: this alphabet keeps AO and ZH, which they join to AA and SH, and
has no flap, which is read as T. As with them, closures belong to silence; the glottal stop, which they leave out, too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

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


def one_hot(phones: np.ndarray, count: int) -> np.ndarray:
    """The phone in the middle of each of `count` frames, for certain; silence between and after phones.

    Parameters
    ----------
    phones: (S, 3) as of `read_phones`.

    Returns
    -------
    float32 (count, 40), 100 frames a second.
    """
    middle = (np.arange(count) + 0.5) / FRAMES
    at = np.searchsorted(phones[:, 1], middle, side="right") - 1
    inside = (at >= 0) & (middle < phones[at, 2])
    which = np.where(inside, phones[at, 0], PHONES.index(SILENCE)).astype(int)
    return np.eye(len(PHONES), dtype=np.float32)[which]
