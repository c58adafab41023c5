"""The head for points on a picture."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from endwise.learn.heads.base import Head
from endwise.system.signals import Image, Signal

HEATMAP_SPREAD = 1.0
"""Spread of the target heatmap in its own pixels, as in Nibali et al. 2018."""


class Heatmaps(Head):
    """Points on a picture, each the mean of its heatmap (soft-argmax).

    Nibali, He, Morgan & Prendergast 2018, *Numerical coordinate regression with convolutional neural networks*
    (DSNT), equations 4-6: the loss is the distance of the mean from the truth plus a divergence of the heatmap from
    a small Gaussian there. We take the divergence of the heatmap's two marginals (ours): narrow marginals make a
    narrow map, and their sums are needed for the mean anyway, so that it costs nothing beside the softmax.
    """

    passes = True
    extent: Tensor

    def __init__(self, signal: Signal, picture: Image) -> None:
        super().__init__(signal)
        self.size = (signal.shape[0], None, None)
        height, width = picture.size
        self.register_buffer("extent", torch.tensor([width, height], dtype=torch.float32), persistent=False)

    def fits(self, shape: Sequence[int]) -> bool:
        return super().fits(shape) or tuple(shape) == (self.size[0], 2)

    def loss(self, raw: Tensor, target: Tensor) -> Tensor:
        wanted = (target.float() + 0.5) * 2 / self.extent - 1  # (B, K, 2) in -1..1: pixel centres at whole numbers
        if raw.ndim == 3:
            return _distance(raw, wanted)
        across, down = _marginals(raw)
        spread = _divergence(across, wanted[..., 0]) + _divergence(down, wanted[..., 1])
        return _distance(_means(across, down), wanted) + spread

    def rows(self, raw: Tensor) -> Tensor:
        found = raw if raw.ndim == 3 else _means(*_marginals(raw))
        return (found + 1) * self.extent / 2 - 0.5


def _distance(found: Tensor, wanted: Tensor) -> Tensor:
    """Mean distance a point, (B,), in half pictures; the small number keeps the root's slope finite at zero."""
    return (found - wanted).pow(2).sum(dim=-1).add(1e-8).sqrt().mean(dim=1)


def _marginals(raw: Tensor) -> tuple[Tensor, Tensor]:
    """The heatmaps' chances along x and along y: logits (B, K, h, w) -> (B, K, w), (B, K, h)."""
    chance = raw.flatten(2).softmax(dim=-1).view(raw.shape)
    return chance.sum(dim=2), chance.sum(dim=3)


def _means(across: Tensor, down: Tensor) -> Tensor:
    """(B, K, 2) in -1..1."""
    return torch.stack([across @ _centres(across), down @ _centres(down)], dim=-1)


def _centres(chance: Tensor) -> Tensor:
    """Centres of the cells of (..., count) that fill -1..1."""
    count = chance.shape[-1]
    return (torch.arange(count, device=chance.device, dtype=torch.float32) * 2 + 1) / count - 1


def _divergence(chance: Tensor, centre: Tensor) -> Tensor:
    """Mean over points of KL(Gaussian at `centre` || chance): (B, K, count), (B, K) -> (B,)."""
    cells = chance.shape[-1] / 2
    gap = (_centres(chance) - centre.clamp(-1, 1).unsqueeze(-1)) * cells
    bell = torch.softmax(-0.5 * (gap / HEATMAP_SPREAD) ** 2, dim=-1)
    return (torch.xlogy(bell, bell) - bell * chance.clamp_min(1e-9).log()).sum(dim=-1).mean(dim=1)
