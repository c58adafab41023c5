"""How a system's output is judged: metrics over per-unit records, and the judge that collects them.

Lower is better, always: a score s is judged as 1 - s. A metric keeps one record a unit (a row, or an
episode of a closed loop) and turns many records into one figure with `aggregate`, because figures such
as word error rate are not means over rows. Designs are compared on the same units, so records pair.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from endwise.errors import DeclarationError
from endwise.system.signals import Signal

Batch = Mapping[str, Any]  # signal name -> array of rows, in the form that signals.py tables


class Run(Protocol):
    """A design, ready to run: inputs of N rows in, every signal that it makes out.

    `truth` names signals whose values are put in place of what the design would make there.
    """

    def __call__(self, inputs: Batch, truth: Batch | None = None) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Metric:
    """One way to judge: `records` per unit, then `aggregate` over units.

    Parameters
    ----------
    name: a word for programs (`mean_absolute_error`).
    title: the words for people.
    records: (signal, predicted rows, true rows) -> float array (N,) or (N, k).
    aggregate: records of some units -> one figure, lower is better.
    unit: the figure's unit; None stands for the wanted signal's own.
    source: where the definition is from.
    kinds: the kinds of signal that it can judge; none for all.
    """

    name: str
    title: str
    records: Callable[[Signal, Any, Any], np.ndarray]
    aggregate: Callable[[np.ndarray], float]
    unit: str | None = None
    source: str = ""
    kinds: tuple[str, ...] = ()

    def unit_for(self, signal: Signal) -> str:
        """The unit in which the figure is quoted for `signal`."""
        return signal.unit if self.unit is None else self.unit

    def __repr__(self) -> str:
        return f"<metric {self.name}: {self.title}>"


class Judge(ABC):
    """Collects the records of a design. The first of `metrics` decides.

    An open-loop judge compares predictions with the truth of held-out rows; a closed-loop judge lets
    the design act in a world and takes `truth(signal)` at the state it visits. Both get `run` and so
    can put the truth in at any seam.
    """

    metrics: tuple[Metric, ...]

    @abstractmethod
    def measure(self, run: Run, examples: Batch, wants: Signal) -> dict[str, np.ndarray]:
        """Per metric name the records, one a unit, in the order of the units."""

    def units(self, groups: np.ndarray) -> np.ndarray:
        """The group of each record, given those of the test rows; a closed loop has its episodes instead."""
        return groups


@dataclass(frozen=True)
class OpenLoop(Judge):
    """Compares what the design predicts for held-out rows with their truth."""

    metrics: tuple[Metric, ...]

    def measure(self, run: Run, examples: Batch, wants: Signal) -> dict[str, np.ndarray]:
        inputs = {name: values for name, values in examples.items() if name != wants.name}
        predicted = run(inputs)[wants.name]
        return {m.name: m.records(wants, predicted, examples[wants.name]) for m in self.metrics}


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
