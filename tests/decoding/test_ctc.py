"""CTC without words, against the sum over all alignments."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from endwise.decoding import greedy, prefix_beam
from tests.decoding.reference import all_strings, clear, drawn, said

LAW = settings(max_examples=40, deadline=None)
seeds = st.integers(0, 10_000)


@LAW
@given(seeds, st.integers(0, 5), st.integers(2, 4), st.integers(0, 1))
def test_a_wide_beam_finds_the_probability_of_every_sequence(seed: int, frames: int, symbols: int, blank: int) -> None:
    scores = drawn(np.random.default_rng(seed), frames, symbols)
    sums: dict[tuple[int, ...], float] = defaultdict(float)
    for labels, score in all_strings(scores):
        sums[said(labels, blank)] += float(np.exp(score))
    found = prefix_beam([scores], width=10_000, blank=blank)[0]
    assert {labels for labels, _ in found} == set(sums)
    for labels, score in found:
        assert np.exp(score) == pytest.approx(sums[labels], rel=1e-4)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


@LAW
@given(seeds, st.integers(1, 30), st.integers(1, 6))
def test_a_narrow_beam_never_claims_more_than_a_wide_one(seed: int, frames: int, width: int) -> None:
    scores = drawn(np.random.default_rng(seed), frames, 3)
    narrow = prefix_beam([scores], width)[0]
    wide = dict(prefix_beam([scores], width=300)[0])
    assert len(narrow) <= width
    assert all(score <= wide.get(labels, score) + 1e-6 for labels, score in narrow)


@LAW
@given(seeds, st.integers(0, 30))
def test_greedy_says_what_the_best_string_says_and_when(seed: int, frames: int) -> None:
    scores = drawn(np.random.default_rng(seed), frames, 4)
    best = scores.argmax(axis=1).tolist()
    found = greedy([scores], blank=2)[0]
    assert tuple(found[:, 0]) == said(best, 2)
    assert all(set(best[start:end]) == {label} for label, start, end in found)
    assert sum(end - start for _, start, end in found) == sum(label != 2 for label in best)


def test_the_most_probable_sequence_is_not_always_the_best_path() -> None:
    scores = np.log([[0.6, 0.4], [0.6, 0.4]])  # Graves et al. 2006, figure 2: "-" .36 against "a" .64
    assert len(greedy([scores])[0]) == 0
    labels, score = prefix_beam([scores], width=4)[0][0]
    assert labels == (1,)
    assert np.exp(score) == pytest.approx(0.64)


@pytest.mark.parametrize("top", [1, 2])
def test_a_beam_over_few_symbols_still_reads_clear_scores(top: int) -> None:
    labels = [1, 1, 0, 1, 2, 2, 0, 3]
    assert prefix_beam([clear(labels, 5)], width=4, top=top)[0][0][0] == (1, 1, 2, 3)


def test_recordings_are_read_each_for_itself() -> None:
    rng = np.random.default_rng(3)
    recordings = [drawn(rng, frames, 5) for frames in (0, 7, 3)]
    assert prefix_beam(recordings, 5) == [prefix_beam([one], 5)[0] for one in recordings]
    assert [one.tolist() for one in greedy(recordings)] == [greedy([one])[0].tolist() for one in recordings]
    assert [len(list(groupby(one))) for one in recordings[:1]] == [0]
