"""A verdict follows from measurements alone, and says what a reader must know before trusting it."""

from __future__ import annotations

import string
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from endwise.evidence import compare
from endwise.evidence.caveats import TEXTS, caveat
from endwise.evidence.rivals import rivals
from endwise.evidence.verdict import Evidence, weigh
from endwise.judge.metrics import bias, error_rate, mean_absolute_error, word_error_rate
from endwise.records import DesignPoint, Measurement, Verdict

NAN = float("nan")
UNITS = np.array([f"u{at}" for at in range(40)], dtype=object)
LEVEL = {"direct": 3.0, "staged": 5.0, "hybrid": 8.0}


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "DRAWS", 200)


def measurement(design: str, size: int, repeat: int, level: float, **changes: Any) -> Measurement:
    chance = np.random.default_rng([ord(design[0]), size, repeat])
    gaps = chance.normal(0, 0.2, size=len(UNITS)) + level
    records = {"mean_absolute_error": np.abs(gaps), "bias": gaps}
    made = Measurement(design, f"key {design}", size, repeat, records, 7, (), 1.0, 0.5 + repeat)
    return replace(made, **changes)


def measured(**levels: float) -> list[Measurement]:
    return [
        measurement(design, size, repeat, level + 100 / size)
        for design, level in (levels or LEVEL).items()
        for size in (25, 50, 100)
        for repeat in range(3)
    ]


def evidence(measurements: list[Measurement], **changes: Any) -> Evidence:
    blank = {
        (one.key, one.size): DesignPoint(
            one.design, one.key, "hybrid", "apart", one.size, one.size, {"y": one.size}, 9, NAN, NAN, NAN, (), {}, 0,
            1, 1,
        )
        for one in measurements
    }  # fmt: skip
    facts: dict[str, Any] = {"rechecks": (), "metrics": (mean_absolute_error,), "units": UNITS, "seed": 0, **changes}
    facts["units"] = dict.fromkeys({one.size for one in measurements}, facts["units"])
    return Evidence(measurements, blank=blank, **facts)


def draft(**changes: Any) -> Verdict:
    return replace(
        Verdict(
            system="s", metric="mean_absolute_error", metric_title="mean absolute error", unit="cm", axis="rows",
            wants="y", sizes=(), repeats=3, designs=(), best="", best_key="", probability_best=NAN, error=NAN, low=NAN,
            high=NAN, regret=NAN, runner_up=None, differences=(), constant_error=50.0, rows=200, test_rows=40,
            test_units=0, rows_used=(), caveats=(), untrainable=(), failures=(), tuning=(), problems=(), notes=(),
            seed=0, mode="quick", command="", versions={}, done=True,
        ),
        **changes,
    )  # fmt: skip


def codes(verdict: Verdict) -> list[str]:
    """What is said of the measurements; caveats of the forecast have tests of their own."""
    return [one.code for one in verdict.caveats if one.code != "beyond-measured-range"]


def test_the_lowest_error_at_the_largest_size_is_best() -> None:
    verdict = weigh(evidence(measured()), draft())
    assert (verdict.best, verdict.best_key, verdict.runner_up) == ("direct", "key direct", "staged")
    assert verdict.sizes == (25, 50, 100)
    assert verdict.probability_best == 1
    assert verdict.regret == 0
    assert verdict.low <= verdict.error <= verdict.high
    assert verdict.test_units == 40
    assert codes(verdict) == []


def test_every_design_has_a_point_at_every_size() -> None:
    verdict = weigh(evidence(measured()), draft())
    assert {(one.design, one.size) for one in verdict.designs} == {(d, s) for d in LEVEL for s in (25, 50, 100)}
    for point in verdict.designs:
        assert len(point.repeats) == 3
        assert point.error == pytest.approx(np.mean(point.repeats)) == point.metrics["mean_absolute_error"]
        assert point.low <= point.error <= point.high
        assert (point.parameters, point.latency_ms) == (7, 1.5)


def test_differences_are_against_the_best_and_in_order() -> None:
    verdict = weigh(evidence(measured()), draft())
    assert [(one.design, one.against) for one in verdict.differences] == [("staged", "direct"), ("hybrid", "direct")]
    for one in verdict.differences:
        assert one.low <= one.difference <= one.high
        assert one.probability_better == 0
    assert verdict.differences[0].difference == pytest.approx(2, abs=0.2)


def test_an_error_chosen_among_equals_is_corrected_upward() -> None:
    verdict = weigh(evidence(measured(a=3.0, b=3.0, c=3.0)), draft())
    raw = min(point.error for point in verdict.designs if point.size == 100)
    assert verdict.error > raw
    assert verdict.low <= verdict.error <= verdict.high


def test_the_order_of_the_measurements_does_not_matter() -> None:
    some = measured()
    backward = weigh(evidence(some[::-1]), draft())
    forward = weigh(evidence(some), draft())
    assert (backward.best, backward.error) == (forward.best, forward.error)
    assert backward.differences == forward.differences
    for one in forward.designs:
        (other,) = [point for point in backward.designs if (point.key, point.size) == (one.key, one.size)]
        assert (other.repeats, other.low, other.high) == (one.repeats, one.low, one.high)


def test_caveats_of_the_draft_stay() -> None:
    assert codes(weigh(evidence(measured()), draft(caveats=(caveat("no-groups"),)))) == ["no-groups"]


def test_few_repeats_and_few_units_and_one_size_are_said() -> None:
    some = [one for one in measured() if one.size == 100 and one.repeat < 2]
    verdict = weigh(evidence(some, units=np.repeat(UNITS[:10], 4)), draft(repeats=2))
    assert codes(verdict) == ["too-few-repeats", "test-set-too-small", "single-size"]
    assert verdict.caveats[1].explanation.startswith(
        "Designs were judged on 10 independent groups of test rows. Intervals"
    )


def test_rows_of_one_group_are_judged_one_by_one_and_that_is_said() -> None:
    verdict = weigh(evidence(measured(), units=np.repeat(UNITS[:1], len(UNITS))), draft())
    assert codes(verdict) == ["single-group"]
    assert verdict.test_units == len(UNITS)
    assert all(point.low < point.error < point.high for point in verdict.designs)


def test_a_design_no_better_than_a_constant_is_said() -> None:
    verdict = weigh(evidence(measured()), draft(constant_error=9.0))
    found = next(one for one in verdict.caveats if one.code == "still-at-chance")
    assert found.explanation.startswith("`hybrid`: no better than always answering the same (9 cm) at 100 rows.")
    assert codes(weigh(evidence(measured()), draft(constant_error=NAN))) == []


def test_training_that_was_cut_short_is_said() -> None:
    some = measured()
    some[-1] = replace(some[-1], still_improving=("x -> y",))
    verdict = weigh(evidence(some), draft())
    assert codes(verdict) == ["still-improving"]
    assert "x -> y" in verdict.caveats[0].explanation


def test_a_metric_that_prefers_another_design_is_said() -> None:
    some = [
        replace(one, records={**one.records, "bias": one.records["bias"] - (4.9 if one.design == "staged" else 0)})
        for one in measured()
    ]
    verdict = weigh(evidence(some, metrics=(mean_absolute_error, bias)), draft())
    assert codes(verdict) == ["metric-disagrees"]
    assert "By size of the mean error, `staged` is best" in verdict.caveats[0].explanation
    assert verdict.best == "direct"


@pytest.mark.parametrize(("level", "said"), [(2.0, True), (4.5, False)])
def test_a_shifted_learning_rate_that_changes_the_order_is_said(level: float, said: bool) -> None:
    rechecks = [measurement("direct", 100, 0, 4.2), measurement("staged", 100, 0, level)]
    verdict = weigh(evidence(measured(), rechecks=rechecks), draft())
    assert codes(verdict) == (["learning-rate-matters"] if said else [])


def test_a_design_that_is_missing_at_the_largest_size_is_not_best() -> None:
    some = [one for one in measured() if (one.design, one.size) != ("direct", 100)]
    verdict = weigh(evidence(some), draft())
    assert verdict.best == "staged"
    assert {one.design for one in verdict.differences} == {"hybrid"}


def test_a_single_design_is_best_without_a_runner_up() -> None:
    verdict = weigh(evidence(measured(only=3.0)), draft())
    assert (verdict.best, verdict.runner_up, verdict.differences) == ("only", None, ())


@pytest.mark.parametrize("code", TEXTS)
def test_every_caveat_can_be_said(code: str) -> None:
    title, text = TEXTS[code]
    names = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    said = caveat(code, **dict.fromkeys(names, 3))
    assert said.code == code
    assert said.title == title
    assert "{" not in said.explanation
    assert said.explanation.endswith(".")


def curve(design: str, errors: dict[int, float]) -> list[Measurement]:
    return [measurement(design, size, repeat, error) for size, error in errors.items() for repeat in range(3)]


FLAT = {50: 3.0, 100: 2.9, 200: 2.8}
STEEP = {50: 12.0, 100: 6.5, 200: 3.5}


def test_a_steep_curve_behind_a_flat_one_is_forecast_to_overtake() -> None:
    verdict = weigh(evidence(curve("flat", FLAT) + curve("steep", STEEP)), draft())
    assert verdict.best == "flat"
    assert verdict.forecast is not None
    (pair,) = verdict.forecast.pairs
    assert (pair.ahead, pair.behind) == ("flat", "steep")
    chances = [one.probability for one in pair.overtakes]
    assert [one.n for one in pair.overtakes] == [400, 800, 1600, 3200]
    assert min(chances) > 0.5
    (said,) = [one for one in verdict.caveats if one.code == "beyond-measured-range"]
    assert "That `steep` comes to be ahead rests on curves continued beyond 200 rows" in said.explanation


def test_what_a_network_does_with_more_rows_is_forecast_as_of_a_network() -> None:
    medians = []
    for family in ("linear", "network"):
        falling = [replace(one, family=family) for one in curve("falling", {50: 6.0, 100: 5.1, 200: 4.4})]
        verdict = weigh(evidence(falling + curve("flat", FLAT)), draft())
        assert verdict.forecast is not None
        (found,) = [one for one in verdict.forecast.designs if one.design == "falling"]
        medians.append(found.forecasts[-1].median)
    assert medians[1] < medians[0]


def test_curves_that_stay_apart_are_no_crossover() -> None:
    verdict = weigh(evidence(curve("flat", FLAT) + curve("worse", {50: 12.0, 100: 11.6, 200: 11.3})), draft())
    assert verdict.forecast is not None
    assert max(one.probability for one in verdict.forecast.pairs[0].overtakes) < 0.1
    assert "beyond-measured-range" not in [one.code for one in verdict.caveats]


def test_two_sizes_are_too_few_to_forecast() -> None:
    verdict = weigh(evidence([one for one in measured() if one.size > 25]), draft())
    assert "too-few-sizes" in codes(verdict)
    assert verdict.forecast is not None
    assert {one.state for one in verdict.forecast.designs} == {"too-few-sizes"}


def test_an_error_that_rises_is_a_finding() -> None:
    verdict = weigh(evidence(curve("flat", FLAT) + curve("odd", {50: 4.0, 100: 6.0, 200: 9.0})), draft())
    (said,) = [one for one in verdict.caveats if one.code == "rising-curve"]
    assert said.explanation.startswith("`odd`: worse with more rows, beyond what chance explains.")


def test_curves_that_cross_twice_are_said() -> None:
    some = curve("flat", FLAT) + curve("swaying", {50: 5.0, 100: 1.5, 200: 5.0})
    (said,) = [one for one in weigh(evidence(some), draft()).caveats if one.code == "curves-cross-more-than-once"]
    assert said.explanation.startswith("`swaying` and the best design change places more than once")


def test_a_metric_in_percent_is_forecast_in_percent_and_may_be_zero() -> None:
    chance = np.random.default_rng(0)
    share = {50: 0.6, 100: 0.4, 200: 0.25}
    some = [
        replace(
            measurement(design, size, repeat, 0.0),
            records={"error_rate": (chance.random(40) < level * share[size]).astype(float)},
        )
        for design, level in (("poor", 1.0), ("perfect", 0.0))
        for size in share
        for repeat in range(3)
    ]
    verdict = weigh(evidence(some, metrics=(error_rate,)), draft(unit="%", constant_error=80.0))
    assert verdict.forecast is not None
    found = {one.design: one.forecasts for one in verdict.forecast.designs}
    assert 2 < found["poor"][0].median < 30
    assert 0 < found["perfect"][0].median < 2
    assert all(band.high90 <= 100 for bands in found.values() for band in bands)


def test_a_word_error_rate_above_100_percent_is_forecast_too() -> None:
    chance = np.random.default_rng(0)
    rates = {"wild": {50: 1.5, 100: 1.2, 200: 0.9}, "tame": {50: 0.6, 100: 0.5, 200: 0.4}}
    some = [
        replace(
            measurement(design, size, repeat, 0.0),
            records={"word_error_rate": np.stack([chance.poisson(5 * rate, 40), np.full(40, 5)], axis=1)},
        )
        for design, by_size in rates.items()
        for size, rate in by_size.items()
        for repeat in range(3)
    ]
    verdict = weigh(evidence(some, metrics=(word_error_rate,)), draft(unit="%", constant_error=NAN))
    assert verdict.forecast is not None
    found = {one.design: one.forecasts[0].median for one in verdict.forecast.designs}
    assert found["wild"] == pytest.approx(70, abs=15)
    assert found["tame"] == pytest.approx(33, abs=8)


def test_a_rival_missing_at_the_largest_size_does_not_gain_from_nowhere() -> None:
    some = curve("flat", FLAT) + curve("missing", {12: 3.1, 25: 3.05, 50: 3.0, 100: 2.9})
    (rival,) = rivals(weigh(evidence(some), draft()))
    assert rival.design == "missing"
    assert rival.today == rival.chances[400] > 0


def test_a_perfect_design_without_a_rate_has_no_forecast() -> None:
    perfect = [replace(one, records={"mean_absolute_error": np.zeros(40)}) for one in curve("perfect", FLAT)]
    verdict = weigh(evidence(curve("flat", FLAT) + perfect), draft())
    assert verdict.best == "perfect"
    assert verdict.forecast is not None
    assert [one.design for one in verdict.forecast.designs] == ["flat"]


def test_no_interval_leaves_the_range_of_its_metric() -> None:
    """Few repeats are spread as far as repeats may vary: without a limit that would be 103 % of the answers wrong."""
    found = [
        measurement(design, 100, repeat, 0, records={"error_rate": np.arange(len(UNITS)) >= wrong})
        for design, each in {"direct": (0, 8), "staged": (1, 12)}.items()
        for repeat, wrong in enumerate(each)
    ]
    unlimited = weigh(evidence(found, metrics=(replace(error_rate, range=(-np.inf, np.inf)),)), draft(unit="%"))
    assert max(point.high for point in unlimited.designs) > 100
    verdict = weigh(evidence(found, metrics=(error_rate,)), draft(unit="%"))
    assert max(point.high for point in verdict.designs) == 100
    assert verdict.high <= 100
