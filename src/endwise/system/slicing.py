"""Slices: groups of test rows that errors are also told for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from endwise.system.signals import Signal


@dataclass(frozen=True)
class Slicing:
    """Test rows grouped by a true value: by each category, or a number's quarters.

    Parameters
    ----------
    title: what the rows are grouped by, with its unit: "height of the face, px".
    of: the signal whose true value says it; rows without it are in no slice.
    using: from rows of that signal to one number or name a row; by default the value itself.
    """

    title: str
    of: Signal
    using: Callable[[Any], Any] | None = None
