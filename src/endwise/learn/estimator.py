"""scikit-learn estimators as models.

An estimator gets one float32 table: the inputs in order, pictures as 0..1, categories one-hot; scaling is its own
business (a pipeline). It has no use for a held-out slice, so it is fitted twice: without the slice, to report a
held-out loss beside those of networks, and then on all rows, which is the model that is kept.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, final

import numpy as np
import skops.io
from sklearn.base import clone

from endwise.errors import BundleError
from endwise.learn.encode import check_finite, encoder
from endwise.learn.model import Model
from endwise.learn.trainer import Fit
from endwise.seeds import number
from endwise.system.components import Learned
from endwise.system.signals import Category, Number

TRUSTED = (
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.gaussian_process.kernels.",
    "sklearn.metrics._dist_metrics.",
    "sklearn.neighbors._ball_tree.BallTree",
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.neural_network._stochastic_optimizers.",
    "sklearn.tree._tree.Tree",
    "sklearn.utils._bunch.Bunch",
)
"""Types read back beside those that skops trusts by itself (all public estimators): what 29 estimators hold when
fitted. Not all of `sklearn.` or `numpy.`: those hold functions, too. A name that ends in a dot stands for a module."""


@final
class EstimatorModel(Model):
    """A fitted estimator."""

    def __init__(self, component: Learned, estimator: Any) -> None:
        self.component, self.estimator = component, estimator

    @property
    def parameters(self) -> int:
        """Numbers in the fitted arrays (`coef_` and the like), also of a pipeline's steps."""
        return _numbers_in(self.estimator)

    def predict(self, inputs: Sequence[np.ndarray]) -> np.ndarray:
        check_finite(self.component.inputs, inputs)
        output = self.component.output
        if not len(inputs[0]):
            return np.empty((0, *output.shape), np.float32)  # type: ignore[arg-type]
        rows = np.asarray(self.estimator.predict(table(self.component, inputs)))
        if isinstance(output, Category):
            return rows.astype(np.int32)
        rows = rows.astype(np.float32).reshape(len(rows), *output.shape)
        return rows.clip(output.low, output.high) if isinstance(output, Number) else rows

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        skops.io.dump(self.estimator, folder / "estimator.skops")
        about = {"made": "estimator", "output": self.component.output.to_json(), "parameters": self.parameters}
        (folder / "model.json").write_text(json.dumps(about, indent=1))

    @classmethod
    def load(cls, component: Learned, folder: Path) -> EstimatorModel:
        """Read back what `save` wrote; raises BundleError for a type that is not scikit-learn's or numpy's."""
        path = folder / "estimator.skops"
        try:
            found = skops.io.get_untrusted_types(file=path)
            foreign = [name for name in found if not _trusted(name)]
            if not foreign:
                return cls(component, skops.io.load(path, trusted=found))
            why = f"It holds the type {foreign[0]}."
        except Exception as error:  # a damaged zip fails in many ways, all of them the file's
            why = f"It cannot be read: {error}"
        raise BundleError(
            f"The estimator of {component!r} was to be loaded from {path}.",
            why,
            "Only types of scikit-learn and numpy are read back, since others could run code.",
            "Run the study again, or take the folder from its source again.",
        ) from None


def fit_estimator(
    component: Learned, inputs: Sequence[np.ndarray], target: np.ndarray, held_out: np.ndarray, seed: int
) -> tuple[Model, Fit]:
    """A clone of the component's estimator, fitted on all rows, and what happened."""
    start = time.process_time()
    rows, wanted = table(component, inputs), target.reshape(len(target), -1) if target.ndim > 1 else target
    loss = _held_out_loss(component, rows, wanted, held_out, seed)
    estimator = _fresh(component, seed).fit(rows, wanted)
    done = Fit(1, 1.0, loss, False, time.process_time() - start, len(rows))
    return EstimatorModel(component, estimator), done


def table(component: Learned, inputs: Sequence[np.ndarray]) -> np.ndarray:
    """All inputs side by side, (N, width) float32."""
    pairs = zip(component.inputs, inputs, strict=True)
    return np.concatenate([encoder(signal).numbers(rows) for signal, rows in pairs], axis=1)


def _held_out_loss(component: Learned, rows: np.ndarray, target: np.ndarray, held_out: np.ndarray, seed: int) -> float:
    """Mean absolute error in spreads of the target, or the share of wrong categories."""
    judged = held_out if held_out.any() else ~held_out  # without any, the training rows' own
    estimator = _fresh(component, seed).fit(rows[~held_out], target[~held_out])
    found = np.asarray(estimator.predict(rows[judged])).reshape(target[judged].shape)
    if isinstance(component.output, Category):
        return float((found != target[judged]).mean())
    spread = target[~held_out].std(axis=0)
    return float((np.abs(found - target[judged]) / np.where(spread > 0, spread, 1)).mean())


def _fresh(component: Learned, seed: int) -> Any:
    """An unfitted clone; every `random_state` in it, also within a pipeline, gets a seed of its own."""
    estimator = clone(component.using)
    states = [name for name in estimator.get_params() if name.split("__")[-1] == "random_state"]
    return estimator.set_params(**{name: number(seed, name) for name in states})


def _trusted(name: str) -> bool:
    return name in TRUSTED or f"{name.rpartition('.')[0]}." in TRUSTED


def _numbers_in(estimator: Any) -> int:
    """Numbers in what fitting left behind: arrays, trees (three a node), and the same of estimators within."""
    if hasattr(estimator, "steps"):
        return sum(_numbers_in(step) for _, step in estimator.steps)
    within = np.ravel(getattr(estimator, "estimators_", []))
    arrays = [v for name, v in vars(estimator).items() if name.endswith("_") and isinstance(v, np.ndarray)]
    own = sum(array.size for array in arrays if array.dtype.kind in "fiu")
    nodes = estimator.tree_.node_count if hasattr(estimator, "tree_") else 0
    return own + 3 * nodes + sum(map(_numbers_in, within))
