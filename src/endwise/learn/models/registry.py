"""Which network stands for which kinds of signal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, cast

import torch
from torch import Tensor, nn

from endwise.errors import DeclarationError, listed
from endwise.learn.encode import width_of
from endwise.learn.heads import Head, head as head_of
from endwise.system.components import Learned
from endwise.system.signals import Signal

Reader: TypeAlias = Callable[[Signal], nn.Module]
"""Makes a module from encoded input to features (B, F); the module says its F as `width`."""
Whole: TypeAlias = Callable[[Signal, Signal], nn.Module]
"""Makes a module from encoded input to raw output, given both signals."""

READERS: dict[tuple[str, str], Reader] = {}
WHOLES: dict[tuple[str, str], Whole] = {}

HIDDEN = 128
"""Width of the dense layers: the whole step of a dense network takes 0.5 ms, most of it calls, not sums."""
FLAT = ("number", "vector", "category", "identity", "box", "points")


def reads(*kinds: str, to: Sequence[str]) -> Callable[[Reader], Reader]:
    """Register a reader of inputs of these `kinds` for outputs of the kinds in `to`."""

    def register(reader: Reader) -> Reader:
        READERS.update({(kind, output): reader for kind in kinds for output in to})
        return reader

    return register


def makes(kind: str, *outputs: str) -> Callable[[Whole], Whole]:
    """Register a whole network from one input of `kind` to any of `outputs`."""

    def register(whole: Whole) -> Whole:
        WHOLES.update({(kind, output): whole for output in outputs})
        return whole

    return register


def default(component: Learned, head: Head) -> nn.Module:
    """The default network for the kinds of `component`; raises DeclarationError where there is none."""
    return _channels_last(_made(component, head, _donors(component)))


def _made(component: Learned, head: Head, donors: Mapping[str, nn.Module]) -> nn.Module:
    kinds = [signal.kind for signal in component.inputs]
    output = component.output.kind
    flat = output in FLAT and len(head.size) == 1
    if not flat and len(kinds) == 1 and (kinds[0], output) in WHOLES:
        whole = WHOLES[(kinds[0], output)](component.inputs[0], component.output)
        donor = donors.get(component.inputs[0].name)
        if donor is not None:
            _check_widths(component, whole, donor)
        return _begun(whole, donor)
    if not flat or any((kind, output) not in READERS for kind in kinds):
        raise _unknown(kinds, output)
    readers = [_begun(READERS[(signal.kind, output)](signal), donors.get(signal.name)) for signal in component.inputs]
    return Joined(readers, cast("int", head.size[0]))


READS = ("front", "trunk")
"""Modules of a reader or whole network that read its input, whatever is then made of it: its encoder."""


def _donors(component: Learned) -> dict[str, nn.Module]:
    """For each input that the component reads as its `encoder` does, by name, the module that reads it there."""
    donor = component.encoder
    if donor is None:
        return {}
    like = Learned(donor.inputs, donor.output, donor.name, "scratch")
    found = {
        signal.name: reader
        for signal, reader in zip(donor.inputs, readers_of(default(like, head_of(like))), strict=True)
        if signal in component.inputs and hasattr(reader, "trunk")
    }
    if found:
        return found
    raise DeclarationError(
        f"{component!r} was to begin with the encoder of {donor!r}.",
        f"That reads {listed([repr(one.name) for one in donor.inputs])}; none is a picture or sequence that both read.",
        "An encoder is what a default network makes of a picture or sequence before it answers.",
        "Name a component with a default network that takes the same picture or sequence.",
    )


def readers_of(body: nn.Module) -> list[nn.Module]:
    """The module that reads each input of a default network; a whole one reads its only input itself."""
    return list(body.readers) if isinstance(body, Joined) else [body]


def _check_widths(component: Learned, whole: nn.Module, donor: nn.Module) -> None:
    """What follows the trunk of a whole network takes the maps of every level, in the widths that it knows."""
    widths, there = (getattr(getattr(one, "trunk", None), "channels", None) for one in (whole, donor))
    if widths != there:
        raise DeclarationError(
            f"{component!r} was to begin with the encoder of {component.encoder!r}.",
            f"It takes what is seen at every level, {widths} channels each; that one sees in {there}.",
            f"To make {component.output.kind} serves an encoder of points, boxes or masks, and none of numbers.",
            "Let the network that makes numbers begin with the other's encoder, or leave encoder out.",
        )


def _begun(network: nn.Module, donor: nn.Module | None) -> nn.Module:
    """The network, built to read as the donor does."""
    if donor is not None and hasattr(network, "trunk"):
        for name in READS:
            if hasattr(donor, name):
                setattr(network, name, getattr(donor, name))
    return network


def _channels_last(network: nn.Module) -> nn.Module:
    """The layout in which convolutions are a tenth to a third faster on a CPU."""
    return nn.utils.convert_conv2d_weight_memory_format(network, torch.channels_last)


def _unknown(kinds: list[str], output: str) -> DeclarationError:
    known = sorted({output for _, output in (*READERS, *WHOLES)})
    sources = sorted({kind for kind, made in (*READERS, *WHOLES) if made == output})
    here = f"from {listed(sources)}" if sources else f"of nothing; known outputs are {listed(known)}"
    return DeclarationError(
        f"A default model from {' + '.join(kinds)} to {output} was asked for.",
        f"There is a default model to {output} {here}.",
        "The default models do not know this combination of kinds.",
        "Hand over a factory of torch modules or a scikit-learn estimator: learned(..., using=...).",
    )


class Joined(nn.Module):
    """Reads each input by itself, joins the features, and ends in a small dense network."""

    def __init__(self, readers: Sequence[nn.Module], size: int) -> None:
        super().__init__()
        self.readers = nn.ModuleList(readers)
        width = sum(cast("int", reader.width) for reader in readers)
        self.dense = nn.Sequential(nn.Linear(width, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU())
        self.last = nn.Linear(HIDDEN, size)

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.last(self.seen(self.read(*inputs)))

    def read(self, *inputs: Tensor) -> list[Tensor]:
        """What each reader makes of its input, (B, F)."""
        return [reader(one) for reader, one in zip(self.readers, inputs, strict=True)]

    def seen(self, features: Sequence[Tensor]) -> Tensor:
        """What all of it comes to, (B, HIDDEN)."""
        return self.dense(torch.cat([*features], dim=1))


class Flat(nn.Module):
    """Numbers are their own features."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

    def forward(self, numbers: Tensor) -> Tensor:
        return numbers


@reads(*FLAT, "text", "symbols", to=FLAT)
def flat(signal: Signal) -> nn.Module:
    """The reader of values that are encoded to numbers already."""
    return Flat(width_of(signal))
