"""The head for a box on a picture."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from endwise.learn.heads.base import Head
from endwise.system.signals import Image, Signal

REACH = 1.0
"""Spread, in cells of the map, of what counts as near the centre."""
SMALLEST = 2.0
"""Pixels that a predicted box is wide and high at least: one without an inside is no box."""
SIDES = 8.0
"""Weight of the sides against the heat: half pictures are small numbers."""


class Found(NamedTuple):
    """Boxes on one picture, the surest first: (K, 4) left, top, right, bottom in pixels, and (K,) chances 0..1."""

    boxes: np.ndarray
    chances: np.ndarray


class Boxes(Head):
    """A box: how likely its centre is in each cell of a coarse map, and from there the way to its four sides.

    Zhou, Wang & Kraehenbuehl 2019, *Objects as points*, equation 1 (a penalty-reduced focal loss of the centre's heat),
    with the sides as in Tian et al. 2019, *FCOS*, section 3.1, by L1 instead of their overlap. A row has one box, and
    the likeliest cell is the answer; `found` gives all that are likely, for pictures that may show none or several.
    """

    passes = True  # to the four sides; which cell is the likeliest is a choice
    extent: Tensor

    def __init__(self, signal: Signal, picture: Image) -> None:
        super().__init__(signal)
        self.size = (5, None, None)
        height, width = picture.size
        self.register_buffer("extent", torch.tensor([width, height], dtype=torch.float32), persistent=False)

    def loss(self, raw: Tensor, target: Tensor) -> Tensor:
        box = target.float().view(-1, 2, 2) / self.extent  # (B, corner, xy), in pictures
        grid = _centres(raw)  # (h, w, 2)
        cells = torch.tensor([raw.shape[3], raw.shape[2]], device=raw.device)
        apart = ((grid - box.mean(dim=1)[:, None, None]) * cells).square().sum(dim=-1)  # (B, h, w), in cells
        near = torch.exp(-0.5 * apart / REACH**2)
        nearest = apart == apart.amin(dim=(1, 2), keepdim=True)
        wanted = torch.stack([grid - box[:, None, None, 0], box[:, None, None, 1] - grid], dim=3).flatten(3)
        sides = (_sides(raw) - wanted.permute(0, 3, 1, 2)).abs().mean(dim=1)  # (B, h, w)
        return _focal(raw[:, 0], near, nearest) + SIDES * (sides * near).sum(dim=(1, 2)) / near.sum(dim=(1, 2))

    def rows(self, raw: Tensor) -> Tensor:
        best = raw[:, 0].flatten(1).argmax(dim=1)  # (B,)
        boxes = self._boxes(raw).flatten(2)  # (B, 4, h w)
        return boxes.gather(2, best[:, None, None].expand(-1, 4, 1))[..., 0]

    def found(self, raw: Tensor, least: float) -> list[Found]:
        """For each row the boxes whose centre is likely by `least` or more, and more so than the cells around."""
        heat = raw[:, 0].sigmoid()
        peaks = (heat == torch.nn.functional.max_pool2d(heat[:, None], 3, stride=1, padding=1)[:, 0]) & (heat >= least)
        boxes = self._boxes(raw).movedim(1, -1)  # (B, h, w, 4)
        rows = []
        for at in range(len(raw)):
            chances = heat[at][peaks[at]]
            order = chances.argsort(descending=True)
            rows.append(Found(boxes[at][peaks[at]][order].cpu().numpy(), chances[order].cpu().numpy()))
        return rows

    def _boxes(self, raw: Tensor) -> Tensor:
        """The box that each cell points at, in pixels: (B, 4, h, w)."""
        grid, sides = _centres(raw).permute(2, 0, 1), _sides(raw)
        low, high = (grid - sides[:, :2], grid + sides[:, 2:])
        middle, half = (low + high) / 2, (high - low) / 2
        half = torch.maximum(half, SMALLEST / 2 / self.extent[:, None, None])
        return torch.cat([middle - half, middle + half], dim=1) * self.extent.repeat(2)[:, None, None]


def _sides(raw: Tensor) -> Tensor:
    """The way from each cell to left, top, right and bottom, in pictures: a quarter of one to begin with."""
    return raw[:, 1:] / 4 + 0.25


def _centres(raw: Tensor) -> Tensor:
    """Where the cells' centres lie, x then y in 0..1: (h, w, 2)."""
    down, across = ((torch.arange(count, device=raw.device) + 0.5) / count for count in raw.shape[-2:])
    return torch.stack(torch.meshgrid(down, across, indexing="ij")[::-1], dim=-1)


def _focal(logits: Tensor, near: Tensor, nearest: Tensor) -> Tensor:
    """Focal loss of the centre's heat, summed over cells: (B, h, w) -> (B,)."""
    chance = logits.sigmoid()
    hit = -((1 - chance) ** 2) * torch.nn.functional.logsigmoid(logits)
    miss = -((1 - near) ** 4) * chance**2 * torch.nn.functional.logsigmoid(-logits)
    return torch.where(nearest, hit, miss).sum(dim=(1, 2))
