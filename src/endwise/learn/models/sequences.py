"""Networks that read sequences: frames, posteriors, recordings.

One trunk for all: it takes every few steps together, looks around by shifted copies of itself (Waibel et al. 1989,
time-delay networks, with residual layers), over all rows in one line with zeros between. A layer is one matrix product,
three times faster on a CPU than a recurrent one of the same size. Recordings first pass learnt filters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from endwise.errors import DeclarationError
from endwise.learn.models.registry import FLAT, makes, reads
from endwise.learn.ragged import Ragged
from endwise.system.signals import Audio, Frames, Posteriors, Signal, Symbols, Text

WIDTH = 128
DILATIONS = (1, 1, 2, 2, 4)
"""Reach of each layer to either side, in steps of the trunk: together ten of them. With a reach of five or seven, and
fewer layers, half as many errors more."""
VECTORS = 100
"""Vectors a second that recordings are brought to."""
STRIDE = 3
"""Steps that the trunk takes together: 30 ms of speech at 100 frames a second. Trained on 300 spoken commands, 40 % of
words were wrong with steps in twos, 21 % in threes, 19 % in fours; in fours, short words have fewer steps than letters.
"""


DROPPED = 0.1
"""Share of the features that a layer does without, at each training step others (Srivastava et al. 2014). With .3
networks from 300 utterances made a third more word errors than with .1."""
MASKS, MASKED = 2, 0.1
"""Stretches of a sequence hidden at each training step, and the longest as a share of it (Park et al. 2019)."""


class Hidden(nn.Module):
    """In training, hides a few stretches of each sequence: SpecAugment's time masks (Park et al. 2019)."""

    def forward(self, steps: Ragged) -> Ragged:
        if not self.training:
            return steps
        chance = torch.rand(2, MASKS, len(steps), 1, device=steps.values.device)
        width = (chance[0] * MASKED * steps.lengths[:, None]).round()  # (MASKS, B, 1)
        first = (chance[1] * (steps.lengths[:, None] - width)).round()
        at = torch.arange(steps.values.shape[1], device=steps.values.device)
        hidden = ((at >= first) & (at < first + width)).any(dim=0)  # (B, T)
        return steps.masked(steps.values * ~hidden.unsqueeze(-1))


@dataclass(frozen=True)
class Line:
    """Rows laid end to end, so that layers pass over no more steps than rows have: a quarter fewer than side by side.

    `values` (N, D) and `mask` (N, 1) are zero in the gaps between rows, which are as long as the longest reach;
    `row` (N,) says whose step each is.
    """

    values: Tensor
    mask: Tensor
    row: Tensor

    def masked(self, values: Tensor) -> Line:
        """The same rows with other values (N, D), zero between them."""
        return replace(self, values=values * self.mask)


def laid(rows: Ragged) -> tuple[Line, Tensor]:
    """(B, T, D) as a line, and the place in it of each step (B, T); beyond a row's length, that of a gap."""
    room = rows.lengths + max(DILATIONS)
    starts = room.cumsum(0) - room
    steps = torch.arange(rows.values.shape[1], device=room.device)
    places = starts[:, None] + torch.minimum(steps, rows.lengths[:, None])  # the step after the last is a gap
    counts = int(room.sum())
    row = torch.repeat_interleave(torch.arange(len(rows), device=room.device), room, output_size=counts)
    within = torch.arange(counts, device=room.device) - starts[row]
    mask = (within < rows.lengths[row]).unsqueeze(1).to(rows.values.dtype)
    taken = rows.values[row, within.clamp_max(rows.values.shape[1] - 1)]
    return Line(taken * mask, mask, row), places


class Around(nn.Module):
    """A residual layer that sees one step before, the step, and one after, `reach` steps apart."""

    def __init__(self, width: int, reach: int) -> None:
        super().__init__()
        self.reach = reach
        self.norm = nn.LayerNorm(width)
        self.mix = nn.Linear(3 * width, width)

    def forward(self, line: Line) -> Line:
        inside = self.norm(line.values) * line.mask
        wide = nn.functional.pad(inside, (0, 0, self.reach, self.reach))  # (N + 2 reach, D)
        seen = [wide[at : at + len(inside)] for at in (0, self.reach, 2 * self.reach)]
        added = torch.relu(self.mix(torch.cat(seen, dim=1)))
        return line.masked(line.values + (added * self._kept(line) if self.training else added))

    def _kept(self, line: Line) -> Tensor:
        """What each feature is multiplied by, (N, D), at all steps of a row alike: a draw for each would cost more."""
        chance = torch.rand(int(line.row[-1]) + 1, line.values.shape[1], device=line.values.device)
        return ((chance > DROPPED) / (1 - DROPPED))[line.row]


class Trunk(nn.Module):
    """(B, T, D) -> (B, T / STRIDE, WIDTH)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.hide = Hidden()
        self.first = nn.Linear(width * STRIDE, WIDTH)
        self.layers = nn.Sequential(*(Around(WIDTH, reach) for reach in DILATIONS))
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, steps: Ragged) -> Ragged:
        steps = self.hide(steps)
        values = nn.functional.pad(steps.values, (0, 0, 0, -steps.values.shape[1] % STRIDE))
        taken = values.unflatten(1, (-1, STRIDE)).flatten(2)  # (B, T / STRIDE, D STRIDE)
        lengths = torch.div(steps.lengths + STRIDE - 1, STRIDE, rounding_mode="floor")
        coarse, places = laid(Ragged(taken, lengths))
        seen: Line = self.layers(coarse.masked(torch.relu(self.first(coarse.values))))
        return Ragged(seen.masked(self.norm(seen.values)).values[places], lengths)


class Filters(nn.Module):
    """Recordings to 100 vectors a second of the log energies behind learnt filters.

    A filter is a pair of windows of 25 ms whose squared responses are summed; they begin as Gabor pairs, spaced as the
    ear's bands are, and learn from there (Zeghidour et al. 2021, LEAF, sections 3.1 and 3.2). From random windows
    three times as many words were wrong: 32 % against 12 % from 1,000 spoken commands. The mean over a recording,
    which holds the channel and the level, is taken out.
    """

    COUNT = 40
    QUIETEST = 1e-4
    """Energy added to each: 40 dB under a recording's own."""

    def __init__(self, rate: int) -> None:
        super().__init__()
        self.hop, self.length = rate // VECTORS, rate // 40
        self.windows = nn.Linear(self.length, 2 * self.COUNT, bias=False)
        with torch.no_grad():
            self.windows.weight.copy_(_gabor_pairs(self.COUNT, self.length, rate))

    def forward(self, sound: Ragged) -> Ragged:
        lengths = torch.div(sound.lengths + self.hop // 2, self.hop, rounding_mode="floor").clamp_min(1)
        steps, before = int(lengths.max()), (self.length - self.hop) // 2
        missing = max(0, (steps - 1) * self.hop + self.length - before - sound.values.shape[1])
        pieces = nn.functional.pad(sound.values, (before, missing)).unfold(1, self.length, self.hop)[:, :steps]
        energy = self.windows(pieces).unflatten(2, (2, -1)).pow(2).sum(dim=2)  # (B, T, length) -> (B, T, COUNT)
        heard = Ragged(energy, lengths).masked(torch.log(energy + self.QUIETEST))
        return heard.masked(heard.values - heard.mean())


def _gabor_pairs(count: int, length: int, rate: int) -> Tensor:
    """Cosines and sines under Gaussian windows, of unit norm: (2 count, length).

    Their frequencies are spaced evenly on the mel scale (O'Shaughnessy 1987: 2595 log10(1 + f / 700)) from 60 Hz to
    200 Hz under half the rate; a window is as long as its band is narrow, 6 ms (standard deviation) at most.
    """
    lowest, highest = (2595 * math.log10(1 + edge / 700) for edge in (60, rate / 2 - 200))
    edges = 700 * (10 ** (torch.linspace(lowest, highest, count + 2) / 2595) - 1)  # Hz
    time = (torch.arange(length) - length / 2) / rate
    width = (1 / (edges[2:] - edges[:-2])).clamp(max=0.006)
    window = torch.exp(-0.5 * (time / width[:, None]) ** 2)
    phase = 2 * math.pi * edges[1:-1, None] * time
    window /= window.norm(dim=1, keepdim=True)
    return torch.cat([window * phase.cos(), window * phase.sin()])


class Listener(nn.Module):
    """A sequence to raw scores (B, T', V): at each step of the trunk, or where `fine` at each of the sequence's own."""

    def __init__(self, signal: Signal, size: int, *, fine: bool) -> None:
        super().__init__()
        self.front, width = _front(signal)
        self.trunk = Trunk(width)
        self.fine = fine
        self.last = nn.Linear(WIDTH, size * STRIDE if fine else size)

    def forward(self, rows: Ragged) -> Ragged:
        seen: Ragged = self.front(rows)
        coarse: Ragged = self.trunk(seen)
        scores = self.last(coarse.values)
        if not self.fine:
            return Ragged(scores, coarse.lengths)
        every = scores.unflatten(2, (STRIDE, -1)).flatten(1, 2)  # (B, T / STRIDE, STRIDE V) -> (B, T, V)
        return Ragged(every[:, : seen.values.shape[1]], seen.lengths)


class Pooled(nn.Module):
    """A sequence to features of fixed width: mean and maximum over its steps."""

    def __init__(self, signal: Signal) -> None:
        super().__init__()
        self.front, width = _front(signal)
        self.trunk = Trunk(width)
        self.width = 2 * WIDTH

    def forward(self, rows: Ragged) -> Tensor:
        steps: Ragged = self.trunk(self.front(rows))
        highest = steps.values.masked_fill(steps.mask == 0, -torch.inf).amax(dim=1).clamp_min(-1e4)
        return torch.cat([steps.mean().squeeze(1), highest], dim=1)


def _front(signal: Signal) -> tuple[nn.Module, int]:
    """What brings a sequence to vectors, and their width."""
    if isinstance(signal, Audio):
        return Filters(signal.rate), Filters.COUNT
    width = signal.shape[-1]
    assert width is not None
    return nn.Identity(), width


@reads("audio", "frames", "posteriors", to=FLAT)
def pooled(signal: Signal) -> nn.Module:
    """The reader of a sequence, for outputs of fixed shape."""
    return Pooled(signal)


@makes("audio", "text", "symbols")
@makes("frames", "text", "symbols")
@makes("posteriors", "text", "symbols")
def speller(signal: Signal, spelled: Signal) -> nn.Module:
    """The network that spells out what it hears."""
    assert isinstance(spelled, Text | Symbols)
    return Listener(signal, 1 + len(spelled.alphabet), fine=False)


@makes("audio", "posteriors")
@makes("frames", "posteriors")
def hearer(signal: Signal, heard: Signal) -> nn.Module:
    """The network that tells at each step what it hears. Raises DeclarationError where the steps do not meet."""
    assert isinstance(heard, Posteriors)
    rate = VECTORS if isinstance(signal, Audio) else signal.rate if isinstance(signal, Frames) else 0
    if rate != heard.rate:
        raise DeclarationError(
            f"A default model from '{signal.name}' to '{heard.name}' was asked for.",
            f"'{signal.name}' is read at {rate:g} steps a second, '{heard.name}' is wanted at {heard.rate:g}.",
            "The network answers once for each step that it reads.",
            f"Declare '{heard.name}' with rate={rate:g}.",
        )
    return Listener(signal, len(heard.labels), fine=True)
