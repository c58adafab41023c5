"""Laws of an outlook: units and order do not matter, bands nest, probabilities agree, and each state has its reason."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from endwise.errors import UsageError
from endwise.evidence.forecast.curve import DataCurve
from endwise.evidence.forecast.outlook import outlook
from endwise.evidence.forecast.worth import value_of_repeat, value_of_size
from endwise.records import Band, Outlook, from_json, to_json

NAN = float("nan")
LAW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
AT = (400, 1600, 6400)


def curve(design: str, errors: list[float], first: int = 50, repeats: int = 3, spread: float = 0.02) -> DataCurve:
    """Errors at doubling sizes, with repeats that vary by `spread` in a fixed way."""
    steps = np.linspace(-1, 1, repeats) if repeats > 1 else np.zeros(1)
    rows = tuple(
        tuple(error * (1 + spread * float(np.roll(steps, at)[k])) for k in range(repeats))
        for at, error in enumerate(errors)
    )
    return DataCurve(design, tuple(first * 2**k for k in range(len(errors))), rows)


def scaled(one: DataCurve, by: float) -> DataCurve:
    return dataclasses.replace(one, errors=tuple(tuple(error * by for error in row) for row in one.errors))


@st.composite
def some_curves(draw: st.DrawFn) -> list[DataCurve]:
    names = draw(st.permutations(["a", "b", "c"]))[: draw(st.integers(1, 3))]
    made = []
    for name in names:
        logs = np.cumsum(draw(st.lists(st.floats(-0.8, 0.15), min_size=1, max_size=4)))
        level = draw(st.floats(0.05, 30.0))
        made.append(curve(name, (level * np.exp(logs)).tolist(), repeats=draw(st.integers(1, 3))))
    return made


def figures(band: Band) -> tuple[float, ...]:
    return (band.low90, band.low80, band.median, band.high80, band.high90)


@given(some_curves())
@LAW
def test_bands_nest_and_probabilities_are_probabilities(curves: list[DataCurve]) -> None:
    found = outlook(curves, at=AT, targets=(0.1, 1.0))
    for design in found.designs:
        for band in design.forecasts:
            assert list(figures(band)) == sorted(figures(band))
            assert band.low90 > 0
        assert all(0 < one.probability < 1 for one in design.targets)
    for pair in found.pairs:
        assert all(0 < one.probability < 1 for one in pair.overtakes)
        known = [one for one in (pair.crossover.q10, pair.crossover.q50, pair.crossover.q90) if one is not None]
        assert known == sorted(known)
        assert 0 < pair.crossover.never < 1
        assert (pair.crossover.q90 is None) == (pair.crossover.never > 0.1)
    assert all(one.expected_regret >= 0 for one in found.choice)
    assert from_json(Outlook, to_json(found)) == found


@given(some_curves(), st.sampled_from([0.01, 7.0, 100.0]))
@LAW
def test_other_units_give_the_same_outlook_in_those_units(curves: list[DataCurve], by: float) -> None:
    one, other = outlook(curves, at=AT), outlook([scaled(it, by) for it in curves], at=AT)
    for a, b in zip(one.designs, other.designs, strict=True):
        assert a.state == b.state
        for x, y in zip(a.forecasts, b.forecasts, strict=True):
            assert np.allclose(np.array(figures(x)) * by, figures(y), rtol=2e-3)


@given(some_curves(), st.randoms(use_true_random=False))
@LAW
def test_order_of_designs_does_not_matter(curves: list[DataCurve], chance: object) -> None:
    shuffled = list(curves)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = outlook(curves, at=AT), outlook(shuffled, at=list(reversed(AT)))
    assert {it.design: it for it in one.designs} == {it.design: it for it in other.designs}
    assert {frozenset((it.ahead, it.behind)): it for it in one.pairs} == {
        frozenset((it.ahead, it.behind)): it for it in other.pairs
    }
    assert sorted(one.choice, key=lambda it: (it.design, it.n)) == sorted(
        other.choice, key=lambda it: (it.design, it.n)
    )


def test_same_input_same_bits_in_another_process() -> None:
    code = (
        "from endwise.evidence.forecast.outlook import outlook, DataCurve\n"
        "print(outlook([DataCurve('a', (1, 2, 4), ((3.0,), (2.0,), (1.5,)))], at=[8]).designs)"
    )
    told = {subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(2)}
    assert told == {f"{outlook([DataCurve('a', (1, 2, 4), ((3.0,), (2.0,), (1.5,)))], at=[8]).designs}\n".encode()}


def test_nothing_heavy_is_imported() -> None:
    heavy = "{'scipy', 'torch', 'pyarrow', 'sklearn'}"
    code = f"import sys, endwise.evidence.forecast.outlook; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"[]\n"


# ------------------------------------------------------------------------------------------------ who overtakes whom

FALLING, FLAT = [0.40, 0.31, 0.24, 0.186], [0.162, 0.160, 0.159, 0.158]


def test_a_steep_curve_overtakes_a_flat_one() -> None:
    found = outlook([curve("steep", FALLING), curve("flat", FLAT)], at=AT)
    (pair,) = found.pairs
    assert (pair.ahead, pair.behind) == ("flat", "steep")
    later = [one.probability for one in pair.overtakes]  # 400 is the largest size: nothing is forecast there
    assert [one.n for one in pair.overtakes] == [1600, 6400]
    assert min(later) > 0.85
    assert pair.crossover.q50 is not None
    assert 400 < pair.crossover.q50 < 1600
    assert found.choice[0].n == 1600
    regret = {one.design: one.expected_regret for one in found.choice if one.n == 6400}
    assert regret["flat"] > 10 * regret["steep"]


def test_never_is_what_overtaking_at_the_end_leaves() -> None:
    found = outlook([curve("steep", FALLING), curve("flat", FLAT)], at=[6400], most=6400)
    assert math.isclose(found.pairs[0].crossover.never, 1 - found.pairs[0].overtakes[0].probability, abs_tol=1e-9)


def test_a_hopeless_design_never_crosses() -> None:
    worse = curve("worse", [9.0, 8.9, 8.8, 8.7])
    (pair,) = outlook([worse, curve("flat", FLAT)], at=AT).pairs
    assert pair.crossover.never > 0.98
    assert (pair.crossover.q10, pair.crossover.q50, pair.crossover.q90) == (None, None, None)


def test_designs_of_unequal_sizes_pair_where_both_are_forecast() -> None:
    short, long = curve("short", FALLING[:3]), curve("long", [0.2, 0.15, 0.12, 0.1, 0.09, 0.08])
    found = outlook([short, long], at=[400, 800, 1600, 3200])
    assert [len(one.forecasts) for one in found.designs] == [4, 1]
    assert [one.n for one in found.pairs[0].overtakes] == [3200]
    assert found.pairs[0].ahead == "long"  # at 200, the largest common size
    assert [(one.design, one.n) for one in found.choice][:2] == [("short", 400), ("short", 800)]


def test_designs_without_a_common_size_are_ordered_by_forecast() -> None:
    (pair,) = outlook([curve("a", FALLING), curve("b", [0.9, 0.85, 0.8], first=60)], at=[6400]).pairs
    assert pair.ahead == "a"


# ------------------------------------------------------------------------------------------------ states


def state(one: DataCurve, n: int = 1600) -> str:
    (design,) = outlook([one], at=[n]).designs
    (band,) = design.forecasts
    assert all(math.isfinite(figure) for figure in figures(band))  # every state carries its band
    assert band.state == design.state or (band.state, design.state) == ("too-far", "forecast")
    return band.state


def test_a_curve_that_falls_is_forecast() -> None:
    assert state(curve("a", FALLING)) == "forecast"


def test_two_sizes_are_too_few() -> None:
    assert state(curve("a", FALLING[:2])) == "too-few-sizes"
    assert state(curve("a", FALLING[:1])) == "too-few-sizes"


def test_beyond_sixteen_times_is_too_far() -> None:
    assert state(curve("a", FALLING), n=16 * 400) == "forecast"
    assert state(curve("a", FALLING), n=16 * 400 + 1) == "too-far"


def test_within_two_standard_errors_of_the_constant_predictor_is_at_chance() -> None:
    falling = dataclasses.replace(curve("a", [0.52, 0.51, 0.50, 0.49]), chance=0.5)
    assert state(falling) == "at-chance"
    assert state(dataclasses.replace(falling, chance=0.7)) == "forecast"
    few_rows = dataclasses.replace(curve("a", [0.49, 0.47, 0.46, 0.44]), chance=0.5, n_test=30)
    assert state(few_rows) == "at-chance"  # 30 test rows cannot tell .44 from .5
    assert state(dataclasses.replace(few_rows, n_test=30_000)) == "forecast"


def test_a_curve_that_rises_beyond_its_noise_is_rising() -> None:
    rising = [0.30, 0.32, 0.34, 0.36]
    assert state(curve("a", rising)) == "rising"
    assert state(curve("a", rising, spread=0.3)) == "forecast"  # noise explains it
    assert state(curve("a", [0.30, 0.30, 0.30, 0.36], repeats=5)) == "forecast"  # one odd point is no rise
    assert state(curve("a", rising, repeats=1)) in ("rising", "forecast")


def test_flat_curves_with_noise_are_seldom_rising() -> None:
    chance = np.random.default_rng(3)
    states = []
    for _ in range(80):
        rows = 0.3 * np.exp(0.05 * chance.normal(size=(5, 5)))
        one = DataCurve("a", (64, 90, 128, 181, 256), tuple(map(tuple, rows.tolist())))
        states.append(outlook([one], at=[512]).designs[0].state)
    assert states.count("rising") <= 7  # z > 2 by chance alone: 2.3 % expected, 9 % allowed


# ------------------------------------------------------------------------------------------------ what people measure


def test_one_repeat_is_forecast_with_a_wider_band() -> None:
    one, five = (
        outlook([curve("a", FALLING, repeats=r, spread=0.01)], at=[800]).designs[0].forecasts[0] for r in (1, 5)
    )
    assert one.high80 / one.low80 > five.high80 / five.low80


def test_zero_errors_are_forecast_below_one_in_the_test_rows() -> None:
    found = DataCurve("a", (50, 100, 200), ((0.1, 0.08), (0.02, 0.01), (0.0, 0.0)), n_test=200)
    band = outlook([found], at=[400]).designs[0].forecasts[0]
    assert 0 < band.low80 < band.median < 0.01
    assert band.high90 <= 1


def test_word_error_rates_above_one_and_months_are_errors_too() -> None:
    found = outlook([curve("speech", [1.4, 1.1, 0.9]), curve("age", [30.0, 22.0, 17.0])], at=[800], targets=[15.0])
    assert 0.3 < found.designs[0].forecasts[0].median < 0.95
    assert found.designs[1].targets[0].probability > 0.4


def test_a_missing_repeat_keeps_its_place() -> None:
    rows = ((0.4, NAN, 0.42), (0.3, 0.31, NAN), (0.25, 0.24, 0.26))
    assert outlook([DataCurve("a", (50, 100, 200), rows)], at=[400]).designs[0].state == "forecast"


def test_repeated_errors_without_any_spread_are_no_trouble() -> None:
    assert state(DataCurve("a", (50, 100, 200), ((0.3, 0.3), (0.2, 0.2), (0.15, 0.15)))) == "forecast"


def test_name_of_the_question_is_kept_and_one_design_has_no_pair() -> None:
    found = outlook([curve("a", FALLING)], at=[800], curve="hands")
    assert (found.curve, found.pairs) == ("hands", ())


@pytest.mark.parametrize(
    ("curves", "at", "targets", "told"),
    [
        ([], [800], [], "There is no data curve."),
        ([curve("a", FALLING), curve("a", FLAT)], [800], [], "a is there more than once."),
        ([curve("a", FALLING)], [0], [], "Sizes asked for: 0"),
        ([curve("a", FALLING)], [800], [NAN], "targets: nan"),
    ],
)
def test_impossible_questions_are_refused(
    curves: list[DataCurve], at: list[int], targets: list[float], told: str
) -> None:
    with pytest.raises(UsageError) as refused:
        outlook(curves, at=at, targets=targets)
    assert told in str(refused.value)
    assert all((refused.value.asked, refused.value.here, refused.value.why, refused.value.do))


# ------------------------------------------------------------------------------------------------ what it is worth


def test_measuring_is_worth_most_where_designs_are_close() -> None:
    near = [curve("a", FALLING, spread=0.05), curve("b", [1.02 * one for one in FALLING], spread=0.05)]
    far = [near[0], curve("b", [9.0, 8.9, 8.8, 8.7])]
    for value in (value_of_repeat, value_of_size):
        assert value(near) > 20 * value(far) >= 0
        assert value(near) == value(near[::-1])
        assert value(near[:1]) == 0
        assert math.isclose(value([scaled(one, 100) for one in near]), 100 * value(near), rel_tol=0.05)


def test_more_size_tells_more_about_later_than_a_repeat_about_now() -> None:
    crossing = [curve("steep", FALLING), curve("flat", FLAT)]
    assert value_of_size(crossing) >= 0
    assert value_of_repeat(crossing) < 0.01
