"""The head for a class at every pixel."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from endwise.learn.heads.base import Head
from endwise.system.signals import Mask, Signal


class Masks(Head):
    """A class at every pixel: cross entropy, the mean over pixels; the most likely class is the answer.

    The raw scores may be coarser than the mask: they are spread over it bilinearly (Long et al. 2015, section 3.3).
    """

    def __init__(self, signal: Signal) -> None:
        super().__init__(signal)
        assert isinstance(signal, Mask)
        self.size, self.extent = (len(signal.values), None, None), signal.size

    def loss(self, raw: Tensor, target: Tensor) -> Tensor:
        losses = torch.nn.functional.cross_entropy(self._spread(raw), target.long(), reduction="none")
        return losses.mean(dim=(1, 2))

    def decode(self, raw: Tensor) -> np.ndarray:
        return self._spread(raw).argmax(dim=1).to(torch.uint8).cpu().numpy()

    def _spread(self, raw: Tensor) -> Tensor:
        """(B, V, h, w) -> (B, V, H, W)."""
        if raw.shape[2:] == self.extent:
            return raw
        return torch.nn.functional.interpolate(raw, size=self.extent, mode="bilinear", align_corners=False)
