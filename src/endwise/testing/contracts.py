"""What an engine or a fixed component promises, as tests to inherit.

    class TestMyEngine(EngineContract):
        def make(self):
            return MyEngine()

pytest then runs every promise against it. Nothing here imports pytest.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from endwise.engines.base import Engine, Outcome, Task
from endwise.errors import StudyError
from endwise.system.components import Fixed


def writes(file: Path) -> None:
    """Work that leaves the time at which it ran."""
    with file.open("a") as out:
        out.write(f"{time.monotonic_ns()}\n")


def raises(file: Path) -> None:
    """Work that fails with an error of ours."""
    raise StudyError("This was asked.", "This is here.", "So it does not go.", "Do that.")


def divides(file: Path) -> float:
    """Work that fails with somebody else's exception."""
    return 1 / 0


def tasks(folder: Path, needs: Mapping[str, Sequence[str]], **work: Callable[[Path], Any]) -> list[Task]:
    """A task for each key, with what it needs; `work` names those that do not simply write."""
    return [Task(key, tuple(wants), work.get(key, writes), (folder / key,)) for key, wants in needs.items()]


def run(engine: Engine, some: Sequence[Task]) -> dict[str, Outcome]:
    """The outcomes by key; each task has exactly one."""
    outcomes = list(engine.run(some))
    assert sorted(one.key for one in outcomes) == sorted(task.key for task in some)
    return {one.key: one for one in outcomes}


class EngineContract(ABC):
    """Inherit, name the class Test..., and hand over an engine."""

    @abstractmethod
    def make(self) -> Engine:
        """A fresh engine; it is closed after each test."""

    def test_every_task_runs_once_and_after_what_it_needs(self, tmp_path: Path) -> None:
        """Needs outside the tasks count as done."""
        needs = {"e": ["c", "d"], "d": ["b"], "c": ["a", "b"], "b": ["a", "done before"], "a": [], "f": []}
        found = list(self._run(tasks(tmp_path, needs)))
        times = {key: (tmp_path / key).read_text().split() for key in needs}
        assert all(len(one) == 1 for one in times.values())
        for key, wants in needs.items():
            for need in set(wants) & set(needs):
                assert found.index(need) < found.index(key)
                assert int(times[need][0]) < int(times[key][0])

    def test_a_failure_ends_what_needs_it_and_nothing_else(self, tmp_path: Path) -> None:
        """What needs a failed task ends with the reason, without being run."""
        needs = {"a": [], "b": ["a"], "c": ["b", "x"], "d": ["c"], "x": [], "y": ["x"]}
        found = self._run(tasks(tmp_path, needs, b=raises))
        assert {key for key, one in found.items() if one.error is None} == {"a", "x", "y"}
        assert found["b"] == Outcome("b", "This was asked.\nThis is here.\nSo it does not go.\nDo that.")
        assert found["c"].because == "b"
        assert found["d"].because == "c"
        assert not (tmp_path / "c").exists()

    def test_a_foreign_exception_is_named(self, tmp_path: Path) -> None:
        """Its type stands before its words."""
        found = self._run(tasks(tmp_path, {"a": []}, a=divides))
        assert found["a"].error == "ZeroDivisionError: division by zero"

    def test_tasks_that_wait_for_one_another_end(self, tmp_path: Path) -> None:
        """A circle of needs is an error of its tasks, not a hang."""
        found = self._run(tasks(tmp_path, {"a": ["b"], "b": ["a"], "c": ["c"], "d": [], "e": ["a"]}))
        assert found["d"].error is None
        assert all(found[key].error is not None for key in "abce")

    def test_nothing_to_do_is_done(self) -> None:
        """No tasks, no outcomes."""
        assert self._run([]) == {}

    def _run(self, some: Sequence[Task]) -> dict[str, Outcome]:
        engine = self.make()
        try:
            return run(engine, some)
        finally:
            engine.close()


class FixedContract(ABC):
    """What a study asks of a function: inherit and hand over the component and some rows of its inputs."""

    @abstractmethod
    def make(self) -> tuple[Fixed, list[Any]]:
        """The component, and one array an input with at least three rows first."""

    def test_it_returns_rows_of_the_declared_shape(self) -> None:
        """Every row passes the output signal's own check."""
        component, arrays = self.make()
        made = self._apply(component, arrays)
        assert len(made) == len(arrays[0])
        for value in made:
            component.output.check(component.output.show(value) if component.output.kind == "category" else value)

    def test_a_row_does_not_depend_on_its_neighbours(self) -> None:
        """One row alone gives what it gives among others."""
        component, arrays = self.make()
        together = self._apply(component, arrays)
        for at in range(len(arrays[0])):
            alone = self._apply(component, [array[at : at + 1] for array in arrays])
            np.testing.assert_allclose(alone[0], together[at], atol=1e-5)

    def test_it_leaves_its_inputs_as_they_were(self) -> None:
        """Other components read the same arrays."""
        component, arrays = self.make()
        before = [np.array(array, copy=True) for array in arrays]
        self._apply(component, arrays)
        for array, one in zip(arrays, before, strict=True):
            np.testing.assert_array_equal(array, one)

    @staticmethod
    def _apply(component: Fixed, arrays: Sequence[Any]) -> Any:
        return component.apply(*arrays)
