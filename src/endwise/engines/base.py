"""What an engine is: it runs tasks that wait for one another and reports each as it ends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Task:
    """One piece of work: `work(*arguments)` once all tasks whose keys are in `needs` have ended well."""

    key: str
    needs: tuple[str, ...]
    work: Callable[..., Any]
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """How a task ended: `error` is None, or says why it failed; `because` names a need that failed first."""

    key: str
    error: str | None = None
    because: str | None = None


class Engine(ABC):
    """Runs tasks in any order that respects `needs`. An extension point: see testing/contracts.py.

    A task whose `work` raises, or whose worker dies, ends with an error; so does every task that needs
    it, without being run. The others go on. Tasks leave their results where `work` puts them.
    """

    @abstractmethod
    def run(self, tasks: Sequence[Task]) -> Generator[Outcome]:
        """Yield one outcome a task. Closing the iterator stops: running tasks are abandoned."""

    @abstractmethod
    def close(self) -> None:
        """Release workers."""
