"""What is left where true values are put in at a seam: how low the stages before it could bring a design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from endwise.errors import listed
from endwise.evidence.caveats import caveat
from endwise.evidence.compare import Draws, bootstrap
from endwise.records import Caveat, Ceiling
from endwise.system.judging import Metric


@dataclass(frozen=True)
class Cut:
    """The last parts of `designs`, run on the true values of `truths`.

    `path` says what runs, `makes` what the first of it makes and `after` identifies all that follows.
    """

    path: str
    truths: tuple[str, ...]
    makes: str
    after: tuple[str, ...]
    designs: tuple[str, ...]
    records: np.ndarray


def ceilings(
    cuts: Sequence[Cut], units: np.ndarray, metric: Metric, unit: str, seed: int
) -> tuple[tuple[Ceiling, ...], tuple[Caveat, ...]]:
    """The ceilings with their intervals, and the signals that are missing at a seam."""
    if not cuts:
        return (), ()
    draws = bootstrap({str(at): {0: cut.records} for at, cut in enumerate(cuts)}, units, metric.aggregate, seed)
    found = tuple(
        Ceiling(cut.path, cut.truths, float(draws.errors[at]), *draws.interval(at, metric), cut.designs)
        for at, cut in enumerate(cuts)
        if not any(_tells_more(other, cut) for other in cuts)
    )
    return found, tuple(_missing(cuts, draws, unit))


def _tells_more(longer: Cut, cut: Cut) -> bool:
    """Whether the same comes of a cut further ahead, of the same designs: what lies between loses nothing."""
    alike = longer.designs == cut.designs and np.array_equal(longer.records, cut.records)
    return alike and len(longer.after) > len(cut.after)


def _missing(cuts: Sequence[Cut], draws: Draws, unit: str) -> list[Caveat]:
    """Seams where another maker of the same signal, told more of the truth, errs less beyond chance.

    Designs may have trained the same part on inputs of different stages: it is told of once, where it errs least.
    """
    found: dict[tuple[str, str, str], Caveat] = {}
    for few in sorted(range(len(cuts)), key=lambda at: float(draws.errors[at])):
        cut = cuts[few]
        wider = [
            at
            for at, other in enumerate(cuts)
            if (other.makes, other.after) == (cut.makes, cut.after)
            and set(other.truths) > set(cut.truths)
            and draws.difference(few, at)[1] > 0
        ]
        if not wider:
            continue
        best = min(wider, key=lambda at: float(draws.errors[at]))
        error, other = (f"{round(float(draws.errors[at]), 6):.3g} {unit}".strip() for at in (few, best))
        added = listed([f"`{name}`" for name in cuts[best].truths if name not in cut.truths])
        told = listed([f"`{name}`" for name in cut.truths])
        said = caveat("signal-missing", few=told, path=cut.path, error=error, added=added, other=other)
        found.setdefault((told, cut.path, added), said)
    return list(found.values())
