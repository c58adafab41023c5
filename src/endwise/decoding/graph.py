"""The states that words are made of, and how they follow each other.

Every pronunciation is a chain of states, one a symbol; under the CTC topology blanks stand between. What is between
two words, silence or a blank and a separator, is a chain too: the *pause*. What may follow a word depends on what is
remembered of it, its *context*: nothing where all words follow each other alike; the word under a bigram; its last
symbol under CTC without a separator, since equal symbols need a blank between. Contexts lead to *targets*: words, and
under CTC without a separator words by their first symbol.

A path never pays for staying: what staying costs in each frame is a constant of the topology (`Topology.stay`), and
a transition's weight is what it costs more than that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import expm1, inf, log

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]

EITHER = log(0.5)
"""Log probability of a silence between two words, and of none: the sound decides."""


@dataclass(frozen=True)
class Topology:
    """How states follow each other; symbols by their column.

    With a `blank` it is CTC's, whose transitions cost nothing (Graves et al. 2006); without, a hidden Markov model of
    one state a symbol that repeats with log probability `stay` (Rabiner 1989).
    """

    blank: int | None = None
    silence: int | None = None
    separator: int | None = None
    stay: float = 0.0

    @property
    def move(self) -> float:
        """What leaving a state costs more than staying."""
        return 0.0 if self.blank is not None else log(-expm1(self.stay)) - self.stay

    @property
    def pause(self) -> float:
        """What a silence costs, and what none costs."""
        return 0.0 if self.silence is None else EITHER

    @property
    def touching(self) -> bool:
        """Whether a word's last symbol and the next one's first can touch in CTC, so that equal ones would merge."""
        return self.blank is not None and self.separator is None


@dataclass(frozen=True)
class Spoken:
    """One way to say a word: the word's number, which of its variants this is, its symbols, its log weight."""

    word: int
    variant: int
    symbols: tuple[int, ...]
    weight: float


@dataclass(frozen=True)
class Graph:
    """S states in chains: P pronunciations, then the pauses of C contexts, then the pause before the first word.

    The start of a recording is context C. `skip` weighs the way from two states before. `exits` are the last states
    of each context's pronunciations, its first one repeated where it has fewer than another.
    """

    topology: Topology
    symbols: Places  # (S,)
    is_blank: npt.NDArray[np.bool_]  # (S,)
    skip: Floats | None  # (S,), under CTC
    starts: Places  # (P,) first states
    exits: Places  # (R, C)
    words: Places  # (P,)
    variants: Places  # (P,)
    weights: Floats  # (P,)
    targets: Places  # (P,)
    context_words: Places  # (C,), -1 where not remembered
    context_symbols: Places  # (C,), -1 where not remembered
    target_words: Places  # (G,)
    target_symbols: Places  # (G,), -1 where it makes no difference
    pauses: slice  # the first state of each context's pause, the start's last; empty where there is no pause
    separators: slice  # the separator in each context's pause; empty where there is none

    def pause_of(self, context: int) -> int:
        """The first state of a context's pause."""
        return int(self.pauses.start + context * (self.pauses.step or 1))

    @cached_property
    def spoken_from(self) -> dict[int, int]:
        """Pronunciations by their first state."""
        return {int(state): spoken for spoken, state in enumerate(self.starts)}

    @cached_property
    def doors(self) -> dict[int, int]:
        """Contexts by the first state of their pause."""
        return _numbered(self.pauses, len(self.symbols))

    @cached_property
    def skip_doors(self) -> dict[int, int]:
        """Contexts by the separator of their pause, where the blank before it can be skipped."""
        return _numbered(self.separators, len(self.symbols))


def _numbered(states: slice, count: int) -> dict[int, int]:
    return {state: number for number, state in enumerate(range(count)[states])}


def build(spoken: Sequence[Spoken], topology: Topology, *, remember: bool) -> Graph:
    """The graph of all these pronunciations; `remember` which word was said where the grammar asks for it."""

    def context(one: Spoken) -> tuple[int, int]:
        return one.word if remember else -1, one.symbols[-1] if topology.touching else -1

    def target(one: Spoken) -> tuple[int, int]:
        return one.word, one.symbols[0] if topology.touching else -1

    spoken = sorted(spoken, key=context)  # stable: variants keep their order
    contexts, context_of = np.unique([context(one) for one in spoken], axis=0, return_inverse=True)
    targets, target_of = np.unique([target(one) for one in spoken], axis=0, return_inverse=True)
    chains = [_chain(one.symbols, topology) for one in spoken]
    ends = np.cumsum([len(chain) for chain in chains])
    pauses, separators, pause = _pauses(int(ends[-1]), len(contexts), topology)
    states = np.array([state for chain in [*chains, pause] for state in chain])  # (S, 2)
    return Graph(
        topology=topology,
        symbols=states[:, 0].astype(np.intp),
        is_blank=states[:, 0] == (-1 if topology.blank is None else topology.blank),
        skip=None if topology.blank is None else states[:, 1].astype(np.float32),
        starts=np.append(0, ends[:-1]).astype(np.intp),
        exits=_side_by_side(ends - 1, context_of.reshape(-1), len(contexts)),
        words=np.array([one.word for one in spoken], dtype=np.intp),
        variants=np.array([one.variant for one in spoken], dtype=np.intp),
        weights=np.array([one.weight for one in spoken], dtype=np.float32),
        targets=target_of.reshape(-1),
        context_words=contexts[:, 0],
        context_symbols=contexts[:, 1],
        target_words=targets[:, 0],
        target_symbols=targets[:, 1],
        pauses=pauses,
        separators=separators,
    )


def _side_by_side(ends: Places, contexts: Places, count: int) -> Places:
    """(R, C): the last states of each context's pronunciations; `contexts` (P,) ascend."""
    first = np.searchsorted(contexts, np.arange(count))
    rank = np.arange(len(contexts)) - first[contexts]
    exits = np.repeat(ends[first][None], rank.max() + 1, axis=0)
    exits[rank, contexts] = ends
    return exits


State = tuple[int, float]
"""Symbol, and what it costs to come from two states before."""


def _chain(symbols: tuple[int, ...], topology: Topology) -> list[State]:
    blank = topology.blank
    if blank is None:
        return [(symbol, -inf) for symbol in symbols]
    chain: list[State] = [(symbols[0], -inf)]
    for before, symbol in pairwise(symbols):
        chain += [(blank, -inf), (symbol, -inf if symbol == before else 0.0)]
    return chain


def _pauses(first: int, contexts: int, topology: Topology) -> tuple[slice, slice, list[State]]:
    """The pauses' chains, whose states begin at `first`: where they are entered, and their states."""
    quiet = topology.silence if topology.blank is None else topology.blank
    none = slice(first, first)
    if quiet is None:
        return none, none, []
    start = (quiet, -inf)
    if topology.separator is None:
        return slice(first, first + contexts + 1), none, [start] * (contexts + 1)
    # A blank that may be left out, the separator, a blank that may be left out.
    pause = [start, (topology.separator, -inf), (quiet, -inf)]
    last = first + 3 * contexts
    return slice(first, last + 1, 3), slice(first + 1, last, 3), pause * contexts + [start]
