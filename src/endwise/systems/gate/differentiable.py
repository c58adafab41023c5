"""The zoom of `cropping.py` over tensors, so that gradients pass: what joint training goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from endwise.systems.gate.cropping import AROUND, SMALLEST
from endwise.systems.gate.signals import CROP

if TYPE_CHECKING:  # the signals of the system are declared without torch
    from torch import Tensor

FINER = 2
"""Points a crop pixel and direction, for every face: `cut` takes one where the square is smaller than the crop."""


def cut(frames: Tensor, boxes: Tensor) -> Tensor:
    """The face in each frame: (N, H, W) and (N, 4) px -> (N, CROP, CROP) in 0..255, bilinear."""
    import torch

    height, width = frames.shape[1:]
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    side = (AROUND * (boxes[:, 3] - boxes[:, 1])).clamp_min(SMALLEST)
    steps = (boxes.new_tensor(range(CROP * FINER)) + 0.5) / (CROP * FINER) - 0.5
    across = (middle[:, :1] + steps * side[:, None]) / width * 2 - 1  # (N, CROP FINER), edges of the frame at -1 and 1
    down = (middle[:, 1:] + steps * side[:, None]) / height * 2 - 1
    count = len(steps)
    grid = torch.stack([across[:, None].expand(-1, count, -1), down[:, :, None].expand(-1, -1, count)], dim=-1)
    sampled = torch.nn.functional.grid_sample(
        frames.float()[:, None], grid, mode="bilinear", padding_mode="border", align_corners=False
    )
    return torch.nn.functional.avg_pool2d(sampled, FINER)[:, 0]
