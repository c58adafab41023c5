"""Mistakes of real studies row by row, on rows whose faulty stage is known; and what chained training brings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import Ridge

import endwise as ew
from endwise.records import Attribution, from_json, to_json

x = ew.Vector("x", size=2)  # a value, and a mark: 1, 2, 4 or a sum of these
a, b, c, y = (ew.Number(name) for name in "abcy")
FAULT = 50.0


@dataclass(frozen=True)
class Stage:
    """Hands its value on and adds a fault on rows with its mark. The mean of several values, as both are the same."""

    mark: int

    def __call__(self, seen: np.ndarray, *values: np.ndarray) -> np.ndarray:
        value = np.mean(values, axis=0) if values else seen[:, 0]
        wrong = seen[:, 1].astype(int) & self.mark > 0
        return (value + FAULT * wrong).astype(np.float32)


def model(*inputs: ew.Signal, to: ew.Signal, mark: int, name: str | None = None) -> ew.Component:
    """A model as it came: what it makes of true values is no truth."""
    return ew.fixed(x, *inputs, to=to, using=Stage(mark), start="frozen", name=name)


def rows(told: float = 1.0, count: int = 600) -> ew.Rows:
    random = np.random.default_rng(0)
    value = random.normal(size=count).astype(np.float32)
    at = np.arange(count)
    mark = np.where(at % 5 < 2, 1 + at // 5 % 7, 0).astype(np.float32)  # each mark on some 34 rows
    columns = {"x": np.stack([value, mark], axis=1), **dict.fromkeys("abcy", value)}
    known = random.random(count) < told
    return ew.Rows.from_columns(
        [x, a, b, c, y], columns, present={"b": known}, ids=[f"{int(one)}/{row}" for row, one in enumerate(mark)]
    )


def studied(folder: Path, components: list[ew.Component], of: ew.Rows | None = None) -> ew.Verdict:
    beside = ew.learned(x, to=y, using=Ridge(), name="pixels")  # a study has something to train
    system = ew.System("planted", inputs=x, wants=y, judge=ew.share_beyond(10), components=[*components, beside])
    return ew.study(system, of or rows(), out=folder, quick=True, workers=0, sizes=[60], repeats=1).verdict


def marks(one: Attribution, signal: str) -> set[int]:
    """The marks of the listed mistakes that go to a signal."""
    return {int(mistake.row.split("/")[0]) for mistake in one.listed if mistake.signal == signal}


def adds_up(one: Attribution) -> bool:
    return sum(step.made_right for step in one.steps) + one.never == one.mistakes


def test_with_three_seams_each_mistake_goes_to_the_last_stage_that_makes_it(tmp_path: Path) -> None:
    parts = [model(to=a, mark=1), model(a, to=b, mark=2), model(b, to=c, mark=4), model(c, to=y, mark=0)]
    verdict = studied(tmp_path / "out", parts)
    one = next(one for one in verdict.attributions if one.design == "x -> a -> b -> c -> y")
    assert [step.signal for step in one.steps] == ["a", "b", "c"]
    assert [marks(one, signal) for signal in ("a", "b", "c", "")] == [{1}, {2, 3}, {4, 5, 6, 7}, set()]
    assert (one.exact, one.never, one.rows) == (True, 0, verdict.test_rows)
    assert adds_up(one)
    assert {len(mistake.with_truth) for mistake in one.listed} == {3}


def test_a_fault_after_the_last_seam_is_of_what_follows(tmp_path: Path) -> None:
    verdict = studied(tmp_path / "out", [model(to=a, mark=1), model(a, to=y, mark=6)])
    (one,) = verdict.attributions
    assert marks(one, "a") == {1}
    assert marks(one, "") == {2, 3, 4, 5, 6, 7}
    assert one.never > 0
    assert adds_up(one)


def test_where_branches_join_a_row_that_both_get_wrong_goes_to_the_second(tmp_path: Path) -> None:
    verdict = studied(tmp_path / "out", [model(to=a, mark=1), model(to=b, mark=2), model(a, b, to=y, mark=0)])
    (one,) = verdict.attributions
    assert [step.truths for step in one.steps] == [("a",), ("a", "b")]
    assert [marks(one, signal) for signal in ("a", "b")] == [{1, 5}, {2, 3, 6, 7}]
    assert one.never == 0


def test_of_several_candidates_each_design_answers_for_its_own(tmp_path: Path) -> None:
    parts = [model(to=a, mark=1, name="poor"), model(to=a, mark=0, name="good"), model(a, to=y, mark=2)]
    verdict = studied(tmp_path / "out", parts)
    found = {one.design: one for one in verdict.attributions}
    poor, good = found["x -> a:poor -> y"], found["x -> a:good -> y"]
    assert (marks(poor, "a"), marks(poor, "")) == ({1, 5}, {2, 3, 6, 7})
    assert (marks(good, "a"), marks(good, "")) == (set(), {2, 3, 6, 7})


def test_only_rows_that_know_every_seam_are_looked_at(tmp_path: Path) -> None:
    parts = [model(to=a, mark=1), model(a, to=b, mark=2), model(b, to=y, mark=0)]
    verdict = studied(tmp_path / "out", parts, rows(told=0.6))
    (one,) = verdict.attributions
    assert one.without > 0
    assert one.rows + one.without == verdict.test_rows
    assert adds_up(one)


def test_a_verdict_of_an_earlier_version_is_still_read(tmp_path: Path) -> None:
    verdict = studied(tmp_path / "out", [model(to=a, mark=1), model(a, to=y, mark=0)])
    plain = to_json(verdict)
    assert from_json(ew.Verdict, plain).attributions == verdict.attributions
    del plain["attributions"]
    for one in plain["blames"]:
        del one["untried"]
    old = from_json(ew.Verdict, plain)
    assert old.attributions == ()
    assert [one.finding for one in old.blames] == [one.finding for one in verdict.blames]


@dataclass(frozen=True)
class Shrunk:
    """A poor model of a value: half of it, as its own training may leave it."""

    def __call__(self, seen: np.ndarray) -> np.ndarray:
        return 0.5 * seen[:, 0]


@pytest.fixture(scope="module")
def shrunk(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, ew.Verdict]:
    """x -> a -> y: half of `a` reaches what follows, which can only learn so from predictions. Studied with and
    without chained training."""
    system = ew.System(
        "shrunk", inputs=x, wants=y, judge=ew.mean_absolute_error,
        components=[ew.fixed(x, to=a, using=Shrunk(), start="frozen"), ew.learned(a, to=y, using=Ridge())],
    )  # fmt: skip
    ways = {True: ["apart", "chained"], False: ["apart"]}
    return {
        both: ew.study(
            system, rows(), out=tmp_path_factory.mktemp("study"), quick=True, workers=0, sizes=[60], repeats=2,
            training=training,
        ).verdict
        for both, training in ways.items()
    }  # fmt: skip


def test_what_chained_training_brings_is_told_of_the_design_trained_apart(shrunk: dict[bool, ew.Verdict]) -> None:
    (one,) = [one for one in shrunk[True].blames if one.finding == "unseen-predictions"]
    assert (one.design, one.rival, one.signal, one.truths) == ("x -> a -> y", "x -> a -> y [chained]", "a", ())
    apart, chained = (
        next(point.error for point in shrunk[True].designs if point.design == name) for name in (one.design, one.rival)
    )
    assert one.error == pytest.approx(apart)
    assert one.rival_error == pytest.approx(chained)
    assert one.low > 0
    assert not any(one.untried for one in shrunk[True].blames)


def test_where_chained_training_was_not_studied_it_is_proposed(shrunk: dict[bool, ew.Verdict]) -> None:
    (one,) = shrunk[False].blames
    assert (one.finding, one.untried) == ("stage-to-blame", "x -> a -> y [chained]")
