"""Run a design. The one way to do so: study, blame, predict and serve all go through `Chain`.

What is measured is what is served.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from endwise.errors import DeclarationError
from endwise.learn.model import Model
from endwise.system.components import Component, Fixed
from endwise.system.judging import Batch
from endwise.system.paths import rest
from endwise.system.signals import Category, Signal
from endwise.system.using import is_learner, remembers

CHUNK = 512  # rows run at once: bounds memory, and no result depends on it
ALONE = 3  # rows on which functions are run again
SAME = 1e-3  # of a signal's spread: networks on other numbers of rows differ by less


class Chain:
    """Parts in running order with the models of the learned ones; a `Run`.

    Parameters
    ----------
    parts: components in an order in which each finds its inputs made, or handed in.
    models: for each learned part, by the name of the signal it makes, its trained model.
    """

    def __init__(self, parts: Sequence[Component], models: Mapping[str, Model]) -> None:
        self.parts, self.models = tuple(parts), dict(models)
        self._functions: dict[str, Any] = {
            part.output.name: part.made() for part in self.parts if isinstance(part, Fixed)
        }

    @property
    def takes(self) -> tuple[str, ...]:
        """The signals that have to be handed in, in the order in which they are needed."""
        made = {part.output.name for part in self.parts}
        return tuple(dict.fromkeys(s.name for part in self.parts for s in part.inputs if s.name not in made))

    def __call__(self, inputs: Batch) -> dict[str, Any]:
        """Every signal that the design makes, for N rows that know nothing of each other."""
        count = len(next(iter(inputs.values())))
        if count <= CHUNK:
            return self._afresh(inputs)
        chunks = [slice(at, at + CHUNK) for at in range(0, count, CHUNK)]
        runs = [self._afresh({name: values[chunk] for name, values in inputs.items()}) for chunk in chunks]
        return {name: np.concatenate([run[name] for run in runs]) for name in runs[0]}

    def reset(self) -> None:
        """Begin N episodes: what parts remember is forgotten."""
        for part in self.parts:
            if isinstance(part, Fixed) and remembers(part.using):
                self._functions[part.output.name].reset()

    def step(self, inputs: Batch) -> dict[str, Any]:
        """The next step of the N episodes, a row each."""
        values: dict[str, Any] = dict(inputs)
        for part in self.parts:
            values[part.output.name] = self._make(part, values)
        return {part.output.name: values[part.output.name] for part in self.parts}

    def after(self, known: Collection[str]) -> Chain:
        """What is left to run where the signals `known` are handed in as well."""
        return Chain(rest(self.parts, known), self.models)

    def taken(self, name: str, inputs: Batch) -> list[Any]:
        """What the part that makes the signal `name` takes, for N rows: the design run up to there."""
        at = [part.output.name for part in self.parts].index(name)
        values = {**inputs, **Chain(self.parts[:at], self.models)(inputs)}
        return [values[signal.name] for signal in self.parts[at].inputs]

    def check_alone(self, values: Batch) -> None:
        """Run functions again on a few of the rows, of which `values` holds every signal; nothing may change.

        Raises DeclarationError where it does: by chance, or because other rows are no longer beside them.
        """
        for part in self.parts:
            if isinstance(part, Fixed) and part.start != "service" and not remembers(part.using):
                arrays = [np.asarray(values[signal.name][:ALONE]) for signal in part.inputs]
                again = checked(part, self._functions[part.output.name](*arrays), len(arrays[0]))
                _check_same(part, np.asarray(values[part.output.name]), again)

    def _afresh(self, inputs: Batch) -> dict[str, Any]:
        self.reset()
        return self.step(inputs)

    def _make(self, part: Component, values: Batch) -> Any:
        name = part.output.name
        arrays = [values[signal.name] for signal in part.inputs]
        if isinstance(part, Fixed):  # somebody's function: it gets arrays, also where pictures were left on disk
            return checked(part, self._functions[name](*map(np.asarray, arrays)), len(arrays[0]))
        made = self.models[name].predict(arrays)
        return checked(part, made, len(arrays[0])) if is_learner(part.using) else made


def checked(part: Component, made: Any, count: int) -> np.ndarray:
    """What a function made, if it has the rows and the shape that its signal declares."""
    signal: Signal = part.output
    try:
        array = np.asarray(made)
    except ValueError:  # a list of rows of different lengths
        array = np.empty(0)
    wanted = (count,) if signal.ragged else (count, *signal.shape)
    right = array.shape == wanted
    finite = array.dtype.kind not in "fc" or bool(np.isfinite(array).all())
    if right and finite:
        if isinstance(signal, Category):
            _check_places(part, signal, array)
        return array
    raise DeclarationError(
        f"The component {part} was run on {count:,} rows.",
        f"It returned an array of shape {array.shape}" + ("." if finite else " with NaN or infinite numbers."),
        f"The signal '{signal.name}' ({signal.kind}) needs shape {wanted}, finite, with the rows first.",
        "Mend the function: it gets arrays with the rows first, and returns such an array.",
    )


def _check_same(part: Component, before: np.ndarray, again: np.ndarray) -> None:
    """Raise DeclarationError where rows became other values than `before`."""
    numbers = before.dtype.kind in "fc"
    near = SAME * float(np.std(before)) if numbers else 0.0
    pairs = zip(before, again, strict=False)
    other = [(one, two) for one, two in pairs if not _alike(np.asarray(one), np.asarray(two), near)]
    if other:
        one, two = (" ".join(np.array2string(np.asarray(value), precision=4).split()) for value in other[0])
        raise DeclarationError(
            f"The component {part} was run again on {len(again)} of {len(before):,} rows.",
            f"For {len(other)} of them it made another '{part.output.name}': {two[:60]}, before {one[:60]}.",
            "A row must become the same each time, whatever rows are beside it: else no winner does what was measured.",
            "Mend the function: nothing taken over all rows, such as their mean, and random numbers only from a"
            " generator that it seeds itself.",
        )


def _alike(one: np.ndarray, two: np.ndarray, near: float) -> bool:
    if one.shape != two.shape:
        return False
    if one.dtype.kind in "fc":
        return bool(np.allclose(one, two, rtol=SAME, atol=near))
    return bool(np.array_equal(one, two))


def _check_places(part: Component, signal: Category, array: np.ndarray) -> None:
    """Raise DeclarationError for what is no place among the values of a category: their names, for example."""
    count = len(signal.values)
    wrong = array if array.dtype.kind not in "iu" else array[(array < 0) | (array >= count)]
    if len(wrong):
        raise DeclarationError(
            f"The component {part} was run on {len(array):,} rows.",
            f"It returned {wrong[0].item()!r} ({array.dtype}) among others.",
            f"A row of '{signal.name}' ({signal.kind}) is the place of its value as a whole number: 0 is"
            f" '{signal.values[0]}', {count - 1} is '{signal.values[-1]}'.",
            "Mend the function: it gets and returns places, as in np.where(hot, 1, 0).",
        )
