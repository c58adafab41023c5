"""What the report draws: test rows with every signal on the way, and films of worlds that designs acted in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from endwise.learn.chain import Chain
from endwise.learn.truth import Truth
from endwise.records import Example, Film
from endwise.stores.folder import FolderStore
from endwise.studies.cells import Judging
from endwise.studies.context import Context
from endwise.studies.execute import film_of
from endwise.system.designs import Design
from endwise.system.graph import System
from endwise.system.judging import Judge, OpenLoop
from endwise.system.signals import Signal

EXAMPLES = 6


def examples_of(context: Context, design: Design, chain: Chain) -> list[Example]:
    """Test rows at even steps of the row's error, best to worst, with every signal on the way."""
    wants = context.system.wants
    index = context.test[:: max(1, len(context.test) // 200)]
    inputs = context.examples(index)
    made = chain({name: values for name, values in inputs.items() if name != wants.name})
    values = {**inputs, **made}
    errors = _errors(context.system.judge, wants, made[wants.name], inputs[wants.name])
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


def films_of(context: Context, store: FolderStore, judged: Sequence[Judging]) -> list[Film]:
    """Where each of these designs lost most in the world that it acted in, if that can be shown."""
    found = [(cell.design.text, film_of(context, store, cell)) for cell in judged]
    return [Film(design, *film) for design, film in found if film is not None]


def _errors(judge: Judge, wants: Signal, predicted: np.ndarray, true: np.ndarray) -> np.ndarray:
    """The error of each row: by the deciding metric, or in a closed loop by the signal's own distance. Shape (N,)."""
    if not isinstance(judge, OpenLoop):
        return np.array([wants.distance(one, other) for one, other in zip(predicted, true, strict=True)])
    records = judge.metrics[0].records(wants, predicted, true)
    return np.array([judge.metrics[0].aggregate(records[at : at + 1]) for at in range(len(true))])


def _doubt(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    """What speaks against each answer about who somebody is: from known people surely recognised, over those missed
    and strangers that pass for nobody, to strangers who pass most easily. Shape (N,)."""
    right = found[:, 0] == true[:, 0]
    return np.where(right, -found[:, 1], found[:, 1])


def _alone(design: Design) -> System:
    """A system of one design: no truth of an example comes from a component that the design does not hold."""
    system = design.system
    return System(
        system.name, inputs=system.inputs, wants=system.wants, judge=system.judge, given=system.given,
        components=[replace(part, encoder=None) for part in design.parts],
    )  # fmt: skip
