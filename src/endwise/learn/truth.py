"""The true value of any signal for any row: read from its column, or computed by fixed components.

A fixed component's truth is computed from true inputs (bone lengths from true joints), so a label that
nobody wrote down is still there when geometry yields it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from endwise.data.rows import Rows
from endwise.learn.chain import checked
from endwise.system.components import Component, Fixed
from endwise.system.graph import System


class Truth:
    """True values for the rows of one study."""

    def __init__(self, system: System, rows: Rows) -> None:
        self.system, self.rows = system, rows
        self._has: dict[str, np.ndarray] = {}

    def has(self, name: str) -> np.ndarray:
        """Which rows have a true value of the signal, from a column or computed. Shape (N,)."""
        if name not in self._has:
            found = self.rows.has(name).copy()
            for maker in self._fixed(name):
                found |= self.has_all(maker)
            self._has[name] = found
        return self._has[name]

    def has_all(self, component: Component) -> np.ndarray:
        """Which rows have the true value of every input of `component`. Shape (N,)."""
        return np.logical_and.reduce([self.has(signal.name) for signal in component.inputs])

    def derived(self, name: str) -> np.ndarray:
        """Which rows have only a computed value. Shape (N,)."""
        return self.has(name) & ~self.rows.has(name)

    def take(self, name: str, index: np.ndarray) -> Any:
        """The true values of the rows in `index`, which must all have one."""
        own = self.rows.has(name)[index]
        if own.all():
            return self.rows.take(name, index)
        parts: list[tuple[np.ndarray, Any]] = []
        if own.any():
            parts.append((own, self.rows.take(name, index[own])))
        left = ~own
        for maker in self._fixed(name):
            now = left & self.has_all(maker)[index]
            if now.any():
                made = maker.apply(*(self.take(s.name, index[now]) for s in maker.inputs))
                parts.append((now, checked(maker, made, int(now.sum()))))
                left &= ~now
        if left.any():
            self.rows.take(name, index[left])  # raises: an absent label is never a target
        return _scatter(len(index), parts)

    def view(self, name: str, index: np.ndarray) -> Any:
        """`take`, with pictures that rows carry left where they are until some of them are asked for."""
        return self.rows.view(name, index) if self.rows.has(name)[index].all() else self.take(name, index)

    def known(self, name: str, index: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The true values of the rows in `index`, zeros where there is none, and which have one. (N, ...) and (N,)."""
        has = self.has(name)[index]
        if not has.any():
            return np.zeros((len(index), *(size or 0 for size in self.system.signals[name].shape)), np.float32), has
        values = np.asarray(self.take(name, index[has]))
        whole = np.zeros((len(index), *values.shape[1:]), values.dtype)
        whole[has] = values
        return whole, has

    def used(self, name: str, index: np.ndarray) -> Iterator[Fixed]:
        """The fixed components that `take` would run for these rows: they decide its result."""
        left = ~self.rows.has(name)[index]
        for maker in self._fixed(name):
            now = left & self.has_all(maker)[index]
            if now.any():
                yield maker
                for signal in maker.inputs:
                    yield from self.used(signal.name, index[now])
                left &= ~now

    def _fixed(self, name: str) -> Iterator[Fixed]:
        """Plain functions that make the signal; a service or another system's predictions are no truth."""
        for maker in self.system.makers.get(name, ()):
            if isinstance(maker, Fixed) and maker.start == "fixed":
                yield maker


def _scatter(count: int, parts: list[tuple[np.ndarray, Any]]) -> Any:
    """One array of `count` rows out of (mask, values) parts that cover all rows."""
    if len(parts) == 1:
        return parts[0][1]
    first = np.asarray(parts[0][1])
    whole = np.empty((count, *first.shape[1:]), dtype=first.dtype)
    for mask, values in parts:
        whole[mask] = values
    return whole
