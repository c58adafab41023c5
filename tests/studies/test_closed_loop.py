"""Closed loops: a design acts in a world, truth can be put in while it does, and what is missing is named.

The world is a line. A car at `x` is told how far it is from home and moves by what it is told to; wind moves it too.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, final

import numpy as np
import pytest
from sklearn.linear_model import Ridge

import endwise as ew

seen, place = ew.Vector("seen", size=2), ew.Number("place", unit="m")
wind, push = ew.Number("wind", unit="m"), ew.Number("push", unit="m")
STEPS = 12


class Line:
    """`count` cars for twelve steps; `told` notes which signals were asked for."""

    def __init__(self, count: int) -> None:
        draw = np.random.default_rng(5)
        self.x = draw.normal(size=count) * 3
        self.winds = draw.normal(size=(STEPS + 1, count))
        self.at, self.away = 0, np.zeros(count)
        self.told: set[str] = set()

    @property
    def done(self) -> np.ndarray:
        return np.full(len(self.x), self.at >= STEPS)

    def tell(self, signal: str) -> Any:
        self.told.add(signal)
        wind = self.winds[self.at]
        known = {"seen": np.stack([self.x, wind], axis=1), "place": self.x, "wind": wind}
        return known[signal].astype(np.float32)

    def act(self, made: ew.Batch) -> None:
        self.x = self.x + self.winds[self.at] + made["push"]
        self.away += np.abs(self.x) / STEPS
        self.at += 1

    def records(self) -> dict[str, np.ndarray]:
        return {"away": self.away}


@final
@dataclass(frozen=True)
class Home(ew.ClosedLoop):
    count: int = 40
    metrics: tuple[ew.Metric, ...] = (
        ew.Metric("away", "metres from home", ew.kept_by_world, lambda away: float(away.mean()), unit="m"),
    )
    knows: frozenset[str] = field(default=frozenset({"place", "wind"}))

    def episodes(self) -> Line:
        return Line(self.count)

    def units(self, groups: np.ndarray) -> np.ndarray:
        return np.array([f"car {at}" for at in range(self.count)], dtype=object)

    def at(self, *, largest: bool, quick: bool) -> Home:
        assert quick
        return self if largest else replace(self, count=15)


class Steady:
    """Pushes back by the place; remembers nothing but how often it was asked."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.steps = 0

    def __call__(self, place: np.ndarray) -> np.ndarray:
        self.steps += 1
        assert self.steps <= STEPS, "it was not reset before the episodes"
        return -place


def against_wind(place: np.ndarray, wind: np.ndarray) -> np.ndarray:
    return -place - wind


def first(seen: np.ndarray) -> np.ndarray:
    return seen[:, 0]


def system() -> ew.System:
    return ew.System(
        "home",
        inputs=seen,
        wants=push,
        judge=Home(),
        components=[
            ew.learned(seen, to=place, using=Ridge()),
            ew.learned(seen, to=wind, using=Ridge()),
            ew.fixed(place, to=push, using=Steady, name="steady"),
            ew.fixed(place, wind, to=push, using=against_wind, name="against_wind"),
            ew.learned(seen, to=push, using=Ridge(), name="whole"),
        ],
    )


def rows(count: int = 200) -> ew.Rows:
    draw = np.random.default_rng(1)
    inputs = draw.normal(size=(count, 2)).astype(np.float32)
    x, blows = inputs.T
    return ew.Rows.from_columns([seen, place, wind, push], {"seen": inputs, "place": x, "wind": blows, "push": -x})


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> ew.Study:
    return ew.study(system(), rows(), out=tmp_path_factory.mktemp("runs") / "home", quick=True, workers=0, seed=1)


def test_designs_are_judged_by_what_they_come_to(done: ew.Study) -> None:
    errors = {one.design: one.error for one in done.verdict.designs if one.size == done.verdict.sizes[-1]}
    winds = np.abs(Line(40).winds[:STEPS])
    assert done.verdict.best == "seen -> place, wind -> push"
    assert errors[done.verdict.best] < 0.1
    assert errors["seen -> place -> push"] == pytest.approx(winds.mean(), rel=0.02)  # the wind of each step is left
    assert done.verdict.test_units == 40
    assert np.isnan(done.verdict.constant_error)


def test_truth_put_in_while_driving_shows_the_ceilings_and_names_the_missing_signal(done: ew.Study) -> None:
    found = {one.path: one for one in done.verdict.ceilings}
    assert set(found) == {"place -> push:steady", "place, wind -> push:against_wind"}
    least, blown = found["place, wind -> push:against_wind"], found["place -> push:steady"]
    assert least.error == pytest.approx(0, abs=1e-6)
    assert blown.designs == ("seen -> place -> push",)
    assert blown.low <= blown.error <= blown.high
    (missing,) = (one for one in done.verdict.caveats if one.code == "signal-missing")
    assert missing.explanation.startswith("Even with the true `place`, `place -> push:steady` has an error of 0.782 m;")
    assert "told the true `wind` as well it has 0 m." in missing.explanation
    assert "With perfect stages" in done.report.read_text(encoding="utf-8")


def test_recorded_rows_tell_each_stage_and_decide_nothing(done: ew.Study) -> None:
    last = {one.part: one.distance for one in done.verdict.stages if one.signal == "push"}
    assert last["seen -> push:whole"] < 0.1  # the best by its predictions, and not by where it comes to
    assert last["seen -> place -> wind -> push:against_wind"] > 0.5


def test_the_world_is_asked_only_for_what_runs() -> None:
    from endwise.learn.chain import Chain
    from endwise.system.designs import parse

    of = system()
    steady = Chain(parse(of, "seen -> place -> push").parts, {}).after(["place"])
    world = Line(3)
    judge = Home(3)
    object.__setattr__(judge, "episodes", lambda: world)
    judge.measure(steady, {}, push)
    assert world.told == {"place"}


def test_a_metric_of_a_world_refuses_predictions() -> None:
    with pytest.raises(ew.EndwiseError) as refusal:
        ew.OpenLoop(Home().metrics).compare(np.zeros(2), np.zeros(2), push)
    assert str(refusal.value).splitlines()[0].endswith("were to be judged by a metric of a closed loop.")


def test_workers_find_what_was_judged_with_fewer_episodes(done: ew.Study, tmp_path: Path) -> None:
    apart = ew.study(system(), rows(), out=tmp_path, quick=True, workers=1, seed=1, repeats=1)
    assert {one.size for one in apart.verdict.designs} == {one.size for one in done.verdict.designs}
    assert not apart.verdict.failures
    assert len(apart.verdict.ceilings) == len(done.verdict.ceilings)


def test_a_smaller_study_in_the_same_folder_judges_its_largest_size_anew(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"quick": True, "workers": 0, "repeats": 1, "out": tmp_path}
    ew.study(system(), rows(), sizes=[40, 80], **asked)
    fewer = ew.study(system(), rows(), sizes=[40], **asked)
    assert fewer.verdict.test_units == 40
    assert {one.signal for one in fewer.verdict.stages} == {"place", "wind", "push"}


def test_a_truth_that_some_rows_lack_can_still_be_put_in(tmp_path: Path) -> None:
    some = rows()
    lacking = ew.Rows.from_columns(
        [seen, place, wind, push],
        {name: some.take(name, np.arange(200)) for name in ("seen", "place", "wind", "push")},
        present={"place": np.arange(200) % 7 > 0},
    )
    study = ew.study(system(), lacking, out=tmp_path, quick=True, workers=0, seed=1, repeats=1)
    assert not study.verdict.failures
    assert {one.path for one in study.verdict.ceilings} == {"place -> push:steady", "place, wind -> push:against_wind"}


def test_slices_of_rows_are_refused_where_episodes_are_judged() -> None:
    of = system()
    with pytest.raises(ew.EndwiseError) as refusal:
        ew.System(
            of.name, inputs=seen, wants=push, judge=Home(), components=of.components,
            slices=[ew.Slicing("wind", of=wind)],
        )  # fmt: skip
    assert "It has the slicing 'wind', and is judged in a closed loop." in str(refusal.value)


def test_blame_puts_the_truth_in_while_driving(done: ew.Study) -> None:
    """Of the best design with stages; the staged one is the same here. The car knows its place better than it tells."""
    found = {one.truths: one for one in done.verdict.blames}
    assert set(found) == {("place",), ("wind",), ("place", "wind")}
    assert {one.design for one in found.values()} == {"seen -> place, wind -> push"}
    assert found["place", "wind"].with_truth == pytest.approx(0, abs=1e-6)
    assert {one.rows for one in found.values()} == {40}


def test_the_worst_episodes_go_to_the_seam_that_makes_them_right(done: ew.Study) -> None:
    (one,) = done.verdict.attributions
    assert (one.rows, one.without, one.exact) == (40, 0, False)
    assert [step.truths for step in one.steps] == [("place",), ("place", "wind")]
    assert sum(step.made_right for step in one.steps) == one.mistakes > 0, "with both true nothing is lost"
    assert {mistake.row for mistake in one.listed} <= {f"car {at}" for at in range(40)}
