"""Default networks by kinds of signal: small enough for a CPU.

Two registries. A *reader* turns one encoded input into features; the features of all inputs are joined and a small
dense network makes the output: image, stack, number, vector, category -> number, vector, category. A *whole* is a
network for one pair of kinds that cannot be cut this way: image -> points needs its heatmaps to stay pictures.
Another pair of kinds is taught with `@reads(...)` or `@makes(...)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, cast

import torch
from torch import Tensor, nn

from endwise.errors import DeclarationError, listed
from endwise.learn.encode import width_of
from endwise.learn.heads import Head, Heatmaps
from endwise.system.components import Learned
from endwise.system.signals import Image, Points, Signal, Stack

Reader: TypeAlias = Callable[[Signal], nn.Module]
"""Makes a module from encoded input to features (B, F); the module says its F as `width`."""
Whole: TypeAlias = Callable[[Signal, Signal], nn.Module]
"""Makes a module from encoded input to raw output, given both signals."""

READERS: dict[tuple[str, str], Reader] = {}
WHOLES: dict[tuple[str, str], Whole] = {}

HIDDEN = 128
"""Width of the dense layers: the whole step of a dense network takes 0.5 ms, most of it calls, not sums."""
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
        return _channels_last(WHOLES[(kinds[0], output)](component.inputs[0], component.output))
    if isinstance(head, Heatmaps) or any((kind, output) not in READERS for kind in kinds):
        raise _unknown(kinds, output)
    readers = [READERS[(signal.kind, output)](signal) for signal in component.inputs]
    return _channels_last(Joined(readers, width_of(component.output)))


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
    """The reader of values that are numbers already."""
    return Flat(width_of(signal))


class Halving(nn.Sequential):
    """A strided convolution that halves the picture: 3x cheaper than a convolution and pooling."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__(nn.Conv2d(before, after, 3, stride=2, padding=1), nn.ReLU())


class Cells(nn.Module):
    """Each `side` x `side` square of pixels becomes one place with its pixels as channels.

    Shi et al. 2016 (sub-pixel convolution), backwards. The first layer at full resolution would cost more than all
    others together.
    """

    def __init__(self, side: int) -> None:
        super().__init__()
        self.side = side

    def forward(self, picture: Tensor) -> Tensor:
        side, (height, width) = self.side, picture.shape[-2:]
        if height % side or width % side:
            picture = nn.functional.pad(picture, (0, -width % side, 0, -height % side), mode="replicate")
        count, channels, height, width = picture.shape
        cells = picture.reshape(count, channels, height // side, side, width // side, side)
        lines = [cells[:, c, :, i] for c in range(channels) for i in range(side)]  # each (B, H/s, W/s, s)
        # Joined channels last, as convolutions like; a permute of all six axes takes twice as long.
        return torch.cat(lines, dim=3).permute(0, 3, 1, 2)  # (B, C s s, H/s, W/s)


def cell_side(size: tuple[int, int]) -> int:
    """Side of the first cells: 4 from 64 pixels on, 2 from 24, none for thumbnails."""
    shorter = min(size)
    return 4 if shorter >= 64 else 2 if shorter >= 24 else 1


def halvings(size: tuple[int, int], side: int, least: int) -> list[tuple[int, int]]:
    """Sizes of the picture after the cells and each halving, down to `least` places on the shorter side."""
    sizes = [(-(-size[0] // side), -(-size[1] // side))]
    while len(sizes) == 1 or min(sizes[-1]) >= 2 * least:
        sizes.append((-(-sizes[-1][0] // 2), -(-sizes[-1][1] // 2)))
    return sizes


class Look(nn.Module):
    """A picture to features: strided convolutions, then what is left is flattened, so that places stay known."""

    def __init__(self, picture: Image) -> None:
        super().__init__()
        side = cell_side(picture.size)
        sizes = halvings(picture.size, side, least=3)
        channels = [picture.channels * side**2, *(min(32 * 2**step, 96) for step in range(len(sizes) - 1))]
        self.layers = nn.Sequential(Cells(side), *map(Halving, channels, channels[1:]))
        self.width = sizes[-1][0] * sizes[-1][1] * channels[-1]

    def forward(self, picture: Tensor) -> Tensor:
        return self.layers(picture).flatten(1)  # (B, C, H, W) -> (B, F)


@reads("image", to=FLAT)
def look(signal: Signal) -> nn.Module:
    """The reader of one picture."""
    assert isinstance(signal, Image)
    return Look(signal)


class Leaf(nn.Module):
    """A stack of small pictures to features: shared convolutions, then a few numbers for each picture."""

    def __init__(self, stack: Stack) -> None:
        super().__init__()
        side = 2 if min(stack.size) >= 16 else 1
        sizes = halvings(stack.size, side, least=4)
        channels = [side**2, *(min(24 * 2**step, 96) for step in range(len(sizes) - 1))]
        self.layers = nn.Sequential(Cells(side), *map(Halving, channels, channels[1:]))
        self.narrow = nn.Linear(sizes[-1][0] * sizes[-1][1] * channels[-1], 16)
        self.width = stack.count * 16

    def forward(self, stack: Tensor) -> Tensor:
        count = stack.shape[1]
        single = stack.flatten(0, 1).unsqueeze(1)  # (B, K, H, W) -> (BK, 1, H, W)
        features = torch.relu(self.narrow(self.layers(single).flatten(1)))  # (BK, 16)
        return features.unflatten(0, (-1, count)).flatten(1)  # (B, 16K)


@reads("stack", to=FLAT)
def leaf(signal: Signal) -> nn.Module:
    """The reader of a stack of pictures."""
    assert isinstance(signal, Stack)
    return Leaf(signal)


class Find(nn.Module):
    """A picture to one heatmap a point, coarse ones: an eighth of its size where the first cells are quarters.

    Down by strided convolutions, up again by adding what each level saw (Lin et al. 2017, feature pyramids). With a
    soft-argmax the heatmap need not be fine: from 100 radiographs an eighth gave 1.7 mm, a quarter 1.5 to 1.8 mm at
    twice the cost.
    """

    def __init__(self, picture: Image, count: int) -> None:
        super().__init__()
        side = cell_side(picture.size)
        steps = len(halvings(picture.size, side, least=3)) - 1
        channels = [picture.channels * side**2, *(min(32 + 16 * step, 64) for step in range(steps))]
        self.cells = Cells(side)
        self.down = nn.ModuleList(map(Halving, channels, channels[1:]))
        self.side = nn.ModuleList(nn.Conv2d(width, 32, 1) for width in channels[1:])
        self.last = nn.Conv2d(32, count, 3, padding=1)

    def forward(self, picture: Tensor) -> Tensor:
        levels = [self.cells(picture)]
        for halve in self.down:
            levels.append(halve(levels[-1]))
        seen = [side(level) for side, level in zip(self.side, levels[1:], strict=True)]  # each (B, 32, h, w)
        up = seen.pop()
        while seen:
            level = seen.pop()
            up = torch.relu(nn.functional.interpolate(up, size=level.shape[-2:], mode="nearest") + level)
        return self.last(up)  # (B, K, h, w)


@makes("image", "points")
def find(picture: Signal, points: Signal) -> nn.Module:
    """The network that finds points on a picture."""
    assert isinstance(picture, Image)
    assert isinstance(points, Points)
    return Find(picture, points.count)
