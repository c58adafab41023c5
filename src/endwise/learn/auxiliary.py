"""Auxiliary signals: what a network learns to tell beside what it makes, from the same features.

Caruana 1997, *Multitask learning*. A picture's features then hold what the auxiliary signal needs, whether or not the
few labels of the output alone would have taught it. Only training knows of it: the heads are thrown away at its end,
rows without a true value add nothing, and the held-out loss that decides when to stop is the output's alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from torch import Tensor, nn

from endwise.errors import DeclarationError
from endwise.learn.heads import Head, head
from endwise.learn.model import Network
from endwise.learn.models.pictures import Look
from endwise.learn.models.registry import HIDDEN, Joined
from endwise.system.components import Learned

Partial: TypeAlias = tuple[np.ndarray, np.ndarray]
"""The true values of a signal, (N, ...), and which rows have one, bool (N,)."""

FINER = 8
"""Places a side that each place of a picture's last map tells of, where the auxiliary signal lies on the picture."""


class Beside(nn.Module):
    """A network with its auxiliary heads, as training sees it."""

    def __init__(self, network: Network, component: Learned) -> None:
        super().__init__()
        self.network = network
        self.heads = nn.ModuleList()
        self.tellers = nn.ModuleList()
        for signal in component.auxiliary:
            told = head(dataclasses.replace(component, output=signal, auxiliary=()))
            self.heads.append(told)
            self.tellers.append(_teller(network.body, told, component))

    def learn(self, known: Sequence[Partial], training: np.ndarray) -> list[np.ndarray]:
        """Take all scales from the rows that the index `training` names; what `loss` takes beside the network's own."""
        targets = []
        for one, (values, has) in zip(self.heads, known, strict=True):
            assert isinstance(one, Head)
            if has[training].any():
                one.learn(values[training][has[training]])
            targets.append(one.targets(values))
        return [*targets, *(has.astype(np.float32) for _, has in known)]

    def loss(self, *batch: Any) -> Tensor:
        """The loss of each row, (B,); auxiliary ones are added, as large as they are, only where it is trained."""
        network, count = self.network, len(self.network.encoders)
        if not self.training:
            return network.loss(*batch[: count + 1])
        inputs, target, told = batch[:count], batch[count], batch[count + 1 :]
        assert isinstance(network.body, Joined)
        read = network.body.read(*network.encoded(inputs))
        seen = network.body.seen(read)
        loss = network.head.loss(network.body.last(seen), target)
        values, has = told[: len(self.heads)], told[len(self.heads) :]
        for one, teller, value, known in zip(self.heads, self.tellers, values, has, strict=True):
            loss = loss + known * one.loss(teller(read, seen), value)  # type: ignore[operator]
        return loss


class Numbers(nn.Module):
    """A signal of numbers, told from what all inputs come to."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.last = nn.Linear(HIDDEN, size)

    def forward(self, read: Sequence[Tensor], seen: Tensor) -> Tensor:
        raw: Tensor = self.last(seen)
        return raw


class Painted(nn.Module):
    """A signal on a picture, told from the last map of the reader `at`, by squares (Shi et al. 2016)."""

    def __init__(self, at: int, grid: tuple[int, int, int], channels: int) -> None:
        super().__init__()
        self.at, self.grid = at, grid
        self.last = nn.Sequential(nn.Conv2d(grid[0], channels * FINER**2, 1), nn.PixelShuffle(FINER))

    def forward(self, read: Sequence[Tensor], seen: Tensor) -> Tensor:
        raw: Tensor = self.last(read[self.at].unflatten(1, self.grid))
        return raw


def _teller(body: nn.Module, told: Head, component: Learned) -> nn.Module:
    """What makes the raw output of an auxiliary head. Raises DeclarationError where no features are there for it."""
    channels = told.size[0]
    if isinstance(body, Joined) and channels is not None:
        if len(told.size) == 1:
            return Numbers(channels)
        for at, reader in enumerate(body.readers):
            if len(told.size) == 3 and isinstance(reader, Look):
                return Painted(at, reader.grid, channels)
    raise DeclarationError(
        f"{component!r} was to learn '{told.signal.name}' ({told.signal.kind}) as an auxiliary signal.",
        f"It makes '{component.output.name}' ({component.output.kind}) by a network of another shape.",
        "Numbers, vectors and categories go beside these; masks, points and boxes also need a picture that is seen.",
        "Leave the auxiliary signal out, or make it a stage of its own.",
    )
