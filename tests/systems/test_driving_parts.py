"""The fixed parts of the driving system: lanes and bodies from masks, the tracker, the planner and the pursuit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings, strategies as st

import endwise as ew
from endwise.system.components import Fixed
from endwise.systems.driving import signals
from endwise.systems.driving.body_finding import obstacle_of, sighting_of
from endwise.systems.driving.episodes import Episodes
from endwise.systems.driving.gap_tracking import PATIENCE, GapTracker
from endwise.systems.driving.lane_finding import lane_of
from endwise.systems.driving.planning import plan_in_lane, plan_round
from endwise.systems.driving.routes import Preset
from endwise.systems.driving.scenes import FARTHEST_GAP
from endwise.systems.driving.scoring import Records
from endwise.systems.driving.steering import pursue
from endwise.systems.driving.world import collect
from endwise.testing.contracts import FixedContract

Array = npt.NDArray[Any]
ROWS = collect(60, preset="roadworks", seed=301)
CLEAR = collect(400, seed=302)


class TestLaneOf(FixedContract):
    def make(self) -> tuple[Fixed, list[Any]]:
        return ew.fixed(signals.lane_mask, to=signals.lane, using=lane_of), [ROWS["lane_mask"][:12]]


class TestSightingOf(FixedContract):
    def make(self) -> tuple[Fixed, list[Any]]:
        return ew.fixed(signals.lane_mask, to=signals.sighting, using=sighting_of), [ROWS["lane_mask"][:12]]


class TestObstacleOf(FixedContract):
    def make(self) -> tuple[Fixed, list[Any]]:
        return ew.fixed(signals.lane_mask, to=signals.obstacle, using=obstacle_of), [ROWS["lane_mask"][:12]]


class TestGapTracker(FixedContract):
    def make(self) -> tuple[Fixed, list[Any]]:
        rows = np.float32([[20.5, 20], [60, 60], [60, 12], [3, 60], [8, 7.5]])
        return ew.fixed(signals.sighting, to=signals.gap, using=GapTracker), [rows]


class TestPlanInLane(FixedContract):
    def make(self) -> tuple[Fixed, list[Any]]:
        made = ew.fixed(signals.situation, signals.speed, to=signals.plan, using=plan_in_lane)
        return made, [ROWS["situation"][:20], ROWS["speed"][:20]]


class TestPlanRound(FixedContract):
    def make(self) -> tuple[Fixed, list[Any]]:
        inputs = [signals.situation, signals.obstacle, signals.speed]
        made = ew.fixed(*inputs, to=signals.plan, using=plan_round)
        return made, [ROWS[one.name][:20] for one in inputs]


class TestPursue(FixedContract):
    def make(self) -> tuple[Fixed, list[Any]]:
        made = ew.fixed(signals.plan, signals.speed, to=signals.control, using=pursue)
        return made, [ROWS["plan"][:20], ROWS["speed"][:20]]


def test_the_signals_are_those_of_the_world() -> None:
    """Every truth passes the check of its signal."""
    for name in ("camera", "speed", "lane_mask", "lane", "gap", "obstacle", "situation", "plan", "control"):
        getattr(signals, name).check(ROWS[name][0])


# ------------------------------------------------------------------------------------------ from masks


def test_lanes_of_true_masks_are_off_by_about_a_pixel() -> None:
    """The nearest row sees 6 cm a pixel."""
    error = np.sqrt(((lane_of(CLEAR["lane_mask"]) - CLEAR["lane"]) ** 2).mean(axis=0))
    assert (error < [0.09, 0.035, 0.004, 0.002, 0.008]).all()


def test_speckles_move_the_lane_little() -> None:
    draw = np.random.default_rng(0)
    masks = CLEAR["lane_mask"][:100].copy()
    spoilt = draw.random(masks.shape) < 0.02
    masks[spoilt] = draw.integers(0, 3, spoilt.sum())
    off = np.abs(lane_of(masks) - CLEAR["lane"][:100])
    assert np.median(off[:, 0]) < 0.1
    assert np.quantile(off[:, 0], 0.95) < 0.4


def test_a_mask_without_lanes_gives_a_straight_one() -> None:
    np.testing.assert_allclose(lane_of(np.zeros((2, 48, 96), np.uint8)), 0, atol=1e-6)
    assert lane_of(np.zeros((0, 48, 96), np.uint8)).shape == (0, 5)


def test_the_car_ahead_is_sighted_to_a_row_of_the_picture() -> None:
    distance, seen = CLEAR["gap"][:, 0], sighting_of(CLEAR["lane_mask"])[:, 1]
    near = (distance > 3) & (distance < 30)
    off = np.abs(seen - distance)[near]
    assert near.sum() > 50
    assert (off <= 1 + (distance[near] + 2.2) ** 2 / 151).mean() > 0.97
    assert (seen[distance >= FARTHEST_GAP] >= 45).mean() > 0.95


def test_obstacles_are_seen_where_they_stick_in() -> None:
    rows = collect(400, preset="roadworks", seed=303)
    told, seen = rows["obstacle"], obstacle_of(rows["lane_mask"])
    near = (told[:, 0] > 3) & (told[:, 0] < 20) & (told[:, 2] - told[:, 1] > 0.5)
    assert near.sum() > 20
    off = np.abs(seen - told)[near]
    assert np.median(off[:, 0]) < 1.5
    assert np.median(off[:, 1:]) < 0.3


# ------------------------------------------------------------------------------------------ the tracker


@settings(deadline=None)
@given(st.floats(15, 30), st.floats(-2, 2))
def test_the_tracker_finds_an_even_closing_speed(start: float, closing: float) -> None:
    tracker = GapTracker()
    for step in range(60):
        now = start - 0.1 * closing * step
        told = tracker(np.array([[now + 0.1 * closing, now]]))
    np.testing.assert_allclose(told, [[now, closing]], atol=0.25)


def test_a_few_misses_are_bridged_and_many_are_not() -> None:
    tracker = GapTracker()
    for step in range(40):
        tracker(np.array([[0, 20 - 0.2 * step]]))
    none = np.full((1, 2), FARTHEST_GAP)
    for missed in range(1, PATIENCE):
        assert tracker(none)[0, 0] == pytest.approx(12.2 - 0.2 * missed, abs=0.4)
    assert tracker(none).tolist() == [[FARTHEST_GAP, 0]]
    assert tracker(np.array([[9.0, 8.9]]))[0, 0] == pytest.approx(8.9, abs=0.1)


def test_after_a_reset_nothing_is_left_of_the_episode_before() -> None:
    used, fresh, rows = GapTracker(), GapTracker(), np.array([[25.0, 24.0], [60, 60]])
    for _ in range(5):
        used(np.array([[10.0, 9.0], [7, 6]]))
    used.reset()
    np.testing.assert_array_equal(used(rows), fresh(rows))


# ------------------------------------------------------------------------------------------ plan and control


@settings(deadline=None)
@given(st.floats(-1, 1), st.floats(-0.2, 0.2), st.floats(-0.03, 0.03), st.floats(0, 13))
def test_plan_and_control_are_mirrored_with_the_road(offset: float, heading: float, bend: float, v: float) -> None:
    """But for the speed and the pedals, which stay."""
    one = np.array([[offset, heading, bend, bend, bend, 30, 1.0]])
    other = one * [-1, -1, -1, -1, -1, 1, 1]
    speed = np.array([v])
    plans = plan_in_lane(one, speed), plan_in_lane(other, speed)
    np.testing.assert_allclose(plans[0], plans[1] * [-1, -1, -1, -1, -1, 1], atol=1e-5)
    np.testing.assert_allclose(pursue(plans[0], speed), pursue(plans[1], speed) * [-1, 1], atol=1e-5)


@settings(deadline=None)
@given(st.floats(0, 59), st.floats(0, 1), st.floats(0, 10), st.floats(0, 13))
def test_who_is_nearer_or_closes_faster_drives_no_faster(d: float, share: float, closing: float, v: float) -> None:
    rows = np.array([[0, 0, 0, 0, 0, d, closing], [0, 0, 0, 0, 0, d * share, closing], [0, 0, 0, 0, 0, d, closing + 1]])
    aim = plan_in_lane(rows, np.full(3, v))[:, 5]
    assert aim[1] <= aim[0] + 1e-6
    assert aim[2] <= aim[0] + 1e-6


def test_tight_bends_ahead_are_braked_for() -> None:
    speed = np.full(2, 13.0)
    rows = np.array([[0, 0, 0, 0, 0, 60, 0], [0, 0, 0, 0.05, 0.05, 60, 0]])
    aim = plan_in_lane(rows, speed)[:, 5]
    assert aim[0] == pytest.approx(13, abs=0.01)
    assert aim[1] < 11


def test_the_detour_leaves_room_on_the_side_where_it_is() -> None:
    """Beside a half-parked car and a barrel on the centre line; without an obstacle, the lane's plan."""
    situation, speed = np.tile([0, 0, 0, 0, 0, 60, 0.0], (3, 1)), np.full(3, 8.0)
    obstacle = np.array([[12.8, -1.75, -0.2], [12.8, 0.7, 1.3], [60, -1.75, -1.75]])
    made = plan_round(situation, obstacle, speed)
    assert made[0, 2] >= -0.2 + 0.9 + 0.3
    assert made[1, 2] <= 0.7 - 0.9 - 0.3
    np.testing.assert_allclose(made[2], plan_in_lane(situation, speed)[2])


# ------------------------------------------------------------------------------------------ in the loop


def driven(act: Callable[[Episodes], Array], preset: Preset, count: int) -> Records:
    episodes = Episodes(range(count), preset, seed=304)
    while not episodes.done.all():
        episodes.step(act(episodes))
    return episodes.records()


def test_the_true_situation_is_enough_on_clear_roads() -> None:
    def act(episodes: Episodes) -> Array:
        speed = episodes.truth("speed")
        return pursue(plan_in_lane(episodes.truth("situation"), speed), speed)

    assert driven(act, "clear", 32).score.mean() >= 0.97
    assert driven(act, "roadworks", 32).score.mean() < 0.85  # it does not know what sticks into the lane


def test_the_true_obstacle_is_what_roadworks_need() -> None:
    def act(episodes: Episodes) -> Array:
        speed = episodes.truth("speed")
        return pursue(plan_round(episodes.truth("situation"), episodes.truth("obstacle"), speed), speed)

    assert driven(act, "roadworks", 32).score.mean() >= 0.95


def test_true_masks_are_enough_on_clear_roads() -> None:
    tracker = GapTracker()

    def act(episodes: Episodes) -> Array:
        mask, speed = episodes.truth("lane_mask"), episodes.truth("speed")
        situation = np.column_stack([lane_of(mask), tracker(sighting_of(mask))])
        return pursue(plan_in_lane(situation, speed), speed)

    assert driven(act, "clear", 12).score.mean() >= 0.95
