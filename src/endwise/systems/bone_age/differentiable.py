"""The geometry of `geometry.py` over tensors, so that gradients pass: what joint training goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from endwise.systems.bone_age.anatomy import BASES, BONES, LANDMARKS, TIPS
from endwise.systems.bone_age.geometry import BASE_FIELD, BASE_SHIFT, FIELD, FINGER_METACARPALS, SMALLEST_SCALE

if TYPE_CHECKING:  # the signals of the system are declared without torch
    from torch import Tensor

SIZE = 16
"""Side of a patch in samples."""


def bone_lengths(joints: Tensor, mm_per_px: Tensor) -> Tensor:
    """Lengths of the bones: (N, 24, 2) px and (N,) mm a pixel -> (N, 19) mm."""
    starts, ends = [near for near, _ in BONES], [far for _, far in BONES]
    along = joints[:, ends] - joints[:, starts]
    return along.square().sum(dim=-1).add(1e-8).sqrt() * mm_per_px[:, None]  # a root has no slope at zero


def joint_patches(xray: Tensor, joints: Tensor) -> Tensor:
    """A square patch a joint, (N, H, W) and (N, 24, 2) px -> (N, 24, 16, 16) in 0..255, bilinear."""
    import torch

    points = _sampling_points(joints)  # (N, 24, size, size, 2)
    extent = points.new_tensor([xray.shape[2] - 1, xray.shape[1] - 1])
    grid = (points / extent * 2 - 1).flatten(1, 2)  # (N, 24 size, size, 2)
    sampled = torch.nn.functional.grid_sample(
        xray.float()[:, None], grid, mode="bilinear", padding_mode="border", align_corners=True
    )
    return sampled[:, 0].unflatten(1, (len(LANDMARKS), SIZE))


def _sampling_points(joints: Tensor) -> Tensor:
    """Where to sample: (N, 24, size, size, 2) as (x, y) in pixels."""
    is_base = joints.new_tensor([mark in BASES for mark in range(len(LANDMARKS))])
    scale = bone_lengths(joints, joints.new_ones(len(joints)))[:, FINGER_METACARPALS.tolist()].mean(dim=1)
    scale = scale.clamp_min(SMALLEST_SCALE)[:, None]
    forward = _forward(joints)
    right = forward.flip(-1) * forward.new_tensor([-1.0, 1.0])
    half = scale * (FIELD + (BASE_FIELD - FIELD) * is_base)  # (N, 24)
    centre = joints - (scale * BASE_SHIFT * is_base)[..., None] * forward
    steps = (forward.new_tensor(range(SIZE)) + 0.5) / SIZE * 2 - 1
    step = steps * half[..., None]  # (N, 24, size)
    across = step[:, :, None, :, None] * right[:, :, None, None]
    along = -step[:, :, :, None, None] * forward[:, :, None, None]
    return centre[:, :, None, None] + across + along


def _forward(joints: Tensor) -> Tensor:
    """(N, 24, 2) unit direction of the bone that starts at a landmark; a tip has that of the bone it ends."""
    far = [mark if mark in TIPS else mark + 1 for mark in range(len(LANDMARKS))]
    along = joints[:, far] - joints[:, [mark - 1 for mark in far]]
    return along / along.square().sum(dim=-1, keepdim=True).add(1e-8).sqrt()
