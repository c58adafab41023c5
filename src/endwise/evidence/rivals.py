"""The designs behind the best one, and which of them gains with more rows."""

from __future__ import annotations

from dataclasses import dataclass

from endwise.evidence.forecast.states import FORECAST
from endwise.records import Pair, Verdict

NOTICED = 0.1  # a probability of being ahead that grows by less than this is no crossover to speak of
LEVEL = 0.25  # a design that is ahead today with at least this probability is level with the best


@dataclass(frozen=True)
class Rival:
    """A design behind the best one: its probability of being ahead, today and by size.

    Where it was not measured at the largest size, today is the first size that is forecast.
    """

    design: str
    today: float
    chances: dict[int, float]

    @property
    def last(self) -> float:
        """The probability at the largest size that was looked at."""
        return self.chances[max(self.chances)]

    @property
    def gain(self) -> float:
        """By how much its probability grows with more rows."""
        return self.last - self.today


def rivals(verdict: Verdict) -> list[Rival]:
    """The designs behind the best whose curve can be forecast; the one that gains most with more rows first."""
    outlook = verdict.forecast
    if outlook is None:
        return []
    trusted = {one.design for one in outlook.designs if one.state == FORECAST}
    pairs = [pair for pair in outlook.pairs if {pair.ahead, pair.behind} <= trusted and pair.overtakes]
    found = [_rival(verdict, pair) for pair in pairs if verdict.best in (pair.ahead, pair.behind)]
    return sorted(found, key=lambda one: (-one.gain, one.design))


def _rival(verdict: Verdict, pair: Pair) -> Rival:
    leads = pair.ahead == verdict.best  # a selection by all repeats and one by the common ones may differ
    other = pair.behind if leads else pair.ahead
    chances = {one.n: one.probability if leads else 1 - one.probability for one in pair.overtakes}
    today = [one.probability_better for one in verdict.differences if one.design == other]
    return Rival(other, today[0] if today else chances[min(chances)], chances)
