"""One label a frame, and segments with times: there and back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

NO_LABEL = -1


def runs(labels: npt.NDArray[np.generic]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Where each run of equal labels (T,) starts, and the place after its end."""
    starts = np.flatnonzero(np.r_[len(labels) > 0, labels[1:] != labels[:-1]])
    return starts, np.append(starts[1:], len(labels))[: len(starts)]


def collapse(labels: npt.ArrayLike, rate: float) -> npt.NDArray[np.float32]:
    """Runs of equal labels as segments.

    Parameters
    ----------
    labels: (T,) whole numbers, one a frame.
    rate: frames a second.

    Returns
    -------
    float32 (R, 3): label, start and end in seconds; without gaps, from 0 to T / rate.

    >>> collapse([7, 7, 4, 4], rate=2).tolist()
    [[7.0, 0.0, 1.0], [4.0, 1.0, 2.0]]
    """
    each = np.asarray(labels)
    starts, ends = runs(each)
    return np.stack([each[starts], starts / rate, ends / rate], axis=1).astype(np.float32)


def spread(segments: npt.ArrayLike, frames: int, rate: float) -> npt.NDArray[np.int32]:
    """The label at the centre of each frame; the inverse of `collapse`.

    Parameters
    ----------
    segments: (R, 3) label, start and end in seconds; starts never fall. Where two overlap, the later one counts.
    frames: how many frames to make.
    rate: frames a second.

    Returns
    -------
    int32 (frames,); -1 where no segment is.
    """
    each = np.asarray(segments, dtype=np.float64).reshape(-1, 3)
    if not len(each):
        return np.full(frames, NO_LABEL, dtype=np.int32)
    centres = (np.arange(frames) + 0.5) / rate
    place = np.searchsorted(each[:, 1], centres, side="right") - 1
    inside = (place >= 0) & (centres < each[place, 2])
    return np.where(inside, each[place, 0], NO_LABEL).astype(np.int32)
