"""The schedule: what is searched, and in which order cells run."""

from __future__ import annotations

from collections import Counter

import pytest

from endwise.studies.cells import arrow
from endwise.studies.schedule import SEARCH, Scope, depths, searches
from endwise.system.designs import designs
from tests.studies.worlds import system


@pytest.mark.parametrize("training", ["apart", "chained"])
def test_the_rate_of_a_component_is_searched_once_however_many_designs_hold_it(training: str) -> None:
    held = tuple(design.trained(training) for design in designs(system()))
    scope = Scope(held, (20, 40, 80), repeats=1, tunes=True)
    rates = {arrow(part): 0.01 for design in held for part in design.learned}
    found = [searches(scope, depth, rates) for depth in depths(scope)]
    tried = Counter(arrow(part) for options in found for part, _, _ in options)
    assert set(tried) <= set(rates)
    assert tried
    assert set(tried.values()) == {len(SEARCH)}
    assert all(training.size == scope.middle for options in found for _, _, training in options)


def test_a_search_meets_stages_whose_rates_are_settled() -> None:
    held = tuple(design.trained("chained") for design in designs(system()))
    scope = Scope(held, (20, 40), repeats=1, tunes=True)
    rates = {arrow(part): 0.01 for design in held for part in design.learned}
    before: set[tuple[str, str]] = set()
    for depth in depths(scope):
        options = searches(scope, depth, rates)
        for part, _, training in options:
            assert {arrow(one) for one in training.path if one.learns} - {arrow(part)} <= before
        before |= {arrow(part) for part, _, _ in options}
