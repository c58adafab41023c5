"""Random systems for the laws of designs: several makers a signal, branches, given signals, any order."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
from hypothesis import strategies as st

from endwise.judge.metrics import mean_absolute_error
from endwise.system.components import Component, fixed, learned
from endwise.system.graph import System
from endwise.system.signals import Number


def same(*arrays: np.ndarray) -> np.ndarray:
    return arrays[0]


@st.composite
def systems(draw: st.DrawFn, most: int = 5, makers: int = 3) -> System:
    """A system of up to `most` made signals, each with up to `makers` makers; the wanted one may lie inside."""
    inputs = [Number(f"x{at}") for at in range(draw(st.integers(1, 2)))]
    given = [Number(f"g{at}") for at in range(draw(st.integers(0, 1)))]
    made = [Number(f"s{at}") for at in range(draw(st.integers(1, most)))]
    components: list[Component] = []
    for at, output in enumerate(made):
        known = [*inputs, *given, *made[:at]]
        for maker in range(draw(st.integers(1, makers))):
            takes = draw(st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True))
            if draw(st.booleans()):
                components.append(learned(*takes, to=output, name=f"m{maker}"))
            else:
                components.append(fixed(*takes, to=output, using=same, name=f"m{maker}"))
    kept = _useful(components, made[-1])
    return System(
        "random",
        inputs=inputs,
        given=given,
        wants=made[-1],
        judge=mean_absolute_error,
        components=draw(st.permutations(kept)),
    )


def _useful(components: list[Component], wants: Number) -> list[Component]:
    useful = {wants.name}
    for component in reversed(components):  # makers of later signals stand later
        if component.output.name in useful:
            useful |= {signal.name for signal in component.inputs}
    return [component for component in components if component.output.name in useful]


def ways(system: System) -> set[frozenset[tuple[str, str]]]:
    """Every design by brute force: all choices of one maker a signal, cut down to what the output needs."""
    found: set[frozenset[tuple[str, str]]] = set()
    for choice in itertools.product(*system.makers.values()):
        makers = {component.output.name: component for component in choice}
        found.add(frozenset((name, makers[name].name) for name in needed(system.wants.name, makers)))
    return found


def needed(name: str, makers: Mapping[str, Component]) -> set[str]:
    """The made signals that `name` needs, itself included."""
    if name not in makers:
        return set()
    return {name}.union(*(needed(signal.name, makers) for signal in makers[name].inputs))


def wide(signals: int = 20) -> System:
    """A chain in which each signal has two makers: 2 ** signals designs."""
    chain = [Number(f"s{at}") for at in range(signals + 1)]
    makers = [
        learned(before, to=after, name=name) for before, after in itertools.pairwise(chain) for name in ("one", "two")
    ]
    return System("wide", inputs=chain[0], wants=chain[-1], judge=mean_absolute_error, components=makers)
