"""Test rows that the report draws, with every signal on the way."""

from __future__ import annotations

import numpy as np

from endwise.learn.chain import Chain
from endwise.learn.truth import Truth
from endwise.records import Example
from endwise.studies.context import Context
from endwise.system.designs import Design
from endwise.system.graph import System

EXAMPLES = 6


def examples_of(context: Context, design: Design, chain: Chain) -> list[Example]:
    """Test rows at even steps of the row's error, best to worst, with every signal on the way."""
    metric, wants = context.system.judge.metrics[0], context.system.wants
    index = context.test[:: max(1, len(context.test) // 200)]
    inputs = context.examples(index)
    made = chain({name: values for name, values in inputs.items() if name != wants.name})
    values = {**inputs, **made}
    records = metric.records(wants, made[wants.name], inputs[wants.name])
    errors = np.array([metric.aggregate(records[at : at + 1]) for at in range(len(index))])
    doubt = _doubt(made[wants.name], inputs[wants.name]) if wants.kind == "identity" else errors
    order = np.argsort(doubt, kind="stable")
    picked = order[np.linspace(0, len(order) - 1, min(EXAMPLES, len(order))).round().astype(int)]
    taken = {signal.name for part in design.parts for signal in part.inputs} & context.system.source_names
    truth = Truth(_alone(design), context.rows)
    names = [*(n for n in context.system.signals if n in taken), *(part.output.name for part in design.parts)]
    return [
        Example(
            row=str(context.rows.ids[index[at]]),
            design=design.text,
            values={n: {"signal": context.system.signals[n].to_json(), "value": values[n][at]} for n in names},
            truth={
                n: truth.take(n, index[at : at + 1])[0] for n in names if n not in taken and truth.has(n)[index[at]]
            },
            error=float(errors[at]),
            inputs=tuple(n for n in names if n in taken),
        )
        for at in picked
    ]


def _doubt(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    """What speaks against each answer about who somebody is: from known people surely recognised, over those missed
    and strangers that pass for nobody, to strangers who pass most easily. Shape (N,)."""
    right = found[:, 0] == true[:, 0]
    return np.where(right, -found[:, 1], found[:, 1])


def _alone(design: Design) -> System:
    """A system of one design: no truth of an example comes from a component that the design does not hold."""
    system = design.system
    return System(
        system.name, inputs=system.inputs, wants=system.wants, judge=system.judge, components=design.parts,
        given=system.given,
    )  # fmt: skip
