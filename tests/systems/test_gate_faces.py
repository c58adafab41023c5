"""Laws of the gate's faces: people, heads in space, and the light on them."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from endwise.systems.gate.drawing.camera import WAVES, take
from endwise.systems.gate.drawing.faces import TRAITS, Face, identity
from endwise.systems.gate.drawing.heads import Head, Pose
from endwise.systems.gate.drawing.moments import Camera, Light, Moment, moment, on_the_day
from endwise.systems.gate.drawing.person import draw_person
from endwise.systems.gate.drawing.scenes import background

POSES = st.builds(
    Pose,
    x=st.just(100.0),
    y=st.just(100.0),
    height=st.just(80.0),
    yaw=st.floats(-0.6, 0.6),
    pitch=st.floats(-0.3, 0.3),
    roll=st.floats(-0.26, 0.26),
    drop=st.floats(0, 0.045),
)


FRONT = Pose(60.0, 60.0, 60.0)
REST = Moment()


def _drawn(face: Face, moment: Moment = REST) -> np.ndarray:
    picture = np.full((120, 120), 0.5, dtype=np.float32)
    draw_person(picture, Head(face, FRONT), moment, clothes=0.3)
    return picture


def test_a_face_depends_on_seed_and_number_alone_and_differs_from_others() -> None:
    first, again, other, elsewhere = identity(1, 7), identity(1, 7), identity(1, 8), identity(2, 7)
    assert all(getattr(first, name) == getattr(again, name) for name in TRAITS)
    assert all(getattr(first, name) != getattr(other, name) for name in ("width", "eye_apart", "nose_length"))
    assert first.width != elsewhere.width


def test_people_are_as_various_as_declared() -> None:
    people = [identity(0, person) for person in range(500)]
    for name in ("width", "eye_apart", "nose_width", "mouth_width"):
        mean, spread, _ = TRAITS[name]
        values = np.array([getattr(face, name) for face in people])
        assert values.mean() == pytest.approx(mean, abs=0.25 * spread)
        assert values.std() == pytest.approx(spread, rel=0.2)
    assert 0.4 < np.mean([face.male for face in people]) < 0.6
    assert {face.hair for face in people} == {"bald", "ring", "short", "medium", "long", "curly"}
    assert {face.beard for face in people} == {"none", "stubble", "moustache", "goatee", "full"}
    assert all(face.beard == "none" for face in people if not face.male)
    skins = np.array([face.skin for face in people])
    assert skins.min() < 0.35
    assert skins.max() > 0.8


@given(person=st.integers(0, 50), pose=POSES, u=st.floats(-0.15, 0.15), v=st.floats(-0.3, 0.4))
@settings(max_examples=40, deadline=None)
def test_a_spot_of_the_face_is_shown_by_the_pixel_it_is_placed_at(person: int, pose: Pose, u: float, v: float) -> None:
    """`place` goes from face to picture, `surface` back; a nod is undone to first order only."""
    head = Head(identity(0, person), pose)
    x, y = head.place(u, v)
    shown = head.surface(math.floor(x), math.floor(y), math.floor(x) + 1, math.floor(y) + 1, 1)
    assert abs(float(shown.u[0, 0]) - u) < 0.04
    assert abs(float(shown.v[0, 0]) - v) < 0.04


@given(person=st.integers(0, 50), pose=POSES)
@settings(max_examples=30, deadline=None)
def test_the_box_is_that_of_the_face_as_the_surface_shows_it(person: int, pose: Pose) -> None:
    """Pixels of the head between hairline and chin and cheek to cheek; the box's oval is narrower at the forehead."""
    head = Head(identity(0, person), pose)
    shown = head.surface(0, 0, 200, 200, 1)
    face = (shown.inside > 0) & (shown.v > -0.5) & (np.abs(shown.angle) < math.radians(75))
    rows, columns = np.nonzero(face)
    left, top, right, bottom = head.box()
    assert bottom == pytest.approx(rows.max() + 1, abs=2.5)
    assert left >= columns.min() - 2
    assert right <= columns.max() + 3
    upper = (shown.inside > 0) & (np.abs(shown.v + 0.5) < 0.02) & (np.abs(shown.u) < 0.05)
    assert top <= np.nonzero(upper)[0].max() + 2
    if pose.roll == 0:
        assert left == pytest.approx(columns.min(), abs=2.5)
        assert right == pytest.approx(columns.max() + 1, abs=2.5)


def test_a_turned_head_moves_the_eyes_to_the_side_it_turns_to() -> None:
    face = identity(0, 0)
    straight, turned = (Head(face, Pose(0.0, 0.0, 100.0, yaw=yaw)) for yaw in (0.0, 0.4))
    for u in (-face.eye_apart, face.eye_apart):
        assert turned.place(u, face.eye_height)[0] > straight.place(u, face.eye_height)[0] + 10


def test_every_face_has_dark_eyes_and_brows_on_lighter_skin() -> None:
    for person in range(30):
        face = dataclasses.replace(identity(0, person), glasses=0.0, hat=-1.0, skin=0.7, fringe=0.0)
        picture, head = _drawn(face), Head(face, FRONT)
        cheek_x, cheek_y = head.place(0.2, 0.1)
        cheek = picture[round(cheek_y) - 2 : round(cheek_y) + 2, round(cheek_x) - 2 : round(cheek_x) + 2].mean()
        for side in (-1, 1):
            x, y = head.place(side * face.eye_apart, face.eye_height)
            assert picture[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3].min() < 0.75 * cheek


def test_light_from_one_side_brightens_that_side() -> None:
    face = dataclasses.replace(identity(0, 1), fringe=0.0, hat=-1.0, glasses=0.0)
    for side in (-1.0, 1.0):
        picture = _drawn(face, Moment(light=Light(side=side, key=0.8)))
        left, right = picture[55:75, 43:53].mean(), picture[55:75, 67:77].mean()
        assert (right - left) * side > 0.03


def test_nothing_is_painted_far_from_the_person() -> None:
    picture = _drawn(identity(0, 2))
    assert (picture[:60, :20] == 0.5).all()
    assert (picture[:60, 100:] == 0.5).all()


def test_a_visit_changes_what_changes_in_life_and_not_the_bones() -> None:
    face = identity(0, 4)
    later = on_the_day(face, np.random.default_rng(1), 1.0)
    for name in ("jaw", "chin", "eye_apart", "eye_size", "nose_length", "nose_width", "mouth_width", "ears"):
        assert getattr(later, name) == getattr(face, name)
    assert later.hair_volume != face.hair_volume
    assert on_the_day(face, np.random.default_rng(1), 0.0).hair_volume == face.hair_volume


@given(seed=st.integers(0, 2**32), complexity=st.floats(0, 4))
@settings(max_examples=50, deadline=None)
def test_turns_stay_in_their_ranges(seed: int, complexity: float) -> None:
    drawn = moment(np.random.default_rng(seed), complexity)
    assert abs(drawn.yaw) <= math.radians(35)
    assert abs(drawn.pitch) <= math.radians(18)
    assert abs(drawn.roll) <= math.radians(15)
    assert 0 <= drawn.expression.open <= 1
    assert drawn.camera.noise > 0


def test_the_cosine_waves_are_orthonormal_and_fine_steps_keep_the_picture() -> None:
    np.testing.assert_allclose(WAVES @ WAVES.T, np.eye(8), atol=1e-6)
    scene = background(np.random.default_rng(0), (90, 100), 1.0)  # not a multiple of 8
    rng = np.random.default_rng(0)
    fine, coarse = (
        take(scene, Camera(blur=0.3, noise=0.0, coarseness=coarseness), rng).astype(float) for coarseness in (0.01, 4.0)
    )
    assert fine.shape == (90, 100)
    assert 1 < np.abs(fine - coarse).mean() < 20


def test_a_plain_wall_is_plain_and_clutter_is_not() -> None:
    plain, busy = (background(np.random.default_rng(3), (96, 128), clutter) for clutter in (0.0, 1.0))
    assert np.ptp(plain) == 0
    assert busy.std() > 0.05
    assert busy.min() >= 0
    assert busy.max() <= 1
