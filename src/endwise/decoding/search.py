"""The best path through a graph of words, for several recordings at once (Viterbi 1967; Rabiner 1989, eqs. 32-35).

Each frame takes some twenty array operations over all states of all recordings. What is kept for the way back is one
or two truth values a state (moved on? skipped a blank?) and the scores with which words were left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt

from endwise.decoding.grammar import Grammar
from endwise.decoding.graph import Floats, Graph, Places

Flags = npt.NDArray[np.bool_]

STATES_AT_ONCE = 16_000
"""States of all recordings together: enough to hide what a call costs, few enough for the fast memory."""
MOST_KEPT = 1 << 27
"""States times frames that are kept at once, a byte each, unless one recording alone has more: 128 MiB."""
PADDING = 16
"""Unreachable states before the first, for the steps from one and two before; 64 bytes, as processors like it."""


@dataclass(frozen=True)
class Path:
    """The best path of one recording: its score, its states (T,), and its words (pronunciation, start, end)."""

    score: float
    states: Places
    words: tuple[tuple[int, int, int], ...]


def search(graph: Graph, grammar: Grammar, scores: Sequence[Floats], penalty: float = 0.0) -> list[Path | None]:
    """The best path of each recording, None where there is none.

    Parameters
    ----------
    scores: recordings of (T, V) float32 log probabilities, of any lengths.
    penalty: taken off the score for each word.
    """
    paths: list[Path | None] = [None] * len(scores)
    longest_first = sorted((at for at, one in enumerate(scores) if len(one)), key=lambda at: -len(scores[at]))
    for batch in _batches(longest_first, [len(scores[at]) for at in longest_first], len(graph.symbols)):
        trellis = Trellis(graph, grammar, [scores[at] for at in batch], penalty)
        for place, at in enumerate(batch):
            paths[at] = trellis.path(place)
    return paths


def _batches(order: list[int], lengths: list[int], states: int) -> Iterator[list[int]]:
    """The recordings `order`, which fall in length, in groups that are searched at once."""
    first = 0
    while first < len(order):
        together = max(1, min(STATES_AT_ONCE, MOST_KEPT // lengths[first]) // states)
        yield order[first : first + together]
        first += together


class Trellis:
    """All states over all frames of B recordings, the longest first; arrays end in the recording, (..., B).

    A recording that has ended runs on over scores of 0, unread.
    """

    def __init__(self, graph: Graph, grammar: Grammar, recordings: list[Floats], penalty: float) -> None:
        self.graph, self.grammar = graph, grammar
        self.lengths = [len(one) for one in recordings]
        self.heard, self.constants = _stacked(recordings)
        frames, count = self.lengths[0], len(recordings)
        states, contexts = len(graph.symbols), len(graph.context_words) + 1
        self.moved: Flags = np.empty((frames, states, count), dtype=np.bool_)
        self.skipped: Flags | None = None if graph.skip is None else np.empty_like(self.moved)
        # Place 0 is before the first frame: there every recording is at its start, which is the last context.
        self.exits: Floats = np.empty((frames + 1, *graph.exits.shape, count), dtype=np.float32)
        self.left: Floats = np.full((frames + 1, contexts, count), -inf, dtype=np.float32)
        self.left[0, -1] = graph.topology.pause
        self.paused: Floats = np.full_like(self.left, -inf)
        self.late: Flags | None = None  # whether a pause is left from the blank after its separator
        self.bare = self.left
        if graph.topology.separator is not None:
            self.late = np.empty((frames + 1, contexts - 1, count), dtype=np.bool_)
            self.bare = np.full_like(self.left, -inf)
            self.bare[0, -1] = 0
        self.quiet: Floats = np.full((contexts, count), -inf, dtype=np.float32)  # at each recording's end
        self._run(graph.weights[:, None] - np.float32(penalty))

    def _run(self, weights: Floats) -> None:
        graph, count = self.graph, len(self.lengths)
        padded = np.full((PADDING + len(graph.symbols), count), -inf, dtype=np.float32)
        now, before, twice = (padded[PADDING - back : len(padded) - back] for back in range(3))
        step, heard = np.empty_like(now), np.empty_like(now)
        costs = None if graph.skip is None else np.repeat(graph.skip[:, None], count, axis=1)
        move, separated, pauses = np.float32(graph.topology.move), graph.separators, graph.pauses
        lasts = {length - 1 for length in self.lengths}
        for frame in range(self.lengths[0]):
            # Stay, step from the state before, or come in from outside; under CTC also skip a blank.
            entered = self.grammar.enter(self.bare[frame], self.paused[frame])
            if costs is not None:
                np.add(twice, costs, out=heard)
                heard[separated] = self.left[frame, : len(graph.skip_doors)]
            np.add(before, move, out=step)
            step[graph.starts] = entered[graph.targets] + weights
            step[pauses] = self.left[frame, : len(graph.doors)]
            np.greater(step, now, out=self.moved[frame])
            np.maximum(now, step, out=now)
            if self.skipped is not None:
                np.greater(heard, now, out=self.skipped[frame])
                np.maximum(now, heard, out=now)
            np.take(self.heard[frame], graph.symbols, axis=0, out=heard, mode="wrap")
            now += heard
            self._leave(frame + 1, now)
            if frame in lasts and graph.doors:
                ended = [at for at, length in enumerate(self.lengths) if length == frame + 1]
                self.quiet[:, ended] = now[pauses][:, ended] + move

    def _leave(self, after: int, now: Floats) -> None:
        """Keeps the scores with which words and pauses are left, after so many frames."""
        graph, topology = self.graph, self.graph.topology
        np.take(now, graph.exits, axis=0, out=self.exits[after], mode="clip")
        np.add(self.exits[after].max(axis=0), np.float32(topology.move + topology.pause), out=self.left[after, :-1])
        if self.late is not None:
            blank, separator = now[graph.separators.start + 1 :: 3], now[graph.separators]
            np.greater(blank, separator, out=self.late[after])
            np.maximum(blank, separator, out=self.paused[after, :-1])
            self.paused[after, -1] = now[-1]
        elif graph.doors:
            np.add(now[graph.pauses], np.float32(topology.move), out=self.paused[after])

    def path(self, at: int) -> Path | None:
        """The best path of one recording."""
        ways = np.stack([self.left[self.lengths[at], :, at], self.quiet[:, at]]) + self.grammar.ending
        from_pause, context = (int(one) for one in np.unravel_index(int(ways.argmax()), ways.shape))
        score = float(ways[from_pause, context])
        if score == -inf:
            return None
        frames = self.lengths[at]
        state = self.graph.pause_of(context) if from_pause else self._end(frames, at, context)
        constant = self.constants[at] + frames * self.graph.topology.stay
        return Path(score + constant, *self._back(at, state, 0 if from_pause else frames))

    def _back(self, at: int, state: int, end: int) -> tuple[Places, tuple[tuple[int, int, int], ...]]:
        """From the last state to the first; `end` is where the word ends that is being read."""
        graph, states, words = self.graph, np.empty(self.lengths[at], dtype=np.intp), []
        for frame in range(len(states) - 1, -1, -1):
            states[frame] = state
            skipped = self.skipped is not None and bool(self.skipped[frame, state, at])
            if not skipped and not self.moved[frame, state, at]:
                continue
            if state in (graph.skip_doors if skipped else graph.doors):  # into a pause, from a word's end
                state, end = self._end(frame, at, graph.doors.get(state, graph.skip_doors.get(state, 0))), frame
            elif not skipped and state in graph.spoken_from:
                spoken = graph.spoken_from[state]
                words.append((spoken, frame, end))
                state, end = self._enter(frame, at, spoken)
            else:
                state -= 1 + skipped
        return states, tuple(reversed(words))

    def _enter(self, frame: int, at: int, spoken: int) -> tuple[int, int]:
        """The state from which a word was entered, and that frame where it ends a word."""
        bare, paused = self.bare[frame, :, at], self.paused[frame, :, at]
        context, from_pause = self.grammar.before(bare, paused, int(self.graph.targets[spoken]))
        if not from_pause:
            return self._end(frame, at, context), frame
        state = self.graph.pause_of(context)
        if self.late is not None and context < len(self.late[frame]):
            state += 1 + int(self.late[frame, context, at])
        return state, 0

    def _end(self, frame: int, at: int, context: int) -> int:
        """The last state of the best pronunciation in a context; of the start, which has none, any."""
        if context == self.graph.exits.shape[1]:
            return 0
        return int(self.graph.exits[self.exits[frame, :, context, at].argmax(), context])


def _stacked(recordings: list[Floats]) -> tuple[Floats, list[float]]:
    """(T, V, B) scores relative to each frame's best, and the sum of what was taken off of each recording.

    So sums stay small, where float32 is fine-grained.
    """
    heard = np.zeros((len(recordings[0]), recordings[0].shape[1], len(recordings)), dtype=np.float32)
    constants = []
    for at, one in enumerate(recordings):
        best = one.max(axis=1, keepdims=True)
        best = np.where(np.isfinite(best), best, 0)
        heard[: len(one), :, at] = one - best
        constants.append(float(best.sum(dtype=np.float64)))
    return heard, constants
