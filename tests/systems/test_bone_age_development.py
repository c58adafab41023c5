"""Laws of development: what must hold whatever the ages."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from endwise.systems.bone_age.development import borders_at, development, spread_at

ORDER = {"delayed": 0, "normal": 1, "advanced": 2}
ages = st.floats(0, 240)
widths = st.floats(0, 60)


@given(ages, ages)
def test_a_bone_age_without_doubt_is_never_uncertain(bone_age: float, chronological: float) -> None:
    assert development(bone_age, bone_age, chronological) in ORDER


@given(ages, ages, ages)
def test_an_older_bone_age_is_never_less_developed(one: float, other: float, chronological: float) -> None:
    low, high = (development(age, age, chronological) for age in sorted((one, other)))
    assert ORDER[low] <= ORDER[high]


@given(ages, ages, widths, widths)
def test_a_wider_interval_only_makes_uncertain(
    bone_age: float, chronological: float, width: float, more: float
) -> None:
    narrow = development(bone_age - width, bone_age + width, chronological)
    wide = development(bone_age - width - more, bone_age + width + more, chronological)
    assert wide in (narrow, "uncertain")


@given(ages, ages, widths)
def test_uncertain_exactly_where_the_ends_differ_or_both_borders_lie_between(
    bone_age: float, chronological: float, width: float
) -> None:
    low, high = bone_age - width, bone_age + width
    ends = {development(end, end, chronological) for end in (low, high)}
    assert development(low, high, chronological) == (ends.pop() if len(ends) == 1 else "uncertain")


@given(ages)
def test_the_age_itself_is_normal_and_the_borders_are_two_spreads_away(chronological: float) -> None:
    least, most = borders_at(chronological)
    assert development(chronological, chronological, chronological) == "normal"
    assert most - least == pytest.approx(4 * spread_at(chronological))


@given(ages, ages)
def test_spread_grows_with_age(one: float, other: float) -> None:
    young, old = sorted((one, other))
    assert 0 < spread_at(young) <= spread_at(old)
