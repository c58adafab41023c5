"""Numbers as people read them."""

import math
import re

import pytest
from hypothesis import given, strategies as st

from endwise.report.quantities import amount, number, percent, places, seconds, small, span, tick


@given(st.floats(-1e9, 1e9, allow_nan=False).filter(lambda value: value == 0 or abs(value) > 1e-6))
def test_no_number_claims_more_than_three_digits(value: float) -> None:
    digits = re.sub(r"[^0-9]", "", number(value)).strip("0")
    assert len(digits) <= 3
    assert float(number(value).replace(",", "")) == pytest.approx(value, rel=0.006)


@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_zero_has_no_sign(value: float, decimals: int) -> None:
    assert not re.fullmatch(r"-0\.?0*", number(value, decimals))


@given(st.floats(0, 1))
def test_a_bootstrap_never_proves_certainty(share: float) -> None:
    assert percent(share) not in ("100 %", "0 %")


def test_what_was_not_measured_is_a_dash() -> None:
    assert number(math.nan) == "-"
    assert seconds(math.inf) == "-"
    assert percent(math.nan) == "unknown"
    assert places([math.nan, 0.0]) == 0


def test_units_follow_where_there_are_some() -> None:
    assert amount(14.23, "months") == "14.2 months"
    assert amount(0.0712, "") == "0.0712"
    assert small(0.0004, "", 3) == "under 0.001"
    assert span(-0.31, 4.484, 1) == "-0.3 to 4.5"
    assert [tick(one) for one in (0.05, 8.0, 1250.0)] == ["0.05", "8", "1,250"]
