"""A batch of sequences of different lengths as one tensor.

Beyond a row's length there are zeros, and every layer puts them back (`masked`): what a row gives then does not
depend on the rows beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Ragged:
    """`values` (B, T, ...) of which the first `lengths` (B,) steps of each row count."""

    values: Tensor
    lengths: Tensor

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def mask(self) -> Tensor:
        """1 for steps that count, 0 beyond: float (B, T, 1)."""
        steps = torch.arange(self.values.shape[1], device=self.values.device)
        return (steps < self.lengths[:, None]).unsqueeze(-1).to(torch.float32)

    def masked(self, values: Tensor) -> Ragged:
        """The same rows with other values (B, T, D), zero beyond their lengths."""
        found = replace(self, values=values * self.mask)
        found.__dict__["mask"] = self.mask  # the lengths are the same
        return found

    def mean(self) -> Tensor:
        """The mean over the steps that count: (B, T, D) -> (B, 1, D)."""
        return self.values.sum(dim=1, keepdim=True) / self.lengths.clamp_min(1)[:, None, None]

    def rows(self) -> list[np.ndarray]:
        """Each row's own steps."""
        values = self.values.cpu().numpy()
        return [row[:length].copy() for row, length in zip(values, self.lengths.tolist(), strict=True)]


def ragged(rows: Sequence[np.ndarray] | Sequence[str], device: str) -> Ragged:
    """Rows (T, ...) of different lengths as one batch, at least one step long; of texts the bytes, in small letters."""
    arrays = [_letters(row) if isinstance(row, str) else row for row in rows]
    lengths = [len(row) for row in arrays]
    first = np.asarray(arrays[0])
    padded = np.zeros((len(arrays), max(1, *lengths), *first.shape[1:]), first.dtype)
    for at, row in enumerate(arrays):
        padded[at, : len(row)] = row
    return Ragged(torch.from_numpy(padded).to(device), torch.tensor(lengths, device=device))


def _letters(text: str) -> np.ndarray:
    return np.frombuffer(text.lower().encode(errors="replace"), np.uint8)


def objects(rows: Sequence[object]) -> np.ndarray:
    """Values of different shapes as an object array (N,), the batch form of ragged signals."""
    array = np.empty(len(rows), dtype=object)
    for at, row in enumerate(rows):
        array[at] = row
    return array
