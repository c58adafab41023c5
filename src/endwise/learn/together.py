"""Joint training: the networks of a design trained further as one, from where each got by itself.

The loss of a row is the sum of the losses of all stages whose label it carries, each on what the stage before it puts
out. Gradients of a later stage's loss come back to an earlier one wherever the row between them is a smooth function of
what the earlier network put out: points that are the means of their heatmaps, numbers, chances; through a function
that people wrote where it is `differentiable`. At a choice (the class of a pixel, a text) they stop, and the stages on
both sides still train on their own labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from endwise.errors import DeclarationError, counted, listed
from endwise.learn.augment import Augment, augment_all
from endwise.learn.auxiliary import Partial
from endwise.learn.encode import check_finite, tensors
from endwise.learn.heads import Head, head
from endwise.learn.model import Model, Network, NetworkModel
from endwise.learn.ragged import Ragged, objects
from endwise.learn.trainer import Fit, Recipe, seeded, train
from endwise.system.components import Component, Fixed, Learned
from endwise.system.paths import Path
from endwise.system.using import is_network

TRIED = 16
"""Rows on which a function and its differentiable form are held against each other."""
APART = 0.05
"""By how much of its spread each value of a row may differ on average: rounding to whole pixels does not matter."""
PICTURES = ("image", "stack")
"""Kinds whose values are held against each other as a whole: a pixel at the rim may hardly ever change."""
ROUNDING = 1e-4
"""What a value spreads by at least, of the largest there is: float32 rounds, also where all rows have the same."""


def refusal(parts: Path) -> str:
    """Why these parts cannot be trained together; empty where they can."""
    learned = [part for part in parts if part.learns]
    others = [part for part in learned if not is_network(part.using) or part.auxiliary]
    if others:
        names = listed([f"'{part.output.name}:{part.name}'" for part in others])
        return f"a network in every learned stage, without auxiliary signals ({names} is none)"
    texts = [part for part in parts if isinstance(part, Fixed) and any(one.kind == "text" for one in part.inputs)]
    if texts:
        return f"no function of a text: networks read it as numbers, '{texts[0].output.name}' is made of its letters"
    if not parts[-1].learns:
        return f"a last stage that learns: '{parts[-1].output.name}' is made by a function, and has no loss"
    if len(learned) < 2:
        return "a second stage that learns"
    passing, stopping = seams(parts)
    if not passing:
        return f"a seam through which a gradient passes ({listed([repr(name) for name in stopping])} stops it)"
    return ""


def seams(parts: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The signals in which a later stage's gradient comes back to a learned one, and those at which it stops."""
    alive: set[str] = set()
    predicted: set[str] = set()
    stopping: list[str] = []
    for part in parts[:-1]:
        name, taken = part.output.name, {signal.name for signal in part.inputs}
        reached = part.learns or bool(taken & alive)
        if part.learns or taken & predicted:
            predicted.add(name)
        if reached and _passes(part):
            alive.add(name)
        elif reached:
            stopping.append(name)
    met = {signal.name for part in parts if part.learns for signal in part.inputs}
    return tuple(one for one in predicted if one in met & alive), tuple(stopping)


def _passes(part: Component) -> bool:
    return head(part).passes if isinstance(part, Learned) else part.differentiable is not None


class Together(nn.Module):
    """The networks of a design as one: from rows of its sources to the sum of its stages' losses."""

    def __init__(self, parts: Path, networks: Mapping[str, Network]) -> None:
        super().__init__()
        self.parts, self.names = parts, list(networks)
        self.networks = nn.ModuleList(networks.values())
        made = {part.output.name for part in parts}
        self.takes = tuple(dict.fromkeys(s.name for part in parts for s in part.inputs if s.name not in made))

    def loss(self, *batch: Any) -> Tensor:
        """The loss of each row, (B,); where it is not trained that of the last stage alone, which says when to stop.

        The batch: an array a source, the target of each learned stage, and for each 1 where the row carries it.
        """
        first, count = len(self.takes), len(self.names)
        targets = dict(zip(self.names, batch[first : first + count], strict=True))
        known = dict(zip(self.names, batch[first + count :], strict=True))
        networks: dict[str, Any] = dict(zip(self.names, self.networks, strict=True))
        values = dict(zip(self.takes, batch, strict=False))
        losses: list[Tensor] = []
        for part in self.parts:
            name, inputs = part.output.name, [values[signal.name] for signal in part.inputs]
            if isinstance(part, Fixed):
                values[name] = made_by(part, inputs)
                continue
            raw = networks[name](*inputs)
            if self.training or part is self.parts[-1]:
                losses.append(known[name] * networks[name].head.loss(raw, targets[name]))
            if part is not self.parts[-1]:
                values[name] = _rows(networks[name].head, raw)
        return torch.stack(losses).sum(dim=0)


def made_by(part: Fixed, inputs: Sequence[Any]) -> Any:
    """What a fixed part makes of tensors, as a tensor or Ragged; through its differentiable form where it has one."""
    if part.differentiable is not None:
        return part.differentiable(*inputs)
    made = part.apply(*[_array(one) for one in inputs])
    return tensors([np.asarray(made)], _device(inputs[0]))[0]


def _device(values: Any) -> str:
    return str((values.values if isinstance(values, Ragged) else values).device)


def _rows(head: Head, raw: Any) -> Any:
    """The rows that the next stage meets, with their gradient where it passes."""
    if head.passes:
        return head.rows(raw)
    with torch.no_grad():
        return tensors([head.decode(raw)], _device(raw))[0]


def _array(values: Any) -> np.ndarray:
    if isinstance(values, Ragged):
        return objects(Ragged(values.values.detach(), values.lengths).rows())
    array: np.ndarray = values.detach().cpu().numpy()
    return array


def fit_together(
    parts: Path,
    models: Mapping[str, Model],
    sources: Mapping[str, np.ndarray],
    labels: Mapping[str, Partial],
    *,
    held_out: np.ndarray,
    recipe: Recipe,
    seed: int,
    device: str = "cpu",
) -> tuple[dict[str, Model], Fit]:
    """The models of all learned parts, trained further together, and what happened.

    Parameters
    ----------
    models: for each learned part, by the signal it makes, where it starts.
    sources: one array a signal that the parts take and none makes, (N, ...).
    labels: for each learned part its true rows and which rows have one.
    held_out: (N,) marks the rows that only say when to stop, by the loss of the last part; all of them carry its label.

    The recipe goes on at the rate of its second part, where the training of each stage ended. Raises DeclarationError
    where a function and its `differentiable` form make different rows, StudyError for rows that hold NaN.
    """
    inputs = {signal.name: signal for part in parts for signal in part.inputs}
    check_finite([inputs[name] for name in sources], list(sources.values()))
    taught = {part.output.name: part.target for part in parts if part.learns}
    check_finite([taught[name] for name in labels], [values[has] for values, has in labels.values()])
    networks: dict[str, Network] = {}
    for name, model in models.items():
        assert isinstance(model, NetworkModel)
        networks[name] = model.network
    with seeded(seed):
        whole = Together(parts, networks)
        rows = [sources[name] for name in whole.takes]
        _compare(whole, [one[np.arange(min(TRIED, len(held_out)))] for one in rows], device)
        targets = [networks[name].head.targets(np.asarray(labels[name][0])) for name in whole.names]
        known = [labels[name][1].astype(np.float32) for name in whole.names]
        lower = Recipe(**{**vars(recipe), "learning_rate": recipe.learning_rate * recipe.fall})
        done = train(
            whole.to(device), [*rows, *targets, *known], held_out, lower, seed, device, _changes(parts, whole, recipe),
            from_here=True,
        )  # fmt: skip
    made: dict[str, Model] = {
        part.output.name: NetworkModel(part, networks[part.output.name], device)
        for part in parts
        if isinstance(part, Learned)
    }
    return made, done


def _changes(parts: Path, whole: Together, recipe: Recipe) -> Augment | None:
    """Pictures move, and are mirrored, with all labels on them, as each stage's own training allows."""
    learned = [part for part in parts if isinstance(part, Learned)]
    signals = {signal.name: signal for part in parts for signal in part.inputs}
    labels = [part.target for part in learned]
    return augment_all(learned, [signals[name] for name in whole.takes], labels, recipe.shift)


def _compare(whole: Together, rows: Sequence[np.ndarray], device: str) -> None:
    """Hold every differentiable form against its function, on what the stages put out before training."""
    whole.to(device).eval()
    values: dict[str, Any] = dict(zip(whole.takes, tensors(rows, device), strict=True))
    networks: dict[str, Any] = dict(zip(whole.names, whole.networks, strict=True))
    with torch.no_grad():
        for part in whole.parts[:-1]:
            inputs = [values[signal.name] for signal in part.inputs]
            if isinstance(part, Fixed):
                values[part.output.name] = made_by(part, inputs)
                _check_same(part, inputs, values[part.output.name])
            else:
                name = part.output.name
                values[name] = _rows(networks[name].head, networks[name](*inputs))


def _check_same(part: Fixed, inputs: Sequence[Any], made: Any) -> None:
    if part.differentiable is None:
        return
    wanted = np.asarray(part.apply(*[_array(one) for one in inputs]))
    found = _array(made)
    here = f"One makes rows of shape {wanted.shape[1:]}, the other of {found.shape[1:]}."
    if wanted.shape == found.shape and wanted.dtype != object:
        exact = wanted.astype(np.float64)
        over = None if part.output.kind in PICTURES else 0
        gaps, spreads = np.abs(exact - found).mean(axis=over), exact.std(axis=over)
        off = gaps - APART * np.maximum(spreads, ROUNDING * np.abs(exact).max(initial=1.0))
        if not (off > 0).any():
            return
        worst = np.unravel_index(off.argmax(), off.shape)
        where = f"value {', '.join(map(str, worst))} of a row" if off.ndim else "a row"
        here = (
            f"On {counted(len(found), 'row')} {where} differs by {gaps[worst]:.3g} on average; "
            f"it spreads by {spreads[worst]:.3g}."
        )
    raise DeclarationError(
        f"The component {part!r} was to be trained through, in its differentiable form.",
        here,
        "What is trained has to be what is run.",
        "Mend the function handed over as differentiable=..., or leave it out: the gradient then stops there.",
    )
