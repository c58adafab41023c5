"""Laws of the driving world's parts: road, camera, car, expert."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from endwise.systems.driving import camera, expert
from endwise.systems.driving.bodies import bodies_in_view
from endwise.systems.driving.camera import FOCAL_X, HORIZON, classes, ground, project, row_distances
from endwise.systems.driving.road import BEHIND, EDGE, POINTS, SPACING, at, bends, lay, look_ahead, on_ground, pose
from endwise.systems.driving.routes import Things, draw_routes
from endwise.systems.driving.traffic import ONCOMING_LINE
from endwise.systems.driving.vehicle import (
    FASTEST,
    LENGTH,
    STEERING_RATE,
    STEP,
    WIDTH,
    Car,
    advance,
    touching,
)

offsets = st.floats(-1.5, 1.5)
headings = st.floats(-0.2, 0.2)
curvatures = st.floats(-1 / 25, 1 / 25)
few = settings(max_examples=40, deadline=None)


def _even(*curvature: float):
    return lay(np.repeat(np.array(curvature)[:, None], POINTS, axis=1))


def _view(road, d: float, heading: float, pitch: float = 0.0):
    ones = np.ones(len(road.x))
    eye = pose(road, 40 * ones, d * ones, heading * ones)
    return eye, ground(road, eye, 40 * ones, pitch * ones)


def _car(d: float = 0.0, heading: float = 0.0, speed: float = 10.0, count: int = 1) -> Car:
    return Car(*(np.full(count, value) for value in (5.0, d, heading, speed, 0.0, 0.0)))


@given(seed=st.integers(0, 10**6), tightest=st.floats(0, 1 / 20))
@few
def test_bends_are_smooth_and_no_tighter_than_asked(seed: int, tightest: float) -> None:
    curvature = bends(np.random.default_rng(seed), tightest)
    assert curvature.shape == (POINTS,)
    assert np.abs(curvature).max() <= tightest * (1 + 1e-9)
    assert np.abs(np.diff(curvature)).max() <= tightest / 4 + 1e-12


def test_roads_bend_both_ways_and_have_straights() -> None:
    curvature = np.stack([bends(np.random.default_rng(seed), 1 / 40) for seed in range(50)])
    for share in ((curvature > 0.01), (curvature < -0.01), (np.abs(curvature) < 1e-6)):
        assert share.mean() > 0.1


@given(curvature=curvatures, d=offsets, heading=headings)
@few
def test_a_left_bend_is_the_mirror_of_a_right_bend(curvature: float, d: float, heading: float) -> None:
    _, left = _view(_even(curvature), d, heading)
    _, right = _view(_even(-curvature), -d, -heading)
    shown = left.shown
    assert (shown == right.shown).all()
    np.testing.assert_allclose(left.d[shown], -right.d[shown][:, ::-1], atol=2e-3)


@given(curvature=curvatures, d=offsets, heading=headings, pitch=st.floats(-0.7, 0.7), place=offsets,
       distance=st.floats(6, 30))  # fmt: skip
@few
def test_a_point_on_the_ground_appears_where_the_formula_says(
    curvature: float, d: float, heading: float, pitch: float, place: float, distance: float
) -> None:
    """By another way: from lane to world to camera coordinates, without the camera's own lane coordinate."""
    road = _even(curvature)
    eye, seen = _view(road, d, heading, pitch)
    forward, left = eye.sees(*on_ground(road, np.array([[40 + distance]]), np.array([[place]])))
    row, column = project(forward[0, 0], left[0, 0], 0.0, pitch)
    if forward[0, 0] < 4.5 or not 2 < column < camera.WIDTH - 2:
        return
    r, c = int(row) - HORIZON, int(column)
    rows = slice(max(r - 1, 0), r + 2)
    if not seen.shown[0, rows].all():  # the bend turns away before the row above: beyond it no road is drawn
        return
    around = seen.d[0, rows, c - 1 : c + 2]
    assert around.min() <= place <= around.max()


@given(d=offsets, heading=st.floats(-0.1, 0.1))
@few
def test_the_mask_tells_the_lane_within_a_pixel(d: float, heading: float) -> None:
    _, seen = _view(_even(0.0), d, heading)
    row = 10  # about 14 m ahead, where the whole lane is in the picture
    distance = row_distances(np.zeros(1))[0, row]
    columns = np.flatnonzero(classes(seen.d)[0, HORIZON + row] == camera.CLASSES.index("own lane"))
    left = (camera.WIDTH / 2 - (columns.mean() + 0.5)) * distance / FOCAL_X
    assert left == pytest.approx((-d - distance * np.sin(heading)) / np.cos(heading), abs=distance / FOCAL_X)
    assert len(columns) * distance / FOCAL_X * np.cos(heading) == pytest.approx(2 * EDGE, abs=2 * distance / FOCAL_X)


def test_a_car_is_seen_as_large_as_it_is_far() -> None:
    nothing = np.zeros((1, 1))
    road, box = _even(0.0), Things(nothing + 62.2, nothing, nothing + LENGTH, nothing + WIDTH, nothing.astype(bool))
    eye, _ = _view(road, 0.0, 0.0)
    seen = bodies_in_view(road, eye, box, np.zeros(1), np.arange(1))
    top, bottom, left, right = seen.end[0]
    assert seen.distance[0] == pytest.approx(20)
    assert right - left == pytest.approx(FOCAL_X * WIDTH / 20)
    assert bottom == pytest.approx(project(20.0, 0.0, 0.0)[0])
    assert top < HORIZON < bottom


@given(curvature=curvatures, steer=st.floats(-0.15, 0.15), heading=headings)
@few
def test_the_road_does_not_move_the_car(curvature: float, steer: float, heading: float) -> None:
    """Told in lane coordinates or not, the same control drives the same way through the world."""
    roads, cars = _even(0.0, curvature), _car(heading=heading, count=2)
    start = pose(roads, *cars[:3])
    for _ in range(20):
        cars = advance(cars, roads, np.array([[steer, 0.1]] * 2))
    end = pose(roads, *cars[:3])
    dx, dy = end.x - start.x, end.y - start.y
    forward = np.cos(start.heading) * dx + np.sin(start.heading) * dy
    left = np.cos(start.heading) * dy - np.sin(start.heading) * dx
    assert np.ptp(forward) < 0.1
    assert np.ptp(left) < 0.1
    assert np.ptp(end.heading - start.heading) < 0.01


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=1, max_size=40))
@few
def test_wheels_and_speed_keep_their_limits(controls: list[tuple[float, float]]) -> None:
    road, car = _even(0.0), _car()
    for control in controls:
        new = advance(car, road, np.array([control]))
        assert abs(new.angle - car.angle) <= STEERING_RATE * STEP + 1e-9
        assert abs(new.angle) <= 0.5
        assert 0 <= new.speed <= FASTEST
        car = new


@given(
    heading=st.floats(-0.6, 0.6), s=st.floats(-6, 6), d=st.floats(-4, 4), length=st.floats(0.5, 5),
    width=st.floats(0.5, 2),
)  # fmt: skip
@few
def test_cars_that_share_a_point_touch(heading: float, s: float, d: float, length: float, width: float) -> None:
    along, across = np.meshgrid(np.linspace(-LENGTH / 2, LENGTH / 2, 60), np.linspace(-WIDTH / 2, WIDTH / 2, 30))
    x = 5 + along * np.cos(heading) - across * np.sin(heading)
    y = along * np.sin(heading) + across * np.cos(heading)

    def shared(margin: float) -> bool:
        inside = (np.abs(x - 5 - s) < length / 2 + margin) & (np.abs(y - d) < width / 2 + margin)
        return bool(inside.any())

    box = (np.array([[value]]) for value in (5 + s, d, length, width))
    touches = bool(touching(_car(heading=heading), *box)[0, 0])
    assert touches or not shared(-0.01)
    assert not touches or shared(0.15)  # corners that only graze fall between the points


def test_ahead_of_a_straight_lane_is_straight_ahead() -> None:
    road = _even(0.0)
    eye, _ = _view(road, 0.5, 0.0)
    ahead = look_ahead(road, eye, np.array([40.0]), np.array([[5.0, 30.0]]))
    np.testing.assert_allclose(ahead.left, -0.5)
    np.testing.assert_allclose(ahead.s, [[45, 70]])
    assert ahead.reached.all()


@given(gap=st.floats(1, 60), speed=st.floats(0, 13), closing=st.floats(-5, 10))
@few
def test_nearer_and_faster_never_brakes_less(gap: float, speed: float, closing: float) -> None:
    limit, car = np.full((1, POINTS), expert.CRUISE), _car(speed=speed)

    def accel(metres: float, rate: float) -> float:
        return float(expert.acceleration(car, limit, np.array([metres]), np.array([rate]))[0])

    assert accel(gap, closing) >= accel(gap * 0.8, closing)
    assert accel(gap, closing) >= accel(gap, closing + 1)


def test_the_expert_speeds_up_on_a_free_road_and_stands_behind_a_standing_car() -> None:
    limit, endless = np.full((1, POINTS), expert.CRUISE), np.array([np.inf])
    assert expert.acceleration(_car(speed=5.0), limit, endless, np.zeros(1)) > 1
    assert expert.acceleration(_car(speed=13.0), limit, endless, np.zeros(1)) == pytest.approx(0, abs=1e-6)
    assert expert.acceleration(_car(speed=0.0), limit, np.array([expert.STANDING_GAP]), np.zeros(1)) <= 0


@given(d=st.floats(0.3, 1.5), side=st.sampled_from([-1, 1]))
@few
def test_the_expert_steers_back_alike_from_both_sides(d: float, side: int) -> None:
    road, middle = _even(0.0), np.zeros((1, POINTS))
    steer = expert.steering(_car(d=side * d), road, middle)
    assert np.sign(steer) == -side
    assert steer == pytest.approx(-expert.steering(_car(d=-side * d), road, middle))


def test_the_expert_may_drive_as_fast_as_bends_allow() -> None:
    routes = draw_routes(range(20), "clear", 0, 1.0)
    assert (routes.limit**2 * np.abs(routes.road.curvature) <= expert.SIDEWAYS + 1e-9).all()
    assert 7 < routes.limit.min() < 10.5
    assert routes.limit.max() == expert.CRUISE
    slower = (routes.limit[:, :-1] ** 2 - routes.limit[:, 1:] ** 2) / (2 * SPACING)
    assert slower.max() <= expert.SLOWING + 1e-9


def test_the_way_round_keeps_clear_of_obstacles_and_of_oncoming_cars() -> None:
    routes = draw_routes(range(60), "roadworks", 4, 1.0)
    s = np.arange(POINTS) * SPACING - BEHIND
    right, left = routes.line.min(initial=0), routes.line.max(initial=0)
    assert left + WIDTH / 2 + 0.5 <= ONCOMING_LINE - WIDTH / 2
    assert right - WIDTH / 2 >= -EDGE
    them = routes.obstacles
    assert (them.there.sum(axis=1) >= 2).all()
    assert them.there.any(axis=0).all()
    for one in range(them.start.shape[1]):
        beside = (s >= them.start[:, one, None]) & (s <= them.end[:, one, None]) & them.there[:, one, None]
        clear = np.maximum(
            routes.line - WIDTH / 2 - them.left[:, one, None], them.right[:, one, None] - routes.line - WIDTH / 2
        )
        assert clear[beside].min() > 0.3


def test_the_curvature_is_read_between_the_points() -> None:
    table = np.arange(POINTS, dtype=float)[None]
    np.testing.assert_allclose(at(table, np.array([[0.0, 0.25, 10.5]])), [[20, 20.25, 30.5]])
