"""The order of the designs, and the axes on which they are drawn."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import example, given, strategies as st

from endwise.report.axes import error_axis, even_axis, size_axis, spread_labels
from endwise.report.ranking import Entry, ranked
from tests.report.example_verdict import DIRECT, LENGTHS, PATCHES, point, verdict

positive = st.lists(st.floats(1e-4, 1e4), min_size=1, max_size=20)


def test_the_best_stands_first_and_has_the_letter_a() -> None:
    entries = ranked(verdict())
    assert (entries[0].design, entries[0].letter, entries[0].accent) == (PATCHES, "A", "d0")
    errors = [entry.last.error for entry in entries]
    assert errors[1:] == sorted(errors[1:])


def test_what_was_not_finished_stands_last() -> None:
    unfinished = replace(verdict(), designs=(point(PATCHES, 2), point(DIRECT, 0), point(LENGTHS, 2)))
    assert [entry.design for entry in ranked(unfinished)] == [PATCHES, LENGTHS, DIRECT]


def test_letters_go_on_after_z() -> None:
    assert [Entry(rank, "", ()).letter for rank in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]
    assert Entry(8, "", ()).accent == "rest"


@given(positive)
def test_an_axis_holds_its_values_and_its_ticks(values: list[float]) -> None:
    for axis in (error_axis(values, 300), even_axis(values, 300)):
        assert axis.low <= min(values) <= max(values) <= axis.high
        assert axis.ticks
        assert all(axis.low <= one <= axis.high for one in axis.ticks)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=12))
def test_the_largest_size_always_has_its_tick(sizes: list[int]) -> None:
    axis = size_axis(sizes, 260)
    assert axis.ticks[-1] == max(sizes)
    assert axis.low < min(sizes) <= max(sizes) < axis.high


@given(positive)
@example([1.0, 10000.0, 9999.999999999998])  # one pixel, two values
def test_labels_keep_their_distance_and_their_order(values: list[float]) -> None:
    axis = error_axis(values, 300)
    heights = spread_labels(values, axis, 14)
    pixels = sorted(axis.pixel(one) for one in heights)
    assert all(b - a > 13.9 for a, b in pairwise(pixels))
    order = sorted(range(len(values)), key=values.__getitem__)
    assert order == sorted(order, key=heights.__getitem__)


def test_an_error_of_zero_makes_the_axis_linear() -> None:
    assert not error_axis([0.0, 0.2], 300).log
    assert error_axis([0.1, 0.2], 300).log
