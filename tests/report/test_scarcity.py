"""The table of errors with fewer labels."""

from __future__ import annotations

from dataclasses import replace

from endwise.records import Scarcity
from endwise.report.page import render
from endwise.report.scarcity import table
from tests.report.example_verdict import verdict


def test_each_design_has_its_errors_where_it_learns_from_the_signal() -> None:
    study = verdict()
    best, other = study.best, study.runner_up
    assert other is not None
    cells = [
        Scarcity(best, {"joints": 40, "age": 101}, (10.0, 12.0), 0.1),
        Scarcity(best, {"joints": 20, "age": 101}, (13.0,), 0.1),
        Scarcity(best, {"joints": 40, "age": 25}, (14.0,), 0.1),
        Scarcity(best, {"joints": 20, "age": 50}, (16.0,), 0.1),
        Scarcity(other, {"age": 101}, (15.0,), 0.1),
        Scarcity(other, {"age": 25}, (21.0,), 0.1),
    ]
    made = table(replace(study, scarcities=tuple(cells)))
    shown = {row.head: dict(zip(made.head[1:], row.cells, strict=True)) for row in made.rows}
    assert {name: cell for name, cell in shown[best].items() if cell != "-"} == {
        "all labels": "11.0", "half of joints": "13.0", "quarter of age": "14.0", "half of all": "16.0",
    }  # fmt: skip
    assert shown[other]["all labels"] == "15.0"
    assert shown[other]["quarter of age"] == shown[other]["quarter of all"] == "21.0"
    assert 'id="labels"' in render(replace(study, scarcities=tuple(cells)))
    assert 'id="labels"' not in render(study)
