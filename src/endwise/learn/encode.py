"""From a signal's rows to the tensor that a network reads, with scales learnt from training rows.

    kind                    rows (batch form of signals.py)     encoded tensor, float32
    ----------------------  ----------------------------------  --------------------------------------
    image                   uint8 (N, H, W[, C])                (N, C, H, W), zero mean, unit spread
    stack                   uint8 (N, K, H, W)                  (N, K, H, W), likewise
    mask                    uint8 (N, H, W)                     (N, V, H, W), one-hot
    number                  float32 (N,)                        (N, 1), each column standardised
    vector, box             float32 (N, D)                      (N, D), likewise
    points                  float32 (N, K, 2)                   (N, 2K), likewise
    category                int32 (N,)                          (N, V), one-hot
    frames                  object (N,) of float32 (T, D)       Ragged (N, T, D), each column standardised
    posteriors              object (N,) of float32 (T, V)       Ragged (N, T, V), as they are
    audio                   object (N,) of float32 (T,)         Ragged (N, T), spread 1
    text, symbols           object (N,) of str, int32 (T,)      (N, GRAMS), what stands in it, root mean square 1

The scales are buffers: they travel with the weights. Pictures stay uint8 until their batch is read.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from endwise.errors import DeclarationError, StudyError, counted, listed
from endwise.learn.ragged import Ragged, ragged
from endwise.system.signals import Category, Image, Mask, Signal

SCALE_ROWS = 512
"""Pictures that their mean and spread are taken from: 512 x 12,288 pixels fix both to under 1 %."""


class Encoder(nn.Module, ABC):
    """Turns a batch of one signal's rows into one tensor; knows the width or channels it makes."""

    def __init__(self, signal: Signal) -> None:
        super().__init__()
        self.signal = signal

    @abstractmethod
    def learn(self, array: np.ndarray, training: np.ndarray) -> None:
        """Take scales from the rows of `array` that the index `training` names, and from no others."""

    @abstractmethod
    def forward(self, batch: Any) -> Any:
        """The encoded batch, as in the table above."""

    def numbers(self, rows: np.ndarray) -> np.ndarray:
        """`rows` as float32 (N, width) for an estimator, which brings its own scaling."""
        return np.asarray(rows, np.float32).reshape(len(rows), width_of(self.signal))


class Pictures(Encoder):
    """Images and stacks of images: one mean and spread over all pixels."""

    mean: Tensor
    spread: Tensor

    def __init__(self, signal: Signal) -> None:
        super().__init__(signal)
        self.register_buffer("mean", torch.zeros(()))
        self.register_buffer("spread", torch.ones(()))

    def learn(self, array: np.ndarray, training: np.ndarray) -> None:
        some = np.asarray(array[training[:: -(-len(training) // SCALE_ROWS)]], np.float32)
        self.mean.fill_(float(some.mean(dtype=np.float64)))
        self.spread.fill_(float(some.std(dtype=np.float64)) or 1.0)

    def forward(self, batch: Tensor) -> Tensor:
        if batch.is_floating_point():  # made by the stage before, in one training with it
            pixels = (batch - self.mean) / self.spread
        else:
            pixels = batch.float().sub_(self.mean).mul_(1 / self.spread)  # in place: half the cost of a small network
        if isinstance(self.signal, Image):  # (B, H, W) or (B, H, W, C) -> (B, C, H, W)
            return pixels.unsqueeze(1) if self.signal.channels == 1 else pixels.movedim(-1, 1)
        return pixels

    def numbers(self, rows: np.ndarray) -> np.ndarray:
        return super().numbers(rows) / 255


class Numbers(Encoder):
    """Numbers, vectors, points and boxes: each column with zero mean and unit spread."""

    mean: Tensor
    spread: Tensor

    def __init__(self, signal: Signal) -> None:
        super().__init__(signal)
        width = width_of(signal)
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))

    def learn(self, array: np.ndarray, training: np.ndarray) -> None:
        set_scales(self.mean, self.spread, self.numbers(array[training]))

    def forward(self, batch: Tensor) -> Tensor:
        numbers: Tensor = (batch.float().reshape(len(batch), -1) - self.mean) / self.spread
        return numbers


class OneHot(Encoder):
    """Categories: a column for each value."""

    def learn(self, array: np.ndarray, training: np.ndarray) -> None:
        """Nothing to learn: the values are declared."""

    def forward(self, batch: Tensor) -> Tensor:
        return nn.functional.one_hot(batch.long(), width_of(self.signal)).float()

    def numbers(self, rows: np.ndarray) -> np.ndarray:
        one_hot: np.ndarray = np.eye(width_of(self.signal), dtype=np.float32)[rows]
        return one_hot


class Classes(Encoder):
    """Masks: a channel for each class."""

    def learn(self, array: np.ndarray, training: np.ndarray) -> None:
        """Nothing to learn: the classes are declared."""

    def forward(self, batch: Tensor) -> Tensor:
        assert isinstance(self.signal, Mask)
        classes = torch.arange(len(self.signal.values), dtype=batch.dtype, device=batch.device)
        return (batch.unsqueeze(1) == classes[:, None, None]).float()  # (B, H, W) -> (B, V, H, W)

    def numbers(self, rows: np.ndarray) -> np.ndarray:
        assert isinstance(self.signal, Mask)
        one_hot: np.ndarray = np.eye(len(self.signal.values), dtype=np.float32)[rows]
        return one_hot.reshape(len(rows), -1)


class Sequences(Encoder):
    """Sequences of vectors: each column with zero mean and unit spread over all steps."""

    mean: Tensor
    spread: Tensor

    def __init__(self, signal: Signal) -> None:
        super().__init__(signal)
        width = signal.shape[-1]
        assert width is not None
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))

    def learn(self, array: np.ndarray, training: np.ndarray) -> None:
        some = array[training[:: -(-len(training) // SCALE_ROWS)]]
        set_scales(self.mean, self.spread, np.concatenate(list(some)))

    def forward(self, batch: Ragged) -> Ragged:
        return batch.masked((batch.values.float() - self.mean) / self.spread)

    def numbers(self, rows: np.ndarray) -> np.ndarray:
        raise DeclarationError(
            f"An estimator was to read '{self.signal.name}'.",
            f"'{self.signal.name}' is of kind {self.signal.kind}: its rows differ in length.",
            "An estimator reads a table, a row of numbers for each row.",
            "Put a fixed component before it that makes a vector of each row, or use a network.",
        )


class Chances(Sequences):
    """Posteriors are between 0 and 1 already."""

    def learn(self, array: np.ndarray, training: np.ndarray) -> None:
        """Nothing to learn."""


class Waves(Sequences):
    """Recordings: one spread for all, and no mean, which in a sound is no signal."""

    spread: Tensor

    def __init__(self, signal: Signal) -> None:
        Encoder.__init__(self, signal)
        self.register_buffer("spread", torch.ones(()))

    def learn(self, array: np.ndarray, training: np.ndarray) -> None:
        some = np.concatenate(list(array[training[:: -(-len(training) // SCALE_ROWS)]]))
        self.spread.fill_(float(some.std(dtype=np.float64)) or 1.0)

    def forward(self, batch: Ragged) -> Ragged:
        return Ragged(batch.values.float() / self.spread, batch.lengths)


GRAMS = 4096
"""Columns that stretches of a text fall into."""
LONGEST_GRAM = {"text": 5, "symbols": 2}
"""Characters, or symbols, of the longest stretch."""
MULTIPLIER = 1_000_003


class Grams(Encoder):
    """Texts and symbols: which short stretches (n-grams) stand in them, each weighed by how rare it is.

    A stretch of 1 to `LONGEST_GRAM` characters falls into the column that its hash says (Weinberger et al. 2009), so no
    alphabet and no list of words is needed; characters are the bytes of UTF-8. A column counts as the logarithm of one
    and how often it occurs, times that of how few training rows have it (tf-idf: Salton & Buckley 1988). Rows have the
    size of standardised numbers: at length 1, 37 % and not 35 % of 2,000 one-line descriptions were misplaced among 16
    sections after 1,600.
    """

    rarity: Tensor

    def __init__(self, signal: Signal) -> None:
        super().__init__(signal)
        self.register_buffer("rarity", torch.ones(GRAMS))

    def learn(self, array: np.ndarray, training: np.ndarray) -> None:
        having = torch.zeros(GRAMS)
        for start in range(0, len(training), 64):
            having += (self._counts(tensors([array[training[start : start + 64]]], "cpu")[0]) > 0).sum(dim=0)
        self.rarity.copy_(torch.log((1 + len(training)) / (1 + having)) + 1)

    def forward(self, batch: Ragged) -> Tensor:
        weighed = torch.log1p(self._counts(batch)) * self.rarity
        return GRAMS**0.5 * nn.functional.normalize(weighed, dim=1)

    def _counts(self, batch: Ragged) -> Tensor:
        """How often each column's stretches occur, (B, GRAMS)."""
        steps = batch.values.long() + 1
        known = torch.arange(steps.shape[1], device=steps.device) < batch.lengths[:, None]
        counts = torch.zeros((len(steps), GRAMS), device=steps.device)
        hashed = torch.zeros_like(steps)
        for longer in range(min(LONGEST_GRAM[self.signal.kind], steps.shape[1])):
            count = steps.shape[1] - longer
            hashed = (hashed[:, :count] * MULTIPLIER + steps[:, longer:]) % (2**31 - 1)
            counts.scatter_add_(1, hashed % GRAMS, known[:, longer:].float())
        return counts

    def numbers(self, rows: np.ndarray) -> np.ndarray:
        parts = [rows[start : start + 64] for start in range(0, len(rows), 64)]
        found = [self(tensors([part], "cpu")[0]).numpy() for part in parts]
        return np.concatenate([np.empty((0, GRAMS), np.float32), *found])


ENCODERS: dict[str, type[Encoder]] = {
    "image": Pictures,
    "stack": Pictures,
    "mask": Classes,
    "number": Numbers,
    "vector": Numbers,
    "points": Numbers,
    "box": Numbers,
    "category": OneHot,
    "frames": Sequences,
    "posteriors": Chances,
    "audio": Waves,
    "text": Grams,
    "symbols": Grams,
}


RAGGED = ("frames", "posteriors", "audio")
"""Kinds whose rows are numbers that differ in length."""


def encoder(signal: Signal) -> Encoder:
    """The encoder for `signal`. Raises DeclarationError for a kind that no model reads yet."""
    if signal.kind not in ENCODERS:
        raise DeclarationError(
            f"A learned component that reads '{signal.name}' was asked for.",
            f"'{signal.name}' is of kind {signal.kind}; models read {listed(sorted(ENCODERS))}.",
            "Its rows cannot be turned into one tensor of a fixed shape.",
            "Put a fixed component before it that makes one of these kinds.",
        )
    return ENCODERS[signal.kind](signal)


def width_of(signal: Signal) -> int:
    """Numbers in one encoded value of a signal that is encoded to a fixed shape."""
    if signal.kind in LONGEST_GRAM:
        return GRAMS
    if isinstance(signal, Category):
        return len(signal.values)
    return int(np.prod([size or 0 for size in signal.shape], dtype=int))


def set_scales(mean: Tensor, spread: Tensor, rows: np.ndarray) -> None:
    """Fill the buffers with mean and spread of each column of `rows` (N, D); a constant column keeps spread 1."""
    wide = np.asarray(rows, np.float64)
    deviation = wide.std(axis=0)
    deviation[deviation < 1e-6 * np.abs(wide).max(axis=0, initial=1e-6)] = 1  # rounding, not spread
    mean.copy_(torch.from_numpy(wide.mean(axis=0)))
    spread.copy_(torch.from_numpy(deviation))


def check_finite(signals: Sequence[Signal], arrays: Sequence[np.ndarray]) -> None:
    """Raise StudyError when a row of numbers holds NaN or an infinite number."""
    for signal, array in zip(signals, arrays, strict=True):
        if signal.kind in RAGGED:
            bad = np.array([not np.isfinite(row).all() for row in array], dtype=bool)
        elif array.dtype.kind == "f":
            bad = ~np.isfinite(array).all(axis=tuple(range(1, array.ndim)))
        else:
            continue
        if bad.any():
            raise StudyError(
                f"A model was to be run on {counted(len(array), 'row')} of '{signal.name}'.",
                f"{counted(int(bad.sum()), 'row')} hold NaN or an infinite number, the first is row {bad.argmax()}.",
                "One such row would spoil every weight it touches.",
                f"Repair or leave out these rows, or look at the component that made '{signal.name}'.",
            )


def tensors(arrays: Sequence[np.ndarray], device: str) -> list[Any]:
    """A batch's arrays on `device`: as tensors, or as Ragged where rows differ in length; of texts their bytes."""
    return [
        ragged(array, device) if array.dtype == object else torch.from_numpy(np.ascontiguousarray(array)).to(device)  # type: ignore[arg-type]
        for array in arrays
    ]
