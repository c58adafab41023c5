"""Phonemes to words: a hidden Markov model over a lexicon, with learnt pronunciations, grammar and trust in the ear.

One decoder for both hand-overs. *Soft*, it gets the chance of each phone at each frame; *hard*, the one best phone,
and learns from the rows how often each phone is taken for which other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

import endwise as ew
from endwise.decoding import Found, WordLoop, align, bigram
from endwise.systems.speech.phone_times import posteriors_of
from endwise.systems.speech.phones import PHONES, SILENCE
from endwise.systems.speech.signals import FRAMES, transcript

ROUNDS = 2
"""Times that recordings are aligned with their transcripts and counted."""
MOST_ALIGNED = 200
"""Recordings that are aligned, 25 ms each: a thousand words say which of two pronunciations is the common one."""
SCALES = (0.15, 0.3, 0.5)
"""Weights of the ear against the grammar: frames that repeat each other are no independent witnesses."""
PENALTIES = (0.0, 2.0, 4.0)
FLOOR = 1e-4
"""The least chance that a phone is left at a frame: one sure mistake must not forbid a word."""
UNSEEN = 0.5
"""Counted for each pronunciation before any is seen."""

MOST_JUDGED = 100
"""Held-out rows that choose among nine settings."""
TRANSCRIPT = transcript()

Lexicon = Mapping[str, Sequence[Sequence[str]]]


class Decoder:
    """From phonemes, hard or soft, to words with their times; an `endwise.Learner`.

    Parameters
    ----------
    vocabulary: the words that may occur.
    pronunciations: for each word its ways to be said, in `PHONES`; by default those of the speech engine. Words that
        are not in the vocabulary are left out.

    Raises EndwiseError for a word of the vocabulary that has no pronunciation.
    """

    def __init__(self, vocabulary: Sequence[str], pronunciations: Lexicon | None = None) -> None:
        self.vocabulary = list(vocabulary)
        self.pronunciations = None if pronunciations is None else pronounced(self.vocabulary, pronunciations)
        self.weights = np.empty(0, np.float32)  # (P,) log weights of all pronunciations, in order
        self.grammar = np.empty((0, 0), np.float32)
        self.heard = np.empty((0, 0), np.float32)  # log chance that a phone (row) is heard as another (column)
        self.priors = np.empty(0, np.float32)
        self.settings = np.array([SCALES[1], PENALTIES[1]], np.float32)

    def fit(self, inputs: Sequence[np.ndarray], target: np.ndarray, held_out: np.ndarray, seed: int) -> float:
        """Learn from transcripts. Returns the word error rate of the held-out rows, 0..1 or more."""
        self.pronunciations = pronounced(self.vocabulary, self.pronunciations)
        texts = [str(text) for text in target]
        learning = np.flatnonzero(~held_out)
        frames = [_frames(one) for one in inputs[0]]
        self.grammar = bigram([texts[at] for at in learning], self.vocabulary)
        self.weights = np.concatenate([np.full(len(ways), -np.log(len(ways))) for ways in self._lexicon.values()])
        self.priors = np.log(np.maximum(np.concatenate([frames[at] for at in learning]).mean(axis=0), FLOOR))
        self.heard = np.log(0.5 * np.eye(len(PHONES)) + 0.5 / len(PHONES)).astype(np.float32)
        some = np.sort(np.random.default_rng(seed).permutation(learning)[:MOST_ALIGNED])
        for _ in range(ROUNDS):
            self._count([frames[at] for at in some], [texts[at] for at in some])
        judged = np.flatnonzero(held_out) if held_out.any() else learning
        judged = np.sort(np.random.default_rng(seed).permutation(judged)[:MOST_JUDGED])
        return self._choose([frames[at] for at in judged], [texts[at] for at in judged])

    def predict(self, inputs: Sequence[np.ndarray]) -> np.ndarray:
        """For each row its words: float32 (W, 3), place in the vocabulary, start and end in seconds."""
        place = {word: at for at, word in enumerate(self.vocabulary)}
        rows = np.empty(len(inputs[0]), object)
        for at, found in enumerate(self.decode([_frames(one) for one in inputs[0]])):
            words = [(place[one.word], one.start / FRAMES, one.end / FRAMES) for one in found.words]
            rows[at] = np.array(words, np.float32).reshape(-1, 3)
        return rows

    def decode(self, frames: Sequence[np.ndarray]) -> list[Found]:
        """What is found in recordings of (T, phones) chances."""
        scale, penalty = (float(one) for one in self.settings)
        return self._loop(self.grammar).decode([self._scores(one) for one in frames], scale=scale, penalty=penalty)

    def state(self) -> dict[str, np.ndarray]:
        """All that was learnt, the lexicon among it: neither rows nor the speech engine are needed again."""
        spoken = [[PHONES.index(phone) for phone in one] for ways in self._lexicon.values() for one in ways]
        return {
            "ways": np.array([len(ways) for ways in self._lexicon.values()], np.int32),
            "lengths": np.array([len(one) for one in spoken], np.int32),
            "phones": np.array([phone for one in spoken for phone in one], np.int32),
            "weights": self.weights, "grammar": self.grammar, "heard": self.heard, "priors": self.priors,
            "settings": self.settings,
        }  # fmt: skip

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take what `state` gave."""
        ends = np.cumsum(state["lengths"])
        spoken = [[PHONES[at] for at in one] for one in np.split(state["phones"], ends[:-1])]
        firsts = np.cumsum([0, *state["ways"]])
        self.pronunciations = {
            word: spoken[first:last] for word, first, last in zip(self.vocabulary, firsts, firsts[1:], strict=False)
        }
        self.weights, self.grammar, self.heard = state["weights"], state["grammar"], state["heard"]
        self.priors, self.settings = state["priors"], state["settings"]

    @property
    def _lexicon(self) -> Lexicon:
        return self.pronunciations or {}

    def _loop(self, grammar: np.ndarray | None) -> WordLoop:
        return WordLoop(self.spoken(), topology="hmm", alphabet=PHONES, silence=SILENCE, grammar=grammar)

    def _scores(self, frames: np.ndarray) -> np.ndarray:
        """Log likelihood of each phone at each frame, up to a constant a frame: (T, phones).

        Bourlard & Morgan 1994 (*Connectionist speech recognition*, chapter 7) divide a posterior by its prior; here
        summed over all phones that it may have been taken for.
        """
        heard = np.exp(self.heard - self.priors)  # (phone, taken for)
        return np.log(np.maximum(frames @ heard.T, FLOOR)).astype(np.float32)

    def _count(self, frames: list[np.ndarray], texts: list[str]) -> None:
        """Align recordings with what was said in them; count pronunciations, and what each phone was taken for."""
        ways = [len(one) for one in self._lexicon.values()]
        first = dict(zip(self.vocabulary, np.cumsum([0, *ways]), strict=False))
        said = np.full(sum(ways), UNSEEN)
        heard = np.full((len(PHONES), len(PHONES)), FLOOR)
        found = align(self._loop(None), [text.split() for text in texts], [self._scores(one) for one in frames])
        for chances, one in zip(frames, found, strict=True):
            for word in one.words:
                said[first[word.word] + word.variant] += 1
            np.add.at(heard, one.labels, chances[: len(one.labels)])
        totals = np.add.reduceat(said, np.cumsum([0, *ways[:-1]]))
        self.weights = np.log(said / np.repeat(totals, ways)).astype(np.float32)
        self.heard = np.log(heard / heard.sum(axis=1, keepdims=True)).astype(np.float32)

    def _choose(self, frames: list[np.ndarray], texts: list[str]) -> float:
        """Take the settings with the fewest word errors, or with as few but for chance and a higher penalty.

        That is, no more than one standard error above (the rule of Breiman et al. 1984, section 3.4.3): people who
        were not judged are heard to say more words than they do. Of real speakers whom nothing was learnt from, a
        penalty of 4 for 2 took word errors from 37.5 to 33.8 %, where generated speech had as few with both.
        """
        errors: dict[tuple[float, float], float] = {}
        loop, scores = self._loop(self.grammar), [self._scores(one) for one in frames]
        for scale, penalty in product(SCALES, PENALTIES):
            said = [one.text for one in loop.decode(scores, scale=scale, penalty=penalty)]
            records = ew.word_error_rate.records(TRANSCRIPT, said, texts)
            errors[scale, penalty] = ew.word_error_rate.aggregate(records) / 100
        fewest = min(errors.values())
        words = sum(len(text.split()) for text in texts)
        chance = (min(fewest, 0.5) * (1 - min(fewest, 0.5)) / max(words, 1)) ** 0.5
        level = [one for one, error in errors.items() if error <= fewest + chance]
        best = min(level, key=lambda one: (-one[1], errors[one], abs(one[0] - SCALES[1])))
        self.settings = np.array(best, np.float32)
        return errors[best]

    def spoken(self) -> dict[str, dict[Sequence[str], float]]:
        """For each word its ways to be said, with the log weights that were learnt."""
        weights = iter(self.weights.tolist())
        return {word: {tuple(way): next(weights) for way in ways} for word, ways in self._lexicon.items()}

    def scores(self, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Log likelihoods (T, phones) of rows of phonemes, hard or soft: for decoding with other words."""
        return [self._scores(_frames(one)) for one in inputs]


def _frames(row: np.ndarray) -> np.ndarray:
    """The chances of all phones at each frame, (T, phones), from posteriors or from phones with their times."""
    if row.shape[1] == len(PHONES):
        return row
    frames = round(float(row[-1, 2]) * FRAMES) if len(row) else 0
    return posteriors_of(row, frames)


def pronounced(vocabulary: Sequence[str], pronunciations: Lexicon | None) -> Lexicon:
    """The pronunciations of the vocabulary, in its order: grammar and weights count in it.

    By default those of the speech engine. Raises EndwiseError for a word that has none.
    """
    if pronunciations is None:
        from endwise.systems.speech.lexicon import lexicon  # asks for the speech engine

        pronunciations = lexicon(vocabulary)
    lacking = [word for word in vocabulary if not pronunciations.get(word)]
    if lacking:
        raise ew.EndwiseError(
            f"Words were to be found by how they are pronounced: {len(vocabulary):,} of them.",
            f"{len(lacking):,} have no pronunciation, the first is '{lacking[0]}'.",
            "A word that cannot be pronounced is never found.",
            "Add its phones to the pronunciations, or leave the word out of the vocabulary.",
        )
    return {word: pronunciations[word] for word in vocabulary}
