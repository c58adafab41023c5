"""The enrolled: one template a person, and who of them a face resembles most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class Gallery:
    """Embeddings to who; an `endwise.Learner` that learns nothing but whom it is to know.

    A template is the mean of a person's embeddings, of length 1; the score of a face is its cosine with the template
    that is nearest. Enrolling another person adds a row, and changes nothing else.
    """

    def __init__(self) -> None:
        self.places = np.empty(0, np.int64)
        """Of each template its place among the signal's people."""
        self.templates = np.empty((0, 0), np.float32)

    def fit(self, inputs: Sequence[np.ndarray], target: np.ndarray, held_out: np.ndarray, seed: int) -> float:
        """Enrol everybody with all their pictures; strangers are left out.

        Nothing here is stopped by held-out rows, so they are enrolled too: the same rows as for every design.
        Returns the share of rows whose nearest template is another's.
        """
        vectors, people = np.asarray(inputs[0]), np.asarray(target)[:, 0].astype(np.int64)
        self.places = np.unique(people[people >= 0])
        self.templates = np.stack([template(vectors[people == one]) for one in self.places])
        known = people >= 0
        return float((self.predict([vectors[known]])[:, 0] != people[known]).mean())

    def predict(self, inputs: Sequence[np.ndarray]) -> np.ndarray:
        """For each face the place of the most similar person and their cosine: float32 (N, 2)."""
        cosines = np.asarray(inputs[0], np.float32) @ self.templates.T
        best = cosines.argmax(axis=1)
        return np.stack([self.places[best], cosines[np.arange(len(best)), best]], axis=1).astype(np.float32)

    def state(self) -> dict[str, np.ndarray]:
        """All that was learnt."""
        return {"places": self.places, "templates": self.templates}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take what `state` gave."""
        self.places, self.templates = state["places"], state["templates"]


def template(vectors: np.ndarray) -> np.ndarray:
    """One person's embeddings as one, of length 1: (N, D) -> (D,)."""
    mean = np.asarray(vectors, np.float64).mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)
