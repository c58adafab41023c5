"""A system that trains in a second: x -> m -> d -> y, where d is twice m, and x -> y."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import Ridge

import endwise as ew

x = ew.Vector("x", size=3)
m = ew.Number("m")
d = ew.Number("d")
y = ew.Number("y", unit="cm")


def double(a: np.ndarray) -> np.ndarray:
    return 2 * a


def system(*more: ew.Component, using: object = None) -> ew.System:
    """Ridge by default: a study of it takes a moment, and all but the models is the same."""
    model = Ridge() if using is None else using
    return ew.System(
        "tiny",
        inputs=x,
        wants=y,
        judge=[ew.mean_absolute_error, ew.root_mean_square_error],
        components=[
            ew.learned(x, to=m, using=model),
            ew.fixed(m, to=d, using=double),
            ew.learned(d, to=y, using=model),
            ew.learned(x, to=y, using=model),
            *more,
        ],
    )


def rows(count: int = 120, *, middle: float = 0.5, groups: bool = True, seed: int = 0) -> ew.Rows:
    """`middle` is the share of rows that carry the label 'm'; groups hold three rows each."""
    random = np.random.default_rng(seed)
    inputs = random.normal(size=(count, 3)).astype(np.float32)
    inner = inputs @ np.array([1, 2, 3], np.float32)
    outer = (3 * np.sin(inner / 2) + 0.1 * random.normal(size=count)).astype(np.float32)
    return ew.Rows.from_columns(
        [x, m, y],
        {"x": inputs, "m": inner, "y": outer},
        present={"m": np.arange(count) < middle * count},
        groups=[f"g{at // 3}" for at in range(count)] if groups else None,
    )


def claims(verdict: ew.Verdict) -> dict[str, object]:
    """A verdict without its times: what must not depend on the machine or on interruptions."""
    from endwise.records import to_json

    plain = to_json(verdict)
    for point in plain["designs"]:
        del point["latency_ms"]
    del plain["times"]
    return plain
