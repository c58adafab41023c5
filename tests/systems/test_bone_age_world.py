"""Laws of the bone-age world: what must hold whatever its parameters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings, strategies as st
from scipy import ndimage

import endwise as ew
from endwise.systems.bone_age import anatomy
from endwise.systems.bone_age.geometry import bone_lengths, implausible_bones, joint_patches
from endwise.systems.bone_age.world import CHUNK, generate

ROWS = 6 * CHUNK

FIELDS = {
    "xray": ((128, 96), np.uint8),
    "mm_per_px": ((), np.float32),
    "sex": ((), np.int64),
    "joints": ((24, 2), np.float32),
    "lengths": ((19,), np.float32),
    "maturity": ((24,), np.float32),
    "age": ((), np.float32),
    "true_age": ((), np.float32),
    "chronological_age": ((), np.float32),
    "patient": ((), np.int64),
}


@pytest.fixture(scope="module")
def hands() -> dict[str, npt.NDArray[np.generic]]:
    return generate(ROWS, seed=3)


def test_anatomy_is_a_hand() -> None:
    assert len(anatomy.LANDMARKS) == len(set(anatomy.LANDMARKS)) == 24
    assert len(anatomy.BONES) == len(anatomy.BONE_NAMES) == len(anatomy.ADULT_LENGTHS) == 19
    assert tuple(centre.name for centre in anatomy.EPIPHYSES[:19]) == anatomy.BONE_NAMES
    assert {near for near, _ in anatomy.BONES} | {far for _, far in anatomy.BONES} == set(range(24))
    assert np.allclose(anatomy.MATURITY_WEIGHTS.sum(axis=1), 1)


@pytest.mark.parametrize("centre", anatomy.CENTRES, ids=lambda centre: centre.name)
def test_girls_ossify_first_and_every_centre_appears_before_it_is_complete(centre: anatomy.Centre) -> None:
    assert centre.appears[anatomy.FEMALE] <= centre.appears[anatomy.MALE]
    assert centre.complete[anatomy.FEMALE] < centre.complete[anatomy.MALE]
    assert all(start < end for start, end in zip(centre.appears, centre.complete, strict=True))


def test_fields_have_their_shapes_types_and_ranges(hands: dict[str, npt.NDArray[np.generic]]) -> None:
    assert {name: (values.shape[1:], values.dtype) for name, values in hands.items()} == FIELDS
    assert {len(values) for values in hands.values()} == {ROWS}
    assert all(np.isfinite(values).all() for values in hands.values())
    assert (hands["joints"] >= 0).all()
    assert (hands["joints"] <= (95, 127)).all()
    assert ((hands["maturity"] >= 0) & (hands["maturity"] <= 1)).all()
    assert ((hands["true_age"] >= 6) & (hands["true_age"] <= 216)).all()
    assert set(hands["sex"].tolist()) == {anatomy.FEMALE, anatomy.MALE}


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(0, 2 * CHUNK), complexity=st.floats(0, 2))
def test_same_seed_same_bits_and_a_longer_world_keeps_its_beginning(seed: int, count: int, complexity: float) -> None:
    short = generate(count, seed=seed, complexity=complexity)
    long = generate(2 * CHUNK + 1, seed=seed, complexity=complexity)
    for name, values in short.items():
        assert values.tobytes() == long[name][:count].tobytes(), name


def test_another_seed_is_another_world(hands: dict[str, npt.NDArray[np.generic]]) -> None:
    assert not np.array_equal(generate(ROWS, seed=4)["true_age"], hands["true_age"])


@pytest.mark.parametrize("complexity", [0.0, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("hospital", ["first", "second"])
def test_lengths_are_the_distances_of_the_joints(complexity: float, hospital: str) -> None:
    """The hand lies flat on the film, so the projection is exact; 1e-3 mm is the rounding of float32 pixels."""
    hands = generate(ROWS, seed=5, complexity=complexity, hospital=hospital)
    measured = bone_lengths(hands["joints"], hands["mm_per_px"])
    np.testing.assert_allclose(measured, hands["lengths"], atol=1e-3)
    assert (hands["joints"] >= 0).all()
    assert (hands["joints"] <= (95, 127)).all()


@pytest.mark.parametrize("sex", [anatomy.FEMALE, anatomy.MALE])
def test_bones_grow_and_ripen_with_age_and_only_with_age_where_nothing_varies(sex: int) -> None:
    by_age = [generate(2 * CHUNK, seed=1, complexity=0, ages=(12 * year, 12 * year)) for year in range(1, 19)]
    same_sex = [hands["sex"] == sex for hands in by_age]
    for hands, rows in zip(by_age, same_sex, strict=True):
        assert np.ptp(hands["lengths"][rows], axis=0).max() == 0
        assert np.ptp(hands["maturity"][rows], axis=0).max() == 0
        np.testing.assert_allclose(np.ptp(hands["joints"][rows], axis=0), 0, atol=1e-3)
    lengths = np.array([hands["lengths"][rows][0] for hands, rows in zip(by_age, same_sex, strict=True)])
    maturity = np.array([hands["maturity"][rows][0] for hands, rows in zip(by_age, same_sex, strict=True)])
    assert (np.diff(lengths, axis=0) >= 0).all()
    assert (np.diff(lengths[:13], axis=0) > 0).all()
    assert (np.diff(maturity, axis=0) >= 0).all()
    assert maturity[0].mean() < 0.05
    assert maturity[-1].min() > 0.99


def test_at_complexity_zero_pictures_differ_by_noise_alone() -> None:
    hands = generate(ROWS, seed=1, complexity=0, ages=(100, 100))
    boys = hands["xray"][hands["sex"] == anatomy.MALE].astype(float)
    assert (boys.std(axis=0) < 12).all()  # 8 bits, noise 0.02 of full scale = 5


def test_complexity_widens_the_spread_of_children_without_moving_their_ages() -> None:
    alike, usual, hard = (generate(ROWS, seed=2, complexity=complexity) for complexity in (0.0, 1.0, 2.0))
    for hands in (usual, hard):
        np.testing.assert_array_equal(hands["age"], alike["age"])
        np.testing.assert_array_equal(hands["chronological_age"], alike["chronological_age"])
    size = [np.log(hands["lengths"] / alike["lengths"]).mean(axis=1).std() for hands in (usual, hard)]
    assert size[0] == pytest.approx(anatomy.BODY_SIZE_SPREAD, rel=0.35)
    assert size[1] == pytest.approx(2 * size[0], rel=1e-3)


def test_the_second_hospital_takes_other_pictures_of_the_same_children(
    hands: dict[str, npt.NDArray[np.generic]],
) -> None:
    second = generate(ROWS, seed=3, hospital="second")
    for name in ("sex", "lengths", "maturity", "age", "true_age", "chronological_age", "patient"):
        np.testing.assert_array_equal(second[name], hands[name])
    assert (second["xray"] != hands["xray"]).mean() > 0.5
    assert (second["xray"][:, 5:17, 5:8].mean(axis=(1, 2)) > 200).all()  # the lead letter
    assert second["mm_per_px"].mean() > hands["mm_per_px"].mean()


def test_some_children_come_twice_with_the_same_traits_at_another_age() -> None:
    hands = generate(240, seed=6)
    patients, first, visits = np.unique(hands["patient"], return_index=True, return_counts=True)
    assert set(visits.tolist()) == {1, 2}
    assert 0.05 < (visits == 2).mean() < 0.3
    before = first[visits == 2]
    assert (hands["patient"][before] == hands["patient"][before + 1]).all()
    assert (hands["sex"][before] == hands["sex"][before + 1]).all()
    between = np.abs(hands["true_age"][before] - hands["true_age"][before + 1])
    assert (between >= 5.9).all()
    assert (between <= 36.1).all()
    assert len(patients) == len(set(patients.tolist()))


def test_readers_and_development_spread_as_stated() -> None:
    hands = generate(480, seed=7, ages=(120, 140))
    reader = hands["age"] - hands["true_age"]
    ahead = hands["true_age"] - hands["chronological_age"]
    assert reader.std() == pytest.approx(anatomy.RATER_SPREAD, rel=0.1)
    assert ahead.std() == pytest.approx(11.0, rel=0.1)
    assert abs(reader.mean()) < 0.6
    assert abs(ahead.mean()) < 2


def test_the_picture_shows_more_than_length(hands: dict[str, npt.NDArray[np.generic]]) -> None:
    """Same child, pose and exposure; only the growth plates and the wrist bones are other."""
    young, old = (generate(CHUNK, seed=1, complexity=0, ages=(year * 12, year * 12)) for year in (6, 14))
    np.testing.assert_allclose(young["joints"], old["joints"], atol=0.6)  # the picture is cut to the hand
    wrist = np.s_[:, 95:125, 25:60]
    assert (old["xray"][wrist].mean(axis=(1, 2)) > 1.15 * young["xray"][wrist].mean(axis=(1, 2))).all()


def test_patches_do_not_feel_shift_turn_or_zoom(hands: dict[str, npt.NDArray[np.generic]]) -> None:
    """The picture is resampled twice, so the tolerance is a few grey levels on average, not zero."""
    smooth = ndimage.gaussian_filter(hands["xray"][:8].astype(np.float32), (0, 1.5, 1.5))
    joints = hands["joints"][:8]
    plain = joint_patches(np.rint(smooth).astype(np.uint8), joints)
    for angle, zoom, shift in [(0.0, 1.0, (3.0, -2.0)), (0.25, 1.0, (0.0, 0.0)), (-0.2, 0.85, (2.0, 1.0))]:
        moved, moved_joints = _moved(smooth, joints, angle, zoom, np.array(shift))
        patches = joint_patches(moved, moved_joints)
        inside = ((moved_joints > 12) & (moved_joints < (83, 115))).all(axis=-1) & ~np.isin(range(24), anatomy.BASES)
        assert inside.mean() > 0.3
        assert np.abs(patches[inside].astype(float) - plain[inside]).mean() < 3


def _moved(
    pictures: npt.NDArray[np.float32], joints: npt.NDArray[np.float32], angle: float, zoom: float, shift: np.ndarray
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    centre = np.array([47.5, 63.5])
    cos, sin = zoom * np.cos(angle), zoom * np.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]])  # on (x, y)
    back = np.linalg.inv(turn)[::-1, ::-1]  # on (row, column)
    offset = centre[::-1] - back @ (centre + shift)[::-1]
    moved = [ndimage.affine_transform(picture, back, offset, order=1, mode="nearest") for picture in pictures]
    return np.rint(moved).astype(np.uint8), ((joints - centre) @ turn.T + centre + shift).astype(np.float32)


def test_patches_look_along_the_bone() -> None:
    """A dot beyond a joint along its bone shows at the top of the patch, whichever way the bone points."""
    joints = generate(1, seed=0)["joints"]
    joint = anatomy.LANDMARKS.index("middle PIP")
    forward = joints[0, joint + 1] - joints[0, joint]
    x, y = np.rint(joints[0, joint] + 4 * forward / np.hypot(*forward)).astype(int)
    picture = np.zeros((1, 128, 96), dtype=np.uint8)
    picture[0, y - 1 : y + 2, x - 1 : x + 2] = 255
    patch = joint_patches(picture, joints)[0, joint].astype(float)
    row, column = ndimage.center_of_mass(patch)
    assert row < 5
    assert 5 < column < 10


@pytest.mark.parametrize("size", [4, 16, 24])
def test_patches_have_the_size_asked_for_and_do_not_depend_on_company(size: int) -> None:
    hands = generate(CHUNK, seed=0)
    patches = joint_patches(hands["xray"], hands["joints"], size)
    assert patches.shape == (CHUNK, 24, size, size)
    assert patches.dtype == np.uint8
    np.testing.assert_array_equal(patches[2:3], joint_patches(hands["xray"][2:3], hands["joints"][2:3], size))


def test_patches_of_joints_found_badly_are_patches_all_the_same() -> None:
    pictures = np.full((2, 128, 96), 7, dtype=np.uint8)
    joints = np.stack([np.zeros((24, 2)), np.full((24, 2), 1e4)])
    assert (joint_patches(pictures, joints) == 7).all()


@pytest.mark.parametrize("hospital", ["first", "second"])
def test_no_child_of_the_world_is_refused(hospital: str) -> None:
    assert not implausible_bones(generate(400, seed=8, hospital=hospital, ages=(0, 216))["lengths"]).any()


def test_bones_no_hand_has_are_refused() -> None:
    usual = np.repeat(anatomy.ADULT_LENGTHS[None], 5, axis=0)
    usual[1] *= 2  # the scale is wrong
    usual[2] /= 10
    usual[3, 4] *= 1.7  # one joint is wrong
    usual[4, 0] = np.nan
    assert implausible_bones(usual).tolist() == [False, True, True, True, True]


def test_negative_complexity_is_refused() -> None:
    with pytest.raises(ew.EndwiseError, match="where all hands of one age are alike"):
        generate(1, seed=0, complexity=-1)
