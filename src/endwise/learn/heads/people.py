"""Heads for who somebody is: named outright, or as an embedding in which one person's pictures lie together."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from endwise.learn.encode import width_of
from endwise.learn.heads.base import Head
from endwise.system.signals import Category, Identity, Signal

MARGIN = 0.2
"""Cosine by which the right person has to lead in training; Wang et al. used 0.35 with tens of thousands of people."""
SHARPNESS = 16.0
"""What cosines are multiplied by before the softmax."""


class Named(Head):
    """One of the known people, or a stranger: cross entropy over the people and, as one more, all strangers.

    The answer is the most likely of the people; its score is their log odds against everybody else. However many
    strangers there are to learn from, together they weigh as much as one of the people: where they were nine in ten
    rows, and weighed as much each, networks learnt to call everybody a stranger.
    """

    weight: Tensor

    def __init__(self, signal: Signal) -> None:
        super().__init__(signal)
        assert isinstance(signal, Identity)
        self.people = len(signal.people)
        self.size = (self.people + 1,)
        self.register_buffer("weight", torch.ones(()))

    def learn(self, rows: np.ndarray) -> None:
        """Count how many rows show strangers, and how many one of the people."""
        strangers, people = (rows[:, 0] < 0).sum(), len(np.unique(rows[rows[:, 0] >= 0, 0]))
        if strangers and people:
            self.weight.fill_(float(min(1.0, (len(rows) - strangers) / people / strangers)))

    def targets(self, rows: np.ndarray) -> np.ndarray:
        """The place of each row's person; every stranger stands behind the last."""
        places = rows[:, 0].astype(np.int64)
        return np.where(places < 0, self.people, places)

    def loss(self, raw: Tensor, target: Tensor) -> Tensor:
        weight = torch.where(target == self.people, self.weight, 1.0)
        return weight * nn.functional.cross_entropy(raw, target, reduction="none")

    def decode(self, raw: Tensor) -> np.ndarray:
        best = raw[:, : self.people].max(dim=1)
        others = raw.scatter(1, best.indices[:, None], -torch.inf)
        score = best.values - others.logsumexp(dim=1)
        return torch.stack([best.indices.float(), score], dim=1).cpu().numpy()


class Embedded(Head):
    """A vector of length 1, learnt from whom it stands for: those of one category lie together.

    Wang et al. 2018, *CosFace: large margin cosine loss for deep face recognition*, equation 4: a softmax over the
    cosines between the vector and one direction a category, in which the right one is handicapped by a margin. The
    directions are forgotten after training: others than those it learnt from can be told apart by their cosine.
    """

    passes = True

    def __init__(self, signal: Signal, label: Category) -> None:
        super().__init__(signal)
        self.size = (width_of(signal),)
        self.directions = nn.Parameter(torch.empty(len(label.values), width_of(signal)))
        nn.init.normal_(self.directions)

    def loss(self, raw: Tensor, target: Tensor) -> Tensor:
        cosines = nn.functional.normalize(raw) @ nn.functional.normalize(self.directions).T  # (B, V)
        handicap = MARGIN * nn.functional.one_hot(target.long(), len(self.directions))
        return nn.functional.cross_entropy(SHARPNESS * (cosines - handicap), target.long(), reduction="none")

    def rows(self, raw: Tensor) -> Tensor:
        return nn.functional.normalize(raw)
