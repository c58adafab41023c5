"""The trained thing: rows in, rows out, saved as plain data.

A network is kept as safetensors and JSON, an estimator by skops with a closed list of types. Loading builds the
network from the component that the caller holds and fills in numbers: nothing in the folder is ever run.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from endwise.errors import BundleError, DeclarationError
from endwise.learn.encode import check_finite, encoder, tensors
from endwise.learn.heads import Head, head
from endwise.learn.models import READS, default, readers_of
from endwise.learn.ragged import Ragged
from endwise.system.components import Learned
from endwise.system.signals import Signal
from endwise.system.using import is_estimator, is_learner

WEIGHTS = "weights.safetensors"
SIZED = 64
"""Rows enough to tell the size of features."""
PREDICTED_AT_ONCE = 32
"""Rows in every prediction batch, padded where fewer are asked for: one row or a thousand take the same sums."""


def weights_digest(folder: Path) -> str:
    """A digest of the weights that a network saved into `folder`. Raises BundleError where there are none."""
    try:
        return hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    except OSError as missing:
        raise BundleError(
            f"The weights of a network were to be taken from {folder}.",
            f"They cannot be read: {missing.strerror}.",
            "A folder of a trained network holds them.",
            "Take the folder from its source again.",
        ) from None


class Model(ABC):
    """A trained component."""

    @abstractmethod
    def predict(self, inputs: Sequence[np.ndarray]) -> np.ndarray:
        """The output's rows in batch form, from one array an input with the rows first."""

    @property
    @abstractmethod
    def parameters(self) -> int:
        """Count of learnt numbers."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write into `folder`, which is made when it is not there."""


class Network(nn.Module):
    """Encoders, body and head of one component, from rows to loss or rows."""

    def __init__(self, component: Learned) -> None:
        super().__init__()
        self.encoders = nn.ModuleList(encoder(signal) for signal in component.inputs)
        self.head: Head = head(component)
        self.body = _body(component, self.head)
        self.check(component)

    def learn(self, inputs: Sequence[np.ndarray], target: np.ndarray, training: np.ndarray) -> None:
        """Take all scales from the rows that the index `training` names."""
        for one, array in zip(self.encoders, inputs, strict=True):
            one.learn(array, training)  # type: ignore[operator]
        self.head.learn(target[training])

    def begin(self, component: Learned, donor: Network, inputs: Sequence[np.ndarray]) -> None:
        """Take the encoder of the component's `encoder`, and the scales of what it reads, as trained there.

        On the rows `inputs` its features are brought to the size that those of a fresh encoder have: what comes after
        them begins from nothing, with the recipe of all that do. Left as they were, forty times as large, they made the
        error of an age from 50 radiographs half as large again.
        """
        assert component.encoder is not None
        rows = tensors(inputs, "cpu")
        theirs = {one.name: at for at, one in enumerate(component.encoder.inputs)}
        for at, signal in enumerate(component.inputs):
            if signal.name not in theirs:
                continue
            own, taken = readers_of(self.body)[at], readers_of(donor.body)[theirs[signal.name]]
            fresh = _size(own, self.encoders[at](rows[at]))
            self.encoders[at].load_state_dict(donor.encoders[theirs[signal.name]].state_dict())
            for name in READS:
                if hasattr(taken, name):
                    getattr(own, name).load_state_dict(getattr(taken, name).state_dict())
            if hasattr(own, "gain"):
                own.gain.fill_(fresh / _size(own, self.encoders[at](rows[at])))  # type: ignore[operator]

    def take(self, folder: Path) -> None:
        """Take weights and scales that a model saved into `folder`. Raises BundleError where they do not fit."""
        try:
            self.load_state_dict(load_file(folder / WEIGHTS))
        except (OSError, RuntimeError, SafetensorError) as error:
            raise BundleError(
                f"The model of '{self.head.signal.name}' was to be loaded from {folder}.",
                f"Its weights cannot be read: {str(error).splitlines()[0]}",
                "They were saved for another component or version, or are damaged.",
                "Run the study again, or take the folder from its source again.",
            ) from None

    def forward(self, *inputs: Any) -> Any:
        return self.body(*self.encoded(inputs))

    def loss(self, *batch: Any) -> Tensor:
        """The loss of each row, (B,), of a batch of the inputs and, last, the target."""
        *inputs, target = batch
        return self.head.loss(self(*inputs), target)

    def encoded(self, inputs: Sequence[Any]) -> list[Tensor]:
        """What the body is handed."""
        return [one(rows) for one, rows in zip(self.encoders, inputs, strict=True)]

    def check(self, component: Learned) -> None:
        """Run two blank rows; raises DeclarationError when the body does not return what the head asks for."""
        blank = [_blank(signal) for signal in component.inputs]
        try:
            with torch.no_grad():
                raw = self.eval()(*blank)
            shape = _shape(raw)
            if shape[:1] == (2,) and self.head.fits(shape[1:]) and isinstance(raw, Ragged) == self._steps():
                return
            found = f"an output of shape {shape}" if shape else f"a {type(raw).__name__}"
            here = f"It returned {found}."
        except Exception as error:  # somebody's module: it may fail in any way
            here = f"It failed with {type(error).__name__}: {error}"
        wanted = " x ".join("any" if size is None else str(size) for size in self.head.size)
        encoded = [f"{signal.name} {_shape(one(rows))}" for signal, one, rows in self._triples(component, blank)]
        raise DeclarationError(
            f"The module of {component!r} was run on 2 rows: {', '.join(encoded)}.",
            here,
            f"To make '{component.output.name}' ({component.output.kind}) it must return 2 x {wanted} numbers.",
            "Change the module (docs/models.md lists what each kind is encoded to, and its raw output).",
        )

    def _steps(self) -> bool:
        """Whether raw rows differ in length."""
        return len(self.head.size) == 2 and self.head.size[0] is None

    def _triples(self, component: Learned, blank: list[Any]) -> Iterable[tuple[Signal, nn.Module, Tensor]]:
        return zip(component.inputs, self.encoders, blank, strict=True)


@final
class NetworkModel(Model):
    """A trained network."""

    def __init__(self, component: Learned, network: Network, device: str = "cpu") -> None:
        self.component, self.device = component, device
        self.network = network.to(device).eval()

    @property
    def parameters(self) -> int:
        return sum(one.numel() for one in self.network.parameters())

    def predict(self, inputs: Sequence[np.ndarray]) -> np.ndarray:
        check_finite(self.component.inputs, inputs)
        count = len(inputs[0])
        if not count:
            output = self.component.output
            return np.empty(0, object) if output.ragged else np.empty((0, *_fixed(output)), np.float32)
        parts = [self._some(inputs, start, count) for start in range(0, count, PREDICTED_AT_ONCE)]
        return np.concatenate(parts)

    def _some(self, inputs: Sequence[np.ndarray], start: int, count: int) -> np.ndarray:
        wanted = np.arange(start, start + PREDICTED_AT_ONCE)
        if any(signal.ragged for signal in self.component.inputs):
            filled = wanted[wanted < count]  # their sums depend on the longest row beside them anyway, to 1e-6
        else:
            filled = np.minimum(wanted, count - 1)  # the last row fills up
        batch = tensors([array[filled] for array in inputs], self.device)
        with torch.no_grad():
            rows = self.network.head.decode(self.network(*batch))
        return rows[: count - start]

    def scores(self, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
        """What a network that spells or hears scores at its own steps: for each row log chances (T, V).

        Of a text the first column is the blank, then the alphabet: for decoding with other words than it learnt with.
        """
        check_finite(self.component.inputs, inputs)
        found: list[np.ndarray] = []
        for start in range(0, len(inputs[0]), PREDICTED_AT_ONCE):
            some = [array[start : start + PREDICTED_AT_ONCE] for array in inputs]
            with torch.no_grad():
                raw: Ragged = self.network(*tensors(some, self.device))
            found += Ragged(raw.values.log_softmax(dim=-1), raw.lengths).rows()
        return found

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        state = {name: value.contiguous().cpu() for name, value in self.network.state_dict().items()}
        save_file(state, folder / WEIGHTS)
        about = {"made": "network", "output": self.component.output.to_json(), "parameters": self.parameters}
        (folder / "model.json").write_text(json.dumps(about, indent=1))


def _size(reader: nn.Module, rows: Any) -> float:
    """The root mean square of what a reader makes of rows; 1 where that is no plain tensor, or nothing at all."""
    with torch.no_grad():
        made = reader(rows)
    return float(made.square().mean().sqrt()) or 1.0 if isinstance(made, Tensor) else 1.0


def _body(component: Learned, head: Head) -> nn.Module:
    """The component's own network, or the default one for its kinds."""
    if component.using is None:
        return default(component, head)
    made = component.using()
    if isinstance(made, nn.Module):
        return made
    raise DeclarationError(
        f"The network of {component!r} was to be made by using={component.using!r}.",
        f"It made a {type(made).__name__}.",
        "A learned component is trained as a torch module or as a scikit-learn estimator.",
        "Hand over a class or function without arguments that makes a torch.nn.Module, or an estimator.",
    )


BLANK_STEPS = 400
"""Steps of the blank sequences that a module is tried on: 50 ms of sound at 8 kHz, 4 s of frames."""


def _blank(signal: Signal) -> Any:
    """Two empty rows of a signal, as `tensors` makes them."""
    if not signal.ragged:
        return torch.zeros((2, *_fixed(signal)), dtype=torch.int64)
    values = torch.zeros((2, *(BLANK_STEPS if size is None else size for size in signal.shape or (None,))))
    return Ragged(values, torch.tensor([BLANK_STEPS, BLANK_STEPS // 2]))


def _shape(values: Any) -> tuple[int, ...]:
    """The shape of an encoded batch or raw output; () for anything else."""
    inside = values.values if isinstance(values, Ragged) else values
    return tuple(inside.shape) if isinstance(inside, Tensor) else ()


def _fixed(signal: Signal) -> tuple[int, ...]:
    """The shape of one value of a signal whose values all have the same."""
    return tuple(size or 0 for size in signal.shape)


def load(component: Learned, folder: Path, device: str = "cpu") -> Model:
    """The model of `component` that was saved in `folder`."""
    if is_estimator(component.using):
        from endwise.learn.estimator import EstimatorModel

        return EstimatorModel.load(component, folder)
    if is_learner(component.using):
        from endwise.learn.learner import LearnerModel

        return LearnerModel.load(component, folder)
    network = Network(component)
    network.take(folder)
    return NetworkModel(component, network, device)
