"""The box of a face brought into place, before the face is cut out: supervised descent.

Xiong & De la Torre 2013, *Supervised descent method and its applications to face alignment*, section 3: from the
gradients around a box a linear map tells how to move it, and from the moved one another map. Each is learnt by ridge
regression from boxes drawn around true ones. A detector looks at a whole frame in coarse cells; from 800 frames it was
off by 4 % of a face's height and 9 % in size (root mean squares, where it found the face at all), and two descents
left 2 % and 4 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from endwise.systems.gate import hog
from endwise.systems.gate.cropping import cut

ROUNDS: Final = 2
"""Descents; a third brought the height from 4.0 to 3.8 %."""
DRAWN: Final = 5
"""Boxes drawn around each true one, beside that of the detector."""
PLACE: Final = 0.06
"""Spread of their middles, in heights of the face."""
SIZE: Final = 0.12
"""Spread of the logarithm of their height."""
SHAPE: Final = 0.03
"""Spread of the logarithm of width over height."""
AROUND: Final = 1.5
"""Side of the square that is looked at, in heights of the box."""
RIDGE: Final = 0.3
"""Weight of the penalty, in variances of a gradient; from 0.1 to 1 all is as well."""
MISSED: Final = 0.3
"""Heights by which the middle of a detector's box may be off; further away it is another thing that it found."""

Floats = npt.NDArray[np.floating]


class Aligned:
    """Frames and boxes of a detector to upright crops of the face; an `endwise.Learner` from true boxes."""

    def __init__(self) -> None:
        self.maps = np.empty((0, hog.SIZE + 1, 4), np.float32)
        """Of each round from gradients, and a 1, to the move: right, down (heights), log height and log width."""

    def fit(self, inputs: Sequence[np.ndarray], target: np.ndarray, held_out: np.ndarray, seed: int) -> float:
        """Learn the descents. Returns by how many heights the middles of held-out boxes are off: the median."""
        random = np.random.default_rng(seed)
        frames, found, true = inputs[0], np.asarray(inputs[1], np.float64), np.asarray(target, np.float64)
        learnt = np.flatnonzero(~held_out)
        near = learnt[_off(found[learnt], true[learnt]) < MISSED]
        rows = np.concatenate([near, np.repeat(learnt, DRAWN)])
        boxes = np.concatenate([found[near], _drawn(true[rows[len(near) :]], random)])
        self.maps = self.maps[:0]
        for _ in range(ROUNDS):
            seen = _seen(frames[rows], boxes)
            learnt_map = _ridge(seen, _move_to(boxes, true[rows]))
            boxes = _moved(boxes, seen @ learnt_map)
            self.maps = np.concatenate([self.maps, learnt_map[None]])
        judged = np.flatnonzero(held_out) if held_out.any() else learnt
        return float(np.median(_off(self.boxes(frames[judged], found[judged]), true[judged])))

    def predict(self, inputs: Sequence[np.ndarray]) -> np.ndarray:
        """uint8 (N, 48, 48): the face in each frame, cut out round the box that was brought into place."""
        return cut(inputs[0], self.boxes(inputs[0], np.asarray(inputs[1], np.float64)))

    def boxes(self, frames: np.ndarray, boxes: Floats) -> Floats:
        """(N, 4) px: the boxes of a detector, brought into place."""
        for one in self.maps:  # in double precision: a row alone or among others is then moved by the same pixels
            boxes = _moved(boxes, _seen(frames, boxes).astype(np.float64) @ one)
        return boxes

    def state(self) -> dict[str, np.ndarray]:
        """All that was learnt."""
        return {"maps": self.maps}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take what `state` gave."""
        self.maps = state["maps"]


def _seen(frames: np.ndarray, boxes: Floats) -> Floats:
    """The gradients around each box, and a 1: (N, hog.SIZE + 1)."""
    seen = hog.gradients(cut(frames, boxes, around=AROUND))
    return np.concatenate([seen, np.ones((len(seen), 1), np.float32)], axis=1)


def _ridge(seen: Floats, moves: Floats) -> npt.NDArray[np.float32]:
    """The map with the least squared error and small numbers; the last one, of the 1, may be large."""
    middle, meant = seen.mean(axis=0), moves.mean(axis=0)
    middle[-1] = 0
    spread = seen - middle
    penalty = np.full(seen.shape[1], RIDGE * len(seen) * spread[:, :-1].var())
    penalty[-1] = 0
    found = np.linalg.solve(spread.T @ spread + np.diag(penalty), spread.T @ (moves - meant))
    found[-1] += meant - middle @ found
    return np.asarray(found, np.float32)


def _parts(boxes: Floats) -> tuple[Floats, Floats]:
    """Middles (N, 2) and sides (N, 2), x then y."""
    return (boxes[:, :2] + boxes[:, 2:]) / 2, np.maximum(boxes[:, 2:] - boxes[:, :2], 1.0)


def _move_to(boxes: Floats, true: Floats) -> Floats:
    """What moves boxes onto true ones: (N, 4)."""
    (middle, sides), (wanted, extent) = _parts(boxes), _parts(true)
    return np.concatenate([(wanted - middle) / sides[:, 1:], np.log(extent / sides)[:, ::-1]], axis=1)


def _moved(boxes: Floats, moves: Floats) -> Floats:
    middle, sides = _parts(boxes)
    middle, half = middle + moves[:, :2] * sides[:, 1:], sides * np.exp(np.clip(moves[:, :1:-1], -0.5, 0.5)) / 2
    return np.concatenate([middle - half, middle + half], axis=1)


def _off(boxes: Floats, true: Floats) -> Floats:
    """How far the middles of boxes are from those of true ones, in heights of the latter: (N,)."""
    (middle, _), (wanted, extent) = _parts(boxes), _parts(true)
    return np.asarray(np.hypot(*((middle - wanted) / extent[:, 1:]).T))


def _drawn(true: Floats, random: np.random.Generator) -> Floats:
    """A box around each true one."""
    place, other = random.normal(0, PLACE, (len(true), 2)), random.normal(0, (SIZE, SHAPE), (len(true), 2))
    return _moved(true, np.concatenate([place, other[:, :1], other.sum(axis=1, keepdims=True)], axis=1))
