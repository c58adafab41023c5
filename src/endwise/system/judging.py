"""How a system's output is judged: metrics over per-unit records, and the judge that collects them.

Lower is better, always: a score s is judged as 1 - s. A metric keeps one record a unit (a row, or an
episode of a closed loop) and turns many records into one figure with `aggregate`, because figures such
as word error rate are not means over rows. Designs are compared on the same units, so records pair.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from endwise.errors import DeclarationError
from endwise.system.signals import Signal

Batch = Mapping[str, Any]  # signal name -> array of rows, in the form that signals.py tables


class Run(Protocol):
    """A design, or its last parts, ready to run."""

    @property
    def takes(self) -> tuple[str, ...]:
        """The signals that have to be handed in: inputs, given ones, and those whose truth is put in."""
        ...

    def __call__(self, inputs: Batch) -> dict[str, Any]:
        """Every signal that it makes, for N rows that know nothing of each other."""
        ...

    def reset(self) -> None:
        """Begin N episodes: what parts remember is forgotten."""
        ...

    def step(self, inputs: Batch) -> dict[str, Any]:
        """The next step of the N episodes, a row each: parts remember the steps before."""
        ...


class World(Protocol):
    """N episodes that a design acts in, side by side."""

    @property
    def done(self) -> np.ndarray:
        """Which episodes have ended. Shape (N,)."""
        ...

    def tell(self, signal: str) -> Any:
        """A signal's rows as they are now: what is sensed, or a true value."""
        ...

    def act(self, made: Batch) -> None:
        """One step in which the design made these signals."""
        ...

    def records(self) -> dict[str, np.ndarray]:
        """Per metric name the records, one an episode."""
        ...


def kept_by_world(signal: Signal, predicted: Any, true: Any) -> np.ndarray:
    """The `records` of a metric that only a closed loop can take. Raises DeclarationError."""
    raise DeclarationError(
        f"Predictions of '{signal.name}' were to be judged by a metric of a closed loop.",
        "There are predictions and true values, and no world that answers.",
        "What a drive comes to cannot be read off single rows.",
        "Judge by a ClosedLoop, or take a metric of predictions such as mean_absolute_error.",
    )


@dataclass(frozen=True)
class Metric:
    """One way to judge: `records` per unit, then `aggregate` over units.

    Parameters
    ----------
    name: a word for programs (`mean_absolute_error`).
    title: the words for people.
    records: (signal, predicted rows, true rows) -> float array (N,) or (N, k). `kept_by_world` in a closed
        loop.
    aggregate: records of some units -> one figure, lower is better.
    unit: the figure's unit; None stands for the wanted signal's own.
    source: where the definition is from.
    kinds: the kinds of signal that it can judge; none for all.
    range: the lowest and the highest figure that there can be; no interval goes beyond.
    """

    name: str
    title: str
    records: Callable[[Signal, Any, Any], np.ndarray]
    aggregate: Callable[[np.ndarray], float]
    unit: str | None = None
    source: str = ""
    kinds: tuple[str, ...] = ()
    range: tuple[float, float] = (-math.inf, math.inf)

    def unit_for(self, signal: Signal) -> str:
        """The unit in which the figure is quoted for `signal`."""
        return signal.unit if self.unit is None else self.unit

    def __repr__(self) -> str:
        return f"<metric {self.name}: {self.title}>"


class Judge(ABC):
    """Collects the records of a design. The first of `metrics` decides.

    An open-loop judge compares predictions with the truth of held-out rows; a closed-loop judge lets the design act
    in a world. What either hands over is what `run.takes` names, so the truth can be put in at any seam.
    """

    metrics: tuple[Metric, ...]

    @abstractmethod
    def measure(self, run: Run, examples: Batch, wants: Signal) -> dict[str, np.ndarray]:
        """Per metric name the records, one a unit, in the order of the units."""

    def units(self, groups: np.ndarray) -> np.ndarray:
        """The group of each record, given those of the test rows; a closed loop has its episodes instead."""
        return groups

    def at(self, *, largest: bool, quick: bool) -> Judge:
        """Who judges at the largest size or below it, in a quick study or not: a closed loop may take fewer episodes.

        All designs are judged by the same one at each size.
        """
        return self


@dataclass(frozen=True)
class OpenLoop(Judge):
    """Compares what the design predicts for held-out rows with their truth."""

    metrics: tuple[Metric, ...]

    def measure(self, run: Run, examples: Batch, wants: Signal) -> dict[str, np.ndarray]:
        predicted = run({name: examples[name] for name in run.takes})[wants.name]
        return self.compare(predicted, examples[wants.name], wants)

    def compare(self, predicted: Any, true: Any, wants: Signal) -> dict[str, np.ndarray]:
        """The records of predictions that were made already."""
        return {m.name: m.records(wants, predicted, true) for m in self.metrics}


class ClosedLoop(Judge):
    """Lets the design act in `episodes`, which are the same for every design: each is a unit, so that records pair.

    `version` enters the key of every result: raise it when the world changes in a way that the judge's own source and
    fields do not show.
    """

    version: ClassVar[str] = "1"
    knows: frozenset[str]
    """The signals whose true values the world tells, so that they can be put in while the design acts."""

    @abstractmethod
    def episodes(self) -> World:
        """The episodes at their start."""

    @abstractmethod
    def units(self, groups: np.ndarray) -> np.ndarray:
        """A name for each episode."""

    def film(self, run: Run, records: Batch) -> tuple[bytes, str] | None:
        """A short film (an animated GIF) of the moment at which the design lost most, and what it shows in words.

        `records` are those of `measure`. None, as here, where the world has nothing to show.
        """
        return None

    def measure(self, run: Run, examples: Batch, wants: Signal) -> dict[str, np.ndarray]:
        world = self.episodes()
        run.reset()
        while not world.done.all():
            world.act(run.step({name: world.tell(name) for name in run.takes}))
        return world.records()


def judge_of(judge: Judge | Metric | Sequence[Metric]) -> Judge:
    """A judge, from a judge, one metric, or several of which the first decides.

    Raises DeclarationError for anything else.
    """
    if isinstance(judge, Judge):
        return judge
    metrics = (judge,) if isinstance(judge, Metric) else tuple(judge) if isinstance(judge, Sequence) else ()
    if metrics and all(isinstance(metric, Metric) for metric in metrics):
        return OpenLoop(metrics)
    raise DeclarationError(
        f"A system was to be judged by {judge!r}.",
        "That is no metric, no list of metrics and no Judge.",
        "A metric keeps a record a row, so that designs are compared paired.",
        "Hand over endwise.mean_absolute_error, endwise.error_rate or a Metric of your own.",
    )
