"""Laws of the bootstrap: intervals cover as often as they say, and comparisons are paired."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from endwise.evidence import compare
from endwise.evidence.compare import Draws, bootstrap
from endwise.judge.metrics import error_rate, root_mean_square_error, word_error_rate
from endwise.judge.open_set import miss_rate
from endwise.system.judging import Metric, kept_by_world

LAW = settings(max_examples=25, deadline=None)


def mean(records: np.ndarray) -> float:
    return float(np.mean(records))


MEAN = Metric("mean", "mean", kept_by_world, mean)


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "DRAWS", 250)


def single(count: int) -> np.ndarray:
    return np.array([f"u{at}" for at in range(count)], dtype=object)


@st.composite
def measured(draw: st.DrawFn) -> tuple[Draws, dict[str, dict[int, np.ndarray]]]:
    """Random records of a few designs, over a few groups and repeats."""
    chance = np.random.default_rng(draw(st.integers(0, 10**6)))
    count = draw(st.integers(2, 12))
    units = chance.choice(np.array(list("abcde"), dtype=object), size=count)
    repeats = range(draw(st.integers(1, 3)))
    names = "pqrs"[: draw(st.integers(1, 4))]
    tied = draw(st.booleans())
    records = {
        name: {r: np.ones(count) if tied else chance.gamma(1 + at, size=count) for r in repeats}
        for at, name in enumerate(names)
    }
    compare.DRAWS = 60  # a law of each draw needs few
    return bootstrap(records, units, mean, 0), records


@LAW
@given(measured())
def test_the_errors_are_those_measured(world: Any) -> None:
    draws, records = world
    assert draws.designs == tuple(records)
    for at, one in enumerate(records.values()):
        assert draws.errors[at] == pytest.approx(np.mean([mean(r) for r in one.values()]))
        low, high = draws.interval(at, MEAN)
        assert low <= high
        everything = np.concatenate(list(one.values()))
        beyond = 1e-9 + (np.sqrt(2) - 1) * np.ptp(everything) * (len(one) > 1)  # repeats are spread by sqrt(R/(R-1))
        assert everything.min() - beyond <= low
        assert high <= everything.max() + beyond
    assert draws.errors[draws.best()] == draws.errors.min()


@LAW
@given(measured())
def test_paired_differences_are_antisymmetric(world: Any) -> None:
    draws, records = world
    for one in range(len(records)):
        assert draws.difference(one, one) == (0, 0, 0, 0.5)
        for other in range(len(records)):
            there, low, high, better = draws.difference(one, other)
            back, low_back, high_back, worse = draws.difference(other, one)
            assert there == -back
            assert (low, high) == pytest.approx((-high_back, -low_back))
            assert better + worse == pytest.approx(1)


@LAW
@given(measured())
def test_somebody_is_best_and_being_chosen_never_hurts(world: Any) -> None:
    draws, records = world
    assert sum(draws.probability_best(at) for at in range(len(records))) == pytest.approx(1)
    assert all(draws.regret(at) >= 0 for at in range(len(records)))
    assert draws.selection_bias() >= 0
    if len(records) == 1:
        assert draws.probability_best(0) == 1
        assert draws.regret(0) == draws.selection_bias() == 0


def test_designs_that_tie_share_the_chance_of_being_best() -> None:
    draws = bootstrap({name: {0: np.zeros(9)} for name in "pqr"} | {"s": {0: np.ones(9)}}, single(9), mean, 0)
    assert [draws.probability_best(at) for at in range(4)] == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0])


def test_the_same_seed_gives_the_same_draws_and_designs_share_them() -> None:
    records = {"p": {0: np.arange(20.0)}, "q": {0: np.arange(20.0)}}
    first, again = (bootstrap(records, single(20), mean, 5) for _ in range(2))
    assert (first.drawn == again.drawn).all()
    assert (first.drawn[:, 0] == first.drawn[:, 1]).all()
    assert (bootstrap(records, single(20), mean, 6).drawn != first.drawn).any()
    alone = bootstrap({"q": records["q"]}, single(20), mean, 5)
    assert (alone.drawn[:, 0] == first.drawn[:, 1]).all()  # another design in the study changes nothing


def covered(worlds: int, make: Any) -> tuple[float, float]:
    """How often the interval holds 0, the true value in each world, and its mean width."""
    hits, widths = 0, 0.0
    for world in range(worlds):
        low, high = make(np.random.default_rng(world), world)
        hits += low <= 0 <= high
        widths += high - low
    return hits / worlds, widths / worlds


WORLDS = 200
NEAR = 3 * np.sqrt(0.95 * 0.05 / WORLDS)  # three standard errors of a share


def test_an_interval_covers_the_true_error_as_often_as_it_says() -> None:
    def make(chance: np.random.Generator, seed: int) -> tuple[float, float]:
        return bootstrap({"p": {0: chance.normal(size=60)}}, single(60), mean, seed).interval(0, MEAN)

    share, _ = covered(WORLDS, make)
    assert abs(share - 0.95) < NEAR


def test_an_interval_covers_when_rows_of_a_group_go_wrong_together() -> None:
    units = np.repeat(single(40), 5)

    def make(chance: np.random.Generator, seed: int, of: np.ndarray = units) -> tuple[float, float]:
        together = np.repeat(chance.normal(size=40), 5) + 0.3 * chance.normal(size=200)
        return bootstrap({"p": {0: together}}, of, mean, seed).interval(0, MEAN)

    share, _ = covered(WORLDS, make)
    assert abs(share - 0.95) < NEAR
    naive, _ = covered(60, lambda chance, seed: make(chance, seed, single(200)))
    assert naive < 0.8  # what resampling rows instead of groups would claim


@pytest.mark.parametrize("count", [5, 10, 20])
def test_an_interval_over_few_groups_covers_as_often(count: int) -> None:
    def make(chance: np.random.Generator, seed: int) -> tuple[float, float]:
        return bootstrap({"p": {0: chance.normal(size=count)}}, single(count), mean, seed).interval(0, MEAN)

    share, _ = covered(3 * WORLDS, make)
    assert abs(share - 0.95) < 0.03  # a draw of as many groups as there are: .83, .91, .92


def test_over_few_groups_the_better_one_is_so_as_often_as_is_said() -> None:
    said, true = [], []
    for world in range(900):
        chance = np.random.default_rng(world)
        gap = 0.8 * chance.normal()  # by how much q errs more than p, in truth
        records = {"p": {0: np.zeros(6)}, "q": {0: gap + chance.normal(size=6)}}
        surely = bootstrap(records, single(6), mean, world).difference(0, 1)[3]
        if 0.85 <= max(surely, 1 - surely) < 0.99:
            said.append(max(surely, 1 - surely))
            true.append((gap > 0) == (surely > 0.5))
    assert len(said) > 200
    assert np.mean(true) > np.mean(said) - 0.035  # a draw of as many groups as there are: .06 below


def test_rows_of_one_group_stand_for_themselves() -> None:
    records = {"p": {0: np.random.default_rng(0).normal(size=40)}}
    alone, one = (
        bootstrap(records, units, mean, 0).interval(0, MEAN) for units in (single(40), np.repeat(single(1), 40))
    )
    assert one == pytest.approx(alone, rel=0.3)
    assert one[0] < records["p"][0].mean() < one[1]


def test_differences_cover_and_are_narrower_than_unpaired_ones() -> None:
    widths: list[float] = []

    def make(chance: np.random.Generator, seed: int) -> tuple[float, float]:
        hard = 3 * chance.normal(size=50)  # hard for all designs
        records = {name: {0: hard + chance.normal(size=50)} for name in "pq"}
        draws = bootstrap(records, single(50), mean, seed)
        widths.append(draws.interval(0, MEAN)[1] - draws.interval(0, MEAN)[0])
        return draws.difference(0, 1)[1:3]

    share, width = covered(WORLDS, make)
    assert abs(share - 0.95) < NEAR
    assert width < 0.7 * np.mean(widths)


def test_the_bias_of_choosing_among_equals_is_about_right() -> None:
    bias, estimated = [], []
    for world in range(40):
        chance = np.random.default_rng(world)
        records = {name: {0: chance.normal(10, 1, size=80)} for name in "pqrst"}
        draws = bootstrap(records, single(80), mean, world)
        bias.append(10 - draws.errors.min())
        estimated.append(draws.selection_bias())
    assert np.mean(bias) > 0
    assert 0.5 < np.mean(estimated) / np.mean(bias) < 1.2


def test_a_steady_design_is_not_corrected_for_the_luck_of_an_unsteady_one() -> None:
    chance = np.random.default_rng(0)
    steady = {at: chance.normal(1, 0.1, size=50) for at in range(2)}
    unsteady = {0: chance.normal(0.9, 0.1, size=50), 1: chance.normal(2, 0.1, size=50)}
    draws = bootstrap({"steady": steady, "unsteady": unsteady}, single(50), mean, 0)
    assert draws.best() == 0
    assert draws.probability_best(1) > 0.1
    assert 0 < draws.selection_bias() < 2 * draws.drawn[:, 0].std()


def test_one_that_is_far_better_is_not_corrected() -> None:
    chance = np.random.default_rng(0)
    records = {"p": {0: chance.normal(1, 0.1, size=50)}, "q": {0: chance.normal(9, 0.1, size=50)}}
    draws = bootstrap(records, single(50), mean, 0)
    assert draws.selection_bias() == 0
    assert draws.probability_best(0) == 1


def test_figures_that_are_no_means_are_aggregated_anew() -> None:
    squared = np.array([0.0, 4.0, 16.0])
    rooted = bootstrap({"p": {0: squared}}, single(3), root_mean_square_error.aggregate, 0)
    plain = bootstrap({"p": {0: squared}}, single(3), mean, 0)
    assert rooted.errors[0] == pytest.approx(np.sqrt(20 / 3))
    assert rooted.drawn == pytest.approx(np.sqrt(plain.drawn))


def test_a_draw_with_nothing_to_judge_is_drawn_again() -> None:
    """Of two known people among twenty strangers many a draw holds none: the others tell."""
    known = np.arange(22) < 2
    records = np.stack([known & (np.arange(22) == 0), known], axis=1).astype(float)

    def share(of: np.ndarray) -> float:
        missed, all_known = of.sum(axis=0)
        return float(missed / all_known) if all_known else float("nan")

    draws = bootstrap({"p": {0: records}}, single(22), share, 0)
    assert draws.errors[0] == 0.5
    assert not np.isnan(draws.drawn).any()
    assert draws.interval(0, MEAN) == (0, 1)


@pytest.mark.parametrize("metric", [error_rate, word_error_rate])
def test_no_error_among_few_groups_is_no_proof_that_there_is_none(metric: Metric) -> None:
    right, words = np.zeros(120), np.array([[0.0, 5.0]] * 120)
    records = right if metric is error_rate else words
    draws = bootstrap({"p": {0: records, 1: records}}, np.repeat(single(60), 2), metric.aggregate, 0)
    low, high = draws.interval(0, metric)
    assert (draws.errors[0], low) == (0, 0)
    assert (1 - high / 100) ** 60 == pytest.approx(0.025)  # so many groups without an error are a matter of luck


def test_nothing_but_errors_among_few_groups_is_no_proof_either() -> None:
    draws = bootstrap({"p": {0: np.ones(10)}}, single(10), error_rate.aggregate, 0)
    low, high = draws.interval(0, error_rate)
    assert (low, high) == (pytest.approx(100 * 0.025**0.1), 100)


def test_of_misses_only_those_count_whom_one_can_miss() -> None:
    known = (np.arange(22) < 2).astype(float)
    records = np.stack([np.zeros(22), known], axis=1)
    metric = miss_rate(0.01)
    low, high = bootstrap({"p": {0: records}}, single(22), metric.aggregate, 0).interval(0, metric)
    assert (low, high) == (0, pytest.approx(100 * (1 - np.sqrt(0.025))))


def test_an_interval_ends_where_the_metric_does() -> None:
    records = np.random.default_rng(0).normal(0.1, 1, 40)
    draws = bootstrap({"p": {0: records, 1: records - 3}}, single(40), mean, 0)
    assert draws.interval(0, MEAN)[0] < 0 == draws.interval(0, replace(MEAN, range=(0, 9)))[0]


def test_only_repeats_that_all_designs_have_are_compared() -> None:
    records = {"p": {0: np.zeros(4), 1: np.full(4, 9.0)}, "q": {0: np.ones(4)}}
    assert bootstrap(records, single(4), mean, 0).errors.tolist() == [0, 1]
    apart = {"p": {0: np.zeros(4)}, "q": {1: np.ones(4)}}
    assert bootstrap(apart, single(4), mean, 0).errors.tolist() == [0, 1]
