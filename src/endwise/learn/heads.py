"""From a network's raw output to rows of a signal, and the loss in between.

    kind       raw output a network must return (B rows)              loss a row
    ---------  ------------------------------------------------------  ---------------------------------
    number     (B, 1), in units of the training rows' spread            smooth L1
    vector     (B, D), likewise                                         mean smooth L1
    points     (B, K, h, w) logits of a heatmap a point, any h and w,   distance + heatmap's divergence
               or (B, K, 2) coordinates: -1 and 1 are the edges
    category   (B, V) logits                                            cross entropy

A module of one's own (`using=`) returns the same. Points that lie on no input picture are a vector of 2K numbers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from endwise.errors import DeclarationError, listed
from endwise.learn.encode import set_scales, width_of
from endwise.system.components import Learned
from endwise.system.signals import Image, Number, Points, Signal

BEND = 0.25
"""Where smooth L1 turns from square to straight, in spreads of the target: mostly L1, as errors are judged absolute."""
HEATMAP_SPREAD = 1.0
"""Spread of the target heatmap in its own pixels, as in Nibali et al. 2018."""


class Head(nn.Module, ABC):
    """What one kind of output asks of a network. `size` is the shape of a raw row; None means any length."""

    size: tuple[int | None, ...]

    def __init__(self, signal: Signal) -> None:
        super().__init__()
        self.signal = signal

    def learn(self, rows: np.ndarray) -> None:
        """Take scales from `rows`, which must be training rows."""

    @abstractmethod
    def loss(self, raw: Tensor, target: Tensor) -> Tensor:
        """The loss of each row, (B,)."""

    @abstractmethod
    def decode(self, raw: Tensor) -> Tensor:
        """The signal's rows in batch form."""

    def fits(self, shape: Sequence[int]) -> bool:
        """Whether a raw row of `shape` is what this head asks for."""
        return len(shape) == len(self.size) and all(w in (None, s) for w, s in zip(self.size, shape, strict=True))


class Values(Head):
    """Numbers, vectors, and points on no picture: standardised, judged by smooth L1 (Huber 1964)."""

    mean: Tensor
    spread: Tensor

    def __init__(self, signal: Signal) -> None:
        super().__init__(signal)
        width = width_of(signal)
        self.size = (width,)
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))

    def learn(self, rows: np.ndarray) -> None:
        set_scales(self.mean, self.spread, rows.reshape(len(rows), -1))

    def loss(self, raw: Tensor, target: Tensor) -> Tensor:
        wanted = (target.float().reshape(len(raw), -1) - self.mean) / self.spread  # (B, D)
        return nn.functional.smooth_l1_loss(raw, wanted, beta=BEND, reduction="none").mean(dim=1)

    def decode(self, raw: Tensor) -> Tensor:
        rows = (raw * self.spread + self.mean).reshape(len(raw), *self.signal.shape)  # type: ignore[arg-type]
        return rows.clamp(self.signal.low, self.signal.high) if isinstance(self.signal, Number) else rows


class Classes(Head):
    """Categories: cross entropy over logits; the most likely value is the answer."""

    def __init__(self, signal: Signal) -> None:
        super().__init__(signal)
        self.size = (width_of(signal),)

    def loss(self, raw: Tensor, target: Tensor) -> Tensor:
        return nn.functional.cross_entropy(raw, target.long(), reduction="none")

    def decode(self, raw: Tensor) -> Tensor:
        return raw.argmax(dim=1).to(torch.int32)


class Heatmaps(Head):
    """Points on a picture, each the mean of its heatmap (soft-argmax).

    Nibali, He, Morgan & Prendergast 2018, *Numerical coordinate regression with convolutional neural networks*
    (DSNT), equations 4-6: the loss is the distance of the mean from the truth plus a divergence of the heatmap from
    a small Gaussian there. We take the divergence of the heatmap's two marginals (ours): narrow marginals make a
    narrow map, and their sums are needed for the mean anyway, so that it costs nothing beside the softmax.
    """

    extent: Tensor

    def __init__(self, signal: Signal, picture: Image) -> None:
        super().__init__(signal)
        self.size = (signal.shape[0], None, None)
        height, width = picture.size
        self.register_buffer("extent", torch.tensor([width, height], dtype=torch.float32), persistent=False)

    def fits(self, shape: Sequence[int]) -> bool:
        return super().fits(shape) or tuple(shape) == (self.size[0], 2)

    def loss(self, raw: Tensor, target: Tensor) -> Tensor:
        wanted = (target.float() + 0.5) * 2 / self.extent - 1  # (B, K, 2) in -1..1: pixel centres at whole numbers
        if raw.ndim == 3:
            return _distance(raw, wanted)
        across, down = _marginals(raw)
        spread = _divergence(across, wanted[..., 0]) + _divergence(down, wanted[..., 1])
        return _distance(_means(across, down), wanted) + spread

    def decode(self, raw: Tensor) -> Tensor:
        found = raw if raw.ndim == 3 else _means(*_marginals(raw))
        return (found + 1) * self.extent / 2 - 0.5


def _distance(found: Tensor, wanted: Tensor) -> Tensor:
    """Mean distance a point, (B,), in half pictures; the small number keeps the root's slope finite at zero."""
    return (found - wanted).pow(2).sum(dim=-1).add(1e-8).sqrt().mean(dim=1)


def _marginals(raw: Tensor) -> tuple[Tensor, Tensor]:
    """The heatmaps' chances along x and along y: logits (B, K, h, w) -> (B, K, w), (B, K, h)."""
    chance = raw.flatten(2).softmax(dim=-1).view(raw.shape)
    return chance.sum(dim=2), chance.sum(dim=3)


def _means(across: Tensor, down: Tensor) -> Tensor:
    """(B, K, 2) in -1..1."""
    return torch.stack([across @ _centres(across), down @ _centres(down)], dim=-1)


def _centres(chance: Tensor) -> Tensor:
    """Centres of the cells of (..., count) that fill -1..1."""
    count = chance.shape[-1]
    return (torch.arange(count, device=chance.device, dtype=torch.float32) * 2 + 1) / count - 1


def _divergence(chance: Tensor, centre: Tensor) -> Tensor:
    """Mean over points of KL(Gaussian at `centre` || chance): (B, K, count), (B, K) -> (B,)."""
    cells = chance.shape[-1] / 2
    gap = (_centres(chance) - centre.clamp(-1, 1).unsqueeze(-1)) * cells
    bell = torch.softmax(-0.5 * (gap / HEATMAP_SPREAD) ** 2, dim=-1)
    return (torch.xlogy(bell, bell) - bell * chance.clamp_min(1e-9).log()).sum(dim=-1).mean(dim=1)


def head(component: Learned) -> Head:
    """The head for what `component` makes. Raises DeclarationError for a kind that no model makes yet."""
    signal = component.output
    picture = picture_of(component)
    if picture is not None:
        return Heatmaps(signal, picture)
    heads: dict[str, type[Values | Classes]] = {
        "number": Values,
        "vector": Values,
        "points": Values,
        "category": Classes,
    }
    if signal.kind not in heads:
        raise DeclarationError(
            f"A learned component that makes '{signal.name}' was asked for.",
            f"'{signal.name}' is of kind {signal.kind}; models make {listed(sorted(heads))}.",
            "There is no loss for that kind yet.",
            "Make it with fixed(...), or from one of these kinds.",
        )
    return heads[signal.kind](signal)


def picture_of(component: Learned) -> Image | None:
    """The input picture that the output's points lie on, if there is one."""
    points = component.output
    if not isinstance(points, Points) or points.unit != "px":
        return None
    pictures = [signal for signal in component.inputs if isinstance(signal, Image)]
    named = [picture for picture in pictures if picture.name == points.on]
    return next(iter(named or pictures), None)
