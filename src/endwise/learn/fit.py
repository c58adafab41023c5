"""Train one learned component on the rows that have its labels."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from torch import nn

from endwise.errors import BundleError, StudyError, counted
from endwise.learn.augment import augment
from endwise.learn.auxiliary import Beside, Partial
from endwise.learn.encode import check_finite
from endwise.learn.learner import fit_learner
from endwise.learn.model import SIZED, Model, Network, NetworkModel, weights_digest
from endwise.learn.trainer import Fit, Recipe, seeded, train
from endwise.system.components import Component, Learned
from endwise.system.using import is_estimator, is_learner


def fit(
    component: Learned,
    inputs: Sequence[np.ndarray],
    target: np.ndarray,
    *,
    held_out: np.ndarray,
    recipe: Recipe,
    seed: int,
    device: str = "cpu",
    auxiliary: Sequence[Partial] = (),
    donor: Model | None = None,
) -> tuple[Model, Fit]:
    """A trained model and what happened.

    Parameters
    ----------
    inputs: one array an input of the component, rows first, in the batch form of `endwise.system.signals`.
    target: the output's rows. `held_out` (N,) marks the rows that only say when to stop: a network takes
        neither scales nor gradients from them. Without any, the training rows themselves say when to stop.
    auxiliary: what is known of each auxiliary signal of the component.
    donor: the trained model of the component's `encoder`, where that is not a reused one.
    """
    check_finite([*component.inputs, component.target], [*inputs, target])
    check_finite(component.auxiliary, [values[has] for values, has in auxiliary])
    rows = np.flatnonzero(~held_out)
    if not len(rows):
        raise StudyError(
            f"{component!r} was to be trained.",
            f"Of {counted(len(target), 'row')} none is left for training.",
            "Without a row there is nothing to learn from.",
            "Add rows with its labels, or study larger sizes.",
        )
    if is_estimator(component.using):
        from endwise.learn.estimator import fit_estimator

        return fit_estimator(component, inputs, target, held_out, seed)
    if is_learner(component.using):
        return fit_learner(component, inputs, target, held_out, seed)
    with seeded(seed):
        network = Network(component)
        if component.begins:
            network.take(_unchanged(component))
            recipe = dataclasses.replace(recipe, learning_rate=recipe.learning_rate * recipe.fall)
        else:
            network.learn(inputs, target, rows)
        if component.encoder is not None:
            network.begin(component, _donor(component.encoder, donor), [one[rows[:SIZED]] for one in inputs])
        wanted = network.head.targets(target)
        changes = augment(component, recipe.shift)
        whole: nn.Module = network
        arrays = [*inputs, wanted]
        if component.auxiliary:
            whole = Beside(network, component)
            arrays += whole.learn(auxiliary, rows)
        tuned = bool(component.begins)  # goes on at the rate at which its own training ended, and never gets worse
        done = train(whole.to(device), arrays, held_out, recipe, seed, device, changes, from_here=tuned)
    return NetworkModel(component, network, device), done


def _donor(encoder: Component, trained: Model | None) -> Network:
    """The network whose encoder is taken: trained in this study, or reused."""
    if isinstance(trained, NetworkModel):
        return trained.network
    network = Network(Learned(encoder.inputs, encoder.output, encoder.name, "scratch"))
    network.take(_unchanged(encoder))
    return network


def _unchanged(component: Component) -> Path:
    """Where the weights lie that a reused component begins from, as they were when it was declared."""
    folder, declared = component.begins
    found = weights_digest(Path(folder))
    if found == declared:
        return Path(folder)
    raise BundleError(
        f"{component!r} was to go on from the weights in {folder}.",
        f"They are others than when it was declared: {found[:12]}, then {declared[:12]}.",
        "Something was written there since; what is measured would not be what was asked for.",
        "Run the study again to begin from what is there now; endwise components export keeps one safe.",
    )
