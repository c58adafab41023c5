"""The gate's rows and designs."""

from __future__ import annotations

import numpy as np
import pytest

import endwise as ew
from endwise.systems.gate.signals import face_box, frame, who
from endwise.systems.gate.system import (
    ENROLLED,
    OF_OTHERS,
    OF_STRANGERS,
    VISIT,
    OverPeople,
    heights,
    names,
    places,
    system,
    world_rows,
)


@pytest.fixture(scope="module")
def rows() -> ew.Rows:
    return world_rows(pictures=1, test=1, others=3, strangers=2)


def persons(rows: ew.Rows, at: np.ndarray) -> set[str]:
    assert rows.groups is not None
    return {str(group).split(VISIT)[0] for group in rows.groups[at]}


def test_each_role_has_its_own_people_and_labels(rows: ew.Rows) -> None:
    assert rows.split is not None
    split = rows.split
    assert [(split == part).sum() for part in ("train", "test", "side")] == [
        ENROLLED,
        ENROLLED + 2 * OF_STRANGERS,
        3 * OF_OTHERS,
    ]
    train, test, side = (np.flatnonzero(split == part) for part in ("train", "test", "side"))
    assert persons(rows, train) < persons(rows, test)
    assert not persons(rows, side) & persons(rows, test)
    assert rows.has("person")[side].all()
    assert not rows.has("person")[train].any()
    assert not rows.has("face_box")[train].any()
    assert rows.has("face_box")[np.concatenate([test, side])].all()
    assert rows.has("who").all()


def test_errors_are_told_by_groups_of_people(rows: ew.Rows) -> None:
    """Everybody is of one group, on all pictures; the skin is dark to light."""
    every = np.arange(len(rows))
    assert [one.title for one in system().slices[2:]] == ["sex", "skin"]
    for name in ("sex", "skin"):
        of = rows.take(name, every)
        groups = {str(group).split(VISIT)[0]: set() for group in rows.groups}  # type: ignore[union-attr]
        for group, value in zip(rows.groups, of.tolist(), strict=True):  # type: ignore[arg-type]
            groups[str(group).split(VISIT)[0]].add(value)
        assert all(len(values) == 1 for values in groups.values())
        assert len(set(of.tolist())) == len(rows.signals[name].values)  # type: ignore[attr-defined]


def test_nobody_is_tested_on_a_visit_that_trained(rows: ew.Rows) -> None:
    assert rows.groups is not None
    assert rows.split is not None
    assert not set(rows.groups[rows.split == "train"]) & set(rows.groups[rows.split == "test"])


def test_strangers_are_told_apart_and_the_enrolled_are_known(rows: ew.Rows) -> None:
    assert rows.split is not None
    test = np.flatnonzero(rows.split == "test")
    found = rows.take("who", test)[:, 0]
    assert sorted(found[found >= 0]) == list(range(ENROLLED))
    assert len(set(found[found < 0])) == 2


def test_more_pictures_change_no_test_row(rows: ew.Rows) -> None:
    more = world_rows(pictures=2, test=1, others=3, strangers=2)
    assert more.split is not None
    assert rows.split is not None
    first, second = (np.flatnonzero(each.split == "test") for each in (more, rows))
    np.testing.assert_array_equal(more.take("frame", first), rows.take("frame", second))


def test_the_designs_are_those_of_the_lecture_and_between() -> None:
    ways = {tuple(part.name for part in one.parts) for one in ew.designs(system())}
    assert ways == {
        ("from_frame", "aligned", "margin", "gallery"),
        ("from_frame", "aligned", "hog", "discriminants", "gallery"),
        ("from_frame", "aligned", "by_heart"),
        ("from_frame", "zoom", "margin", "gallery"),
        ("from_frame", "zoom", "hog", "discriminants", "gallery"),
        ("from_frame", "zoom", "by_heart"),
        ("pixels",),
    }


def test_errors_are_judged_over_people() -> None:
    judge = system().judge
    assert isinstance(judge, OverPeople)
    units = judge.units(np.array([f"enrolled 1{VISIT}0", f"enrolled 1{VISIT}3", f"stranger 4{VISIT}0"], object))
    assert units.tolist() == ["enrolled 1", "enrolled 1", "stranger 4"]
    assert judge.units(np.array([f"Eve{VISIT}Rome{VISIT}2"], object)).tolist() == [f"Eve{VISIT}Rome"]


def test_faces_are_sliced_by_height_and_place() -> None:
    boxes = np.float32([[0, 10, 20, 40.4], [50, 0, 80, 60]])
    assert heights(boxes).tolist() == [30, 60]
    assert places(boxes) == ["at a side", "in the middle"]


def test_signals_and_names() -> None:
    assert names("other", 2) == ["other 1", "other 2"]
    assert who(["Ada"]).check("Grace")[0] < 0
    assert frame.size == (96, 128)
    assert face_box.on == "frame"
