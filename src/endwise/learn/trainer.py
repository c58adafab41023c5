"""One training recipe for every network in a study, each to its own convergence.

A learning rate that falls along a fixed number of steps would decide beforehand when a network has converged. So
the rate stays until the held-out loss stops improving, falls once, and stays until it stops improving again; the best
weights are kept. Where pictures were changed in training (augment.py), a short last part shows them as they are.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from endwise.errors import StudyError
from endwise.learn.adam import AdamW
from endwise.learn.encode import tensors


@dataclass(frozen=True)
class Recipe:
    """How networks are trained: the same for all designs, only the learning rate is searched."""

    learning_rate: float = 2e-3
    batch: int = 16  # 32, at rate 3e-3, took 6 % off the errors for twice the row passes
    weight_decay: float = 1e-2
    warm_up: int = 20  # steps over which the rate rises, as Adam's second moments need some
    # Steps at least; an epoch where that is longer: a limit of 50 steps stopped 2,000 rows far too early.
    evaluate_every: int = 10
    # Evaluations without progress that end a part of training; 4 would save a quarter of the steps for 5 % more error.
    patience: int = 6
    # The share by which the held-out loss must fall to count as progress; 0 trained 10-30 % longer for the same error.
    progress: float = 0.02
    fall: float = 0.25  # the rate's factor in the second part; a second fall took 3 % off for a fifth more steps
    shift: float = 0.03  # pictures move by up to this share of their shorter side, the last part excepted
    max_steps: int = 50_000


@dataclass(frozen=True)
class Fit:
    """What happened in one training. `held_out_loss` is in the head's own units."""

    steps: int
    epochs: float
    held_out_loss: float
    still_improving: bool  # the step limit cut training short
    seconds: float  # CPU seconds of this process
    rows: int  # rows that gradients came from


Augment: TypeAlias = Callable[[Sequence[np.ndarray], np.random.Generator], list[np.ndarray]]


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """torch's global randomness starts from `seed` inside, and is as before afterwards."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


def train(
    network: nn.Module,
    arrays: Sequence[np.ndarray],
    held_out: np.ndarray,
    recipe: Recipe,
    seed: int,
    device: str,
    augment: Augment | None,
    *,
    from_here: bool = False,
) -> Fit:
    """Train `network` in place, to its best weights; its `loss` takes a batch of each of `arrays`, and gives (B,).

    `from_here`: the weights that it comes with are trained, and stay where nothing better is found.
    """
    start = time.process_time()
    run = _Run(network, arrays, held_out, recipe, seed, device, augment)
    if from_here:
        run.evaluate()
    still_improving = run.to_convergence()
    epochs = run.steps * min(recipe.batch, len(run.rows)) / len(run.rows)
    seconds = time.process_time() - start
    return Fit(run.steps, round(epochs, 2), run.best, still_improving, seconds, len(run.rows))


class _Run:
    """One training under way."""

    def __init__(
        self,
        network: nn.Module,
        arrays: Sequence[np.ndarray],
        held_out: np.ndarray,
        recipe: Recipe,
        seed: int,
        device: str,
        augment: Augment | None,
    ) -> None:
        self.network, self.arrays, self.recipe, self.device = network, arrays, recipe, device
        self.augment = augment
        self.rows = np.flatnonzero(~held_out)
        self.judged = np.flatnonzero(held_out) if held_out.any() else self.rows
        self.random = np.random.default_rng(seed)
        self.optimizer = AdamW(network.parameters(), recipe.weight_decay)
        self.rate, self.steps, self.best = recipe.learning_rate, 0, float("inf")
        self.kept: dict[str, Tensor] = {}
        self.waiting: list[np.ndarray] = []

    def to_convergence(self) -> bool:
        """Train until nothing helps; True when the step limit came first."""
        recipe = self.recipe
        low = recipe.learning_rate * recipe.fall
        parts = [(recipe.learning_rate, recipe.patience, self.augment), (low, recipe.patience, self.augment)]
        if self.augment is not None:
            parts.append((low, recipe.patience // 2, None))
        for self.rate, patience, self.augment in parts:
            limited = self._to_plateau(patience)
            self._restore()
            if limited:
                return True
        return False

    def _to_plateau(self, patience: int) -> bool:
        """Train until `patience` evaluations in a row made no progress; True when the step limit came first."""
        recipe, stale, bar = self.recipe, 0, self.best
        period = max(recipe.evaluate_every, -(-len(self.rows) // recipe.batch))
        while stale < patience:
            left = recipe.max_steps - self.steps
            for _ in range(min(period, left)):
                self._step()
            self.evaluate()
            if left <= period:
                return True
            stale += 1
            if self.best < bar * (1 - recipe.progress):
                stale, bar = 0, self.best
        return False

    def _step(self) -> None:
        if not self.network.training:  # asked first: setting it walks through every module
            self.network.train()
        rate = self.rate * min(1.0, (self.steps + 1) / self.recipe.warm_up)
        loss = self._loss(self._next_rows(), self.augment).mean()
        if not torch.isfinite(loss):
            raise _failed(self.steps, rate, loss.item())
        self.optimizer.forget_gradients()
        loss.backward()
        self.optimizer.step(rate)
        self.steps += 1

    def _next_rows(self) -> np.ndarray:
        """The next batch: a new order each epoch, which leaves out the few rows that fill no batch."""
        if not self.waiting:
            order = self.random.permutation(self.rows)
            size = min(self.recipe.batch, len(order))
            self.waiting = [np.sort(order[i : i + size]) for i in range(0, len(order) - size + 1, size)][::-1]
        return self.waiting.pop()

    def evaluate(self) -> None:
        """Take the held-out loss, and keep the weights when it is the best so far."""
        loss = self.held_out_loss()
        if not np.isfinite(loss):
            raise _failed(self.steps, self.rate, loss)
        if loss < self.best:
            self.best = loss
            self.kept = {name: value.clone() for name, value in self.network.state_dict().items()}

    def held_out_loss(self) -> float:
        """The mean loss of the held-out rows as they are."""
        self.network.eval()
        batches = [self.judged[i : i + 64] for i in range(0, len(self.judged), 64)]
        with torch.no_grad():
            losses = [self._loss(rows) for rows in batches]
        return float(torch.cat(losses).double().mean())

    def _loss(self, rows: np.ndarray, augment: Augment | None = None) -> Tensor:
        batch = [array[rows] for array in self.arrays]
        return self.network.loss(*tensors(augment(batch, self.random) if augment else batch, self.device))  # type: ignore[operator]

    def _restore(self) -> None:
        """Go back to the best weights so far."""
        if self.kept:
            self.network.load_state_dict(self.kept)


def _failed(step: int, rate: float, loss: float) -> StudyError:
    return StudyError(
        "A model was to be trained.",
        f"At step {step:,}, with learning rate {rate:g}, its loss became {loss}.",
        "From there on no weight means anything.",
        "Try a smaller learning rate, and look for outliers among the rows that it trains on.",
    )
