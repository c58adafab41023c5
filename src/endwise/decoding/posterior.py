"""How probable each symbol is in each frame, given the whole recording."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import numpy as np

from endwise.decoding.graph import Floats


def symbol_posteriors(scores: Sequence[Floats], stay: float) -> list[Floats]:
    """Symbol probabilities by the forward-backward algorithm (Rabiner 1989, eq. 27) over a free loop of symbols.

    A symbol lasts with the probability exp(`stay`), else any symbol follows, each as likely. So one loud frame does
    not unseat a symbol that its neighbours agree on. With `stay` at minus infinity each frame is judged alone.

    Parameters
    ----------
    scores: recordings of (T, V) log probabilities or log likelihoods.

    Returns
    -------
    For each recording float32 (T, V), summing to one in each frame.
    """
    if not scores:
        return []
    likely = [_likelihoods(one) for one in scores]
    # The loop is the same in both directions: backward is forward through the recording reversed.
    both = _expected([*likely, *(one[::-1] for one in likely)], exp(stay))
    posteriors = []
    for at, one in enumerate(likely):
        joint = both[: len(one), at] * both[: len(one), len(likely) + at][::-1] * one
        posteriors.append(joint / joint.sum(axis=1, keepdims=True))
    return posteriors


def _likelihoods(scores: Floats) -> Floats:
    """exp(scores) relative to each frame's best; a frame in which nothing is possible says nothing."""
    best = scores.max(axis=1, keepdims=True)
    return np.exp(np.where(np.isfinite(best), scores - np.where(np.isfinite(best), best, 0), 0), dtype=np.float32)


def _expected(likely: Sequence[Floats], stay: float) -> Floats:
    """(T, B, V) the probability of each symbol in each frame from the frames before it."""
    frames, symbols = max(len(one) for one in likely), likely[0].shape[1]
    heard = np.ones((frames, len(likely), symbols), dtype=np.float32)
    for at, one in enumerate(likely):
        heard[: len(one), at] = one
    expected = np.empty_like(heard)
    known = np.full(heard.shape[1:], 1 / symbols, dtype=np.float32)
    for frame in range(frames):
        np.multiply(known, np.float32(stay), out=expected[frame])
        expected[frame] += np.float32((1 - stay) / symbols)
        np.multiply(expected[frame], heard[frame], out=known)
        known /= known.sum(axis=1, keepdims=True)
    return expected
