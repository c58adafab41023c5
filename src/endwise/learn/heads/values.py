"""Heads for numbers, vectors and categories."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from endwise.learn.encode import set_scales, width_of
from endwise.learn.heads.base import Head
from endwise.system.signals import Number, Signal

BEND = 0.25
"""Where smooth L1 turns from square to straight, in spreads of the target: mostly L1, as errors are judged absolute."""


class Values(Head):
    """Numbers, vectors, and points on no picture: standardised, judged by smooth L1 (Huber 1964)."""

    passes = True
    mean: Tensor
    spread: Tensor

    def __init__(self, signal: Signal) -> None:
        super().__init__(signal)
        width = width_of(signal)
        self.size = (width,)
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))

    def learn(self, rows: np.ndarray) -> None:
        set_scales(self.mean, self.spread, rows.reshape(len(rows), -1))

    def loss(self, raw: Tensor, target: Tensor) -> Tensor:
        wanted = (target.float().reshape(len(raw), -1) - self.mean) / self.spread  # (B, D)
        return nn.functional.smooth_l1_loss(raw, wanted, beta=BEND, reduction="none").mean(dim=1)

    def rows(self, raw: Tensor) -> Tensor:
        rows = (raw * self.spread + self.mean).reshape(len(raw), *self.signal.shape)  # type: ignore[arg-type]
        return rows.clamp(self.signal.low, self.signal.high) if isinstance(self.signal, Number) else rows


class Classes(Head):
    """Categories: cross entropy over logits; the most likely value is the answer."""

    def __init__(self, signal: Signal) -> None:
        super().__init__(signal)
        self.size = (width_of(signal),)

    def loss(self, raw: Tensor, target: Tensor) -> Tensor:
        return nn.functional.cross_entropy(raw, target.long(), reduction="none")

    def decode(self, raw: Tensor) -> np.ndarray:
        return raw.argmax(dim=1).to(torch.int32).cpu().numpy()
