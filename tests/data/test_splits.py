"""Laws of who is held out: groups never straddle, samples nest, and a test group trains nothing."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st

from endwise.data.rows import Rows
from endwise.data.splits import (
    FEWEST,
    HELD_OUT_SHARE,
    TEST_SHARE,
    folds,
    held_out,
    sample,
    sizes_for,
    split,
    units_of,
)
from endwise.errors import RowsError
from endwise.system.signals import Number

LAW = settings(max_examples=80, deadline=None)
x, y = Number("x"), Number("y")


def rows(groups: list[str] | None, *, split: list[str] | None = None, count: int = 0) -> Rows:
    count = len(groups) if groups is not None else count
    return Rows.from_columns(
        [x, y], {"x": np.zeros(count), "y": np.zeros(count)}, ids=[f"r{at}" for at in range(count)],
        groups=groups, split=split,
    )  # fmt: skip


names = st.sampled_from(["", *"abcdefgh"])
grouped = st.lists(names, min_size=4, max_size=60)
seeds = st.integers(0, 2**32 - 1)


@LAW
@given(grouped)
def test_a_row_without_a_group_is_a_group_of_its_own(groups: list[str]) -> None:
    units = units_of(rows(groups))
    assert len(set(units)) == len(set(groups) - {""}) + groups.count("")
    assert len(set(units_of(rows(None, count=7)))) == 7


@LAW
@given(grouped, seeds, st.data())
def test_groups_never_straddle_and_only_judgeable_rows_test(groups: list[str], seed: int, data: st.DataObject) -> None:
    judgeable = np.array(data.draw(st.lists(st.booleans(), min_size=len(groups), max_size=len(groups))), bool)
    some = rows(groups)
    units = units_of(some)
    if len(set(units[judgeable])) < 2:  # too few groups for both sides
        with pytest.raises(RowsError, match="of different groups"):
            split(some, judgeable, seed)
        return
    assume(len(set(units[judgeable])) > 7)  # of fewer than eight one is held out: it may be a single row
    found = split(some, judgeable, seed)
    assert not set(units[found.train]) & set(units[found.test])
    assert judgeable[found.test].all()
    assert judgeable[found.train].any()
    assert found.crossing == 0
    again = split(some, judgeable, seed)
    assert (again.train == found.train).all()
    assert (again.test == found.test).all()


@LAW
@given(st.integers(8, 200), seeds)
def test_a_fifth_of_the_groups_is_held_out_and_every_row_has_a_side(count: int, seed: int) -> None:
    found = split(rows(None, count=count), np.ones(count, bool), seed)
    assert len(found.test) == round(TEST_SHARE * count)
    assert sorted([*found.train, *found.test]) == list(range(count))


@LAW
@given(st.lists(st.tuples(names, st.sampled_from(["train", "test", ""])), min_size=4, max_size=40), seeds)
def test_a_split_of_the_users_own_is_kept(pairs: list[tuple[str, str]], seed: int) -> None:
    groups, asked = [one for one, _ in pairs], [side for _, side in pairs]
    some = rows(groups, split=asked)
    units = units_of(some)
    tested = {units[at] for at, side in enumerate(asked) if side == "test"}
    train = [at for at in range(len(pairs)) if units[at] not in tested]
    assume(asked.count("test") > 1 and train)
    found = split(some, np.ones(len(pairs), bool), seed)
    assert found.test.tolist() == [at for at, side in enumerate(asked) if side == "test"]
    assert found.train.tolist() == train
    assert found.crossing == len(pairs) - len(train) - len(found.test)


@pytest.mark.parametrize(
    ("groups", "judged"),
    [(["a"] * 9, [True] * 9), (["a", "b"], [False, False]), (["a", "b"], [True, False]), (["a", "b"], [True, True])],
)
def test_nothing_to_hold_out_is_said(groups: list[str], judged: list[bool]) -> None:
    with pytest.raises(RowsError) as error:
        split(rows(groups), np.array(judged), 0)
    assert error.value.asked == "A study of these rows was asked for."
    assert f"{sum(judged)} carry the wanted output" in error.value.here
    assert error.value.do == "Add labelled rows, or check the group and split columns."


@LAW
@given(st.lists(st.booleans(), min_size=2, max_size=60), seeds, st.integers(0, 5), st.data())
def test_samples_nest_and_side_pools_stay(carrying: list[bool], seed: int, repeat: int, data: st.DataObject) -> None:
    carries = np.array(carrying)
    train = np.array(sorted(data.draw(st.sets(st.integers(0, len(carries) - 1), min_size=1))))
    most = int(carries[train].sum())
    sizes = sorted(data.draw(st.lists(st.integers(0, most), min_size=2, max_size=2)))
    small, large = (sample(carries, train, size, seed, repeat) for size in sizes)
    assert set(small) <= set(large) <= set(train)
    for size, one in zip(sizes, (small, large), strict=True):
        assert carries[one].sum() == size
        assert set(train[~carries[train]]) <= set(one)
        assert one.tolist() == sorted(set(one))
    assert set(sample(carries, train, most, seed, repeat)) == set(train)


def test_repeats_are_other_permutations() -> None:
    everything = np.ones(100, bool)
    found = [sample(everything, np.arange(100), 50, 3, repeat).tolist() for repeat in range(3)]
    assert found[0] != found[1] != found[2] != found[0]


@LAW
@given(st.lists(st.sampled_from("abcdefghijklmnop"), min_size=2, max_size=80), seeds, st.integers(0, 3))
def test_the_slice_that_stops_holds_whole_groups(groups: list[str], seed: int, repeat: int) -> None:
    units = np.array(groups, dtype=object)
    mask = held_out(units, seed, repeat)
    assert not set(units[mask]) & set(units[~mask])
    assert not mask.all()
    assert mask.any() == (len(set(groups)) > 1)
    largest = max(groups.count(one) for one in groups)
    assert mask.sum() < HELD_OUT_SHARE * len(units) + largest
    order = np.random.default_rng(0).permutation(len(units))
    assert (held_out(units[order], seed, repeat) == mask[order]).all()


@LAW
@given(st.integers(10, 300), seeds)
def test_of_single_rows_a_fifth_stops(count: int, seed: int) -> None:
    mask = held_out(np.array([f"r{at}" for at in range(count)], dtype=object), seed, 0)
    assert mask.sum() == int(np.ceil(HELD_OUT_SHARE * count))


rows_of_groups = st.lists(st.tuples(st.sampled_from("abcdefghijklmnop"), st.booleans()), min_size=1, max_size=80)


@LAW
@given(rows_of_groups, seeds, st.integers(1, 80))
def test_folds_hold_whole_groups_and_half_of_those_in_every_sample(
    rows: list[tuple[str, bool]], seed: int, size: int
) -> None:
    units = np.array([unit for unit, _ in rows], dtype=object)
    carries = np.array([carried for _, carried in rows])
    train = np.flatnonzero(np.arange(len(rows)) % 5 > 0)
    found = folds(units, carries, train, seed, 0)
    assert (found[np.setdiff1d(np.arange(len(rows)), train)] == -1).all()
    assert all(len(set(found[train][units[train] == unit])) == 1 for unit in set(units[train]))
    reached = sample(carries, train, size, seed, 0)
    wanted = set(units[reached[carries[reached]]])
    side = set(units[train]) - set(units[train[carries[train]]])
    for kind in (wanted, side):
        ones = sum(found[train][units[train] == unit][0] for unit in kind)
        assert len(kind) // 2 <= ones + len(kind) % 2 <= len(kind) // 2 + 1


def test_folds_change_with_the_repeat() -> None:
    units = np.array([f"g{at}" for at in range(1000)], dtype=object)
    everything, carries = np.arange(1000), np.ones(1000, bool)
    assert (folds(units, carries, everything, 1, 0) != folds(units, carries, everything, 1, 1)).any()


@LAW
@given(st.integers(1, 5000), st.booleans())
def test_default_sizes_double_and_end_at_all_rows(count: int, quick: bool) -> None:
    sizes = sizes_for(count, quick=quick)
    assert sizes[-1] == count
    assert list(sizes) == sorted(set(sizes))
    assert len(sizes) <= (3 if quick else 5)
    assert all(size >= min(FEWEST, count) for size in sizes)
    assert all(large // small in (2, 3) for small, large in itertools.pairwise(sizes))
