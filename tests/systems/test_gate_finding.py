"""Faces on photographs of any size, found by a detector that is simple enough to be known: bright discs are faces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st
from scipy import ndimage

from endwise.systems.gate.door.finding import LARGEST, Spot, find, joined, shared
from endwise.systems.gate.signals import SIZE


def drawn(size: tuple[int, int], discs: list[tuple[float, float, float]]) -> np.ndarray:
    """A dark picture with bright discs: middle across and down, and diameter in px."""
    down, across = np.mgrid[: size[0], : size[1]] + 0.5
    picture = np.full(size, 20, np.uint8)
    for x, y, wide in discs:
        picture[np.hypot(across - x, down - y) < wide / 2] = 220
    return picture


def boxes_of(frames: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Each bright patch of a frame is a box; one that the frame's border cuts is less likely."""
    assert frames.shape[1:] == SIZE
    assert frames.dtype == np.uint8
    found = []
    for frame in frames:
        patches, _ = ndimage.label(frame > 120)
        slices = ndimage.find_objects(patches)
        boxes = [[across.start, down.start, across.stop, down.stop] for down, across in slices]
        inside = [0.9 if min(x, y) > 0 and r < SIZE[1] and b < SIZE[0] else 0.5 for x, y, r, b in boxes]
        found.append((np.array(boxes, np.float32).reshape(-1, 4), np.array(inside)))
    return found


def box(x: float, y: float, wide: float) -> np.ndarray:
    return np.array([x - wide / 2, y - wide / 2, x + wide / 2, y + wide / 2])


def test_a_picture_of_the_cameras_size_is_one_frame_as_it_is() -> None:
    seen: list[np.ndarray] = []

    def detect(frames: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        seen.append(frames)
        return boxes_of(frames)

    picture = drawn(SIZE, [(60, 40, 30)])
    (spot,) = find(picture, detect)
    assert [one.shape for one in seen] == [(1, *SIZE)]
    assert np.array_equal(seen[0][0], picture)
    assert np.array_equal(spot.frame, picture)
    assert np.array_equal(spot.box, spot.inside)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(60, 900), st.integers(60, 900)).filter(lambda size: 0.25 < size[0] / size[1] < 4),
    st.floats(0.3, 0.6),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_a_face_is_found_once_wherever_it_is(size: tuple[int, int], share: float, x: float, y: float) -> None:
    """A disc of 30 to 60 % of the shorter side, anywhere inside, that is as large as a face has to be."""
    wide = share * min(size)
    assume(wide * max(min(1.0, SIZE[0] / size[0], SIZE[1] / size[1]), 0.5) > 24)
    middle = (wide / 2 + 1 + x * (size[1] - wide - 2), wide / 2 + 1 + y * (size[0] - wide - 2))
    (spot,) = find(drawn(size, [(*middle, wide)]), boxes_of)
    true = box(*middle, wide)
    assert shared(spot.box, true) > 0.8
    scale = min(SIZE[0] / size[0], SIZE[1] / size[1])
    assert np.abs(spot.box - true).max() < 2.5 / min(scale, 1)


def test_several_faces_are_found_and_small_ones_where_there_are_no_large() -> None:
    large = [(200.0, 300.0, 300.0), (700.0, 500.0, 200.0)]
    small = [(800.0, 100.0, 60.0), (500.0, 100.0, 50.0)]
    for discs, others in ((large, small), (large, []), (small, [])):
        spots = find(drawn((720, 960), [*discs, *others]), boxes_of)
        assert len(spots) == len(discs)
        for disc in discs:
            assert max(shared(spot.box, box(*disc)) for spot in spots) > 0.8


@pytest.mark.parametrize("size", [(112, 92), (500, 400), (95, 128), (300, 300)])
def test_a_face_that_fills_the_picture_is_found(size: tuple[int, int]) -> None:
    wide = 0.9 * min(size)
    (spot,) = find(drawn(size, [(size[1] / 2, size[0] / 2, wide)]), boxes_of)
    assert shared(spot.box, box(size[1] / 2, size[0] / 2, wide)) > 0.8


def test_a_face_lies_whole_in_the_frame_that_goes_with_it() -> None:
    spots = find(drawn((900, 1200), [(64 * at + 40.0, 100.0 * at + 60.0, 45.0) for at in range(8)]), boxes_of)
    assert len(spots) == 8
    for spot in spots:
        left, top, right, bottom = np.rint(spot.inside).astype(int)
        assert min(left, top) >= 0
        assert right <= SIZE[1]
        assert bottom <= SIZE[0]
        bright = np.argwhere(spot.frame > 120)
        assert bright[:, 0].max() >= bottom - 2
        assert spot.frame[(top + bottom) // 2, (left + right) // 2] > 120


def test_no_face_is_none() -> None:
    assert find(drawn((480, 640), []), boxes_of) == []


def test_a_huge_picture_is_not_looked_at_pixel_by_pixel() -> None:
    count = 0

    def detect(frames: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        nonlocal count
        count += len(frames)
        return boxes_of(frames)

    find(np.zeros((4 * LARGEST, 6 * LARGEST), np.uint8), detect)
    assert count < 700


def test_of_several_boxes_of_one_face_the_surest_is_kept() -> None:
    frame = np.zeros(SIZE, np.uint8)
    spots = [Spot(box(x, 50, wide), chance, frame, box(x, 50, wide))
             for x, wide, chance in ((50, 20, 0.5), (51, 22, 0.9), (50, 8, 0.8), (90, 20, 0.4))]  # fmt: skip
    assert [spot.chance for spot in joined(spots)] == [0.9, 0.4]
    assert joined(list(reversed(joined(spots)))) == joined(spots)


def test_boxes_apart_share_nothing() -> None:
    assert shared(box(0, 0, 2), box(5, 0, 2)) == 0
    assert shared(box(0, 0, 2), box(0, 0, 2)) == 1
    assert shared(box(0, 0, 0), box(0, 0, 2)) == pytest.approx(0)
