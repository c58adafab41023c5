"""Laws of fairness: who trains on which rows, out of fold; and what the key of a cell depends on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sklearn.linear_model import Ridge

from endwise.data.rows import Rows
from endwise.judge.metrics import mean_absolute_error, root_mean_square_error
from endwise.learn.trainer import Recipe
from endwise.studies.cells import Judging, Training, arrow, rates_for
from endwise.studies.context import Context, searched
from endwise.studies.prepare import Options, cells_of, prepare
from endwise.studies.trainable import row_use
from endwise.system.components import Component, fixed, learned
from endwise.system.designs import designs, parse
from endwise.system.graph import System
from endwise.system.judging import Metric
from tests.studies.worlds import World, a, b, c, components, context, d, double, full, rows, system, worlds, x, y

LAW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ways = st.sampled_from(["apart", "chained"]).flatmap(worlds)


def units(of: Context, index: np.ndarray) -> set[str]:
    return set(of.units[index])


@LAW
@given(ways)
def test_test_groups_train_nothing_anywhere(world: World) -> None:
    held = units(world.context, world.context.test)
    for training in world.trainings:
        assert not held & units(world.context, world.context.index(training))


@LAW
@given(ways)
def test_a_training_uses_the_rows_that_have_all_it_takes_and_no_other(world: World) -> None:
    of = world.context
    for training in world.trainings:
        index = of.index(training)
        made = {part.output.name for part in training.path}
        takes = {s.name for part in (*training.path, training.component) for s in part.inputs} - made
        has = np.logical_and.reduce([of.truth.has(name) for name in (*takes, training.component.output.name)])
        sample = of.sample(training.size, training.repeat)
        kept = sample[has[sample]]
        if training.without is not None:
            kept = kept[of.folds(training.repeat)[kept] != training.without]
        assert index.tolist() == kept.tolist()
        assert of.carries[sample].sum() == training.size


@LAW
@given(worlds("chained"))
def test_no_row_gets_its_inputs_from_a_stage_that_trained_on_its_group(world: World) -> None:
    of = world.context
    for training in world.trainings:
        index, sources = of.index(training), of.sources(training)
        if not training.path:
            assert sources == {}
            continue
        if len(index):
            assert (np.sum(list(sources.values()), axis=0) == 1).all()  # each row has one source
        for without, mask in sources.items():
            for feeder in training.feeders(without).values():
                assert feeder.without == without
                assert not units(of, index[mask]) & units(of, of.index(feeder))


@LAW
@given(worlds("chained"))
def test_a_stage_without_a_fold_learns_nothing_from_it(world: World) -> None:
    of = world.context
    for training in world.trainings:
        if training.without is not None:
            folds = of.folds(training.repeat)[of.index(training)]
            assert not (folds == training.without).any()


@LAW
@given(ways)
def test_what_a_cell_needs_is_what_it_takes_models_from(world: World) -> None:
    of = world.context
    for training in world.trainings:
        wanted = [one for source in of.sources(training) for one in training.feeders(source).values()]
        assert list(of.needs(training)) == wanted


@LAW
@given(ways)
def test_samples_nest_within_a_repeat(world: World) -> None:
    small, large = min(world.scope.sizes), max(world.scope.sizes)
    by_cell = {(t.component, t.path, t.repeat, t.without, t.size): t for t in world.trainings}
    for (component, path, repeat, without, size), training in by_cell.items():
        other = by_cell.get((component, path, repeat, without, large))
        if size == small and other is not None:
            assert set(world.context.index(training)) <= set(world.context.index(other))


@LAW
@given(ways)
def test_the_rows_used_and_unused_are_all_training_rows(world: World) -> None:
    of = world.context
    for training in world.trainings:
        if training.without is None:
            use = row_use(of, training)
            assert use.used == len(of.index(training))
            assert use.used + sum(use.unused.values()) == len(of.job.split.train)
            assert use.independent_units == len(units(of, of.index(training)))


def test_row_use_says_why() -> None:
    count = 60
    present = {"b": np.arange(count) < 50, "y": np.arange(count) < 40, "a": np.zeros(count), "c": np.zeros(count)}
    of = context(system(), rows(present, None))
    past = parse(system(), "x -> b:frozen -> y:past")
    cell = Judging(past, 16, 0, rates_for(past.parts, {("y", "past"): 0.1}), largest=True)
    use = row_use(of, cell.trainings["y"])
    assert use.component == "x + b -> y:past"
    assert use.unused == {"not in a sample of this size": 16, "no 'y'": 20}
    assert (use.used, use.derived) == (16, 0)


def test_labels_that_a_function_computes_are_used_and_counted() -> None:
    of = context(system(), rows({name: [True] * 40 for name in "aby"} | {"c": [True] * 40}, None))
    training = Training(learned(x, to=d), (), of.most, 0, None, ((("d", "from_x"), 0.1),))
    assert row_use(of, training).derived == of.most == len(of.index(training))


# ---------------------------------------------------------------------------------------------------- keys


def cells(of: Context, *, training: str = "chained", size: int = 20, rate: float = 0.1) -> dict[str, str]:
    """The key of every judging and training, by a name that does not depend on the rest of the system."""
    found: dict[str, str] = {}

    def add(cell: Any) -> None:
        name = cell.title if isinstance(cell, Judging) else f"{arrow(cell.component)} {cell.title} {cell.path}"
        name = f"{name} {cell.design.key}" if isinstance(cell, Judging) else name
        found[name] = of.key(cell)
        for need in of.needs(cell):
            add(need)

    for design in designs(of.system):
        chosen = design.trained(training)  # type: ignore[arg-type]
        add(
            Judging(
                chosen, size, 0, rates_for(chosen.parts, {arrow(part): rate for part in chosen.parts}), largest=True
            )
        )
    return found


def by_key(of: Context, **options: Any) -> set[str]:
    return set(cells(of, **options).values())


BASE = full()


def test_keys_are_one_a_cell_and_the_same_each_time() -> None:
    first = cells(context(system(), BASE))
    assert len(set(first.values())) == len(first)
    assert cells(context(system(), full())) == first


@pytest.mark.parametrize(
    "more", [learned(x, to=y, name="another"), learned(x, to=c, name="other"), fixed(b, to=c, using=double, name="f")]
)
@pytest.mark.parametrize("training", ["apart", "chained"])
def test_adding_a_component_renames_no_key(more: Component, training: str) -> None:
    before = by_key(context(system(), BASE), training=training)
    after = by_key(context(system(more), BASE), training=training)
    assert before < after


def test_studying_one_design_gives_the_keys_of_studying_all() -> None:
    alone = system(made=[learned(x, to=y, name="straight")])
    assert by_key(context(alone, BASE)) <= by_key(context(system(), BASE))


def other_source(rows: Any) -> Any:
    return 3 * rows


def swapped(old: str, new: Component) -> list[Component]:
    """The components with that of `old` = signal:maker exchanged."""
    return [new if f"{one.output.name}:{one.name}" == old else one for one in components()]


CHANGES: dict[str, tuple[Callable[[], Context], str]] = {
    "a version": (
        lambda: context(system(made=swapped("a:from_x", learned(x, to=a, version="2"))), BASE),
        "from x",
    ),
    "a function": (
        lambda: context(system(made=swapped("d:from_b", fixed(b, to=d, using=other_source))), BASE),
        "-> c",
    ),
    "a frozen model": (
        lambda: context(
            system(made=swapped("b:frozen", fixed(x, to=b, using=other_source, name="frozen", start="frozen"))), BASE
        ),
        "frozen",
    ),
    "the rows": (lambda: context(system(), full(seed=1)), ""),
    "the seed": (lambda: context(system(), BASE, seed=1), ""),
    "the recipe": (lambda: context(system(), BASE, recipe=replace(Recipe(), patience=3)), ""),
    "the device": (lambda: context(system(), BASE, device="cuda"), ""),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_decides_a_result_changes_its_key(change: str) -> None:
    make, _ = CHANGES[change]
    before, after = cells(context(system(), BASE)), cells(make())
    straight = next(name for name in before if "straight[" in name)
    wide = next(name for name in before if "y=from_c" in name and "b=from_a" in name)
    assert before[wide] != after[wide] or change == "a frozen model"
    everything = change in ("the rows", "the seed", "the recipe", "the device")
    assert (before[straight] != after[straight]) == everything  # and of what it does not decide, nothing
    frozen = next(name for name in before if "b=frozen;y=past" in name)
    assert (before[frozen] != after[frozen]) == (everything or change == "a frozen model")


def test_the_learning_rate_changes_the_keys_of_networks_and_not_of_estimators() -> None:
    ridge = [learned(x, to=y, using=Ridge(), name="straight")]
    assert not by_key(context(system(), BASE)) & by_key(context(system(), BASE), rate=0.2)
    assert by_key(context(system(made=ridge), BASE)) == by_key(context(system(made=ridge), BASE), rate=0.2)
    assert searched(components()[0])
    assert not searched(ridge[0])
    assert not searched(components()[2])


def test_another_size_is_another_cell() -> None:
    of = context(system(), BASE)
    first, other = ({n: k for n, k in cells(of, size=size).items() if "without" not in n} for size in (20, 21))
    assert not set(first.values()) & set(other.values())  # a half that does not hold the one row more is the same cell


def tripled(signal: Any, predicted: Any, true: Any) -> np.ndarray:
    return 3 * np.abs(predicted - true)


def test_another_metric_is_another_judging_of_the_same_models() -> None:
    own = Metric("mean_absolute_error", "mean absolute error", tripled, mean_absolute_error.aggregate)
    first = cells(context(system(), BASE))
    for judge in (own, root_mean_square_error, [mean_absolute_error, own]):
        other = cells(context(system(judge=judge), BASE))
        for name in first:
            assert (first[name] == other[name]) == name.startswith("(")


def test_other_test_rows_are_another_judging_of_the_same_models() -> None:
    of = context(system(), BASE)
    fewer = context(system(), BASE, split=replace(of.job.split, test=of.job.split.test[1:]))
    first, other = cells(of), cells(fewer)
    for name in first:
        assert (first[name] == other[name]) == name.startswith("(")


def test_the_seed_of_a_training_does_not_depend_on_size_or_company() -> None:
    of = context(system(), BASE)
    part = components()[0]
    rates = ((("a", "from_x"), 0.1),)
    one, other = Training(part, (), 20, 0, None, rates), Training(part, (), 30, 0, None, rates)
    assert of.seed_of(one) == of.seed_of(other)
    assert of.seed_of(replace(one, repeat=1)) != of.seed_of(one)
    assert of.seed_of(replace(one, without=0)) != of.seed_of(one)


def test_a_function_that_computes_the_wanted_truth_decides_the_judging_of_every_design() -> None:
    some = Rows.from_columns([x], {"x": np.arange(40.0)}, split=["test"] * 10 + ["train"] * 30)

    def keys(using: Callable[..., Any]) -> dict[str, str]:
        of = System(
            "s", inputs=x, wants=y, judge=mean_absolute_error,
            components=[fixed(x, to=y, using=using, name="rule"), learned(x, to=y, using=Ridge())],
        )  # fmt: skip
        found = prepare(of, some, Options(repeats=1), Path("nowhere"))
        return {
            cell.design.key: found.context.key(cell) for cell in cells_of(found).values() if isinstance(cell, Judging)
        }

    first, other = keys(double), keys(tripled)
    assert first.keys() == other.keys()
    assert all(first[name] != other[name] for name in first)
