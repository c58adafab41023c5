"""Heads for sequences: what is spelled out over time, and what is heard at each step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from endwise.decoding import WordLoop, bigram, greedy
from endwise.errors import DeclarationError, StudyError
from endwise.learn.heads.base import Head
from endwise.learn.ragged import Ragged, objects
from endwise.system.signals import Posteriors, Signal, Symbols, Text

BLANK = 0
"""The CTC label that stands for nothing; labels of the alphabet follow it."""
BLANK_NAME = "_blank_"
MOST_APART = 2
"""Steps that rounding may leave between what is heard and its truth."""
MOST_WORDS = 8_000
"""A table of so many words squared takes 256 MB."""
SCALE = 0.5
"""Weight of what is heard against the grammar: steps that repeat each other are no independent witnesses."""


class Spelled(Head):
    """Texts and symbols, spelled without times: connectionist temporal classification.

    Graves, Fernandez, Gomez & Schmidhuber 2006, *Connectionist temporal classification*, equations 14-16: the loss
    sums over all ways to lay the labels out in time, blanks between them; here divided by the count of labels.
    """

    grammar: Tensor
    scale = SCALE

    def __init__(self, signal: Signal) -> None:
        super().__init__(signal)
        assert isinstance(signal, Text | Symbols)
        if not signal.alphabet:
            raise DeclarationError(
                f"A learned component that makes '{signal.name}' was asked for.",
                f"'{signal.name}' ({signal.kind}) declares no alphabet.",
                "A network that spells needs to know the characters or symbols to choose from.",
                f"Write for example {signal.example}.",
            )
        self.alphabet = signal.alphabet
        self.size = (None, 1 + len(signal.alphabet))
        known = len(getattr(signal, "words", ()))
        if known > MOST_WORDS:
            raise DeclarationError(
                f"A learned component that spells '{signal.name}' was asked for.",
                f"'{signal.name}' declares {known:,} words.",
                f"The grammar is a table from word to word, and is kept up to {MOST_WORDS:,} words.",
                f"Declare the commonest {MOST_WORDS:,}, or none: then it spells letter by letter.",
            )
        self._learnt: WordLoop | None = None  # made when first asked for: thousands of words take a while
        self.register_buffer("grammar", torch.zeros((known + 2, known + 2) if known else (0, 0)))

    def learn(self, rows: np.ndarray) -> None:
        """Count which known word follows which."""
        self._learnt = None
        if len(self.grammar):
            self.grammar.copy_(torch.from_numpy(bigram([str(row) for row in rows], self.signal.words)))  # type: ignore[attr-defined]

    def targets(self, rows: np.ndarray) -> np.ndarray:
        """For each row the labels to spell: int64 (S,), from 1."""
        if isinstance(self.signal, Symbols):
            return objects([np.asarray(row, np.int64) + 1 for row in rows])
        place = {character: at for at, character in enumerate(self.alphabet, 1)}
        return objects([np.array([place[character] for character in row], np.int64) for row in rows])

    def loss(self, raw: Ragged, target: Ragged) -> Tensor:
        chances = raw.values.log_softmax(dim=-1).transpose(0, 1)  # (T, B, V)
        # A row with fewer steps than labels cannot be spelled: its loss would be infinite, and is left out.
        loss = nn.functional.ctc_loss(
            chances, target.values, raw.lengths, target.lengths, blank=BLANK, reduction="none", zero_infinity=True
        )
        return loss / target.lengths.clamp_min(1)

    def decode(self, raw: Ragged) -> np.ndarray:
        """What is spelled: out of the known words where the signal declares them, else letter by letter."""
        scores = Ragged(raw.values.log_softmax(dim=-1), raw.lengths).rows()
        if len(self.grammar):
            return objects([found.text for found in self.loop().decode(scores, scale=self.scale)])
        labels = [one[:, 0] - 1 for one in greedy(scores, BLANK)]
        if isinstance(self.signal, Symbols):
            return objects([one.astype(np.int32) for one in labels])
        return objects([" ".join("".join(self.alphabet[at] for at in one.tolist()).split()) for one in labels])

    def loop(self, words: Sequence[str] | None = None, grammar: np.ndarray | None = None) -> WordLoop:
        """Words as they are spelled: those given under a grammar (none: all as likely), else those learnt."""
        if words is None:
            if self._learnt is None:
                self._learnt = self.loop(getattr(self.signal, "words", ()), self.grammar.cpu().numpy())
            return self._learnt
        spelled: dict[str, dict[Sequence[str], float]] = {word: {word: 0.0} for word in words}
        alphabet = (BLANK_NAME, *self.alphabet)
        return WordLoop(spelled, topology="ctc", alphabet=alphabet, blank=BLANK_NAME, separator=" ", grammar=grammar)


class Heard(Head):
    """Chances of each label at each step: cross entropy with the true chances, mean over steps."""

    passes = True

    def __init__(self, signal: Signal) -> None:
        super().__init__(signal)
        assert isinstance(signal, Posteriors)
        self.size = (None, len(signal.labels))

    def loss(self, raw: Ragged, target: Ragged) -> Tensor:
        apart = int((raw.lengths - target.lengths).abs().max())
        if apart > MOST_APART:
            raise StudyError(
                f"A network was to learn '{self.signal.name}' at each of its steps.",
                f"It answers {apart:,} steps more or fewer than a row of '{self.signal.name}' has.",
                "Then a step's answer is held against another step's truth.",
                f"Make the rows of '{self.signal.name}' at the rate that the network reads, or mend that rate.",
            )
        steps = min(raw.values.shape[1], target.values.shape[1])
        losses = -(target.values[:, :steps] * raw.values[:, :steps].log_softmax(dim=-1)).sum(dim=-1)  # (B, T)
        return (losses * raw.mask[:, :steps, 0]).sum(dim=1) / raw.lengths.clamp_min(1)

    def rows(self, raw: Ragged) -> Ragged:
        return raw.masked(torch.softmax(raw.values, dim=-1))

    def decode(self, raw: Ragged) -> np.ndarray:
        return objects(self.rows(raw).rows())
