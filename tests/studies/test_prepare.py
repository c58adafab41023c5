"""What a study measures: what the labels allow, which rows everyone is judged on, which sizes there are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from endwise.data.rows import Rows
from endwise.data.splits import FEWEST
from endwise.errors import DeclarationError, LabelsError, RowsError, UsageError
from endwise.judge.metrics import mean_absolute_error
from endwise.learn.truth import Truth
from endwise.records import Untrainable
from endwise.studies.cells import Judging, Training
from endwise.studies.prepare import Options, Prepared, cells_of, estimate, prepare
from endwise.studies.trainable import judgeable, settle
from endwise.system.components import fixed, learned, predictions
from endwise.system.designs import Design, designs, parse
from endwise.system.graph import System
from endwise.system.signals import Number
from tests.studies.worlds import NAMES, double, full, rows, system
from tests.system.graphs import wide

LAW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
x, depth, y = Number("x"), Number("depth"), Number("y")


def prepared(of: System, some: Rows, **options: Any) -> Prepared:
    return prepare(of, some, Options(**options), Path("nowhere"))


def texts(found: Prepared) -> list[str]:
    return [design.text for design in found.scope.designs]


def test_with_all_labels_every_design_trains_apart() -> None:
    found = prepared(system(), full())
    assert found.untrainable == ()
    assert found.forced == ()
    assert {design.training for design in found.scope.designs} == {"apart"}
    assert len(found.scope.designs) == len(list(designs(system())))


def test_trainings_are_asked_for_where_they_differ() -> None:
    found = prepared(system(), full(), training=("apart", "chained"))
    by_parts = {design.text for design in found.scope.designs}
    for design in designs(system()):
        assert design.text in by_parts
        assert (design.trained("chained").text in by_parts) == design.has_learned_seam


def test_a_design_without_true_inputs_trains_chained_and_that_is_said() -> None:
    count = 60
    present = {"a": np.arange(count) < 30, "b": np.arange(count) >= 30, "c": np.ones(count), "y": np.ones(count)}
    found = prepared(system(), rows(present, None), designs=["x -> a -> b -> d -> c -> y", "x -> y"])
    assert texts(found) == ["x -> a -> b -> d -> c -> y [chained]", "x -> y"]
    assert found.forced == ("x -> a -> b -> d -> c -> y [chained]",)


def test_a_frozen_model_joins_although_nobody_knows_what_it_should_say() -> None:
    of = System(
        "s", inputs=x, wants=y, judge=mean_absolute_error,
        components=[fixed(x, to=depth, using=double, start="frozen"), learned(depth, to=y), learned(x, to=y)],
    )  # fmt: skip
    some = Rows.from_columns([x, y], {"x": np.arange(40.0), "y": np.arange(40.0)})
    found = prepared(of, some)
    assert texts(found) == ["x -> depth -> y [chained]", "x -> y"]
    assert found.forced == ("x -> depth -> y [chained]",)


def test_what_a_design_lacks_is_counted() -> None:
    count = 60
    present = {"a": np.zeros(count), "b": np.ones(count), "c": np.arange(count) < 5, "y": np.ones(count)}
    found = prepared(system(), rows(present, None))
    lacks = {one.design: one.lacks for one in found.untrainable}
    assert lacks["x -> a -> b -> y"].startswith("0 training rows for x -> a, of 8 at least (rows with 'a' 0, 'x' ")
    assert "x -> y" in texts(found)
    assert set(lacks) | set(texts(found)) >= {design.text for design in designs(system())}


def test_a_column_that_no_row_has_is_named() -> None:
    of = System(
        "s", inputs=x, wants=y, judge=mean_absolute_error,
        components=[learned(x, to=y), predictions(x, to=y, column="theirs")],
    )  # fmt: skip
    some = Rows.from_columns([x, y], {"x": np.arange(40.0), "y": np.arange(40.0)})
    found = prepared(of, some)
    assert found.untrainable == (Untrainable("x -> y:theirs", "no row has 'theirs'"),)


def test_no_design_at_all_is_an_error_that_counts_labels() -> None:
    present = {name: np.zeros(40) for name in ("a", "b", "c", "y")}
    with pytest.raises(LabelsError) as error:
        prepared(system(), rows(present, None))
    assert error.value.asked == "A study of 'chain' was asked for."
    assert error.value.here == "Rows: 40, with: x 40."
    assert "x -> y: 0 training rows for x -> y" in error.value.why
    assert error.value.do == "Add rows with the labels that one of the designs lacks."


def test_rows_of_one_group_cannot_be_studied() -> None:
    with pytest.raises(RowsError, match="in 1 group; 0 rows held out"):
        prepared(system(), rows({name: [True] * 40 for name in NAMES}, ["g"] * 40))


def test_too_many_designs_ask_which() -> None:
    some = Rows.from_columns([Number("s0")], {"s0": np.zeros(40)})
    with pytest.raises(DeclarationError, match="more than 64 designs"):
        prepared(wide(20), some)


@pytest.mark.parametrize("sizes", [[4], [1000], [16, 49]])
def test_sizes_that_the_rows_do_not_reach_are_refused(sizes: list[int]) -> None:
    with pytest.raises(UsageError) as error:
        prepared(system(), full(), sizes=sizes)
    assert error.value.here == "The training rows with the wanted output number 48."
    assert error.value.do == f"Leave out {sizes[-1]:,}."


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"repeats": 0}, "nothing would be measured"),
        ({"repeats": -1}, "nothing would be measured"),
        ({"workers": -1}, "nothing would be measured"),
        ({"device": "gpu"}, "A device has to be there"),
    ],
)
def test_what_no_study_can_do_is_refused(options: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError) as error:
        prepared(system(), full(), **options)
    assert why in error.value.why


def test_sizes_and_repeats() -> None:
    found = prepared(system(), full(600))
    assert (found.scope.sizes, found.scope.repeats, found.scope.tunes) == ((30, 60, 120, 240, 480), 3, True)
    quick = prepared(system(), full(600), quick=True)
    assert (quick.scope.sizes, quick.scope.repeats, quick.scope.tunes) == ((120, 240, 480), 2, False)
    asked = prepared(system(), full(600), sizes=[99, 33, 99], repeats=5)
    assert (asked.scope.sizes, asked.scope.repeats) == ((33, 99), 5)


@LAW
@given(st.integers(0, 10**6), st.sampled_from([0.2, 0.5, 0.9]))
def test_every_settled_design_has_rows_for_every_part_and_every_other_lacks_some(seed: int, share: float) -> None:
    chance = np.random.default_rng(seed)
    some = rows({name: chance.random(30) < share for name in NAMES}, None)
    of = system()
    truth, train = Truth(of, some), np.arange(24)

    def enough(names: set[str]) -> bool:
        return bool(np.logical_and.reduce([truth.has(name)[train] for name in names]).sum() >= FEWEST)

    for design in designs(of):
        apart = all(enough({p.output.name, *(s.name for s in p.inputs)}) for p in design.learned)
        found = settle(design, truth, train)
        if apart:
            assert found == design
        elif isinstance(found, Design):
            assert found.training == "chained"
            assert all(enough({p.output.name, "x"}) for p in design.learned)
        else:
            assert found.design == design.text
            assert found.lacks
    everything = judgeable(designs(of), truth)
    assert (everything == truth.has("x") & truth.has("y")).all()


@LAW
@given(st.booleans(), st.sampled_from(["apart", "chained"]))
def test_adding_a_component_to_the_system_renames_no_cell(quick: bool, training: Any) -> None:
    options: dict[str, Any] = {"quick": quick, "training": (training,)}
    before = cells_of(prepared(system(), full(), **options))
    after = cells_of(prepared(system(learned(x, to=y, name="new")), full(), **options))
    assert set(before) < set(after)


def test_a_joint_design_needs_rows_on_which_all_its_parts_run() -> None:
    """Its last part learns apart here, on true values of depth; on what comes from x no row could teach it."""
    of = System(
        "s", inputs=x, wants=y, judge=mean_absolute_error, components=[learned(x, to=depth), learned(depth, to=y)]
    )
    half, values = np.arange(60) < 30, np.arange(60.0)
    some = Rows.from_columns([x, depth, y], dict.fromkeys(("x", "depth", "y"), values), present={"x": half, "y": ~half})
    text, truth, train = "x -> depth -> y", Truth(of, some), np.arange(60)
    assert isinstance(settle(parse(of, text), truth, train), Design)
    found = settle(parse(of, f"{text} [joint]"), truth, train)
    assert isinstance(found, Untrainable)
    assert found.lacks == "0 training rows for depth -> y, of 8 at least (rows with 'y' 30, 'x' 30)"


def test_all_designs_share_test_rows_and_repeats() -> None:
    found = prepared(system(), full(), training=("apart", "chained"))
    cells = cells_of(found)
    judged = [cell for cell in cells.values() if isinstance(cell, Judging) and not cell.truths]
    assert len(judged) == len(found.scope.designs) * len(found.scope.sizes) * found.scope.repeats
    assert not set(found.context.units[found.context.test]) & set(found.context.units[found.context.job.split.train])
    assert estimate(found) > 0


def test_one_design_is_studied_alone() -> None:
    of = system()
    found = prepared(of, full(), designs=["x -> y", "x -> y"])
    assert found.scope.designs == (parse(of, "x -> y"),)


def test_side_rows_train_at_every_size_and_are_counted_in_none() -> None:
    """They carry the wanted output, and still the sizes and samples are of the other rows."""
    some = full(80)
    split = np.array(["side"] * 20 + ["train"] * 40 + ["test"] * 20, dtype=object)
    marked = Rows(some.columns, some.ids, np.array([f"own {at}" for at in range(80)], object), split)
    found = prepared(system(), marked, sizes=[16, 40])
    assert found.context.most == 40
    for size in (16, 40):
        sample = found.context.sample(size, 0)
        assert set(range(20)) <= set(sample)
        assert len(sample) == 20 + size
    with pytest.raises(UsageError, match=r"The training rows with the wanted output number 40"):
        prepared(system(), marked, sizes=[48])
    training = next(cell for cell in cells_of(found).values() if isinstance(cell, Training) and cell.size == 40)
    held = found.context.index(training)[found.context.held_out(training)]
    assert len(held)
    assert set(marked.split[held]) == {"train"}
    only = Rows(some.columns, some.ids, marked.groups, np.where(split == "train", "side", split))
    with pytest.raises(RowsError, match=r"(?s)Without two rows to test on and rows to train on"):
        prepared(system(), only)


def test_a_system_says_how_its_stages_train_where_nothing_is_asked() -> None:
    first = system()
    chained = System(
        "s", inputs=first.inputs, wants=first.wants, judge=first.judge, components=first.components, training="chained"
    )
    assert {d.training for d in prepared(chained, full()).scope.designs if d.has_learned_seam} == {"chained"}
    asked = prepared(chained, full(), training=("apart",))
    assert {design.training for design in asked.scope.designs} == {"apart"}
