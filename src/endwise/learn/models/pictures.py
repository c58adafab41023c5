"""Networks that read pictures."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from endwise.learn.models.registry import FLAT, makes, reads
from endwise.system.signals import Box, Image, Mask, Points, Signal, Stack


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


class Trunk(nn.Module):
    """A picture to maps of it, each half as fine as the one before: what all networks on pictures begin with.

    `widths` tells the channels after each halving. `channels` counts those of all maps; `grid` is the last (C, H, W).
    """

    def __init__(self, size: tuple[int, int], depth: int, widths: Callable[[int], int]) -> None:
        super().__init__()
        side = cell_side(size)
        sizes = halvings(size, side, least=3)
        self.channels = [depth * side**2, *map(widths, range(len(sizes) - 1))]
        self.grid = (self.channels[-1], *sizes[-1])
        self.cells = Cells(side)
        self.down = nn.ModuleList(map(Halving, self.channels, self.channels[1:]))

    def forward(self, picture: Tensor) -> list[Tensor]:
        maps = [self.cells(picture)]
        for halve in self.down:
            maps.append(halve(maps[-1]))
        return maps


def seeing(step: int) -> int:
    """Channels for networks that end in numbers: all that is seen has to pass the last map."""
    return int(min(32 * 2**step, 96))


def finding(step: int) -> int:
    """Channels for networks that go up again, and still have the finer maps."""
    return min(32 + 16 * step, 64)


class Look(nn.Module):
    """A picture to features: a trunk whose last map is flattened, so that places stay known.

    `gain` brings features of a trunk that was trained elsewhere to the size of fresh ones.
    """

    gain: Tensor

    def __init__(self, size: tuple[int, int], depth: int) -> None:
        super().__init__()
        self.trunk = Trunk(size, depth, seeing)
        self.register_buffer("gain", torch.ones(()))

    @property
    def grid(self) -> tuple[int, int, int]:
        """Channels, height and width of the last map."""
        return self.trunk.grid

    @property
    def width(self) -> int:
        """Count of features."""
        return math.prod(self.grid)

    def forward(self, picture: Tensor) -> Tensor:
        maps: list[Tensor] = self.trunk(picture)
        return self.gain * maps[-1].flatten(1)  # (B, C, H, W) -> (B, F)


@reads("image", "mask", to=FLAT)
def look(signal: Signal) -> nn.Module:
    """The reader of one picture."""
    assert isinstance(signal, Image | Mask)
    return Look(signal.size, depth_of(signal))


def depth_of(signal: Image | Stack | Mask) -> int:
    """The channels of one encoded picture; the pictures of a stack are channels of one."""
    if isinstance(signal, Stack):
        return signal.count
    return len(signal.values) if isinstance(signal, Mask) else signal.channels


SCENE = 32
"""Side from which on the pictures of a stack are taken for moments of one scene, not for pieces cut out of one."""


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
    """The reader of a stack: its pictures together where they are scenes, and each by itself where they are pieces."""
    assert isinstance(signal, Stack)
    return Look(signal.size, depth_of(signal)) if min(signal.size) >= SCENE else Leaf(signal)


class Find(nn.Module):
    """A picture to one heatmap a point, coarse ones: an eighth of its size where the first cells are quarters.

    Down by strided convolutions, up again by adding what each level saw (Lin et al. 2017, feature pyramids). With a
    soft-argmax the heatmap need not be fine: from 100 radiographs an eighth gave 1.7 mm, a quarter 1.5 to 1.8 mm at
    twice the cost.
    """

    def __init__(self, picture: Image, count: int) -> None:
        super().__init__()
        self.trunk = Trunk(picture.size, picture.channels, finding)
        self.side = nn.ModuleList(nn.Conv2d(width, 32, 1) for width in self.trunk.channels[1:])
        self.last = nn.Conv2d(32, count, 3, padding=1)

    def forward(self, picture: Tensor) -> Tensor:
        maps: list[Tensor] = self.trunk(picture)
        seen = [side(level) for side, level in zip(self.side, maps[1:], strict=True)]  # each (B, 32, h, w)
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


class Frame(nn.Module):
    """A picture to the map of a box: like `Find`, with a layer more at each level and before the end.

    How large a thing is takes more seeing than where it is. On faces in rooms, 2,400 pictures, `Find` itself gave boxes
    that overlap the true ones by .77 (mean intersection over union), 3.6 % of them by less than half; this gives .86
    and 0.8 % (at a width of 48 no better, for two thirds more time).
    """

    WIDTH = 32

    def __init__(self, picture: Image) -> None:
        super().__init__()
        self.trunk, width = Trunk(picture.size, picture.channels, finding), self.WIDTH
        self.side = nn.ModuleList(nn.Conv2d(channel, width, 1) for channel in self.trunk.channels[1:])
        self.mix = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in self.trunk.channels[2:])
        self.last = nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, 5, 1))

    def forward(self, picture: Tensor) -> Tensor:
        maps: list[Tensor] = self.trunk(picture)
        seen = [side(level) for side, level in zip(self.side, maps[1:], strict=True)]  # each (B, WIDTH, h, w)
        up = torch.relu(seen.pop())
        for level, mix in zip(reversed(seen), self.mix, strict=True):
            up = torch.relu(mix(nn.functional.interpolate(up, size=level.shape[-2:], mode="nearest") + level))
        return self.last(up)  # (B, 5, h, w)


@makes("image", "box")
def frame(picture: Signal, box: Signal) -> nn.Module:
    """The network that finds a box on a picture."""
    assert isinstance(picture, Image)
    assert isinstance(box, Box)
    return Frame(picture)


class Paint(nn.Module):
    """A picture to the scores of a class at every pixel: down and up again (Ronneberger et al. 2015, U-Net).

    At every level what was seen on the way down is added, as in `Find`. The finest level is that of the cells; each of
    its places tells the scores of all pixels in it (Shi et al. 2016, sub-pixel convolution).
    """

    WIDTH = 32
    FINEST = 16
    """Channels of the finest level, where a convolution costs most."""

    def __init__(self, size: tuple[int, int], depth: int, classes: int) -> None:
        super().__init__()
        self.extent, side = size, cell_side(size)
        self.trunk = Trunk(size, depth, finding)
        channels, width, fine = self.trunk.channels, self.WIDTH, self.FINEST
        self.across = nn.ModuleList(nn.Conv2d(channel, width, 1) for channel in channels[1:])
        self.mix = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in channels[2:])
        self.near = nn.Conv2d(channels[0], fine, 3, padding=1)
        self.far = nn.Conv2d(width, fine, 1)
        self.last = nn.Sequential(nn.Conv2d(fine, fine, 3, padding=1), nn.ReLU())
        self.pixels = nn.Sequential(nn.Conv2d(fine, classes * side**2, 1), nn.PixelShuffle(side))

    def forward(self, picture: Tensor) -> Tensor:
        maps: list[Tensor] = self.trunk(picture)
        seen = [across(level) for across, level in zip(self.across, maps[1:], strict=True)]  # each (B, WIDTH, h, w)
        up = torch.relu(seen.pop())
        for level, mix in zip(reversed(seen), self.mix, strict=True):
            up = torch.relu(mix(_as_large(up, level) + level))
        up = torch.relu(self.near(maps[0]) + _as_large(self.far(up), maps[0]))
        height, width = self.extent
        return self.pixels(self.last(up))[..., :height, :width]  # (B, V, H, W)


def _as_large(coarse: Tensor, fine: Tensor) -> Tensor:
    return nn.functional.interpolate(coarse, size=fine.shape[-2:], mode="nearest")


@makes("image", "mask")
@makes("stack", "mask")
def paint(picture: Signal, mask: Signal) -> nn.Module:
    """The network that paints a mask of a picture of the same size."""
    assert isinstance(picture, Image | Stack)
    assert isinstance(mask, Mask)
    return Paint(picture.size, depth_of(picture), len(mask.values))
