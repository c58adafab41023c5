"""Labels to segments and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from endwise.decoding import collapse, spread
from endwise.system.signals import Segments

labels = st.lists(st.integers(0, 3), max_size=40)
rates = st.sampled_from([1.0, 50.0, 62.5, 100.0, 16000 / 160])


@given(labels, rates)
def test_spreading_undoes_collapsing(each: list[int], rate: float) -> None:
    assert spread(collapse(each, rate), len(each), rate).tolist() == each


@given(labels, rates)
def test_segments_follow_each_other_without_gaps_and_differ(each: list[int], rate: float) -> None:
    segments = collapse(each, rate)
    assert segments.dtype == np.float32
    assert segments.shape[1] == 3
    assert (segments[1:, 1] == segments[:-1, 2]).all()
    assert (segments[1:, 0] != segments[:-1, 0]).all()
    if each:
        assert segments[0, 1] == 0
        assert segments[-1, 2] == pytest.approx(len(each) / rate)


def test_segments_are_what_the_signal_takes() -> None:
    phones = Segments("phones", alphabet=("sil", "a", "b"))
    assert phones.show(phones.check(collapse([0, 0, 1, 2, 2], 100))) == "sil a b"


def test_hours_of_frames_keep_their_labels() -> None:
    each = np.arange(1_000_000) % 7
    assert (spread(collapse(each, 100), len(each), 100) == each).all()


def test_frames_outside_all_segments_have_no_label() -> None:
    assert spread([(2, 0.02, 0.04)], 6, 100).tolist() == [-1, -1, 2, 2, -1, -1]
    assert spread([], 2, 100).tolist() == [-1, -1]


def test_a_frame_belongs_to_the_segment_at_its_centre() -> None:
    assert spread([(1, 0.0, 0.014), (2, 0.014, 0.03)], 3, 100).tolist() == [1, 2, 2]
    assert spread([(1, 0.0, 0.016), (2, 0.016, 0.03)], 3, 100).tolist() == [1, 1, 2]
