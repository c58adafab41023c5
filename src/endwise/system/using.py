"""What may stand behind a component, and how it is told: a network, an estimator, a learner, what remembers."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np


class Remembers(Protocol):
    """A function that remembers between steps of an episode. Made by `using` for each run; `reset` makes it forget.

    A row is an episode: the first call after a reset takes rows that know nothing of each other, and every later
    one the next step of the same rows.
    """

    def reset(self) -> None: ...

    def __call__(self, *arrays: Any) -> Any: ...


class Learner(Protocol):
    """An algorithm of one's own that learns from rows: counts, a lexicon, a decoder. Made by `using` for each training.

    Arrays stand in the batch form of `endwise.system.signals`. `state` holds all that was learnt, as arrays of numbers;
    a fresh object with this state restored predicts the same.
    """

    def fit(self, inputs: Sequence[np.ndarray], target: np.ndarray, held_out: np.ndarray, seed: int) -> float:
        """Learn from all rows; `held_out` (N,) marks those that may only choose among settings. Returns their loss."""
        ...

    def predict(self, inputs: Sequence[np.ndarray]) -> np.ndarray:
        """The output's rows."""
        ...

    def state(self) -> dict[str, np.ndarray]:
        """What was learnt, by name."""
        ...

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take what `state` gave."""
        ...


def is_learner(using: Any) -> bool:
    """Whether `using` is a class, or a partial of one, with the methods of `Learner`."""
    made = using.func if isinstance(using, functools.partial) else using
    return inspect.isclass(made) and all(hasattr(made, name) for name in ("fit", "predict", "state", "restore"))


def remembers(using: Any) -> bool:
    """Whether `using` is a class of functions that remember, or a partial of one."""
    made = using.func if isinstance(using, functools.partial) else using
    calls = inspect.isclass(made) and any("__call__" in vars(one) for one in made.__mro__)
    return calls and hasattr(made, "reset")


def is_network(using: Any) -> bool:
    """Whether a network stands behind `using`: then the recipe's learning rate counts."""
    return not is_estimator(using) and not is_learner(using)


def is_estimator(using: Any) -> bool:
    """Whether `using` follows scikit-learn's estimator interface (fit, predict, get_params)."""
    return not inspect.isclass(using) and all(hasattr(using, name) for name in ("fit", "predict", "get_params"))
