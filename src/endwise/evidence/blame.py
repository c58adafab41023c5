"""Blame: how much of a design's error goes away with the truth put in at a seam, and what to make of it.

Ng 2018, *Machine Learning Yearning*, ch. 53-57: each stage in turn is given perfect inputs. Blames do not add up: a
stage after another may make up for its mistakes, or stumble over the truth, which it never met.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from endwise.evidence.compare import Draws, Records, bootstrap
from endwise.records import Blame
from endwise.system.judging import Metric

STAGE, INTERFACE, AFTER, NONE = "stage-to-blame", "interface-to-blame", "worse-on-truth", "not-shown"
UNSEEN = "unseen-predictions"

FINDINGS = (STAGE, INTERFACE, AFTER, UNSEEN, NONE)
"""What can be found at a seam. Codes are stable; docs/blame.md explains them."""


@dataclass(frozen=True)
class Run:
    """A design run with true values: `records` of those units that `told` (N,) marks, of all that were judged.

    `settled` says that nothing it takes is predicted any more: then what is left is what follows, or the signal's.
    """

    design: str
    signal: str
    truths: tuple[str, ...]
    records: np.ndarray
    told: np.ndarray
    settled: bool


def blame(
    run: Run, as_it_is: np.ndarray, rivals: Mapping[str, np.ndarray], units: np.ndarray, metric: Metric, seed: int
) -> Blame:
    """What the run says of its seam, against the design's own records `as_it_is` and those of `rivals`.

    `rivals` are designs that do without the signal; all records are (N, ...), those of the run only the told units'.
    """
    told = {name: records[run.told] for name, records in {"as it is": as_it_is, **rivals}.items()}
    names = ["as it is", "with truth", *rivals]
    draws = bootstrap(
        {name: {0: run.records if name == "with truth" else told[name]} for name in names},
        units[run.told], metric.aggregate, seed,
    )  # fmt: skip
    difference, low, high, _ = draws.difference(0, 1)
    found = Blame(
        run.design, run.signal, run.truths, float(draws.errors[0]), float(draws.errors[1]), difference, low, high,
        finding=STAGE if low > 0 else AFTER if high < 0 else NONE,
        rows=int(run.told.sum()), without=int((~run.told).sum()),
    )  # fmt: skip
    return _against_rivals(found, draws) if run.settled and rivals else found


def _against_rivals(found: Blame, draws: Draws) -> Blame:
    """Whether a design that does without the signal errs less than this one does with the truth."""
    best = min(range(2, len(draws.designs)), key=lambda at: float(draws.errors[at]))
    found = replace(found, rival=draws.designs[best], rival_error=float(draws.errors[best]))
    ahead, low, _, _ = draws.difference(1, best)
    gained = found.difference if found.finding == STAGE else 0.0
    return replace(found, finding=INTERFACE) if low > 0 and ahead > gained else found


def unseen(
    signal: str, apart: tuple[str, Records], chained: tuple[str, Records], units: np.ndarray, metric: Metric, seed: int
) -> Blame | None:
    """What training on predictions brings a design whose parts after `signal` learnt from true values.

    `apart` and `chained` are the same parts trained either way, each a design with its records by repeat. None where
    the difference may be chance, or chained errs more.
    """
    draws = bootstrap(dict([apart, chained]), units, metric.aggregate, seed)
    difference, low, high, _ = draws.difference(0, 1)
    if low <= 0:
        return None
    return Blame(
        apart[0], signal, (), float(draws.errors[0]), float("nan"), difference, low, high, UNSEEN, rows=len(units),
        rival=chained[0], rival_error=float(draws.errors[1]),
    )  # fmt: skip
