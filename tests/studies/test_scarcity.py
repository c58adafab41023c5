"""Trainings with fewer labels: which labels stay, whom that concerns, and what a study leaves of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import endwise as ew
from endwise.findings.leading import Best
from endwise.stores.folder import FolderStore
from endwise.studies.cells import Judging
from endwise.studies.context import Context
from endwise.studies.execute import run_cell
from endwise.studies.prepare import Options, prepare
from endwise.studies.schedule import first_rates, judgings, scarcities
from tests.studies.tiny import rows, system


@pytest.fixture
def tiny(tmp_path: Path) -> tuple[Context, list[Judging]]:
    """The context of a study of 240 rows, 120 of which carry 'm', and its judgings with scarce labels."""
    prepared = prepare(system(), rows(240, middle=0.5), Options(quick=True, labels=True), tmp_path)
    rates = first_rates(prepared.scope, prepared.context)
    return prepared.context, scarcities(prepared.scope, rates, prepared.context.labels)


def test_exactly_as_many_labels_stay_and_fewer_are_among_more(tiny: tuple[Context, list[Judging]]) -> None:
    context, cells = tiny
    whole = context.labels["m"]
    kept = {}
    for cell in cells:
        if dict(cell.labels).keys() == {"m"} and cell.design.key == cells[0].design.key:
            training = cell.trainings["m"]
            kept[cell.repeat, training.labels[0][1]] = set(context.index(training).tolist())
            assert len(context.index(training)) == training.labels[0][1]
    assert {count for _, count in kept} == {whole // 2, whole // 4}
    for repeat in (0, 1):
        assert kept[repeat, whole // 4] < kept[repeat, whole // 2]
    assert kept[0, whole // 2] != kept[1, whole // 2], "a repeat draws its own labels"


def test_scarce_labels_of_the_output_are_those_of_a_smaller_sample(tiny: tuple[Context, list[Judging]]) -> None:
    context, cells = tiny
    direct = next(cell for cell in cells if cell.design.text == "x -> y" and dict(cell.labels).keys() == {"y"})
    count = direct.labels[0][1]
    smaller = replace(direct, size=count, labels=())
    assert context.key(direct.trainings["y"]) == context.key(smaller.trainings["y"]), "nothing is trained twice"


def test_labels_that_a_design_does_not_learn_from_change_nothing(tiny: tuple[Context, list[Judging]]) -> None:
    context, cells = tiny
    direct = next(cell for cell in cells if cell.design.text == "x -> y" and dict(cell.labels).keys() == {"m"})
    assert context.key(direct) == context.key(replace(direct, labels=()))


def test_a_stage_computed_from_scarce_truth_is_scarce_too(tiny: tuple[Context, list[Judging]]) -> None:
    context, cells = tiny
    staged = next(cell for cell in cells if "d" in cell.design.text and dict(cell.labels).keys() == {"m"})
    last = staged.trainings["y"]  # d -> y on true d, which is twice a true m
    assert not last.path
    assert len(context.index(last)) == staged.labels[0][1]
    assert context.key(last) != context.key(replace(last, labels=()))


def test_who_leads_is_told_of_designs_with_all_labels(tmp_path: Path) -> None:
    prepared = prepare(system(), rows(240), Options(quick=True, labels=True), tmp_path / "rows")
    prepared.context.rows.save(tmp_path / "rows")
    store = FolderStore(tmp_path / "store")
    rates = first_rates(prepared.scope, prepared.context)
    whole = next(iter(judgings(prepared.scope, rates)))
    scarce = next(c for c in scarcities(prepared.scope, rates, prepared.context.labels) if c.design == whole.design)
    for cell in (whole, scarce):
        for one in (*cell.trainings.values(), cell):
            if not store.has(prepared.context.key(one)):
                run_cell(prepared.context, store, one)
    best = Best(prepared, store)
    assert best.after(scarce) is None
    assert str(best.after(whole)).startswith(whole.design.text)
    best.after(scarce)
    assert len(best.errors[whole.size][whole.design.text]) == 1


def test_test_rows_keep_their_truth(tiny: tuple[Context, list[Judging]]) -> None:
    context, cells = tiny
    for cell in cells:
        for training in cell.trainings.values():
            known = context.truth_for(training)
            for name in ("m", "y"):
                assert np.array_equal(known.has(name)[context.test], context.truth.has(name)[context.test])


def test_fewer_labels_than_a_training_needs_are_not_tried(tmp_path: Path) -> None:
    prepared = prepare(system(), rows(120, middle=0.3), Options(quick=True, labels=True), tmp_path)
    count = prepared.context.labels["m"]
    asked = scarcities(prepared.scope, first_rates(prepared.scope, prepared.context), prepared.context.labels)
    tried = {dict(cell.labels)["m"] for cell in asked if "m" in dict(cell.labels)}
    assert count // 4 < 8 <= count // 2
    assert tried == {count // 2}


def test_a_study_asked_for_labels_adds_to_one_that_was_not(tmp_path: Path) -> None:
    asked = {"out": tmp_path / "run", "workers": 0, "quick": True, "examples": False}
    plain = ew.study(system(), rows(240), **asked)
    assert plain.verdict.scarcities == ()
    labelled = ew.study(system(), rows(240), labels=True, **asked)
    assert labelled.verdict.designs == plain.verdict.designs
    staged = [one for one in labelled.verdict.scarcities if one.design == "x -> m -> d -> y"]
    direct = [one for one in labelled.verdict.scarcities if one.design == "x -> y"]
    have = {name: max(one.labels[name] for one in staged) for name in ("m", "y")}
    assert {(one.labels["m"], one.labels["y"]) for one in staged} == {
        (have["m"] // a, have["y"] // b) for a, b in ((1, 1), (2, 1), (4, 1), (1, 2), (1, 4), (2, 2), (4, 4))
    }
    assert {tuple(one.labels) for one in direct} == {("y",)}
    assert all(len(one.errors) == 2 for one in (*staged, *direct))
    measured = {point.design: point.repeats for point in plain.verdict.designs if point.size == have["y"]}
    whole = next(one for one in staged if one.labels == have)
    assert whole.errors == measured["x -> m -> d -> y"]
