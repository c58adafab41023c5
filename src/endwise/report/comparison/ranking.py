"""The systems of a comparison as every list, table and figure shows them, and the digits they are quoted in."""

from __future__ import annotations

from endwise.records import Comparison, Gap, SeamBlame
from endwise.report.quantities import places
from endwise.report.ranking import Entry


def entries(found: Comparison) -> list[Entry]:
    """Every system with its letter, the best first."""
    return [Entry(rank, score.name, ()) for rank, score in enumerate(found.systems)]


def decimals(found: Comparison) -> int:
    """Decimals for errors: three digits for the best system that makes any."""
    scores = [[one.error, one.low, one.high] for one in found.systems]
    return places(next((score for score in scores if any(score)), [0.0]))


def gap_unit(found: Comparison) -> str:
    """The unit of a difference: two percentages differ by points."""
    return "points" if found.unit == "%" else found.unit


def gap_decimals(found: Comparison, one: Gap | SeamBlame) -> int:
    """Decimals for a difference: as the errors have, more where it is too small to be seen so."""
    gap = one.difference if isinstance(one, Gap) else one.gone
    return max(decimals(found), places([gap, one.low, one.high], digits=2))


def told_apart(gap: Gap) -> bool:
    """Whether the interval of a difference leaves out zero."""
    return not gap.low <= 0 <= gap.high
