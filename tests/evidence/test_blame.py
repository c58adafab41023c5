"""Blame, on chains whose faults are known: where the truth is put in, and what it may be blamed for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from endwise.evidence import compare
from endwise.evidence.blame import FINDINGS, UNSEEN, Run, blame, unseen
from endwise.judge.metrics import mean_absolute_error
from endwise.records import Blame

UNITS = np.array([f"u{at}" for at in range(150)], dtype=object)
ALL = np.ones(len(UNITS), bool)
Stage = Callable[[np.ndarray], np.ndarray]


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "DRAWS", 300)


def found(
    records: np.ndarray, as_it_is: np.ndarray, told: np.ndarray = ALL, *, settled: bool = True, **rivals: np.ndarray
) -> Blame:
    run = Run("x -> m -> y", "m", ("m",), records, told, settled)
    return blame(run, as_it_is, rivals, UNITS, mean_absolute_error, 0)


def random_chain(random: np.random.Generator) -> tuple[list[np.ndarray], int]:
    """Records of a chain as it is and with the truth at its first, second, ... seam; and which stage is faulty.

    Each stage doubles or halves what it takes and adds noise of its own; one adds far more.
    """
    count = int(random.integers(3, 6))
    faulty = int(random.integers(count - 1))
    gains = random.choice([0.5, 1.0, 2.0], count)
    noise = np.where(np.arange(count) == faulty, 1.0, 0.02) * random.uniform(0.5, 1.5, count)
    truths = [random.normal(size=len(UNITS))]
    for gain in gains:
        truths.append(gain * truths[-1])
    noises = [size * gain * random.normal(size=len(UNITS)) for size, gain in zip(noise, gains, strict=True)]

    def error(start: int) -> np.ndarray:
        value = truths[start]
        for gain, added in zip(gains[start:], noises[start:], strict=True):
            value = gain * value + added
        return np.abs(value - truths[-1])

    return [error(start) for start in range(count)], faulty


def test_a_planted_faulty_stage_is_named() -> None:
    """The first seam at which most of the error goes away is the one after the faulty stage, in 95 of 100 chains."""
    named = 0
    for seed in range(200):
        records, faulty = random_chain(np.random.default_rng(seed))
        blames = [found(one, records[0]) for one in records[1:]]
        first = next(at for at, one in enumerate(blames) if one.difference > 0.5 * blames[0].error)
        named += first == faulty and blames[first].finding == "stage-to-blame"
    assert named >= 190


def test_a_perfect_stage_is_not_blamed_and_intervals_cover() -> None:
    covered, blamed = 0, 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        before = np.abs(random.normal(size=len(UNITS)))
        after = before + random.normal(0, 0.3, len(UNITS))  # no better and no worse, on average
        one = found(after, before)
        covered += one.low <= 0 <= one.high
        blamed += one.finding == "stage-to-blame"
        assert found(before, before).finding == "not-shown"
    assert 182 <= covered <= 198  # 95 of 100, within three standard errors
    assert blamed <= 14


def test_each_finding_has_its_code_and_its_words() -> None:
    random = np.random.default_rng(0)
    level, little = random.uniform(1, 2, len(UNITS)), random.normal(0, 0.1, len(UNITS))
    assert found(level - 0.5, level).finding == "stage-to-blame"
    assert found(level + 0.5, level).finding == "worse-on-truth"
    assert found(level + little - little.mean(), level).finding == "not-shown"
    interface = found(level + little, level, rival=level - 0.8, poor=level + 3)
    assert (interface.finding, interface.rival) == ("interface-to-blame", "rival")
    assert interface.rival_error == pytest.approx((level - 0.8).mean())
    assert {"stage-to-blame", "worse-on-truth", "not-shown", "interface-to-blame"} == set(FINDINGS) - {UNSEEN}


def test_the_larger_loss_gives_the_finding() -> None:
    level = np.random.default_rng(0).uniform(2, 3, len(UNITS))
    assert found(level - 1, level, rival=level - 1.2).finding == "stage-to-blame"
    assert found(level - 0.2, level, rival=level - 1.2).finding == "interface-to-blame"


def test_an_interface_is_judged_only_where_all_before_it_is_true() -> None:
    level = np.random.default_rng(0).uniform(2, 3, len(UNITS))
    open_seam = found(level, level, settled=False, rival=level - 1)
    assert (open_seam.finding, open_seam.rival) == ("not-shown", "")


def test_rows_without_the_truth_are_left_out_and_counted() -> None:
    level = np.random.default_rng(0).uniform(2, 3, len(UNITS))
    told = np.arange(len(UNITS)) < 100
    one = found(level[told] - 1, np.where(told, level, 99), told)
    assert (one.rows, one.without) == (100, 50)
    assert one.error == pytest.approx(level[told].mean())
    assert one.difference == pytest.approx(1)


def test_training_on_predictions_is_named_only_where_it_errs_less_beyond_chance() -> None:
    random = np.random.default_rng(0)
    apart = {repeat: random.uniform(2, 3, len(UNITS)) for repeat in range(2)}
    chained = {repeat: records - 0.4 for repeat, records in apart.items()}
    noisy = {repeat: records + random.normal(0, 0.5, len(UNITS)) for repeat, records in apart.items()}

    def said(other: dict[int, np.ndarray]) -> Blame | None:
        return unseen("m", ("d", apart), ("d [chained]", other), UNITS, mean_absolute_error, 0)

    one = said(chained)
    assert one is not None
    assert (one.finding, one.signal, one.truths, one.rival) == ("unseen-predictions", "m", (), "d [chained]")
    assert one.difference == pytest.approx(0.4)
    assert one.error - one.rival_error == pytest.approx(one.difference)
    assert np.isnan(one.with_truth)
    assert said(noisy) is None
    assert said({repeat: records + 0.4 for repeat, records in apart.items()}) is None
