"""The driving system: its designs, its rows, and how designs are judged by driving."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import endwise as ew
from endwise.learn.chain import Chain
from endwise.systems.driving import roadworks
from endwise.systems.driving.judge import ROUTES, ROUTES_BELOW, ROUTES_QUICK, Drives
from endwise.systems.driving.system import system, world_rows

STAGED = "camera -> lane_mask -> lane, sighting -> gap -> situation -> plan -> control"
ROUND = "camera -> lane_mask -> lane, sighting, obstacle -> gap -> situation -> plan -> control"


def driven(of: ew.System, text: str, truths: Sequence[str], judge: Drives) -> dict[str, np.ndarray]:
    """The records of a design's last parts, on the world's truth."""
    chain = Chain(ew.parse(of, text).parts, {}).after(truths)
    return judge.measure(chain, {}, of.wants)


def figures(records: dict[str, np.ndarray], judge: Drives) -> dict[str, float]:
    return {metric.name: metric.aggregate(records[metric.name]) for metric in judge.metrics}


def test_the_designs_are_those_of_the_lecture_and_those_between() -> None:
    clear = {design.text: design.label for design in ew.designs(system())}
    assert clear[STAGED] == "staged"
    assert clear["camera -> control:pixels"] == "end to end"
    assert set(clear) - {STAGED, "camera -> control:pixels"} == {
        "camera -> control:pixels_and_mask",
        "camera -> situation -> plan -> control",
        "camera -> situation -> control",
        "camera -> lane_mask -> control",
        "camera -> lane_mask -> lane, sighting -> gap -> situation -> control",
        "camera -> situation, wish -> plan -> guarded -> control",
        "camera -> lane_mask, wish -> lane, sighting -> gap -> situation -> plan -> guarded -> control",
    }
    works = {design.text for design in ew.designs(roadworks.system())}
    assert set(clear) < works
    assert all("obstacle" in text for text in works - set(clear))


@pytest.mark.parametrize("truths", [["situation"], ["lane_mask"], ["lane", "gap"]])
def test_what_people_wrote_drives_clear_roads_on_true_values(truths: list[str]) -> None:
    judge = Drives(routes=6)
    found = figures(driven(system(), STAGED, truths, judge), judge)
    assert found["score_lost"] == 0
    assert found["collisions_per_km"] == 0


def test_in_roadworks_the_situation_lacks_the_obstacle() -> None:
    judge, of = Drives("roadworks", routes=12), roadworks.system()
    without = figures(driven(of, STAGED, ["situation"], judge), judge)
    told = figures(driven(of, ROUND, ["situation", "obstacle"], judge), judge)
    assert without["score_lost"] > 20
    assert told["score_lost"] == 0


class Bend:
    """A driver who lets the wheel go."""

    parameters = 0

    def predict(self, inputs: Sequence[np.ndarray]) -> np.ndarray:
        return np.tile(np.float32([0.0, 0.6]), (len(inputs[0]), 1))


def test_the_guard_keeps_a_careless_driver_on_the_road_and_is_counted() -> None:
    judge, of = Drives(routes=8), system()
    guarded = "camera -> lane_mask, wish -> lane, sighting -> gap -> situation -> plan -> guarded -> control"
    driver: Any = Bend()
    alone = Chain(ew.parse(of, "camera -> control:pixels").parts, {"control": driver})
    watched = Chain(ew.parse(of, guarded).parts, {"wish": driver}).after(["situation"])
    before = figures(judge.measure(alone, {}, of.wants), judge)
    after = figures(judge.measure(watched, {}, of.wants), judge)
    assert before["score_lost"] > 50
    assert after["score_lost"] < before["score_lost"] / 2
    assert before["interventions_per_km"] == before["intervened"] == 0
    assert after["interventions_per_km"] > 1
    assert 0 < after["intervened"] < 100


def test_every_design_drives_the_same_routes_and_fewer_below_the_largest_size() -> None:
    judge = Drives()
    assert judge.at(largest=True, quick=False).routes == ROUTES
    assert judge.at(largest=False, quick=False).routes == ROUTES_BELOW
    assert judge.at(largest=True, quick=True).routes == ROUTES_QUICK
    few, more = Drives(routes=3), Drives(routes=5)
    assert more.units(np.array([])).tolist()[:3] == few.units(np.array([])).tolist()
    one = driven(system(), STAGED, ["plan"], few)["score_lost"]
    other = driven(system(), STAGED, ["plan"], more)["score_lost"]
    np.testing.assert_array_equal(one, other[:3])


def test_two_drives_give_the_same_bits() -> None:
    judge = Drives("roadworks", routes=4)
    first, second = (driven(system(), STAGED, ["lane_mask"], judge) for _ in range(2))
    assert {name: one.tobytes() for name, one in first.items()} == {n: one.tobytes() for n, one in second.items()}


def test_rows_of_a_route_stay_on_one_side_and_carry_every_truth() -> None:
    rows = world_rows(frames=120, test=60)
    assert rows.groups is not None
    assert rows.split is not None
    train, test = rows.split == "train", rows.split == "test"
    assert not set(rows.groups[train]) & set(rows.groups[test])
    assert test.sum() >= 60
    of = roadworks.system()
    carried = {name for name in of.signals if rows.has(name).all()}
    assert set(of.signals) - carried == {"sighting", "guarded"}
    np.testing.assert_array_equal(rows.take("wish", np.arange(9)), rows.take("control", np.arange(9)))
