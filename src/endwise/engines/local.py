"""The local engine: worker processes on this machine, one thread each.

Workers are loky's: they start clean (no fork of a process that holds threads), need no
`if __name__ == "__main__"` in a user's script, take functions from notebooks, and a killed one is noticed.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from typing import Any

from loky import ProcessPoolExecutor
from loky.process_executor import ShutdownExecutorError, TerminatedWorkerError

from endwise.engines.base import Engine, Outcome, Task

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
# Two workers of one thread beat one worker of two threads by far on small trainings. torch reads these, too.
# glibc hands memory back after every step and fetches it again; keeping it took 15 % off the wall time of trainings.
_KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(2**30),
    "MALLOC_TRIM_THRESHOLD_": str(2**32),
    "MALLOC_TOP_PAD_": str(2**26),
}
ENVIRONMENT = _ONE_THREAD | _KEEP_MEMORY

LOST = (BrokenExecutor, ShutdownExecutorError)  # what a future ends with when its pool lost a worker


def described(error: BaseException) -> str:
    """An error as its own words, preceded by its type where it is not one of ours."""
    text = str(error).strip()
    return text if hasattr(error, "asked") else f"{type(error).__name__}: {text}"


class LocalEngine(Engine):
    """`workers` processes; with 0 the tasks run in this process, one after the other."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = (os.cpu_count() or 1) if workers is None else workers
        self._pool: Any = None

    def run(self, tasks: Sequence[Task]) -> Generator[Outcome]:
        waiting = {task.key: task for task in tasks}
        ended: dict[str, bool] = {}  # key -> went well; needs outside `tasks` count as done
        running: dict[Future[Any], Task] = {}
        suspects: list[Task] = []
        try:
            while waiting or running or suspects:
                yield from _doomed(waiting, ended)
                if not running and suspects:
                    yield self._alone(suspects.pop(0), ended)
                    continue
                if not suspects:
                    self._submit(waiting, ended, running)
                if not running:
                    yield from _circular(waiting, ended)
                    continue
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    task = running.pop(future)
                    if isinstance(future.exception(), LOST):
                        suspects.append(task)  # a worker died: of all that ran, find out whose
                        self._drop_pool()
                        continue
                    yield _ended(task, future, ended)
        finally:
            if running:
                self._drop_pool()

    def _submit(self, waiting: dict[str, Task], ended: dict[str, bool], running: dict[Future[Any], Task]) -> None:
        """Hand ready tasks, in their order, to idle workers (one more waits in line for each)."""
        for key, task in list(waiting.items()):
            if len(running) >= 2 * max(self.workers, 1):
                return
            if all(ended.get(need, need not in waiting and not _runs(need, running)) for need in task.needs):
                del waiting[key]
                running[self._start(task)] = task
                if self.workers == 0:
                    return

    def _start(self, task: Task) -> Future[Any]:
        if self.workers == 0:
            future: Future[Any] = Future()
            try:
                future.set_result(task.work(*task.arguments))
            except Exception as error:
                future.set_exception(error)
            return future
        try:
            return self._workers().submit(task.work, *task.arguments)
        except LOST:  # a worker died and no future has said so yet: what ran beside it is found out by `run`
            self._drop_pool()
            return self._workers().submit(task.work, *task.arguments)

    def _workers(self) -> Any:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(max_workers=self.workers, env=ENVIRONMENT, timeout=600)
        return self._pool

    def _alone(self, task: Task, ended: dict[str, bool]) -> Outcome:
        """Run again, with nothing beside it, a task that was running when a worker died."""
        future = self._start(task)
        wait([future])
        error = future.exception()
        if isinstance(error, LOST):
            self._drop_pool()
            ended[task.key] = False
            return Outcome(task.key, _lost(error))
        return _ended(task, future, ended)

    def _drop_pool(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, kill_workers=True)
            self._pool = None

    def close(self) -> None:
        self._drop_pool()


def _runs(key: str, running: dict[Future[Any], Task]) -> bool:
    return any(task.key == key for task in running.values())


def _ended(task: Task, future: Future[Any], ended: dict[str, bool]) -> Outcome:
    error = future.exception()
    ended[task.key] = error is None
    return Outcome(task.key, None if error is None else described(error))


def _lost(error: BaseException) -> str:
    if isinstance(error, TerminatedWorkerError):
        return "The worker process was killed (out of memory, or a crash in native code)."
    reason = str(error.__cause__ or error).strip('"\n ').splitlines()[-1]
    return f"The task or what it raised does not travel between processes: {reason}"


def _circular(waiting: dict[str, Task], ended: dict[str, bool]) -> Iterator[Outcome]:
    """End tasks that wait for one another: nothing else runs, and none of them can start."""
    for key in list(waiting):
        del waiting[key]
        ended[key] = False
        yield Outcome(key, "It needs itself, directly or through what it needs.")


def _doomed(waiting: dict[str, Task], ended: dict[str, bool]) -> Iterator[Outcome]:
    """End the tasks that need one that failed."""
    found = True
    while found:
        found = False
        for key, task in list(waiting.items()):
            failed = [need for need in task.needs if ended.get(need) is False]
            if failed:
                del waiting[key]
                ended[key] = False
                found = True
                yield Outcome(key, f"It needs the cell {failed[0][:12]}, which failed.", because=failed[0])
