"""Algorithms of one's own as models: they learn by themselves, and what they learnt is kept as arrays."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import final

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from endwise.errors import BundleError
from endwise.learn.encode import check_finite
from endwise.learn.model import Model
from endwise.learn.trainer import Fit
from endwise.system.components import Learned
from endwise.system.using import Learner


@final
class LearnerModel(Model):
    """A learner that has learnt."""

    def __init__(self, component: Learned, learner: Learner) -> None:
        self.component, self.learner = component, learner

    @property
    def parameters(self) -> int:
        return sum(array.size for array in self.learner.state().values())

    def predict(self, inputs: Sequence[np.ndarray]) -> np.ndarray:
        check_finite(self.component.inputs, inputs)
        return self.learner.predict([np.asarray(one) for one in inputs])

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        save_file({name: np.ascontiguousarray(one) for name, one in self.learner.state().items()}, folder / FILE)
        about = {"made": "learner", "output": self.component.output.to_json(), "parameters": self.parameters}
        (folder / "model.json").write_text(json.dumps(about, indent=1))

    @classmethod
    def load(cls, component: Learned, folder: Path) -> LearnerModel:
        """Read back what `save` wrote. Raises BundleError for a damaged file."""
        try:
            state = load_file(folder / FILE)
        except (OSError, SafetensorError) as error:
            raise BundleError(
                f"The model of {component!r} was to be loaded from {folder}.",
                f"What it learnt cannot be read: {str(error).splitlines()[0]}",
                "The file is damaged, or was written by something else.",
                "Run the study again, or take the folder from its source again.",
            ) from None
        learner: Learner = component.using()
        learner.restore(state)
        return cls(component, learner)


FILE = "learnt.safetensors"


def fit_learner(
    component: Learned, inputs: Sequence[np.ndarray], target: np.ndarray, held_out: np.ndarray, seed: int
) -> tuple[Model, Fit]:
    """A fresh learner of the component, fitted, and what happened."""
    start = time.process_time()
    learner: Learner = component.using()
    loss = float(learner.fit([np.asarray(one) for one in inputs], target, held_out, seed))
    return LearnerModel(component, learner), Fit(
        1, 1.0, loss, False, time.process_time() - start, int((~held_out).sum())
    )
