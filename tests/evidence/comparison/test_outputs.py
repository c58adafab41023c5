"""Laws of weighing predictions: what the files or systems are called, and in which order they come, changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from endwise.evidence import compare
from endwise.evidence.compare import bootstrap
from endwise.evidence.comparison import blocks
from endwise.evidence.comparison.blocks import draw
from endwise.evidence.comparison.outputs import Output, weigh
from endwise.evidence.comparison.slices import FEWEST, Part, in_slices
from endwise.judge.metrics import mean_absolute_error, root_mean_square_error, word_error_rate
from endwise.records import Comparison, Score

LAW = settings(max_examples=12, deadline=None)
DRAFT = Comparison("m", "m", "", "y", "", "id", None, 0, 0, 0, 0, "t.csv")


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "DRAWS", 100)


def mean(records: np.ndarray) -> float:
    return float(records.mean())


def single(count: int) -> np.ndarray:
    return np.array([f"{at:09d}" for at in range(count)])


def weighed(
    records: dict[str, np.ndarray], units: np.ndarray, given: tuple[Output, ...] = (), **parts: Any
) -> Comparison:
    outputs = [Output(name, f"{name}.csv", one) for name, one in records.items()]
    cut = [Part(name, "x", rows) for name, rows in parts.items()]
    return weigh([*outputs, *given], units, cut, mean_absolute_error, DRAFT)


def by_name(found: Comparison) -> dict[str, Score]:
    return {score.name: score for score in found.systems}


worlds = st.tuples(st.integers(0, 10**6), st.integers(2, 4), st.integers(3, 40))


def world(seed: int, systems: int, count: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    chance = np.random.default_rng(seed)
    units = np.array([f"{at:09d}" for at in np.sort(chance.integers(0, max(count // 2, 1), count))])
    return {name: chance.gamma(1 + at, size=count) for at, name in enumerate("pqrs"[:systems])}, units


@LAW
@given(worlds)
def test_the_order_of_systems_permutes_the_answer_and_no_more(drawn: tuple[int, int, int]) -> None:
    records, units = world(*drawn)
    there = weighed(records, units)
    assert weighed(dict(reversed(records.items())), units) == there
    assert [score.error for score in there.systems] == sorted(score.error for score in there.systems)
    assert sum(score.probability_best for score in there.systems) == pytest.approx(1)


@LAW
@given(worlds, st.floats(0.01, 100))
def test_errors_in_another_unit_are_scaled_and_weighed_alike(drawn: tuple[int, int, int], factor: float) -> None:
    records, units = world(*drawn)
    one, other = weighed(records, units), weighed({name: factor * r for name, r in records.items()}, units)
    for here, there in zip(one.systems, other.systems, strict=True):
        assert (here.name, here.probability_best) == (there.name, pytest.approx(there.probability_best))
        assert [there.error, there.low, there.high, there.regret] == pytest.approx(
            [factor * value for value in (here.error, here.low, here.high, here.regret)]
        )


@LAW
@given(worlds)
def test_systems_that_put_out_the_same_tie(drawn: tuple[int, int, int]) -> None:
    records, units = world(*drawn)
    found = weighed({"one": records["p"], "two": records["p"]}, units)
    assert [(score.probability_best, score.regret) for score in found.systems] == [(0.5, 0), (0.5, 0)]
    (gap,) = found.differences
    assert (gap.difference, gap.low, gap.high, gap.probability_better) == (0, 0, 0, 0.5)


@LAW
@given(worlds)
def test_condensed_rows_give_the_draws_of_the_rows(drawn: tuple[int, int, int]) -> None:
    records, units = world(*drawn)
    whole = bootstrap({name: {0: one} for name, one in records.items()}, units, root_mean_square_error.aggregate, 3)
    short = draw(records, units, root_mean_square_error.aggregate, 3)
    assert short.drawn == pytest.approx(whole.drawn)
    assert short.errors == pytest.approx(whole.errors)


def test_edits_and_words_are_condensed_apart() -> None:
    records = np.array([[1.0, 1.0], [0.0, 4.0], [2.0, 5.0]])
    assert draw({"p": records}, single(3), word_error_rate.aggregate, 0).errors[0] == 30


def test_many_groups_in_blocks_vary_as_they_do_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "DRAWS", 1000)
    monkeypatch.setattr(blocks, "MOST", 500)
    errors = np.random.default_rng(0).normal(size=20_000).cumsum() / 50  # rows in order of time: neighbours are alike
    low, high = draw({"p": errors}, single(20_000), mean, 0).interval(0, replace(mean_absolute_error, range=(-9, 9)))
    expected = 2 * 1.96 * errors.std() / np.sqrt(20_000)
    assert high - low == pytest.approx(expected, rel=0.12)


def test_groups_widen_intervals() -> None:
    together = np.repeat(np.random.default_rng(0).normal(5, 1, 40), 5)
    alone, grouped = (weighed({"p": together}, units).systems[0] for units in (single(200), np.repeat(single(40), 5)))
    assert grouped.high - grouped.low > 1.8 * (alone.high - alone.low)


class TestSlices:
    def test_the_order_turns_where_another_is_surely_better(self) -> None:
        chance = np.random.default_rng(0)
        half = np.arange(200) < 80
        records = {"p": 5 + chance.normal(size=200), "q": np.where(half, 3, 9) + chance.normal(size=200)}
        found = weighed(records, single(200), left=np.flatnonzero(half), right=np.flatnonzero(~half))
        left, right = found.slices
        assert (found.systems[0].name, left.ahead, right.ahead, found.comparisons) == ("p", ("q",), (), 2)
        assert left.gaps[0].high < 0 < right.gaps[0].low
        assert [score.system for score in left.scores] == ["p", "q"]

    def test_small_slices_are_counted_and_not_judged(self) -> None:
        found = weighed({"p": np.ones(50), "q": np.ones(50)}, single(50), few=np.arange(FEWEST - 1))
        assert (found.slices[0].groups, found.slices[0].scores, found.comparisons) == (FEWEST - 1, (), 0)

    def test_equal_systems_seldom_turn_in_any_of_many_slices(self) -> None:
        turned = 0
        for seed in range(20):
            chance = np.random.default_rng(seed)
            records = {"p": chance.normal(size=180), "q": chance.normal(size=180)}
            parts = [Part("s", str(at), np.arange(at, 180, 6)) for at in range(6)]
            slices, _ = in_slices(records, single(180), parts, mean_absolute_error, seed)
            turned += any(one.ahead for one in slices)
        assert turned <= 2  # each of 20 times with a chance of some 2.5 %, on one side of zero only


class TestBlame:
    def blame(self, given: np.ndarray) -> Any:
        records = {"p": np.full(60, 10.0) + np.random.default_rng(0).normal(size=60)}
        (one,) = weighed(records, single(60), (Output("p", "g.csv", given, "joints"),)).blame
        return one

    def test_what_the_truth_takes_away_is_told_with_its_share(self) -> None:
        one = self.blame(np.full(60, 4.0))
        assert one.gone == pytest.approx(one.error - 4)
        assert one.low < one.gone < one.high
        assert one.share == pytest.approx(one.gone / one.error)
        assert one.share_low < one.share < one.share_high

    def test_truth_that_changes_nothing_takes_nothing_away(self) -> None:
        records = np.full(60, 10.0) + np.random.default_rng(0).normal(size=60)
        one = self.blame(records)
        assert (one.gone, one.low, one.high, one.share) == (0, 0, 0, 0)

    def test_truth_that_leaves_no_error_takes_all(self) -> None:
        one = self.blame(np.zeros(60))
        assert (one.given, one.share, one.share_low, one.share_high) == (0, 1, 1, 1)

    def test_a_system_without_error_has_none_to_share(self) -> None:
        found = weighed({"p": np.zeros(40)}, single(40), (Output("p", "g.csv", np.ones(40), "joints"),))
        assert found.blame[0].gone == -1
        assert np.isnan(found.blame[0].share)


def test_caveats() -> None:
    records = {"p": np.ones(9)}
    seams = tuple(Output("p", "g.csv", np.ones(9), name) for name in ("joints", "lengths"))
    found = weigh([Output("p", "p.csv", records["p"], exact=True), *seams], single(9), [], mean_absolute_error,
                  replace(DRAFT, left_out=3, rows=9))  # fmt: skip
    codes = [one.code for one in found.caveats]
    assert codes == ["test-set-too-small", "rows-left-out", "equals-truth", "blame-not-additive"]
    assert "3 of 12 rows" in found.caveats[1].explanation


def test_rows_of_one_group_are_weighed_one_by_one_and_that_is_said() -> None:
    records = np.random.default_rng(0).normal(5, 1, 40)
    outputs = [Output("p", "p.csv", records), Output("q", "q.csv", records[::-1] + 0.1)]
    found = weigh(outputs, np.repeat(single(1), 40), [], mean_absolute_error, replace(DRAFT, rows=40))
    assert [one.code for one in found.caveats] == ["single-group"]
    assert found.groups == 1
    assert 0.5 < found.systems[0].probability_best < 0.9
