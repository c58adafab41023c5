"""An embedding by linear discriminants: directions in which people differ more than one person's pictures do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from endwise.systems.gate.signals import NUMBERS


class Discriminants:
    """Vectors to embeddings, learnt from whom they show; an `endwise.Learner`.

    Fisher's linear discriminants, as *fisherfaces* (Belhumeur, Hespanha & Kriegman 1997, equation 4): directions that
    make the spread between people largest against the spread within them. Whitened by the latter, then each weighted by
    how much of it is between people (Ioffe 2006, *Probabilistic linear discriminant analysis*: without it, directions
    that say nothing count as much as those that say all), and of length 1, so that a cosine compares two embeddings.
    """

    def __init__(self) -> None:
        self.mean = np.empty(0, np.float32)
        self.axes = np.empty((0, NUMBERS), np.float32)

    def fit(self, inputs: Sequence[np.ndarray], target: np.ndarray, held_out: np.ndarray, seed: int) -> float:
        """Learn the directions. Returns the mean cosine by which held-out pictures miss their own person's mean."""
        from sklearn.covariance import ledoit_wolf  # a second to import: only for those who train

        rows, people = np.asarray(inputs[0], np.float64)[~held_out], np.asarray(target)[~held_out]
        self.mean = rows.mean(axis=0).astype(np.float32)
        names, at = np.unique(people, return_inverse=True)
        means = np.stack([rows[at == one].mean(axis=0) for one in range(len(names))])
        residuals = rows - means[at]
        scale = np.maximum(residuals.std(axis=0), 1e-6)
        within, _ = ledoit_wolf(residuals / scale, assume_centered=True)  # few pictures say little of so many numbers
        spread, turned = np.linalg.eigh(within)
        white = turned / np.sqrt(spread) / scale[:, None]  # (D, D): within people, unit spread in every direction
        between = (means - means.mean(axis=0)) @ white
        _, strength, directions = np.linalg.svd(between, full_matrices=False)
        # The spread of people's means, less what the spread within people adds to a mean of so few pictures.
        apart = np.maximum(strength**2 / max(len(names) - 1, 1) - len(names) / len(rows), 0)[:NUMBERS]
        self.axes = np.zeros((rows.shape[1], NUMBERS), np.float32)
        self.axes[:, : len(apart)] = (white @ directions[:NUMBERS].T) * np.sqrt(apart / (1 + apart))
        return self._missed(inputs[0], np.asarray(target), held_out)

    def predict(self, inputs: Sequence[np.ndarray]) -> np.ndarray:
        """float32 (N, NUMBERS), each of length 1."""
        turned = (np.asarray(inputs[0], np.float32) - self.mean) @ self.axes
        return np.asarray(turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-9), np.float32)

    def state(self) -> dict[str, np.ndarray]:
        """All that was learnt."""
        return {"mean": self.mean, "axes": self.axes}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take what `state` gave."""
        self.mean, self.axes = state["mean"], state["axes"]

    def _missed(self, vectors: np.ndarray, people: np.ndarray, held_out: np.ndarray) -> float:
        made, judged = self.predict([vectors]), held_out if held_out.any() else ~held_out
        known = np.unique(people[~held_out])
        means = np.stack([made[(people == one) & ~held_out].mean(axis=0) for one in known])
        means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
        judged &= np.isin(people, known)
        if not judged.any():
            return 1.0
        return 1 - float((made[judged] * means[np.searchsorted(known, people[judged])]).sum(axis=1).mean())
