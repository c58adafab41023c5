"""What one kind of output asks of a network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from torch import Tensor, nn

from endwise.system.signals import Signal


class Head(nn.Module, ABC):
    """What one kind of output asks of a network. `size` is the shape of a raw row; None means any length.

    `passes` says that a row is a smooth function of the raw output, so that gradients come back through it; where a row
    is a choice (a class, a text) none do.
    """

    size: tuple[int | None, ...]
    passes: ClassVar[bool] = False

    def __init__(self, signal: Signal) -> None:
        super().__init__()
        self.signal = signal

    def learn(self, rows: np.ndarray) -> None:
        """Take scales from `rows`, which must be training rows."""

    def targets(self, rows: np.ndarray) -> np.ndarray:
        """The signal's rows as `loss` takes them."""
        return rows

    @abstractmethod
    def loss(self, raw: Any, target: Any) -> Tensor:
        """The loss of each row, (B,)."""

    def rows(self, raw: Any) -> Any:
        """The signal's rows as a tensor, or Ragged: for heads that pass gradients."""
        raise NotImplementedError

    def decode(self, raw: Any) -> np.ndarray:
        """The signal's rows in batch form."""
        made: np.ndarray = self.rows(raw).cpu().numpy()
        return made

    def fits(self, shape: Sequence[int]) -> bool:
        """Whether a raw row of `shape` is what this head asks for; in sequences the steps count as any."""
        return len(shape) == len(self.size) and all(w in (None, s) for w, s in zip(self.size, shape, strict=True))
