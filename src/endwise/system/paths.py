"""Parts of a design on the way to one of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

from endwise.system.components import Component

Path: TypeAlias = tuple[Component, ...]


def ancestors(before: Path, part: Component) -> Path:
    """Those components of `before` that `part` needs, in running order."""
    needed = {signal.name for signal in part.inputs}
    kept: list[Component] = []
    for earlier in reversed(before):
        if earlier.output.name in needed:
            kept.append(earlier)
            needed |= {signal.name for signal in earlier.inputs}
    return tuple(reversed(kept))


def taught(parts: Path) -> Path:
    """Every component that learns for these parts: they themselves, and those whose encoders they begin with."""
    learned = [part for part in parts if part.learns]
    donors = [part.encoder for part in learned if part.encoder is not None and part.encoder.learns]
    return tuple(dict.fromkeys((*learned, *donors)))


def rest(parts: Path, known: Collection[str]) -> Path:
    """Those of a design's parts that still run where the signals `known` are handed in, in running order."""
    last = parts[-1]
    return (*ancestors(tuple(part for part in parts[:-1] if part.output.name not in known), last), last)
