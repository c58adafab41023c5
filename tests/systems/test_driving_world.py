"""Laws of the driving world: episodes, truths, scores, and the rows that are collected in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import endwise as ew
from endwise.systems.driving.camera import CLASSES, FOCAL_X, project
from endwise.systems.driving.episodes import SIGNALS, Episodes
from endwise.systems.driving.routes import Preset
from endwise.systems.driving.scenes import FARTHEST_GAP
from endwise.systems.driving.scoring import Records
from endwise.systems.driving.traffic import STEPS
from endwise.systems.driving.vehicle import LENGTH, STEP, WIDTH
from endwise.systems.driving.world import EVERY, collect, drive, relabel

Array = npt.NDArray[Any]
PRESETS: tuple[Preset, ...] = ("clear", "roadworks")

FIELDS = {
    "camera": ((2, 48, 96), np.uint8),
    "speed": ((), np.float32),
    "lane_mask": ((48, 96), np.uint8),
    "lane": ((5,), np.float32),
    "gap": ((2,), np.float32),
    "situation": ((7,), np.float32),
    "obstacle": ((3,), np.float32),
    "plan": ((6,), np.float32),
    "control": ((2,), np.float32),
}


def _drive(episodes: Episodes, control: Callable[[Episodes], Array]) -> Records:
    while not episodes.done.all():
        episodes.step(control(episodes))
    return episodes.records()


def _expert(episodes: Episodes) -> Array:
    return episodes.truth("control")


@pytest.mark.parametrize("preset", PRESETS)
def test_a_route_does_not_depend_on_its_company_and_repeats_bit_for_bit(preset: Preset) -> None:
    several, alone = Episodes(range(5), preset, seed=3), Episodes([3], preset, seed=3)
    for step in range(40):
        if step % 13 == 0:
            for name, value in alone.observe().items():
                np.testing.assert_array_equal(several.observe()[name][3:4], value)
            for name in SIGNALS:
                np.testing.assert_array_equal(several.truth(name)[3:4], alone.truth(name))
        for episodes in (several, alone):
            episodes.step(_expert(episodes))


def test_routes_of_other_numbers_and_seeds_differ() -> None:
    first = Episodes([0, 1], seed=0).observe()["camera"]
    assert (first[0] != first[1]).mean() > 0.3
    assert (first[0] != Episodes([0], seed=1).observe()["camera"][0]).mean() > 0.3


@pytest.mark.parametrize(("preset", "bar"), [("clear", 0.99), ("roadworks", 0.98)])
def test_the_expert_drives_well(preset: Preset, bar: float) -> None:
    episodes = Episodes(range(96), preset, seed=11)
    farthest = np.zeros(96)
    while not episodes.done.all():
        episodes.step(_expert(episodes))
        farthest = np.maximum(farthest, np.abs(episodes.truth("lane")[:, 0]))
    records = episodes.records()
    assert records.score.mean() >= bar
    assert (records.steps <= STEPS).all()
    figures = records.figures()
    assert figures["off road"] == 0
    assert figures["jerk"] < 2
    if preset == "roadworks":  # the way round leads out of the lane, which is no departure
        assert (farthest > 1.2).any()
        assert records.departures[farthest > 1.2].sum() == 0


def test_who_does_not_steer_leaves_the_road_in_the_first_bend() -> None:
    records = _drive(Episodes(range(24), seed=5), lambda episodes: np.tile([0.0, 0.5], (24, 1)))
    assert (records.departures > 0).mean() > 0.9
    assert records.off_road.mean() > 0.2
    assert records.score.mean() < 0.35


def test_a_collision_counts_once_and_ends_the_episode() -> None:
    episodes = Episodes(range(24), seed=5)

    def does_not_brake(episodes: Episodes) -> Array:
        return np.stack([episodes.truth("control")[:, 0], np.full(24, 0.3)], axis=1)

    while not episodes.records().collisions.any():
        episodes.step(does_not_brake(episodes))
    hit = episodes.records().collisions > 0
    assert (episodes.done & hit).sum() == hit.sum()
    seen, steps = episodes.observe()["camera"][hit], episodes.records().steps[hit]
    records = _drive(episodes, does_not_brake)
    assert records.collisions.max() == 1
    assert (records.collisions == 1).sum() >= 5
    np.testing.assert_array_equal(records.steps[hit], steps)
    np.testing.assert_array_equal(episodes.observe()["camera"][hit], seen)
    np.testing.assert_allclose(records.score, records.completion * 0.6**records.collisions * 0.9**records.departures)


def test_a_departure_counts_once_each_time() -> None:
    episodes = Episodes(range(2), seed=0, complexity=0)
    for step in range(STEPS):
        aside = 2.0 if 20 <= step < 50 or 80 <= step < 110 else 0.0
        offset, heading = episodes.truth("lane")[:, :2].T
        steer = -0.12 * (offset - aside) - 1.2 * heading
        episodes.step(np.stack([steer, np.full(2, -0.005)], axis=1))
        if step in (49, 79, 109):
            expected = {49: 1, 79: 1, 109: 2}[step]
            assert (episodes.records().departures == expected).all()
    records = episodes.records()
    assert (records.collisions == 0).all()
    assert (records.off_road == 0).all()


def test_who_stands_still_completes_nothing_and_who_follows_the_expert_slowly_loses_little() -> None:
    parked = drive(lambda seen: np.tile([0.0, -1.0], (4, 1)), range(4), seed=2)
    assert (parked.score < 0.25).all()
    assert parked.figures()["success"] == 0

    episodes = Episodes(range(24), seed=2)
    slower = _drive(episodes, lambda episodes: episodes.truth("control") - [0.0, 0.01])
    assert slower.completion.mean() > 0.97


def test_the_situation_does_not_know_what_sticks_into_the_lane() -> None:
    clear, works = (Episodes(range(30), preset, seed=1) for preset in PRESETS)
    np.testing.assert_allclose(clear.truth("situation"), works.truth("situation"), atol=0.01)  # one step was driven
    assert (clear.truth("obstacle")[:, 0] == FARTHEST_GAP).all()
    near = works.truth("obstacle")[:, 0] < FARTHEST_GAP
    assert 2 <= near.sum() < 30
    other = (clear.truth("lane_mask") != works.truth("lane_mask")).any(axis=(1, 2))
    assert other[near].mean() > 0.8  # some are hidden behind the car ahead


@pytest.mark.parametrize("preset", PRESETS)
def test_the_gap_closes_at_the_closing_speed(preset: Preset) -> None:
    episodes = Episodes(range(48), preset, seed=6)
    shares = []
    for _ in range(60):
        gap, closing = episodes.truth("gap").T
        episodes.step(_expert(episodes))
        after = episodes.truth("gap")[:, 0]
        near = (gap < 40) & (after < 40) & ~episodes.done
        shares.append(np.abs((gap - after) / STEP - closing)[near])
    assert np.concatenate(shares).size > 300
    assert np.median(np.concatenate(shares)) < 0.3  # the middle of our lane is shorter or longer in bends


def test_the_car_ahead_is_in_the_mask_where_the_gap_says() -> None:
    empty = Episodes(range(12), seed=6, complexity=0).truth("lane_mask")
    assert not (empty == CLASSES.index("car or barrel")).any()
    episodes = Episodes(range(48), seed=6)
    for _ in range(60):
        episodes.step(_expert(episodes))
    gaps = episodes.truth("gap")[:, 0]
    near = gaps < 12  # however the road bends, the car is near the picture's middle
    assert near.sum() >= 5
    for mask, gap in zip(episodes.truth("lane_mask")[near], gaps[near], strict=True):
        row, _ = project(gap + LENGTH / 2, 0.0, 0.7)
        wide = (mask[int(row), 20:76] == CLASSES.index("car or barrel")).sum()
        assert wide >= 0.8 * FOCAL_X * WIDTH / (gap + LENGTH / 2)


def test_roads_of_no_complexity_are_straight_and_empty() -> None:
    episodes = Episodes(range(12), seed=0, complexity=0)
    lane = episodes.truth("lane")
    assert (lane == 0).all()
    assert (episodes.truth("gap") == [FARTHEST_GAP, 0]).all()
    assert np.ptp(episodes.observe()["camera"][:, 1].mean(axis=(1, 2))) < 3


def test_more_complex_roads_bend_more() -> None:
    sharpest = [np.abs(Episodes(range(32), seed=0, complexity=c).truth("lane")[:, 2:]).max() for c in (0.5, 1, 2)]
    assert sharpest[0] < sharpest[1] <= 1 / 40 < sharpest[2] <= 1 / 18


@pytest.mark.parametrize("preset", PRESETS)
def test_rows_have_their_shapes_and_do_not_depend_on_how_many_are_asked_for(preset: Preset) -> None:
    many, few = collect(90, preset=preset, seed=4), collect(20, preset=preset, seed=4)
    for name, (shape, kind) in FIELDS.items():
        assert many[name].shape == (90, *shape)
        assert many[name].dtype == kind
        np.testing.assert_array_equal(many[name][:20], few[name])
        if kind is np.float32:
            assert np.isfinite(many[name]).all()
    assert set(many) == {*FIELDS, "route"}
    np.testing.assert_array_equal(many["situation"], np.concatenate([many["lane"], many["gap"]], axis=1))
    assert np.abs(many["control"]).max() <= 1
    assert set(np.unique(many["lane_mask"])) == set(range(len(CLASSES)))
    names, counts = np.unique(many["route"], return_counts=True)
    assert counts.max() <= STEPS // EVERY
    assert many["route"][0] == "route 1000000"
    assert len(names) >= 2


def test_noise_leads_off_the_middle_and_the_labels_lead_back() -> None:
    """Straight roads: an undisturbed label follows from offset and heading alone, and steers against both."""
    calm, noisy = (collect(300, seed=1, noise=noise, complexity=0) for noise in (0, 1))
    assert np.abs(calm["lane"][:, :2]).max() < 1e-6
    offset, heading = noisy["lane"][:, :2].T
    assert 0.15 < offset.std() < 0.6
    steer = noisy["control"][:, 0]
    weights, unexplained, _, _ = np.linalg.lstsq(np.stack([offset, heading], axis=1), steer, rcond=None)
    assert (weights < 0).all()
    assert unexplained < 0.05 * (steer**2).sum()


def test_relabelled_rows_are_where_the_driver_goes_with_what_the_expert_would_do() -> None:
    rows = relabel(lambda seen: np.tile([0.05, 0.0], (len(seen["speed"]), 1)), 150, seed=1)
    left = rows["lane"][:, 0] > 0.5
    assert left.mean() > 0.15
    assert rows["lane"][:, 0].max() > 1
    assert (rows["control"][left, 0] < 0).mean() > 0.8
    assert not set(rows["route"]) & set(collect(60, seed=1)["route"])


def test_a_driver_is_given_the_pictures_of_now_and_one_step_before() -> None:
    episodes = Episodes(range(3), seed=8)
    seen = []
    for _ in range(3):
        seen.append(episodes.observe()["camera"])
        episodes.step(_expert(episodes))
    np.testing.assert_array_equal(seen[1][:, 0], seen[0][:, 1])
    assert (seen[0][:, 0] != seen[0][:, 1]).mean() > 0.2
    unwatched = Episodes(range(3), seed=8)
    for _ in range(2):
        unwatched.step(_expert(unwatched))
    np.testing.assert_array_equal(unwatched.observe()["camera"], seen[2])


def test_a_preset_that_is_not_known_is_refused() -> None:
    with pytest.raises(ew.EndwiseError, match="There are two: clear, roadworks"):
        Episodes(range(1), "snow")  # type: ignore[arg-type]


def test_negative_complexity_is_refused() -> None:
    with pytest.raises(ew.EndwiseError, match="a straight and empty road in one light"):
        collect(1, complexity=-1)


def test_the_truth_of_an_unknown_signal_is_refused() -> None:
    with pytest.raises(ew.EndwiseError, match="knows that of lane_mask, speed, lane, gap"):
        Episodes(range(1)).truth("weather")


@pytest.mark.parametrize("control", [np.zeros((3, 2)), np.zeros(2), np.full((2, 2), np.nan)])
def test_controls_that_do_not_fit_are_refused(control: Array) -> None:
    with pytest.raises(ew.EndwiseError, match="a finite steer and accel for every route"):
        Episodes(range(2)).step(control)
