"""The fixed components of the bone-age system keep the promises of every fixed component."""

from __future__ import annotations

from typing import Any

import numpy as np

import endwise as ew
from endwise.system.components import Fixed
from endwise.systems.bone_age.system import system
from endwise.systems.bone_age.world import generate
from endwise.testing.contracts import FixedContract

HANDS = generate(4, seed=2)


def component(signal: str, maker: str) -> Fixed:
    found = system().component(signal, maker)
    assert isinstance(found, Fixed)
    return found


class TestGeometry(FixedContract):
    def make(self) -> tuple[Fixed, list[Any]]:
        return component("lengths", "geometry"), [HANDS["joints"], HANDS["mm_per_px"]]


class TestCut(FixedContract):
    def make(self) -> tuple[Fixed, list[Any]]:
        return component("patches", "cut"), [HANDS["xray"], HANDS["joints"]]


def test_the_scale_reaches_every_design_that_can_use_it() -> None:
    told = {d.text for d in ew.designs(system()) if any(s.name == "mm_per_px" for p in d.parts for s in p.inputs)}
    assert "xray -> age" in told
    without = next(d for d in ew.designs(system(scale=False)) if d.text == "xray -> age")
    assert [signal.name for signal in without.parts[0].inputs] == ["xray", "sex"]


def test_the_differentiable_geometry_is_the_geometry() -> None:
    """Of joints found badly, too; patches to the rounding of a pixel."""
    import torch

    from endwise.systems.bone_age import differentiable, geometry
    from endwise.systems.bone_age.system import world_rows

    made = world_rows(ages=1, test=5, joints_labelled=12)
    index = np.flatnonzero(made.has("joints"))
    joints, xray, scale = (made.take(name, index) for name in ("joints", "xray", "mm_per_px"))
    joints = joints + np.random.default_rng(0).normal(0, 3, joints.shape).astype(np.float32)
    tensors = [torch.from_numpy(np.ascontiguousarray(one)) for one in (joints, xray, scale)]
    lengths = differentiable.bone_lengths(tensors[0], tensors[2]).numpy()
    np.testing.assert_allclose(lengths, geometry.bone_lengths(joints, scale), atol=1e-3)
    patches = differentiable.joint_patches(tensors[1], tensors[0].requires_grad_())
    assert np.abs(patches.detach().numpy() - geometry.joint_patches(xray, joints)).max() < 0.51
    patches.sum().backward()
    assert tensors[0].grad is not None
    assert tensors[0].grad.abs().sum() > 0
