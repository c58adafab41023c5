"""What is believed of a data curve's shape before it is seen: generic, or learnt from public curves.

The learnt prior is a data file, `priors/lcdb-1.npz`, made by `bench/learn_prior.py` from the calibration half of the
Learning Curve Database 1.0 and 1.1. Sources, licences and the data sets used stand beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import IO

import numpy as np

from endwise.evidence.forecast.shapes import SHAPES

TAUS = np.array([0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16])  # sizes of misfit, in log error
TAU_MEDIAN, TAU_SD = 0.02, 0.8  # generic: log-normal around 2 %
LEARNT = "lcdb-1.npz"
FORMAT = 1  # of the data file
STEPS = 8  # the file keeps log2(learnt / generic) in steps of an eighth: 9 % of a weight, far below what EM can tell


@dataclass(frozen=True)
class Prior:
    """Log weights of every shape of the bank with every size of misfit, shape (S, T).

    `learnt_on` are the OpenML ids of the data sets that it has seen.
    """

    name: str
    log_weights: np.ndarray
    learnt_on: tuple[int, ...] = ()


@lru_cache(maxsize=4)
def generic(shapes: int = SHAPES) -> Prior:
    """The prior that has seen no data: every shape alike, misfit log-normal around 2 %.

    >>> float(np.exp(generic().log_weights).sum().round(6))
    1.0
    """
    tau = -0.5 * np.square(np.log(TAUS / TAU_MEDIAN) / TAU_SD)
    tau -= np.log(np.exp(tau).sum())
    return Prior("generic", np.broadcast_to(tau - np.log(shapes), (shapes, len(TAUS))))


@lru_cache(maxsize=1)
def learnt() -> Prior:
    """The prior learnt from public curves, part of it generic.

    >>> len(learnt().learnt_on)
    86
    """
    with (files("endwise.evidence.forecast") / "priors" / LEARNT).open("rb") as file:
        return read(file)


def read(file: IO[bytes]) -> Prior:
    """The prior that `write` wrote."""
    with np.load(file, allow_pickle=False) as stored:
        if int(stored["format"]) != FORMAT:
            raise ValueError(f"The learnt prior has format {int(stored['format'])}, this endwise reads {FORMAT}.")
        steps = stored["steps"].astype(float)
        learnt_on = tuple(int(one) for one in stored["learnt_on"])
        name = str(stored["name"])
    log_weights = generic(len(steps)).log_weights + steps / STEPS * np.log(2)
    return Prior(name, log_weights - np.log(np.exp(log_weights).sum()), learnt_on)


def write(prior: Prior, file: IO[bytes]) -> None:
    """The prior as a small data file: a byte for each shape and misfit."""
    ratio = (prior.log_weights - generic(len(prior.log_weights)).log_weights) / np.log(2)
    steps = np.clip(np.rint(ratio * STEPS), -128, 127).astype(np.int8)
    np.savez_compressed(
        file, format=FORMAT, name=prior.name, steps=steps, learnt_on=np.array(prior.learnt_on, dtype=np.int32)
    )
