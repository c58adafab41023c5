"""The signals, components and judge of the bone-age system, and rows from its built-in world.

The lecture's example: a radiograph, the lengths of the bones, the age (Ng, Deep Learning Specialization 3).
"""

from __future__ import annotations

import numpy as np

import endwise as ew
from endwise.systems.bone_age import differentiable as smooth
from endwise.systems.bone_age.anatomy import BONE_NAMES, LANDMARKS
from endwise.systems.bone_age.geometry import bone_lengths, joint_patches
from endwise.systems.bone_age.world import generate

JOINTS_LABELLED = 100  # pictures with joints marked; they carry no age, as such pictures seldom do
MATURITY_SCORED = 100  # other pictures, on which a reader scored each joint's stage
QUICK = {"ages": 200, "test": 300}
STANDARD = {"ages": 2000, "test": 500}

xray = ew.Image("xray", size=(128, 96))
mm_per_px = ew.Number("mm_per_px", unit="mm/px", low=0.01, high=10)
sex = ew.Category("sex", values=("F", "M"))
joints = ew.Points("joints", count=len(LANDMARKS), on="xray", labels=LANDMARKS)
lengths = ew.Vector("lengths", size=len(BONE_NAMES), unit="mm", labels=BONE_NAMES)
patches = ew.Stack("patches", count=len(LANDMARKS), size=(16, 16))
maturity = ew.Vector("maturity", size=len(LANDMARKS), labels=LANDMARKS)
age = ew.Number("age", unit="months", low=0, high=300)


def system(*, scale: bool = True) -> ew.System:
    """Six designs over the signals above.

    Joints are learned; lengths follow from them by geometry, or are learned directly; patches are cut at
    the joints; the age is read from lengths, from patches and lengths, from the maturity of each joint,
    or from the whole picture. The scale is handed to every design that can use it, the end-to-end one
    included. `scale` is false for rows that have none (public RSNA pictures): the end-to-end design then
    does without, and those that need lengths cannot be studied.
    """
    given = [sex, mm_per_px] if scale else [sex]
    return ew.System(
        "bone-age",
        inputs=xray,
        given=[sex, mm_per_px],
        wants=age,
        judge=[ew.mean_absolute_error, ew.share_beyond(12), ew.bias],
        staged="xray -> joints -> lengths -> age",
        components=[
            ew.learned(xray, to=joints),
            ew.fixed(
                joints, mm_per_px, to=lengths, using=bone_lengths, name="geometry", differentiable=smooth.bone_lengths
            ),
            ew.learned(xray, mm_per_px, to=lengths, name="regressed"),
            ew.fixed(xray, joints, to=patches, using=joint_patches, name="cut", differentiable=smooth.joint_patches),
            ew.learned(patches, to=maturity),
            ew.learned(lengths, sex, to=age, name="from_lengths"),
            ew.learned(patches, lengths, sex, to=age, name="from_patches"),
            ew.learned(maturity, sex, to=age, name="from_maturity"),
            ew.learned(xray, *given[::-1], to=age, name="pixels"),
        ],
    )


def rows(*, quick: bool, seed: int = 0, complexity: float = 1.0) -> ew.Rows:
    """Rows of the built-in world: pools with ages, joints and maturity, and test rows, all of different children."""
    return world_rows(**(QUICK if quick else STANDARD), seed=seed, complexity=complexity)


def world_rows(
    *,
    ages: int,
    test: int,
    joints_labelled: int = JOINTS_LABELLED,
    maturity_scored: int = MATURITY_SCORED,
    table: int = 0,
    seed: int = 0,
    complexity: float = 1.0,
) -> ew.Rows:
    """Pools of different children, each with its own labels beside the picture, its scale and the sex:
    `ages` and `test` pictures with an age, `joints_labelled` with joints, `maturity_scored` with the stage
    of each joint; and `table` rows of bone lengths with sex and age but no picture. Test pictures have joints and
    stages too, so that what the stages make can be held against its truth."""
    # ages last: more of them change no other pool, so that studies of different sizes share their test rows
    pools = {"test": test, "joints": joints_labelled, "maturity": maturity_scored, "table": table, "age": ages}
    made = generate(sum(pools.values()) + 8, seed=seed, complexity=complexity)
    owner = _owners(made["patient"], pools)
    keep = owner != ""
    owner, made = owner[keep], {name: values[keep] for name, values in made.items()}
    pictured, dated = owner != "table", (owner == "age") | (owner == "test") | (owner == "table")
    present = {
        "xray": pictured, "mm_per_px": pictured, "sex": np.ones(len(owner), bool),
        "joints": np.isin(owner, ("joints", "test")), "maturity": np.isin(owner, ("maturity", "test")),
        "lengths": owner == "table", "age": dated,
    }  # fmt: skip
    signals = [xray, mm_per_px, sex, joints, maturity, lengths, age]
    return ew.Rows.from_columns(
        signals,
        {signal.name: made[signal.name] for signal in signals},
        present=present,
        groups=[f"child {number}" for number in made["patient"]],
        split=["test" if one == "test" else "train" for one in owner],
    )


def _owners(patient: np.ndarray, pools: dict[str, int]) -> np.ndarray:
    """For each row the pool that it belongs to: whole children at a time, until each pool is full."""
    owner = np.full(len(patient), "", dtype=object)
    names = iter(pools.items())
    name, left = next(names)
    for child in dict.fromkeys(patient.tolist()):
        while left == 0:
            try:
                name, left = next(names)
            except StopIteration:
                return owner
        of_child = np.flatnonzero(patient == child)[:left]
        owner[of_child] = name
        left -= len(of_child)
    return owner
