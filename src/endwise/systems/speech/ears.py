"""The part of a trained design that listens, without the words that it was told: others can be found in what it hears.

Designs listen in two ways. One gives a score to each phone at each hundredth of a second; words are found by their
pronunciations. The other scores letters; words are found by their spelling, or spelled as they are heard.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from math import log
from typing import Any, Final, Literal, cast, final

import numpy as np

import endwise as ew
from endwise.decoding import Found, WordLoop, align, bigram, greedy
from endwise.systems.speech.decoder import Decoder
from endwise.systems.speech.phones import LETTERS, PHONES, SILENCE
from endwise.systems.speech.signals import audio

SHOWN: Final = 12
"""Words named in an error."""


class Ear(ABC):
    """What hears, and what it needs to look for words.

    known: the words that it learnt with. parts: what it hears, as its times are called.
    """

    bundle: ew.Bundle
    known: tuple[str, ...]
    parts: Literal["phones", "letters"]
    alphabet: tuple[str, ...]
    scale: float
    penalty: float

    @abstractmethod
    def scores(self, recordings: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Of recordings, float32 (N,) at 8,000 a second, the log scores (T, alphabet) at its own steps."""

    @abstractmethod
    def loop(self, words: Sequence[str], grammar: np.ndarray | None) -> WordLoop:
        """What finds these words. Raises EndwiseError for a word that it cannot know."""

    @abstractmethod
    def learnt(self) -> WordLoop:
        """What finds the words that it learnt with, in the order that it learnt."""

    def find(self, loop: WordLoop | None, scores: Sequence[np.ndarray]) -> list[Found]:
        """The words of each recording; without a loop, of a design that spells, as they are spelled."""
        if loop is not None:
            return loop.decode(scores, scale=self.scale, penalty=self.penalty)
        texts = ["".join(self.alphabet[at] for at in one[:, 0]).split() for one in greedy(scores)]
        words = sorted({word for text in texts for word in text})
        # Aligned with what they spell, letters become words with times.
        return self.align(self.loop(words or [LETTERS[0]], None), texts, scores)

    def align(self, loop: WordLoop, texts: Sequence[Sequence[str]], scores: Sequence[np.ndarray]) -> list[Found]:
        """When these words are said; no words where they do not fit into a recording."""
        return align(loop, texts, scores, scale=self.scale)

    def _heard(self, until: str, recordings: Sequence[np.ndarray]) -> list[np.ndarray]:
        """What the part that makes `until` takes."""
        rows = np.empty(len(recordings), object)
        rows[:] = recordings
        return self.bundle.chain.taken(until, {audio.name: rows})


@final
class PhoneEar(Ear):
    """Hears phones; words are found by how they are pronounced."""

    parts, alphabet = "phones", PHONES

    def __init__(self, bundle: ew.Bundle, until: str, decoder: Decoder) -> None:
        self.bundle, self._until, self._decoder = bundle, until, decoder
        self.known = tuple(decoder.vocabulary)
        self.scale, self.penalty = (float(one) for one in decoder.settings)

    def scores(self, recordings: Sequence[np.ndarray]) -> list[np.ndarray]:
        return self._decoder.scores(list(self._heard(self._until, recordings)[0]))

    def loop(self, words: Sequence[str], grammar: np.ndarray | None) -> WordLoop:
        spoken = self._decoder.spoken()
        spoken |= _pronounced([word for word in words if word not in spoken], len(spoken))
        chosen = {word: spoken[word] for word in words}
        return WordLoop(chosen, topology="hmm", alphabet=PHONES, silence=SILENCE, grammar=grammar)

    def learnt(self) -> WordLoop:
        return self.loop(self.known, self._decoder.grammar)


@final
class LetterEar(Ear):
    """Hears letters; words are found by how they are spelled."""

    parts = "letters"
    penalty = 0.0

    def __init__(self, bundle: ew.Bundle) -> None:
        self.bundle = bundle
        self.known = tuple(getattr(bundle.wants, "words", ()))
        self._model = cast(Any, bundle.models[bundle.wants.name])  # of a default network: it has one
        self._head = self._model.network.head
        self.alphabet, self.scale = ("", *self._head.alphabet), self._head.scale  # the first column is the blank

    def scores(self, recordings: Sequence[np.ndarray]) -> list[np.ndarray]:
        return list(self._model.scores(self._heard(self.bundle.wants.name, recordings)))

    def loop(self, words: Sequence[str], grammar: np.ndarray | None) -> WordLoop:
        return self._head.loop(words, grammar)

    def learnt(self) -> WordLoop:
        return self._head.loop()


def ear_of(bundle: ew.Bundle) -> Ear:
    """The ear of a winner. Raises EndwiseError for one of another system, or with parts of somebody's own."""
    for part in reversed(bundle.parts):
        decoder = getattr(bundle.models.get(part.output.name), "learner", None)
        if isinstance(decoder, Decoder) and _is_ours(bundle):
            return PhoneEar(bundle, part.output.name, decoder)
    speller = bundle.models.get(bundle.wants.name)
    if _is_ours(bundle) and hasattr(speller, "scores") and getattr(bundle.wants, "alphabet", "") == LETTERS:
        return LetterEar(bundle)
    taken = ", ".join(f"{one.name} ({one.kind})" for one in (*bundle.inputs, *bundle.given))
    raise ew.EndwiseError(
        f"Speech was to be transcribed by the design '{bundle.design}' of '{bundle.system}'.",
        f"It takes {taken} and makes {bundle.wants.name} ({bundle.wants.kind}).",
        "This application hands over sound at 8,000 Hz, and looks for words in phones or letters of its own alphabets.",
        "Name a winner of the system speech with --model, or train one: endwise study speech --quick",
    )


def loop_of(ear: Ear, words: Sequence[str] | None, texts: Sequence[str], *, spell: bool) -> WordLoop | None:
    """What looks for words: for `words` (None: those it learnt), which follow each other as in `texts`.

    Without texts every given word is as likely as any other; without either it is what was learnt. None where a
    design that knows no words, or is told to (`spell`), spells what it hears.

    Raises EndwiseError for words in the texts that are not among those looked for, and for spelling by a design that
    cannot.
    """
    if spell and ear.parts == "phones":
        raise ew.EndwiseError(
            "Words were to be spelled as they are heard (--open).",
            f"The design is '{ear.bundle.design}'.",
            "It finds words by their pronunciations, and has no letters.",
            "Name the words with --words, or a winner that spells with --model.",
        )
    if words is None and not texts:
        return None if spell or not ear.known else ear.learnt()
    known = ear.known if words is None else words
    strange = sorted({word for text in texts for word in text.split()} - set(known))
    if strange:
        raise ew.EndwiseError(
            "A grammar was to be counted from example sentences (--grammar).",
            f"They hold {_listed(strange)}, not among the {len(known):,} words that are looked for.",
            "A word that is not looked for cannot follow another.",
            "Add it to --words, or take its sentences out.",
        )
    return ear.loop(known, bigram(texts, known) if texts else None)


def _is_ours(bundle: ew.Bundle) -> bool:
    return bundle.inputs == (audio,) and not bundle.given and bundle.wants.kind == "text"


def _pronounced(words: Sequence[str], known: int) -> dict[str, dict[Sequence[str], float]]:
    """New words as the speech engine says them, each way as likely."""
    if not words:
        return {}
    from endwise.systems.speech.lexicon import lexicon

    try:
        ways = lexicon(words)
    except ew.MissingExtra as missing:
        raise ew.EndwiseError(
            f"Speech was to be searched for {_listed(words)}.",
            f"The model knows how {known:,} words are pronounced, and not these.",
            "New words are pronounced by the speech engine of the extra 'speech', which is not installed.",
            missing.do,
        ) from None
    unsaid = [word for word, said in ways.items() if not said]
    if unsaid:
        raise ew.EndwiseError(
            f"Speech was to be searched for {_listed(unsaid)}.",
            "The speech engine finds nothing to say there.",
            "A word is found by its pronunciations.",
            "Leave it out, or spell it as it is said.",
        )
    return {word: {way: -log(len(said)) for way in said} for word, said in ways.items()}


def _listed(words: Iterable[str]) -> str:
    named = [repr(word) for word in words]
    more = f" and {len(named) - SHOWN:,} more" if len(named) > SHOWN else ""
    return ", ".join(named[:SHOWN]) + more
