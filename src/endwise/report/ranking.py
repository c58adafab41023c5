"""The designs of a verdict in the order in which every list, table and figure shows them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from endwise.records import DesignPoint, Difference, Verdict
from endwise.report.quantities import places

ACCENTS = 8  # designs with a colour of their own; more hues than this are not told apart


@dataclass(frozen=True)
class Entry:
    """One design with its letter (A is the best), its accent and its points by size."""

    rank: int
    design: str
    points: tuple[DesignPoint, ...]

    @property
    def letter(self) -> str:
        """A to Z, then AA, AB ...: the short name in figures and tables."""
        first, last = divmod(self.rank, 26)
        return ("" if first == 0 else chr(64 + first)) + chr(65 + last)

    @property
    def accent(self) -> str:
        """The name of its colour: `d0` to `d7`, and `rest` for the designs after those."""
        return f"d{self.rank}" if self.rank < ACCENTS else "rest"

    @property
    def last(self) -> DesignPoint:
        """The point at the largest size that was measured."""
        return self.points[-1]

    def at(self, size: int) -> DesignPoint | None:
        """The point at `size`, or None where it was not measured."""
        return next((point for point in self.points if point.size == size), None)

    @property
    def level(self) -> bool:
        """Whether it needs no rows at all: drawn as a level line."""
        return all(point.size == 0 for point in self.points)


def ranked(verdict: Verdict) -> list[Entry]:
    """Every design, the best first, then by error at the largest size; unfinished ones last."""
    points: dict[str, list[DesignPoint]] = {}
    for point in verdict.designs:
        points.setdefault(point.design, []).append(point)
    largest = max(verdict.sizes, default=0)

    def place(design: str) -> tuple[bool, bool, float, str]:
        last = max(points[design], key=lambda point: point.size)
        unfinished = last.size not in (0, largest) or math.isnan(last.error)
        return (design != verdict.best, unfinished, math.inf if math.isnan(last.error) else last.error, design)

    order = sorted(points, key=place)
    return [
        Entry(rank, design, tuple(sorted(points[design], key=lambda point: point.size)))
        for rank, design in enumerate(order)
    ]


def sizes(verdict: Verdict) -> list[int]:
    """Every size at which something was measured, ascending."""
    return sorted({point.size for point in verdict.designs})


def decimals(verdict: Verdict) -> int:
    """The decimals in which this study's errors are quoted: three digits for the best design."""
    return places([verdict.error, verdict.low, verdict.high])


def against_best(verdict: Verdict) -> dict[str, Difference]:
    """For each other design its difference against the best one."""
    return {one.design: one for one in verdict.differences if one.against == verdict.best}


def gap_unit(verdict: Verdict) -> str:
    """The unit of a difference: two percentages differ by points."""
    return "points" if verdict.unit == "%" else verdict.unit


def difference_decimals(verdict: Verdict, one: Difference) -> int:
    """Decimals for a difference: as the errors have, more where it is too small to be seen so."""
    return max(decimals(verdict), places([one.difference, one.low, one.high], digits=2))


def runner_up(verdict: Verdict) -> Difference | None:
    """How the runner-up stands against the best design; None where there is no other."""
    return None if verdict.runner_up is None else against_best(verdict).get(verdict.runner_up)
