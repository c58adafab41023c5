"""The local engine, with real worker processes that end well, raise, and are killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from endwise.engines.base import Task
from endwise.engines.local import LocalEngine
from endwise.testing.contracts import EngineContract, run, tasks, writes


def dies(file: Path) -> None:
    time.sleep(0.05)  # others run beside it
    os.kill(os.getpid(), signal.SIGKILL)


def dies_once(file: Path) -> None:
    """Killed the first time from outside, so to say; well the second."""
    if not file.with_suffix(".tried").exists():
        file.with_suffix(".tried").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    writes(file)


class Stubborn(Exception):
    """Cannot be rebuilt from its pickle."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__("lost on the way")


def stubborn(file: Path) -> None:
    raise Stubborn(1, 2)


def sleeps(file: Path) -> None:
    time.sleep(600)


def threads(file: Path) -> None:
    import torch

    file.write_text(f"{torch.get_num_threads()} {os.environ['OMP_NUM_THREADS']} {os.getpid()}")


class TestInThisProcess(EngineContract):
    def make(self) -> LocalEngine:
        return LocalEngine(0)


class TestTwoWorkers(EngineContract):
    def make(self) -> LocalEngine:
        return LocalEngine(2)


@pytest.fixture(scope="module")
def workers() -> Iterator[LocalEngine]:
    made = LocalEngine(2)
    yield made
    made.close()


def test_a_killed_worker_fails_only_its_own_task(workers: LocalEngine, tmp_path: Path) -> None:
    needs = {"a": [], "b": [], "c": ["b"], "d": [], "e": [], "f": ["d"], "g": []}
    found = run(workers, tasks(tmp_path, needs, b=dies))
    assert {key for key, one in found.items() if one.error is None} == {"a", "d", "e", "f", "g"}
    assert found["b"].error == "The worker process was killed (out of memory, or a crash in native code)."
    assert found["c"].because == "b"
    again = run(workers, tasks(tmp_path, {"h": []}))  # the engine is as good as new
    assert again["h"].error is None


def test_two_killers_are_told_apart(workers: LocalEngine, tmp_path: Path) -> None:
    found = run(workers, tasks(tmp_path, {"a": [], "b": [], "c": []}, a=dies, b=dies))
    assert {key for key, one in found.items() if one.error} == {"a", "b"}


def test_a_worker_killed_from_outside_costs_no_task(workers: LocalEngine, tmp_path: Path) -> None:
    assert run(workers, tasks(tmp_path, {"a": []}, a=dies_once))["a"].error is None


def test_workers_killed_while_idle_cost_no_task(workers: LocalEngine, tmp_path: Path) -> None:
    run(workers, tasks(tmp_path, {"a": [], "b": []}, a=threads, b=threads))
    count, environment, worker = (tmp_path / "a").read_text().split()
    assert (count, environment) == ("1", "1")  # two workers of one thread
    os.kill(int(worker), signal.SIGKILL)
    time.sleep(0.3)
    found = run(workers, tasks(tmp_path, {"c": [], "d": ["c"]}))
    assert [one.error for one in found.values()] == [None, None]


def test_an_error_that_does_not_travel_is_no_kill(workers: LocalEngine, tmp_path: Path) -> None:
    found = run(workers, tasks(tmp_path, {"a": [], "b": []}, a=stubborn))
    assert found["b"].error is None
    assert str(found["a"].error).startswith("The task or what it raised does not travel between processes: ")
    assert str(found["a"].error).endswith("Stubborn.__init__() missing 1 required positional argument: 'two'")


def test_functions_from_anywhere_travel(workers: LocalEngine, tmp_path: Path) -> None:
    file = tmp_path / "typed"
    outcome = next(workers.run([Task("a", (), lambda: file.write_text("here"))]))
    assert outcome.error is None
    assert file.read_text() == "here"


def test_closing_the_iterator_abandons_what_runs(workers: LocalEngine, tmp_path: Path) -> None:
    began = time.monotonic()
    outcomes = workers.run(tasks(tmp_path, {"a": [], "b": [], "c": [], "d": ["b"]}, b=sleeps, c=sleeps))
    assert next(outcomes).key == "a"
    outcomes.close()
    assert time.monotonic() - began < 60
    assert not (tmp_path / "d").exists()
    assert run(workers, tasks(tmp_path, {"e": []}))["e"].error is None


def test_closing_the_iterator_in_this_process_runs_no_more(tmp_path: Path) -> None:
    outcomes = LocalEngine(0).run(tasks(tmp_path, {"a": [], "b": []}))
    next(outcomes)
    outcomes.close()
    assert (tmp_path / "a").exists()
    assert not (tmp_path / "b").exists()
