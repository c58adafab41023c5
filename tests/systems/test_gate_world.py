"""Laws of the gate's world: what must hold whatever its parameters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import endwise as ew
from endwise.systems.gate.world import PICTURES_A_VISIT, generate, photograph, portrait

FIELDS = {
    "frame": ((96, 128), np.uint8),
    "face_box": ((4,), np.float32),
    "person": ((), np.int32),
    "visit": ((), np.int32),
    "height": ((), np.float32),
}


@pytest.fixture(scope="module")
def rows() -> dict[str, np.ndarray]:
    return generate(range(6), 12, seed=3)


def test_fields_have_their_shapes_types_and_order(rows: dict[str, np.ndarray]) -> None:
    assert {name: (values.shape[1:], values.dtype) for name, values in rows.items()} == FIELDS
    assert rows["person"].tolist() == [person for person in range(6) for _ in range(12)]
    assert rows["visit"].tolist() == 6 * [picture // PICTURES_A_VISIT for picture in range(12)]


@pytest.mark.parametrize("complexity", [0.0, 1.0, 2.0])
def test_every_face_is_inside_its_frame_and_as_large_as_stated(complexity: float) -> None:
    rows = generate(range(12), 5, seed=4, complexity=complexity)
    left, top, right, bottom = rows["face_box"].T
    assert (left >= 0).all()
    assert (top >= 0).all()
    assert (right <= 128).all()
    assert (bottom <= 96).all()
    assert ((rows["height"] >= 24) & (rows["height"] <= 60)).all()
    share = (bottom - top) / rows["height"]  # nods shorten it, an open mouth and a tilt lengthen it
    assert ((share > 0.8) & (share < 1.2)).all()
    wide = (right - left) / rows["height"]
    assert ((wide > 0.55) & (wide < 1.1)).all()


@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 2**32), person=st.integers(0, 2**31 - 2), first=st.integers(0, 8), complexity=st.floats(0, 2)
)
def test_a_row_depends_on_its_seed_person_and_picture_alone(
    seed: int, person: int, first: int, complexity: float
) -> None:
    whole = generate([person, person + 1], first + 3, seed=seed, complexity=complexity)
    part = generate([person + 1], 2, seed=seed, first_picture=first, complexity=complexity)
    start = (first + 3) + first
    for name, values in part.items():
        assert values.tobytes() == whole[name][start : start + 2].tobytes(), name


def test_another_seed_is_another_world(rows: dict[str, np.ndarray]) -> None:
    assert not np.array_equal(generate([0], 1, seed=4)["frame"], rows["frame"][:1])


def test_at_complexity_zero_pictures_of_a_person_differ_by_noise_alone_and_people_by_more() -> None:
    rows = generate(range(5), 8, seed=1, complexity=0)
    frames = rows["frame"].reshape(5, 8, 96, 128).astype(float)
    assert frames.std(axis=1).mean() < 6
    assert np.ptp(rows["face_box"].reshape(5, 8, 4), axis=1).max() == 0
    means = frames.mean(axis=1)[:, 24:72, 44:84]
    apart = [np.abs(means[i] - means[j]).mean() for i in range(5) for j in range(i)]
    assert min(apart) > 6


def test_complexity_widens_the_spread_of_pictures() -> None:
    spread = []
    for complexity in (0.0, 0.5, 1.0):
        boxes = generate(range(4), 12, seed=2, complexity=complexity)["face_box"]
        spread.append(boxes.reshape(4, 12, 4).std(axis=1).mean())
    assert spread[0] < 1e-4
    assert spread[0] < 0.8 * spread[1] < 0.8 * 0.8 * spread[2]


def test_the_box_is_the_face_at_any_resolution() -> None:
    """The same scene at twice the size has its box at twice the place."""
    small, large = generate([5], 6, seed=7), generate([5], 6, seed=7, size=(192, 256))
    np.testing.assert_allclose(2 * small["face_box"], large["face_box"], rtol=1e-5, atol=1e-3)


def test_the_face_lies_in_the_box() -> None:
    """Where two people stand alike before the same wall, what differs most is inside the head, about the box."""
    frames = generate(range(20), 1, seed=5, complexity=0)
    left, top, right, bottom = np.rint(frames["face_box"].mean(axis=0)).astype(int)
    spread = frames["frame"].astype(float).std(axis=0)
    inside = spread[top + 6 : bottom - 4, left + 5 : right - 5].mean()
    outside = spread[: bottom - 4, : left - 14].mean()
    assert inside > 4 * outside


def test_progress_counts_the_people() -> None:
    seen: list[tuple[int, int]] = []
    generate([4, 9], 1, progress=lambda done, all_: seen.append((done, all_)))
    assert seen == [(1, 2), (2, 2)]


def test_nobody_gives_no_rows() -> None:
    assert {name: len(values) for name, values in generate([], 5).items()} == dict.fromkeys(FIELDS, 0)


def test_a_portrait_shows_one_large_face_from_the_front() -> None:
    for person in range(6):
        shown = portrait(person, seed=3)
        left, top, right, bottom = shown.face_box[0]
        assert shown.picture.shape == (240, 200)
        assert 0 < left < right < 200
        assert 0.4 * 240 < bottom - top < 0.65 * 240
        assert abs((left + right) / 2 - 100) < 12
    assert np.array_equal(portrait(2).picture, portrait(2).picture)
    assert not np.array_equal(portrait(2).picture, portrait(2, picture=1).picture)


@pytest.mark.parametrize("people", [[], [1], [1, 2], [1, 2, 3]])
def test_a_photograph_shows_the_people_asked_for_side_by_side(people: list[int]) -> None:
    shown = photograph(people, seed=2, size=(300, 400))
    assert shown.picture.shape == (300, 400)
    assert shown.face_box.shape == (len(people), 4)
    left, top, right, bottom = shown.face_box.T
    assert (left >= 0).all()
    assert (top >= 0).all()
    assert (right <= 400).all()
    assert (bottom <= 300).all()
    assert (right[:-1] < left[1:]).all()


def test_negative_complexity_is_refused() -> None:
    with pytest.raises(ew.EndwiseError) as refusal:
        generate([1], 1, complexity=-1)
    assert str(refusal.value) == (
        "Frames of complexity -1 were asked for.\n"
        "It starts at 0, where all pictures of a person are alike; 1 is as in life.\n"
        "It scales how far pictures differ, which cannot be less than not at all.\n"
        "Give 0 or more."
    )


@pytest.mark.parametrize("draw", [lambda: generate([3, -2], 1), lambda: portrait(-2), lambda: photograph([-2])])
def test_people_below_zero_are_refused(draw: object) -> None:
    with pytest.raises(ew.EndwiseError) as refusal:
        draw()  # type: ignore[operator]
    assert str(refusal.value) == (
        "A person with the number -2 was asked for.\n"
        "The people of a world are numbered from 0, without end.\n"
        "A face is drawn from its number, and there is none below 0.\n"
        "Give numbers of 0 or more."
    )
