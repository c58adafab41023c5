"""Symbol posteriors against the sum over all strings of symbols."""

from __future__ import annotations

from itertools import pairwise
from math import inf, log

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from endwise.decoding.posterior import symbol_posteriors
from tests.decoding.reference import all_strings, clear, drawn


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.integers(1, 5), min_size=1, max_size=3), st.floats(0, 0.95))
def test_posteriors_are_sums_over_all_strings(seed: int, lengths: list[int], stay: float) -> None:
    rng = np.random.default_rng(seed)
    recordings = [drawn(rng, frames, 3) for frames in lengths]
    for scores, found in zip(recordings, symbol_posteriors(recordings, log(stay) if stay else -inf), strict=True):
        sums = np.zeros(scores.shape)
        for labels, score in all_strings(scores):
            moves = [stay * (a == b) + (1 - stay) / 3 for a, b in pairwise(labels)]
            sums[np.arange(len(labels)), list(labels)] += np.exp(score) * np.prod(moves)
        np.testing.assert_allclose(found, sums / sums.sum(axis=1, keepdims=True), rtol=1e-3, atol=1e-6)


def test_neighbours_outvote_a_frame_that_contradicts_them() -> None:
    scores = clear([1, 1, 1, 2, 1, 1, 1], 3, sure=0.8)
    alone, together = (symbol_posteriors([scores], stay)[0] for stay in (-inf, log(0.9)))
    assert alone[3].argmax() == 2
    assert together[3].argmax() == 1


def test_empty_recordings_and_impossible_frames_have_posteriors() -> None:
    assert symbol_posteriors([], -1.0) == []
    assert symbol_posteriors([np.empty((0, 3), np.float32)], -1.0)[0].shape == (0, 3)
    impossible = np.full((2, 4), -inf, dtype=np.float32)
    assert symbol_posteriors([impossible], -1.0)[0] == pytest.approx(0.25)
