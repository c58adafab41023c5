"""What is believed of a data curve's shape before it is seen: generic, or learnt from public curves.

The learnt priors, one a family of models and one for any, are a data file, `priors/lcdb-2.npz`, made by
`bench/learn_prior.py` from the calibration half of the Learning Curve Database 1.0 and 1.1. Sources, licences and the
data sets used stand beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import IO, TypeAlias

import numpy as np

from endwise.evidence.forecast.shapes import SHAPES

TAUS = np.array([0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16])  # sizes of misfit, in log error
TAU_MEDIAN, TAU_SD = 0.02, 0.8  # generic: log-normal around 2 %
LEARNT = "lcdb-2.npz"
FORMAT = 2  # of the data file
STEPS = 8  # the file keeps log2(learnt / generic) in steps of an eighth: 9 % of a weight, far below what EM can tell


@dataclass(frozen=True)
class Prior:
    """Log weights of every shape of the bank with every size of misfit, shape (S, T).

    `learnt_on` are the OpenML ids of the data sets that it has seen.
    """

    name: str
    log_weights: np.ndarray
    learnt_on: tuple[int, ...] = ()


Priors: TypeAlias = Mapping[str | None, Prior]
"""By family of models, as `MODEL_FAMILIES` names them; the one for any model, under None, is always there."""


def believed(priors: Priors, family: str | None) -> Prior:
    """The prior for a family of models: its own, or the one for any."""
    return priors.get(family, priors[None])


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
def learnt() -> Priors:
    """The priors learnt from public curves, part of each generic.

    >>> len(learnt()[None].learnt_on), sorted(family for family in learnt() if family)[:3]
    (86, ['bayes', 'kernel', 'linear'])
    """
    with (files("endwise.evidence.forecast") / "priors" / LEARNT).open("rb") as file:
        return read(file)


def read(file: IO[bytes]) -> Priors:
    """The priors that `write` wrote."""
    with np.load(file, allow_pickle=False) as stored:
        if int(stored["format"]) != FORMAT:
            raise ValueError(f"The learnt prior has format {int(stored['format'])}, this endwise reads {FORMAT}.")
        families = [str(one) or None for one in stored["families"]]
        steps = stored["steps"].astype(float)
        learnt_on = tuple(int(one) for one in stored["learnt_on"])
        name = str(stored["name"])
    logs = generic(steps.shape[1]).log_weights + steps / STEPS * np.log(2)
    return {
        family: Prior(f"{name}, {family}" if family else name, one - np.log(np.exp(one).sum()), learnt_on)
        for family, one in zip(families, logs, strict=True)
    }


def write(priors: Priors, file: IO[bytes]) -> None:
    """The priors as a small data file: a byte for each shape and misfit. They have seen the same data sets."""
    any_model = priors[None]
    logs = np.stack([one.log_weights for one in priors.values()])
    ratio = (logs - generic(logs.shape[1]).log_weights) / np.log(2)
    np.savez_compressed(
        file,
        format=FORMAT,
        name=any_model.name,
        families=np.array([family or "" for family in priors]),
        steps=np.clip(np.rint(ratio * STEPS), -128, 127).astype(np.int8),
        learnt_on=np.array(any_model.learnt_on, dtype=np.int32),
    )
