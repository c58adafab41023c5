"""A phoneme stage for other speech than it learnt from: rows with transcripts, whose phones nobody wrote down.

What was said is aligned with the chances of phones that the stage gives (forced alignment, with a lexicon); the phone
that each frame then belongs to is the label of a small network that corrects those chances. Corrected chances align
better: so once more. It is the Viterbi training of hybrid recognizers (Bourlard & Morgan 1994, *Connectionist speech
recognition*, chapter 7), begun from a stage that learnt elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log
from typing import Final

import numpy as np
import numpy.typing as npt

from endwise.decoding import WordLoop, align
from endwise.systems.speech.correction import Correction, Floats, Frames
from endwise.systems.speech.decoder import FLOOR, Lexicon, pronounced
from endwise.systems.speech.phones import PHONES, SILENCE

ROUNDS: Final = 2
"""Times that recordings are aligned, and the correction is learnt."""
MOST_ALIGNED: Final = 600
"""Recordings that are aligned and learnt from, some 10 ms each."""
AROUND: Final = (-8, -6, -4, -2, 0, 2, 4, 6, 8)
"""Frames looked at with each: 170 ms, a phone with its neighbours."""


class Adapted:
    """From cepstra and chances of phones to better chances, learnt from transcripts; an `endwise.Learner`.

    Parameters
    ----------
    vocabulary: the words that may occur.
    pronunciations: as of `Decoder`.

    Raises EndwiseError for a word of the vocabulary that has no pronunciation.
    """

    def __init__(self, vocabulary: Sequence[str], pronunciations: Lexicon | None = None) -> None:
        self.vocabulary, self.pronunciations = list(vocabulary), pronunciations
        self.correction = Correction()

    def fit(self, inputs: Sequence[np.ndarray], target: np.ndarray, held_out: np.ndarray, seed: int) -> float:
        """Learn from transcripts. Returns the cross entropy a frame of the held-out rows, in nats.

        Where no transcript fits its recording nothing is learnt, and the chances stay as they are.
        """
        random = np.random.default_rng(seed)
        some = np.sort(random.permutation(len(target))[:MOST_ALIGNED])
        texts, judged = [str(text).split() for text in target[some]], held_out[some]
        seen, before = _read(inputs[0][some], inputs[1][some])
        loop, loss = self._loop(), inf
        for _ in range(ROUNDS):
            chances = [self.correction.chances(*one) for one in zip(seen, before, strict=True)]
            labels = _aligned(loop, texts, chances)
            fits = np.array([len(one) > 0 for one in labels])
            learnt, stopping = np.flatnonzero(fits & ~judged), np.flatnonzero(fits & judged)
            if not len(learnt):
                break
            known = _frames(seen, before, labels, learnt)
            stops = _frames(seen, before, labels, stopping) if len(stopping) else known
            loss = self.correction.train(known, stops, random)
        return loss if loss < inf else log(len(PHONES))

    def predict(self, inputs: Sequence[np.ndarray]) -> np.ndarray:
        """For each row float32 (T, 40) chances."""
        rows = np.empty(len(inputs[0]), object)
        rows[:] = [self.correction.chances(*one) for one in zip(*_read(*inputs), strict=True)]
        return rows

    def state(self) -> dict[str, np.ndarray]:
        """All that was learnt."""
        return dict(self.correction.weights)

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take what `state` gave."""
        self.correction = Correction(dict(state))

    def _loop(self) -> WordLoop:
        """Every word in each of its ways, all as likely; any word after any other."""
        spoken = pronounced(self.vocabulary, self.pronunciations)
        ways: dict[str, dict[Sequence[str], float]] = {
            word: {tuple(way): -log(len(said)) for way in said} for word, said in spoken.items()
        }
        return WordLoop(ways, topology="hmm", alphabet=PHONES, silence=SILENCE)


def _read(cepstra: np.ndarray, chances: np.ndarray) -> tuple[list[Floats], list[Floats]]:
    """What is seen around each frame of rows, (T, D), and the log chances (T, phones) that are corrected."""
    before = [np.log(np.maximum(one, FLOOR)).astype(np.float32) for one in chances]
    both = [np.concatenate(one, axis=1) for one in zip(cepstra, before, strict=True)]
    return [_around(one) for one in both], before


def _frames(
    seen: list[Floats], before: list[Floats], labels: list[npt.NDArray[np.int64]], rows: npt.NDArray[np.int64]
) -> Frames:
    """All frames of some rows."""
    return Frames(
        np.concatenate([seen[at] for at in rows]),
        np.concatenate([before[at] for at in rows]),
        np.concatenate([labels[at] for at in rows]),
    )


def _around(row: Floats) -> Floats:
    """Each frame beside some of those around it, the edges repeated: (T, D) -> (T, len(AROUND) D)."""
    at = np.arange(len(row))[:, None] + np.array(AROUND)
    return row[np.clip(at, 0, len(row) - 1)].reshape(len(row), -1)


def _aligned(loop: WordLoop, texts: Sequence[Sequence[str]], chances: Sequence[Floats]) -> list[npt.NDArray[np.int64]]:
    """The phone of each frame where these words are said; none where they do not fit in."""
    priors = np.maximum(np.concatenate(chances).mean(axis=0), FLOOR)
    scores = [np.log(np.maximum(one / priors, FLOOR)).astype(np.float32) for one in chances]
    return [found.labels.astype(np.int64) for found in align(loop, texts, scores)]
