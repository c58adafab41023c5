"""The trained thing: rows in, rows out, saved as plain data.

A network is kept as safetensors and JSON, an estimator by skops with a closed list of types. Loading builds the
network from the component that the caller holds and fills in numbers: nothing in the folder is ever run.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import final

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from endwise.errors import BundleError, DeclarationError
from endwise.learn.encode import check_finite, encoder, tensors
from endwise.learn.heads import Head, head
from endwise.learn.models import default
from endwise.system.components import Learned, is_estimator
from endwise.system.signals import Signal

PREDICTED_AT_ONCE = 32
"""Rows in every prediction batch, padded where fewer are asked for: one row or a thousand take the same sums."""


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

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.body(*[one(rows) for one, rows in zip(self.encoders, inputs, strict=True)])

    def loss(self, inputs: Sequence[Tensor], target: Tensor) -> Tensor:
        return self.head.loss(self(*inputs), target)

    def check(self, component: Learned) -> None:
        """Run two blank rows; raises DeclarationError when the body does not return what the head asks for."""
        blank = [torch.zeros((2, *_fixed(signal)), dtype=torch.int64) for signal in component.inputs]
        try:
            with torch.no_grad():
                raw = self.eval()(*blank)
            if isinstance(raw, Tensor) and len(raw) == 2 and self.head.fits(raw.shape[1:]):
                return
            found = f"an output of shape {tuple(raw.shape)}" if isinstance(raw, Tensor) else f"a {type(raw).__name__}"
            here = f"It returned {found}."
        except Exception as error:  # somebody's module: it may fail in any way
            here = f"It failed with {type(error).__name__}: {error}"
        wanted = " x ".join("any" if size is None else str(size) for size in self.head.size)
        encoded = [f"{signal.name} {tuple(one(rows).shape)}" for signal, one, rows in self._triples(component, blank)]
        raise DeclarationError(
            f"The module of {component!r} was run on 2 rows: {', '.join(encoded)}.",
            here,
            f"To make '{component.output.name}' ({component.output.kind}) it must return 2 x {wanted} numbers.",
            "Change the module (docs/models.md lists what each kind is encoded to, and its raw output).",
        )

    def _triples(self, component: Learned, blank: list[Tensor]) -> Iterable[tuple[Signal, nn.Module, Tensor]]:
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
            return np.empty((0, *_fixed(self.component.output)), np.float32)
        parts = [self._some(inputs, start, count) for start in range(0, count, PREDICTED_AT_ONCE)]
        return np.concatenate(parts)

    def _some(self, inputs: Sequence[np.ndarray], start: int, count: int) -> np.ndarray:
        wanted = np.arange(start, start + PREDICTED_AT_ONCE)
        filled = np.minimum(wanted, count - 1)  # the last row fills up
        batch = tensors([array[filled] for array in inputs], self.device)
        with torch.no_grad():
            rows = self.network.head.decode(self.network(*batch))
        return rows[: count - start].cpu().numpy()

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        state = {name: value.contiguous().cpu() for name, value in self.network.state_dict().items()}
        save_file(state, folder / "weights.safetensors")
        about = {"made": "network", "output": self.component.output.to_json(), "parameters": self.parameters}
        (folder / "model.json").write_text(json.dumps(about, indent=1))


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


def _fixed(signal: Signal) -> tuple[int, ...]:
    """The shape of one value of a signal whose values all have the same."""
    return tuple(size or 0 for size in signal.shape)


def load(component: Learned, folder: Path, device: str = "cpu") -> Model:
    """The model of `component` that was saved in `folder`."""
    if is_estimator(component.using):
        from endwise.learn.estimator import EstimatorModel

        return EstimatorModel.load(component, folder)
    network = Network(component)
    try:
        network.load_state_dict(load_file(folder / "weights.safetensors"))
    except (OSError, RuntimeError, SafetensorError) as error:
        raise BundleError(
            f"The model of {component!r} was to be loaded from {folder}.",
            f"Its weights cannot be read: {str(error).splitlines()[0]}",
            "They were saved for another component or version, or are damaged.",
            "Run the study again, or take the folder from its source again.",
        ) from None
    return NetworkModel(component, network, device)
