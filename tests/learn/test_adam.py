"""Our AdamW takes torch's steps, without what torch's class drags in."""

from __future__ import annotations

import subprocess
import sys

import torch
from torch import nn

from endwise.learn.adam import AdamW


def test_the_steps_are_those_of_torch() -> None:
    torch.manual_seed(0)
    ours, theirs = nn.Linear(5, 3), nn.Linear(5, 3)
    theirs.load_state_dict(ours.state_dict())
    mine, reference = (
        AdamW(ours.parameters(), 0.1),
        torch.optim.AdamW(theirs.parameters(), weight_decay=0.1, fused=True),
    )
    for step in range(7):
        rate = 0.01 * (step + 1)
        mine.forget_gradients()
        reference.zero_grad()
        rows = torch.randn(4, 5)
        for network in (ours, theirs):
            network(rows).square().sum().backward()
        reference.param_groups[0]["lr"] = rate
        mine.step(rate)
        reference.step()
    assert torch.equal(ours.weight, theirs.weight)
    assert torch.equal(ours.bias, theirs.bias)


def test_a_parameter_without_gradient_stays() -> None:
    used, idle = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
    optimizer = AdamW([used, idle], weight_decay=0.1)
    used.sum().backward()
    optimizer.step(0.1)
    assert torch.equal(idle, torch.ones(2))
    assert not torch.equal(used, torch.ones(2))


def test_training_loads_no_compiler() -> None:
    script = """
import sys, numpy as np
from endwise.learn.fit import fit
from endwise.learn.trainer import Recipe
from endwise.system.components import learned
from endwise.system.signals import Image, Number, Points
picture = Image("picture", size=(24, 24))
rows = np.zeros((20, 24, 24), np.uint8)
held_out = np.arange(20) < 4
for output, target in ((Number("age"), np.arange(20, dtype=np.float32)),
                       (Points("spots", unit="px"), np.ones((20, 1, 2), np.float32))):
    model, _ = fit(learned(picture, to=output), [rows], target, held_out=held_out, recipe=Recipe(max_steps=3), seed=0)
    model.predict([rows])
assert "torch._dynamo" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
