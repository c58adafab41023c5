"""Laws of rows: what is stored is what was given, whatever the kinds, and absent is never a value."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from PIL import Image as Picture

from endwise.data.rows import Rows, distinct
from endwise.errors import RowsError, StoreError
from endwise.system.signals import (
    Audio,
    Box,
    Category,
    Frames,
    Gallery,
    Identity,
    Image,
    Mask,
    Number,
    Parts,
    Points,
    Posteriors,
    Segments,
    Signal,
    Stack,
    Symbols,
    Text,
    Vector,
)

EVERY = [
    Image("xray", size=(3, 2)),
    Image("colour", size=(2, 3), channels=3),
    Stack("patches", count=2, size=(2, 2)),
    Mask("mask", size=(2, 2), values=("sky", "road")),
    Audio("sound"),
    Frames("mfcc", size=2),
    Points("joints", count=2),
    Box("box"),
    Number("age", low=-5, high=5),
    Vector("lengths", size=3),
    Category("sex", values=("F", "M")),
    Identity("who", people=("Ada", "Grace")),
    Symbols("phonemes", alphabet=("a", "b", "c")),
    Segments("phones", alphabet=("a", "b", "c")),
    Posteriors("heard", labels=("a", "b"), rate=100),
    Text("words"),
    Gallery("gallery", size=2),
    Parts("situation", parts=(Number("gap"), Category("lane", values=("l", "r")), Frames("path", size=2))),
]  # fmt: skip


def value(signal: Signal, draw: np.random.Generator) -> Any:  # noqa: C901  one case a kind
    """A random value of `signal`, as it stands in a batch."""
    length = int(draw.integers(0, 4))
    if isinstance(signal, Image | Stack):
        return draw.integers(0, 256, signal.shape, dtype=np.uint8)
    if isinstance(signal, Mask):
        return draw.integers(0, 2, signal.shape, dtype=np.uint8)
    if isinstance(signal, Box):
        return np.float32([0, 0, *draw.uniform(1, 2, 2)])
    if isinstance(signal, Category):
        return np.int32(draw.integers(len(signal.values)))
    if isinstance(signal, Identity):
        return np.float32([draw.integers(-3, 2), draw.uniform()])
    if isinstance(signal, Symbols):
        return draw.integers(0, len(signal.alphabet), length, dtype=np.int32)
    if isinstance(signal, Segments):
        ends = np.cumsum(draw.uniform(0, 1, length))
        return np.float32(np.stack([draw.integers(0, 3, length), ends, ends + 0.5], axis=1))
    if isinstance(signal, Posteriors):
        return draw.dirichlet([1, 1], length).astype(np.float32).reshape(-1, 2)
    if isinstance(signal, Text):
        return "".join(draw.choice(list("aé \n😀"), length))
    if isinstance(signal, Gallery):
        return {f"n{i}": draw.normal(size=2).astype(np.float32) for i in range(length)}
    if isinstance(signal, Parts):
        return {part.name: value(part, draw) for part in signal.parts}
    shape = [length if size is None else size for size in signal.shape]
    return draw.uniform(-1, 1, shape).astype(np.float32)[()]


def batch(signal: Signal, values: list[Any]) -> Any:
    if not signal.ragged:
        return np.array(values)
    array = np.empty(len(values), object)
    for i, one in enumerate(values):
        array[i] = one
    return array


def same(a: Any, b: Any) -> bool:
    if isinstance(a, dict):
        return set(a) == set(b) and all(same(a[key], b[key]) for key in a)
    return bool(np.array_equal(a, b)) and np.asarray(a).dtype == np.asarray(b).dtype


@st.composite
def pools(draw: st.DrawFn, signals: list[Signal] = EVERY) -> tuple[Rows, dict[str, list[Any]]]:
    """Rows with some of the signals, some labels absent; and what was put in, None where nothing was."""
    chosen = draw(st.lists(st.sampled_from(signals), min_size=1, max_size=4, unique_by=lambda one: one.name))
    count = draw(st.integers(1, 6))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    given_values = {one.name: [value(one, random) for _ in range(count)] for one in chosen}
    has = {one.name: np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count))) for one in chosen}
    groups = draw(st.none() | st.lists(st.sampled_from(["p", "q", ""]), min_size=count, max_size=count))
    rows = Rows.from_columns(
        chosen, {one.name: batch(one, given_values[one.name]) for one in chosen}, present=has, groups=groups
    )
    kept = {
        name: [one if here else None for one, here in zip(values, has[name], strict=True)]
        for name, values in given_values.items()
    }
    return rows, kept


def assert_holds(rows: Rows, kept: dict[str, list[Any]], first: int = 0) -> None:
    for name, values in kept.items():
        index = np.array([i for i, one in enumerate(values) if one is not None], int)
        assert rows.has(name)[first : first + len(values)].tolist() == [one is not None for one in values]
        taken = rows.take(name, index + first)
        assert all(same(values[i], one) for i, one in zip(index, taken, strict=True))


@given(pools())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_save_and_open_give_back_what_was_put_in(pool: tuple[Rows, dict[str, list[Any]]]) -> None:
    rows, kept = pool
    assert_holds(rows, kept)
    with tempfile.TemporaryDirectory() as folder:
        rows.save(Path(folder) / "rows")
        opened = Rows.open(Path(folder) / "rows")
        assert_holds(opened, kept)
        assert opened.ids.tolist() == rows.ids.tolist()
        assert (opened.groups is None) == (rows.groups is None)
        assert dict(opened.signals) == dict(rows.signals)
        again = Rows(opened.columns, opened.ids, opened.groups, opened.split)  # computes its fingerprint anew
        assert again.fingerprint == opened.fingerprint == rows.fingerprint


@given(pools(), pools())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_join_keeps_every_label_and_invents_none(
    one: tuple[Rows, dict[str, list[Any]]], two: tuple[Rows, dict[str, list[Any]]]
) -> None:
    joined = Rows.join([one[0], two[0]])
    assert_holds(joined, one[1])
    assert_holds(joined, two[1], first=len(one[0]))
    for name in joined.signals:
        assert joined.counts[name] == one[0].counts.get(name, 0) + two[0].counts.get(name, 0)
    assert len(set(joined.ids)) == len(joined) == len(one[0]) + len(two[0])


@given(pools(), st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_value_that_is_absent_cannot_be_taken(pool: tuple[Rows, dict[str, list[Any]]], data: st.DataObject) -> None:
    rows, kept = pool
    name = data.draw(st.sampled_from(sorted(kept)))
    row = data.draw(st.integers(0, len(rows) - 1))
    if kept[name][row] is None:
        with pytest.raises(RowsError, match="An absent label is never a target"):
            rows.take(name, [row])
    else:
        assert same(rows.take(name, [row])[0], kept[name][row])


@given(pools(), st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_fingerprint_changes_with_the_content(pool: tuple[Rows, dict[str, list[Any]]], data: st.DataObject) -> None:
    rows, kept = pool
    name = data.draw(st.sampled_from(sorted(kept)))
    row = data.draw(st.integers(0, len(rows) - 1))
    signal = rows.signals[name]
    values = [one if one is not None else value(signal, np.random.default_rng(0)) for one in kept[name]]
    here = np.array([one is not None for one in kept[name]])
    here[row] = ~here[row]  # one label more, or one less
    changed = Rows.from_columns([signal], {name: batch(signal, values)}, present={name: here})
    columns = {**rows.columns, **changed.columns}
    assert Rows(columns, rows.ids, rows.groups).fingerprint != rows.fingerprint
    regrouped = np.array(["another", *["p"] * (len(rows) - 1)], object)
    assert Rows(rows.columns, rows.ids, regrouped).fingerprint != rows.fingerprint


def test_the_fingerprint_does_not_see_what_stands_under_an_absent_label() -> None:
    age = Number("age")
    rows = [Rows.from_columns([age], {"age": [1.0, hidden]}, present={"age": [True, False]}) for hidden in (0, np.nan)]
    assert rows[0].fingerprint == rows[1].fingerprint


def test_the_fingerprint_sees_one_changed_value_and_the_signal_itself() -> None:
    one = Rows.from_columns([Number("age")], {"age": [1.0, 2.0]})
    assert one.fingerprint != Rows.from_columns([Number("age")], {"age": [1.0, 3.0]}).fingerprint
    assert one.fingerprint != Rows.from_columns([Number("age", unit="y")], {"age": [1.0, 2.0]}).fingerprint


def test_repr_counts_labels_and_groups() -> None:
    ages = Rows.from_columns([Number("age")], {"age": np.zeros(1200)}, groups=[str(i % 400) for i in range(1200)])
    assert repr(ages) == "<Rows 1,200: age 1,200; 400 groups>"


def test_join_tells_ids_apart_and_says_so() -> None:
    one = Rows.from_columns([Number("age")], {"age": [1.0, 2.0]}, ids=["a", "b"], groups=["p", "q"])
    two = Rows.from_columns([Text("words")], {"words": np.array(["x", "y"], object)}, ids=["b", "c"])
    joined = Rows.join([one, two])
    assert joined.ids.tolist() == ["a", "b", "pool2:b", "c"]
    assert joined.groups is not None
    assert joined.groups.tolist() == ["p", "q", "", ""]
    assert joined.notes == ("1 id of several pools told apart by pool, as in 'pool2:b'.",)
    assert repr(joined) == "<Rows 4: age 2, words 2; 2 groups>"


@given(st.lists(st.lists(st.sampled_from(["a", "b", "pool1:a", "pool2:a", "pool2:pool2:a"]), unique=True), max_size=3))
def test_distinct_ids_keep_their_number_and_order(pools: list[list[str]]) -> None:
    ids, notes = distinct([(f"pool{i}", names) for i, names in enumerate(pools, 1)])
    names = [name for pool in pools for name in pool]
    assert len(set(ids)) == len(names)
    assert all(new.endswith(name) for new, name in zip(ids, names, strict=True))
    assert bool(notes) == (ids.tolist() != names)


def test_joined_rows_are_saved_with_all_their_blocks(tmp_path: Path) -> None:
    one = Rows.from_columns([Text("words")], {"words": np.array(["x", "yy"], object)})
    joined = Rows.join([one, one, one])
    joined.save(tmp_path / "rows")
    assert Rows.open(tmp_path / "rows").take("words", [5, 0, 3]).tolist() == ["yy", "x", "yy"]


def test_join_refuses_two_signals_of_one_name() -> None:
    one = Rows.from_columns([Number("age", unit="months")], {"age": [1.0]})
    two = Rows.from_columns([Number("age", unit="years")], {"age": [1.0]})
    with pytest.raises(RowsError, match="A name stands for one signal"):
        Rows.join([one, two])


def test_take_names_the_column_that_was_meant() -> None:
    rows = Rows.from_columns([Number("lengths")], {"lengths": [1.0]})
    with pytest.raises(RowsError) as error:
        rows.take("lenghts", [0])
    assert str(error.value) == (
        "Values of 'lenghts' were asked for.\nThe rows carry lengths.\n"
        "They have no such column.\nDid you mean 'lengths'?"
    )


def test_values_are_copies_so_rows_cannot_be_changed_through_them() -> None:
    rows = Rows.from_columns([Number("age"), Audio("sound")], {"age": [1.0], "sound": [np.ones(3, np.float32)]})
    rows.take("age", [0])[:] = 9
    rows.take("sound", [0])[0][:] = 9
    assert rows.take("age", [0]) == 1
    assert rows.take("sound", [0])[0].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("signal", "column", "reason"),
    [
        (Number("a"), [1.0, np.nan], "holds NaN or an infinite number"),
        (Number("a"), [1.0, 1e300], "holds NaN or an infinite number"),
        (Number("a", low=0, high=9), [1.0, 10.0], r"outside 0\.\.9 \(1 of 2 values\)"),
        (Category("a", values=("u", "v")), [0, 2], r"holds an index outside 0\.\.1"),
        (Category("a", values=("u", "v")), [0, 2**32], r"holds an index outside 0\.\.1"),
        (Category("a", values=("u", "v")), ["u", "v"], "holds values of type <U1, expected int32"),
        (Box("a"), [[0, 0, 0, 1], [0, 0, 1, 1]], r"or an empty box \(1 of 2 values\)"),
        (Points("a", count=2), np.zeros((2, 3, 2)), r"has values of shape \(3, 2\), expected \(2, 2\)"),
        (Image("a", size=(2, 2)), np.zeros((2, 2, 2), np.uint16), "holds values of type uint16, expected uint8"),
        (Mask("a", size=(1, 1)), np.full((2, 1, 1), 2, np.uint8), r"holds an index outside 0\.\.1"),
        (Symbols("a", alphabet=("x",)), [[0], [1]], "is not a sequence of indices into an alphabet of 1"),
        (Text("a"), ["x", None], "is not text: None"),
        (Audio("a"), [[0.0], [np.inf]], "holds NaN or an infinite number"),
        (Parts("a", parts=(Number("gap"),)), [{"gap": 1.0}, {}], "is not a structure of gap"),
    ],
)  # fmt: skip
def test_columns_that_do_not_fit_their_signal_are_refused(signal: Signal, column: Any, reason: str) -> None:
    with pytest.raises(RowsError, match=reason) as error:
        Rows.from_columns([signal], {"a": column})
    assert "present={'a': bool array}" in error.value.do


def test_columns_and_names_must_match_the_signals_and_each_other() -> None:
    with pytest.raises(
        RowsError, match="Each signal needs one column of its own name, and all columns the same length"
    ):
        Rows.from_columns([Number("a"), Number("b")], {"a": [1.0], "b": [1.0, 2.0]})
    for columns, do in (
        ({"a": [1.0]}, "Add b, or leave it out of the signals."),
        ({"a": [1.0], "b": [1.0], "c": [1.0]}, "Leave c out, or declare a signal of that name."),
    ):
        with pytest.raises(RowsError) as error:
            Rows.from_columns([Number("a"), Number("b")], columns)
        assert error.value.do == do
    with pytest.raises(RowsError, match="Twice there: x"):
        Rows.from_columns([Number("a")], {"a": [1.0, 2.0]}, ids=["x", "x"])
    with pytest.raises(RowsError, match="Not known: dev"):
        Rows.from_columns([Number("a")], {"a": [1.0, 2.0]}, split=["train", "dev"])
    with pytest.raises(RowsError, match="There are 1 for 2 rows"):
        Rows.from_columns([Number("a")], {"a": [1.0, 2.0]}, groups=["p"])


class TestSavedRows:
    """Contracts of a folder of rows."""

    rows = Rows.from_columns([Number("age")], {"age": [1.0, 2.0]})

    def test_saving_the_same_again_changes_nothing(self, tmp_path: Path) -> None:
        self.rows.save(tmp_path / "rows")
        before = {file: file.stat().st_mtime_ns for file in (tmp_path / "rows").iterdir()}
        self.rows.save(tmp_path / "rows")
        assert {file: file.stat().st_mtime_ns for file in (tmp_path / "rows").iterdir()} == before
        assert [file.name for file in tmp_path.iterdir()] == ["rows"]  # no draft is left behind

    def test_other_rows_are_never_overwritten(self, tmp_path: Path) -> None:
        self.rows.save(tmp_path / "rows")
        with pytest.raises(StoreError, match="Saved rows are never overwritten"):
            Rows.from_columns([Number("age")], {"age": [3.0]}).save(tmp_path / "rows")
        assert Rows.open(tmp_path / "rows").fingerprint == self.rows.fingerprint

    def test_a_folder_without_rows_points_to_from_folder(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match=r"Use Rows\.from_folder for a folder of your own data"):
            Rows.open(tmp_path)

    def test_a_newer_format_is_named(self, tmp_path: Path) -> None:
        self.rows.save(tmp_path / "rows")
        head = tmp_path / "rows" / "rows.json"
        head.write_text(head.read_text().replace('"format": 1', '"format": 9'))
        with pytest.raises(StoreError, match="They are in format 9; this endwise reads format 1"):
            Rows.open(tmp_path / "rows")

    @pytest.mark.parametrize("name", ["0.0.values.npy", "0.where.npy", "ids.values.npy", "rows.json"])
    def test_damage_is_found(self, tmp_path: Path, name: str) -> None:
        self.rows.save(tmp_path / "rows")
        file = tmp_path / "rows" / name
        file.write_bytes(file.read_bytes()[:-4])
        with pytest.raises(StoreError, match="The folder is damaged"):
            Rows.open(tmp_path / "rows")


def test_groups_that_share_a_file_become_one(tmp_path: Path) -> None:
    for name in "ab":
        Picture.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / f"{name}.png")
    (tmp_path / "rows.csv").write_text("xray,age,who\na.png,1,p\na.png,2,q\nb.png,3,q\nb.png,4,\n")
    rows = Rows.from_folder(tmp_path, [Image("xray", size=(8, 8)), Number("age")], group="who", cache=tmp_path / "c")
    assert rows.groups is not None
    assert set(rows.groups) == {"p"}
    assert any("share a file" in note for note in rows.notes)
