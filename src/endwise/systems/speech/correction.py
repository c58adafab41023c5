"""A small network that corrects the chances of phones at a frame, from what is heard around it. In plain numpy."""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

HIDDEN: Final = 128
EPOCHS: Final = 15
PATIENCE: Final = 3
"""Passes without progress on held-out frames that end the training."""
BATCH: Final = 256
RATE: Final = 1e-3
DECAY: Final = 1e-2
DROPPED: Final = 0.3
"""Share of the hidden numbers that each step does without: a few speakers must not be learnt by heart."""
_BETAS: Final = (0.9, 0.999)
_TINY: Final = 1e-8

Floats: TypeAlias = npt.NDArray[np.float32]


class Frames(NamedTuple):
    """What is heard around each frame (N, D), the log chances before (N, phones), and the phone it belongs to (N,)."""

    seen: Floats
    before: Floats
    labels: npt.NDArray[np.int64]

    def some(self, at: npt.NDArray[np.int64]) -> Frames:
        """The frames at these places."""
        return Frames(self.seen[at], self.before[at], self.labels[at])


class Correction:
    """Log chances plus a layer of hidden numbers: softmax(before + relu(scaled W + b) V + c).

    V and c begin at zero, so that nothing is corrected before something is learnt. AdamW (Loshchilov & Hutter 2019,
    algorithm 2), stopped by held-out frames.
    """

    def __init__(self, weights: dict[str, Floats] | None = None) -> None:
        self.weights = weights or {}

    def chances(self, seen: Floats, before: Floats) -> Floats:
        """(N, phones), each row summing to 1; untrained, those before."""
        return _softmax(before + self._added(self._scaled(seen)) if self.weights else before)

    def train(self, learnt: Frames, judged: Frames, random: np.random.Generator) -> float:
        """Learn from frames until those of `judged` gain no more; keep the best. Its cross entropy there, in nats."""
        width, phones = learnt.seen.shape[1], learnt.before.shape[1]
        self.weights = {
            "mean": learnt.seen.mean(axis=0),
            "spread": learnt.seen.std(axis=0) + np.float32(1e-3),
            "first": random.normal(0, (2 / width) ** 0.5, (width, HIDDEN)).astype(np.float32),
            "first_bias": np.zeros(HIDDEN, np.float32),
            "second": np.zeros((HIDDEN, phones), np.float32),
            "second_bias": np.zeros(phones, np.float32),
        }
        learnt, judged = (one._replace(seen=self._scaled(one.seen)) for one in (learnt, judged))
        moving = _Adam({name: one for name, one in self.weights.items() if name not in ("mean", "spread")})
        best, kept, stale = np.inf, self.weights, 0
        for _ in range(EPOCHS):
            for batch in np.array_split(random.permutation(len(learnt.seen)), -(-len(learnt.seen) // BATCH)):
                moving.step(self._gradients(learnt.some(batch), random))
            loss = self._loss(judged)
            stale = 0 if loss < best else stale + 1
            if loss < best:
                best, kept = loss, {name: one.copy() for name, one in self.weights.items()}
            if stale == PATIENCE:
                break
        self.weights = kept
        return float(best)

    def _scaled(self, seen: Floats) -> Floats:
        return np.asarray((seen - self.weights["mean"]) / self.weights["spread"])

    def _added(self, scaled: Floats) -> Floats:
        hidden = np.maximum(scaled @ self.weights["first"] + self.weights["first_bias"], 0)
        return np.asarray(hidden @ self.weights["second"] + self.weights["second_bias"])

    def _loss(self, frames: Frames) -> float:
        chances = _softmax(frames.before + self._added(frames.seen))
        return float(-np.log(chances[np.arange(len(chances)), frames.labels] + _TINY).mean())

    def _gradients(self, frames: Frames, random: np.random.Generator) -> dict[str, Floats]:
        """Of the mean cross entropy, with some hidden numbers dropped."""
        raw = frames.seen @ self.weights["first"] + self.weights["first_bias"]
        kept = (random.random(raw.shape, np.float32) > DROPPED) / np.float32(1 - DROPPED)
        alive = ((raw > 0) * kept).astype(np.float32)
        hidden = raw * alive
        error = _softmax(frames.before + (hidden @ self.weights["second"] + self.weights["second_bias"]))
        error[np.arange(len(error)), frames.labels] -= 1
        error /= len(error)
        back = (error @ self.weights["second"].T) * alive
        return {
            "first": frames.seen.T @ back,
            "first_bias": back.sum(axis=0),
            "second": hidden.T @ error,
            "second_bias": error.sum(axis=0),
        }


class _Adam:
    """Moves arrays in place along their gradients."""

    def __init__(self, arrays: dict[str, Floats]) -> None:
        self.arrays, self.steps = arrays, 0
        self.first = {name: np.zeros_like(one) for name, one in arrays.items()}
        self.second = {name: np.zeros_like(one) for name, one in arrays.items()}

    def step(self, gradients: dict[str, Floats]) -> None:
        self.steps += 1
        for name, gradient in gradients.items():
            first, second = self.first[name], self.second[name]
            first += (1 - _BETAS[0]) * (gradient - first)
            second += (1 - _BETAS[1]) * (gradient**2 - second)
            scaled = np.sqrt(second / (1 - _BETAS[1] ** self.steps)) + _TINY
            self.arrays[name] *= 1 - RATE * DECAY
            self.arrays[name] -= RATE * (first / (1 - _BETAS[0] ** self.steps)) / scaled


def _softmax(logits: npt.NDArray[np.floating]) -> Floats:
    chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(chances / chances.sum(axis=1, keepdims=True), np.float32)
