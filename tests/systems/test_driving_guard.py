"""The guard: what it lets pass, when it steps in, and what it never allows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays

import endwise as ew
from endwise.systems.driving.episodes import Episodes
from endwise.systems.driving.guard import CALM, OLDEST, PUSH, STEERING_RATE, STOPPING, FrameWatch, Guard
from endwise.systems.driving.planning import plan_in_lane
from endwise.systems.driving.scenes import FARTHEST_GAP
from endwise.systems.driving.steering import pursue
from endwise.systems.driving.vehicle import STEP

Array = npt.NDArray[Any]
STAGED = np.array([[-0.2, -0.5]])


def step(guard: Guard, control: Any, *, offset: float = 0, gap: Any = (FARTHEST_GAP, 0), stale: bool = False) -> Any:
    """One step of one episode at 10 m/s on a straight road."""
    lane = np.array([[offset, 0, 0, 0, 0.0]])
    made, intervened = guard(np.array([control]), STAGED, lane, np.array([gap]), np.array([10.0]), np.array([stale]))
    return made[0].tolist(), bool(intervened[0])


def test_a_good_driver_is_left_alone() -> None:
    assert step(Guard(), [0.0, 0.3]) == ([0.0, pytest.approx(0.3)], False)


def test_the_staged_control_takes_over_before_the_lane_is_left_and_gives_back_after_a_while() -> None:
    guard = Guard()
    assert step(guard, [0.3, 0.2], offset=0.9) == (pytest.approx([-0.2, -0.5]), True)
    held = [step(guard, [0.0, 0.2])[1] for _ in range(CALM + 1)]
    assert held == [True] * (CALM - 1) + [False] * 2
    assert guard.takeovers.tolist() == [1]
    assert guard.share.tolist() == [pytest.approx(CALM / (CALM + 2))]
    assert not step(guard, [-0.05, 0.2], offset=0.9)[1]


def test_who_drives_on_before_a_standing_car_is_braked_and_keeps_the_wheel() -> None:
    assert step(Guard(), [0.01, 0.5], gap=(12, 10)) == (pytest.approx([0.01, -0.5]), True)
    assert not step(Guard(), [0.01, -0.9], gap=(12, 10))[1]  # it brakes enough by itself
    assert not step(Guard(), [0.01, 0.5], gap=(12, -3))[1]


def test_stale_frames_stop_the_car_with_the_wheel_held() -> None:
    guard = Guard()
    step(guard, [0.1, 0.2])
    assert step(guard, [0.9, 1.0], stale=True) == (pytest.approx([0.1, STOPPING]), True)
    assert not step(guard, [0.1, 0.2])[1]


def test_what_is_no_number_is_not_driven() -> None:
    guard = Guard()
    assert step(guard, [np.nan, 0.2]) == (pytest.approx([-0.2, -0.5]), True)
    assert step(Guard(), [0.0, 0.2], gap=(np.nan, 0))[0][1] == pytest.approx(STOPPING)


@settings(deadline=None, max_examples=40)
@given(
    arrays(np.float64, (8, 3, 2), elements=st.floats(-5, 5)),
    arrays(np.float64, (8, 3, 5), elements=st.floats(-1, 1)),
    arrays(np.float64, (8, 3), elements=st.floats(0, 20)),
)
def test_limits_hold_whatever_the_driver_asks_for(controls: Array, lanes: Array, speeds: Array) -> None:
    guard, last = Guard(), None
    gap = np.tile([30.0, 5.0], (3, 1))
    for control, lane, speed in zip(controls, lanes, speeds, strict=True):
        made, _ = guard(control, -control, lane, gap, speed, np.zeros(3, bool))
        assert (np.abs(made) <= 1).all()
        assert (made[:, 1] <= PUSH + 1e-6).all()
        if last is not None:
            assert (np.abs(made[:, 0] - last) <= STEERING_RATE * STEP + 1e-6).all()
        last = made[:, 0]


def test_each_episode_is_guarded_by_itself() -> None:
    draw = np.random.default_rng(1)
    several, alone = Guard(), Guard()
    for _ in range(20):
        parts = [draw.uniform(-1, 1, (4, 2)), draw.uniform(-1, 1, (4, 2)), draw.uniform(-0.9, 0.9, (4, 5)) * 0.3]
        parts += [draw.uniform(0, 20, (4, 2)), draw.uniform(0, 15, 4), draw.random(4) < 0.1]
        made, intervened = several(*parts)
        one, so = alone(*(part[2:3] for part in parts))
        np.testing.assert_array_equal(made[2:3], one)
        assert intervened[2] == so[0]


def test_another_number_of_episodes_needs_a_reset() -> None:
    guard = Guard()
    step(guard, [0.0, 0.0])
    two = np.zeros((2, 2))
    with pytest.raises(ew.EndwiseError) as caught:
        guard(two, two, np.zeros((2, 5)), two, np.zeros(2), np.zeros(2, bool))
    assert str(caught.value) == (
        "A step with controls of 2 episodes was asked for.\n"
        "The step before had 1.\n"
        "What is remembered belongs to an episode, and cannot be told which of these it is.\n"
        "Hand over every episode in every step, ended or not, or call reset() first."
    )
    guard.reset()
    guard(two, two, np.zeros((2, 5)), two, np.zeros(2), np.zeros(2, bool))


def test_pictures_are_stale_when_they_repeat_or_are_old() -> None:
    watch, draw = FrameWatch(), np.random.default_rng(0)
    camera = draw.integers(0, 255, (3, 2, 48, 96)).astype(np.uint8)
    assert watch(camera, np.array([0, OLDEST + 0.1, np.nan])).tolist() == [False, True, True]
    camera[1:] += 1
    assert watch(camera, np.zeros(3)).tolist() == [True, False, False]
    watch.reset()
    assert not watch(camera, np.zeros(3)).any()


def test_a_driver_that_sees_no_cars_and_wanders_is_kept_from_harm() -> None:
    def drive(guard: Guard | None) -> tuple[float, float, float]:
        episodes, steps = Episodes(range(24), seed=305), 0
        intervened = 0
        draw = np.random.default_rng(0)
        while not episodes.done.all():
            situation, speed = episodes.truth("situation"), episodes.truth("speed")
            blind = situation.copy()
            blind[:, 5:] = FARTHEST_GAP, 0
            control = pursue(plan_in_lane(blind, speed), speed) + draw.normal(0, 0.05, (24, 2))
            if guard:
                staged = pursue(plan_in_lane(situation, speed), speed)
                lane, gap = situation[:, :5], situation[:, 5:]
                control, took = guard(control, staged, lane, gap, speed, np.zeros(24, bool))
                intervened += int((took & ~episodes.done).sum())
            steps += int((~episodes.done).sum())
            episodes.step(control)
        records = episodes.records()
        return float(records.score.mean()), float(records.collisions.mean()), intervened / steps

    alone, guarded = drive(None), drive(Guard())
    assert alone[1] > 0.3
    assert guarded[1] <= 0.3 * alone[1]
    assert guarded[0] > alone[0] + 0.2
