"""Default networks by kinds of signal: small enough for a CPU.

Two registries. A *reader* turns one encoded input into features; the features of all inputs are joined and a small
dense network makes the output: image, stack, number, vector, category -> number, vector, category. A *whole* is a
network for one pair of kinds that cannot be cut this way: image -> points needs its heatmaps to stay pictures.
Another pair of kinds is taught with `@reads(...)` or `@makes(...)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import torch
from torch import Tensor, nn

from endwise.errors import DeclarationError, listed
from endwise.learn.encode import width_of
from endwise.learn.heads import Head, Heatmaps
from endwise.system.components import Learned
from endwise.system.signals import Image, Signal, Stack

Reader: TypeAlias = Callable[[Signal], nn.Module]
"""Makes a module from encoded input to features (B, F); the module says its F as `width`."""
Whole: TypeAlias = Callable[[Signal, Signal], nn.Module]
"""Makes a module from encoded input to raw output, given both signals."""

READERS: dict[tuple[str, str], Reader] = {}
WHOLES: dict[tuple[str, str], Whole] = {}

HIDDEN = 128
"""Width of the dense layers: between 64 and 256 the held-out error of every pair was the same within its noise."""
CHANNELS = (16, 32, 64, 96)
"""Channels after each halving of the picture."""
FLAT = ("number", "vector", "category", "box", "points")


def reads(*kinds: str, to: Sequence[str]) -> Callable[[Reader], Reader]:
    """Register a reader of inputs of these `kinds` for outputs of the kinds in `to`."""

    def register(reader: Reader) -> Reader:
        READERS.update({(kind, output): reader for kind in kinds for output in to})
        return reader

    return register


def makes(kind: str, output: str) -> Callable[[Whole], Whole]:
    """Register a whole network from one input of `kind` to an `output`."""

    def register(whole: Whole) -> Whole:
        WHOLES[(kind, output)] = whole
        return whole

    return register


def default(component: Learned, head: Head) -> nn.Module:
    """The default network for the kinds of `component`; raises DeclarationError where there is none."""
    kinds = [signal.kind for signal in component.inputs]
    output = component.output.kind
    if isinstance(head, Heatmaps) and len(kinds) == 1 and (kinds[0], output) in WHOLES:
        return WHOLES[(kinds[0], output)](component.inputs[0], component.output)
    if isinstance(head, Heatmaps) or any((kind, output) not in READERS for kind in kinds):
        raise _unknown(kinds, output)
    readers = [READERS[(signal.kind, output)](signal) for signal in component.inputs]
    return Joined(readers, width_of(component.output))


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
        width = sum(int(reader.width) for reader in readers)  # type: ignore[arg-type]
        self.dense = nn.Sequential(nn.Linear(width, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU())
        self.last = nn.Linear(HIDDEN, size)

    def forward(self, *inputs: Tensor) -> Tensor:
        features = [reader(one) for reader, one in zip(self.readers, inputs, strict=True)]  # each (B, F)
        return self.last(self.dense(torch.cat(features, dim=1)))


class Flat(nn.Module):
    """Numbers are their own features."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

    def forward(self, numbers: Tensor) -> Tensor:
        return numbers


@reads(*FLAT, to=FLAT)
def flat(signal: Signal) -> nn.Module:
    return Flat(width_of(signal))


class Halving(nn.Sequential):
    """A strided convolution that halves the picture: 3x cheaper than a convolution and pooling."""

    def __init__(self, before: int, after: int, size: int = 3) -> None:
        super().__init__(nn.Conv2d(before, after, size, stride=2, padding=size // 2), nn.ReLU())


class Look(nn.Module):
    """A picture to features: strided convolutions, then what is left is flattened, so that places stay known."""

    def __init__(self, picture: Image) -> None:
        super().__init__()
        widths = (picture.channels, *CHANNELS, CHANNELS[-1])
        self.layers = nn.Sequential(*[Halving(a, b, 5 if i == 0 else 3) for i, (a, b) in enumerate(zip(widths, widths[1:]))])
        height, width = (_halved(size, len(widths) - 1) for size in picture.size)
        self.width = height * width * CHANNELS[-1]

    def forward(self, picture: Tensor) -> Tensor:
        return self.layers(picture).flatten(1)  # (B, C, H, W) -> (B, F)


@reads("image", to=FLAT)
def look(signal: Signal) -> nn.Module:
    assert isinstance(signal, Image)
    return Look(signal)


class Leaf(nn.Module):
    """A stack of small pictures to features: shared convolutions, then a little of its own for each place."""

    def __init__(self, stack: Stack) -> None:
        super().__init__()
        self.layers = nn.Sequential(Halving(1, 16), Halving(16, 32))
        height, width = (_halved(size, 2) for size in stack.size)
        self.narrow = nn.Linear(height * width * 32, 16)
        self.width = stack.count * 16

    def forward(self, stack: Tensor) -> Tensor:
        count = stack.shape[1]
        single = stack.flatten(0, 1).unsqueeze(1)  # (B, K, H, W) -> (BK, 1, H, W)
        features = torch.relu(self.narrow(self.layers(single).flatten(1)))  # (BK, 16)
        return features.unflatten(0, (-1, count)).flatten(1)  # (B, 16K)


@reads("stack", to=FLAT)
def leaf(signal: Signal) -> nn.Module:
    assert isinstance(signal, Stack)
    return Leaf(signal)


class Find(nn.Module):
    """A picture to one heatmap a point at a quarter of its size: down to a sixteenth, and up again with skips."""

    def __init__(self, picture: Image, count: int) -> None:
        super().__init__()
        widths = (picture.channels, *CHANNELS)
        self.down = nn.ModuleList(Halving(a, b) for a, b in zip(widths, widths[1:]))
        self.side = nn.ModuleList([nn.Conv2d(CHANNELS[1], 32, 1), nn.Conv2d(CHANNELS[2], 32, 1)])
        self.top = nn.Conv2d(CHANNELS[3], 32, 1)
        self.last = nn.Conv2d(32, count, 3, padding=1)

    def forward(self, picture: Tensor) -> Tensor:
        levels = []
        for halve in self.down:
            picture = halve(picture)
            levels.append(picture)
        up = self.top(levels[3])
        for level, side in ((2, self.side[1]), (1, self.side[0])):
            wide = nn.functional.interpolate(up, size=levels[level].shape[-2:], mode="nearest")
            up = torch.relu(wide + side(levels[level]))
        return self.last(up)


@makes("image", "points")
def find(picture: Signal, points: Signal) -> nn.Module:
    assert isinstance(picture, Image) and points.shape[0] is not None
    return Find(picture, points.shape[0])


def _halved(size: int, times: int) -> int:
    for _ in range(times):
        size = -(-size // 2)
    return size
