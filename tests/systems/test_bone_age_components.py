"""The fixed components of the bone-age system keep the promises of every fixed component."""

from __future__ import annotations

from typing import Any

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
