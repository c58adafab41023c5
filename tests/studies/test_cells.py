"""Cells: which training a design takes each model from, and what that training needs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from endwise.studies.cells import (
    Judging,
    Training,
    ancestors,
    arrow,
    arrow_text,
    described,
    rates_for,
    takes_predictions,
)
from endwise.system.components import Component
from endwise.system.designs import Design, designs, parse
from endwise.system.graph import System
from tests.studies.worlds import system
from tests.system.graphs import needed, systems

LONG = "x -> a -> b -> d -> c -> y"


def judging(text: str, of: System | None = None) -> Judging:
    design = parse(of or system(), text)
    rates = {arrow(part): 0.1 * (1 + at) for at, part in enumerate(design.parts)}
    return Judging(design, 100, 1, rates_for(design.parts, rates), largest=True)


def names(path: tuple[Component, ...]) -> str:
    return " ".join(part.output.name for part in path)


def test_trained_apart_nobody_needs_anybody() -> None:
    trainings = judging(LONG).trainings
    assert list(trainings) == ["a", "b", "c", "y"]
    assert all(one.path == () and one.feeders(None) == {} for one in trainings.values())


def test_chained_a_part_takes_the_stages_before_it() -> None:
    trainings = judging(f"{LONG} [chained]").trainings
    assert {name: names(one.path) for name, one in trainings.items()} == {
        "a": "", "b": "a", "c": "a b d", "y": "a b d c",
    }  # fmt: skip
    assert set(trainings["y"].feeders(0)) == {"a", "b", "c"}
    assert all(one.without == 0 for one in trainings["y"].feeders(0).values())


def test_feeders_are_the_trainings_of_the_design_itself() -> None:
    trainings = judging(f"{LONG} [chained]").trainings
    for one in trainings.values():
        for name, feeder in one.feeders(None).items():
            assert feeder == trainings[name]


def test_what_a_frozen_model_puts_out_is_not_the_truth() -> None:
    trainings = judging("x -> b:frozen -> y:past [chained]").trainings
    assert [part.name for part in trainings["y"].path] == ["frozen"]
    assert trainings["y"].feeders(None) == {}


def test_a_function_of_inputs_is_the_truth() -> None:
    found = next(iter(designs(system())))
    assert not takes_predictions((), found.parts[0])


def test_each_training_knows_the_rates_that_it_depends_on() -> None:
    trainings = judging(f"{LONG} [chained]").trainings
    assert trainings["a"].rate == pytest.approx(0.1)
    assert trainings["y"].rate == pytest.approx(0.5)
    assert [name for name, _ in trainings["c"].rates] == [("a", "from_x"), ("b", "from_a"), ("c", "from_d_a")]
    assert [name for name, _ in judging(LONG).trainings["c"].rates] == [("c", "from_d_a")]


@settings(max_examples=60, deadline=None)
@given(systems())
def test_ancestors_are_all_that_is_needed_in_running_order(of: System) -> None:
    for design in list(designs(of))[:10]:
        for at, part in enumerate(design.parts):
            path = ancestors(design.parts[:at], part)
            wanted = set().union(*(needed(signal.name, design.makers) for signal in part.inputs))
            assert {one.output.name for one in path} == wanted
            assert list(path) == [one for one in design.parts if one in path]


@settings(max_examples=60, deadline=None)
@given(systems())
def test_trained_chained_and_apart_differ_only_behind_predictions(of: System) -> None:
    def paths(design: Design) -> list[tuple[Component, ...]]:
        rates = rates_for(design.parts, {arrow(part): 0.1 for part in design.parts})
        return [one.path for one in Judging(design, 9, 0, rates, largest=True).trainings.values()]

    for design in list(designs(of))[:10]:
        chained = design.trained("chained")
        assert (paths(chained) != paths(design)) == design.has_learned_seam


def test_cells_in_words() -> None:
    cell = judging(f"{LONG} [chained]")
    assert cell.title == f"judge {LONG} [chained] at 100 rows, repeat 2"
    training = cell.trainings["c"]
    assert training.title == "train d + a -> c chained at 100 rows, repeat 2"
    half = Training(training.component, (), 1600, 0, 1, training.rates)
    assert half.title == "train d + a -> c at 1,600 rows, repeat 1, without fold 1"
    assert arrow_text(training.component) == "d + a -> c"
    assert described(cell)["canonical"] == cell.design.key
    assert described(half) == {
        "title": half.title, "size": 1600, "repeat": 0, "component": "from_d_a", "makes": "c", "kind": "training",
        "rates": [[*name, rate] for name, rate in half.rates], "rate": half.rate, "without": 1,
    }  # fmt: skip
