"""Units that nobody named: clusters of what recordings sound like, in the place of phonemes.

The lecture remarks that phonemes may be an invention of linguists. Forty clusters carry as much from stage to stage
as forty phones do; so what a design with these loses or gains is what the names are worth.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from endwise.systems.speech.phones import PHONES

AROUND = 3
"""Frames to either side that are looked at with one: 70 ms, about a phone."""
NUMBERS = 39
"""Principal components kept of a stack of frames: as many as cepstra with their first two differences have."""
MOST_FRAMES = 60_000
"""Frames that clusters are made of: ten minutes."""


class Units:
    """From cepstra to the chance of each of forty clusters at each frame; an `endwise.Learner`.

    k-means over stacked, whitened cepstra, as HuBERT's first targets are made (Hsu et al. 2021, section II-B). The
    chances are those of equal round Gaussians at the centres. Transcripts are not looked at.
    """

    def __init__(self) -> None:
        self.mean = np.empty(0, np.float32)
        self.axes = np.empty((0, 0), np.float32)  # (stacked, NUMBERS)
        self.centres = np.empty((0, 0), np.float32)  # (units, NUMBERS)
        self.variance = np.ones(1, np.float32)

    def fit(self, inputs: Sequence[np.ndarray], target: np.ndarray, held_out: np.ndarray, seed: int) -> float:
        """Cluster the frames. Returns the spread within clusters on held-out rows, in shares of all spread."""
        from sklearn.cluster import MiniBatchKMeans  # a second to import: only for those who train

        frames = np.concatenate([_stacked(row) for row in inputs[0][~held_out]])
        some = np.random.default_rng(seed).permutation(len(frames))[:MOST_FRAMES]
        frames = frames[np.sort(some)]
        self.mean = frames.mean(axis=0)
        spread, axes = np.linalg.eigh(np.cov(frames.T) + 1e-6 * np.eye(frames.shape[1]))
        self.axes = (axes[:, ::-1] / np.sqrt(spread[::-1]))[:, :NUMBERS].astype(np.float32)
        clusters = MiniBatchKMeans(len(PHONES), random_state=seed % 2**32, n_init=3, batch_size=4096)
        self.centres = clusters.fit(self._whitened(frames)).cluster_centers_.astype(np.float32)
        self.variance = np.array([self._apart(frames).min(axis=1).mean() / NUMBERS], np.float32)
        judged = inputs[0][held_out] if held_out.any() else inputs[0]
        return float(np.concatenate([self._apart(_stacked(row)).min(axis=1) for row in judged]).mean() / NUMBERS)

    def predict(self, inputs: Sequence[np.ndarray]) -> np.ndarray:
        """For each row (T, units) chances."""
        rows = np.empty(len(inputs[0]), object)
        for at, row in enumerate(inputs[0]):
            likely = -self._apart(_stacked(row)) / (2 * self.variance)
            chances = np.exp(likely - likely.max(axis=1, keepdims=True))
            rows[at] = (chances / chances.sum(axis=1, keepdims=True)).astype(np.float32)
        return rows

    def state(self) -> dict[str, np.ndarray]:
        """All that was learnt."""
        return {"mean": self.mean, "axes": self.axes, "centres": self.centres, "variance": self.variance}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take what `state` gave."""
        self.mean, self.axes, self.centres = state["mean"], state["axes"], state["centres"]
        self.variance = state["variance"]

    def _whitened(self, frames: np.ndarray) -> np.ndarray:
        return np.asarray((frames - self.mean) @ self.axes)

    def _apart(self, frames: np.ndarray) -> np.ndarray:
        """Squared distances from each centre: (T, units)."""
        white = self._whitened(frames)
        squares = (white**2).sum(axis=1)[:, None] + (self.centres**2).sum(axis=1)
        return np.maximum(squares - 2 * white @ self.centres.T, 0)


def _stacked(row: np.ndarray) -> np.ndarray:
    """Each frame beside those around it, the edges repeated: (T, D) -> (T, (2 AROUND + 1) D)."""
    wide = np.pad(row, ((AROUND, AROUND), (0, 0)), mode="edge")
    return np.concatenate([wide[at : at + len(row)] for at in range(2 * AROUND + 1)], axis=1)
