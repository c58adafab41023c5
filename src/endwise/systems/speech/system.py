"""The signals, components and judge of the speech system, and rows from its built-in world.

The lecture's example: audio, features, phonemes, words, transcript (Ng, Deep Learning Specialization 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np

import endwise as ew
from endwise.decoding import collapse
from endwise.systems.speech import signals
from endwise.systems.speech.decoder import Decoder, Lexicon
from endwise.systems.speech.grammars import grammar_of
from endwise.systems.speech.phone_times import posteriors_of
from endwise.systems.speech.signals import FRAMES, audio, phonemes, posteriors, units
from endwise.systems.speech.units import Units

QUICK = (100, 80)
"""Utterances to train on, and to test on."""
STANDARD = (800, 400)
GRAMMAR = "commands"
STAGED: Final = "audio -> mfcc -> posteriors -> phonemes -> words -> transcript"
SOFT: Final = "audio -> mfcc -> posteriors -> words -> transcript"
SPELLED: Final = "audio -> mfcc -> transcript"
END_TO_END: Final = "audio -> transcript"
"""Designs that a study compares; the graph also holds those that spell out of chances, of phones or of units."""
HISS = 25.0
"""dB that the noise lies under a recording."""
FAINTEST = 1e-4
"""Level of a recording below which it counts as silent: a few steps of 16-bit sound."""
EVEN = 1e-3
"""Added to a spread: a recording of one frame has none."""


def system(*, vocabulary: Sequence[str] | None = None, pronunciations: Lexicon | None = None) -> ew.System:
    """Designs from the recording to its transcript.

    Cepstra are computed; the chance of each phone is learned from them, and words are found in those chances (soft),
    or in the best phone of each frame (hard), with a lexicon and a grammar. Or a network spells the words: out of the
    chances of phones, out of those of units that nobody named, out of cepstra, out of the waveform. It knows the same
    `vocabulary` and learns the same grammar. `pronunciations` are by default those of the speech engine (the extra
    `speech`).
    """
    known = grammar_of(GRAMMAR).vocabulary if vocabulary is None else tuple(vocabulary)
    said, text = signals.words(known), signals.transcript(known)
    decoder = partial(Decoder, vocabulary=list(known), pronunciations=pronunciations)
    return ew.System(
        "speech",
        inputs=audio,
        wants=text,
        judge=[ew.word_error_rate, ew.character_error_rate],
        training="chained",  # what a decoder has to learn is how sure and how wrong the ear is
        staged=STAGED,
        studied=[STAGED, SOFT, SPELLED, END_TO_END],
        components=[
            ew.fixed(audio, to=signals.mfcc, using=normalised),
            ew.learned(signals.mfcc, to=posteriors),
            ew.fixed(posteriors, to=phonemes, using=best_phones, name="best"),
            ew.learned(phonemes, to=said, label=text, using=decoder, name="hard"),
            ew.learned(posteriors, to=said, label=text, using=decoder, name="soft"),
            ew.fixed(said, to=text, using=partial(spelled, vocabulary=list(known)), name="in_order"),
            ew.learned(posteriors, to=text, name="from_posteriors"),
            ew.learned(signals.mfcc, to=units, label=text, using=Units),
            ew.learned(units, to=text, name="from_units"),
            ew.learned(signals.mfcc, to=text, name="from_mfcc"),
            ew.learned(audio, to=text, name="waveform"),
        ],
    )


def normalised(recordings: np.ndarray) -> np.ndarray:
    """Cepstra of recordings over some noise, less their mean over the recording and in units of their spread.

    The mean holds the channel (Atal 1974), the spread how much noise hides (Viikki & Laurila 1998). The noise is the
    same for all, `HISS` under a recording's own level: else the digital silence of a cut recording is what mean and
    spread are made of. On digits of real speakers, from phones learnt on generated speech, noise (there 30 dB below)
    and spread took the word errors from 55.8 to 46.3 %.
    """
    from endwise.systems.speech.mfcc import mfcc  # brings torch

    longest = max((len(one) for one in recordings), default=0)
    hiss = 10 ** (-HISS / 20) * np.random.default_rng(0).standard_normal(longest).astype(np.float32)
    heard = np.empty(len(recordings), object)
    heard[:] = [one + hiss[: len(one)] * max(_level(one), FAINTEST) for one in recordings]
    rows = mfcc(heard)
    for at, row in enumerate(rows):
        rows[at] = (row - row.mean(axis=0)) / (row.std(axis=0) + EVEN)
    return rows


def _level(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0


def best_phones(chances: np.ndarray) -> np.ndarray:
    """The most likely phone of each frame; equal ones in a row become one, with its times."""
    rows = np.empty(len(chances), object)
    for at, row in enumerate(chances):
        rows[at] = collapse(row.argmax(axis=1), FRAMES)
    return rows


def spelled(words: np.ndarray, vocabulary: Sequence[str]) -> np.ndarray:
    """The words in a row, without their times."""
    rows = np.empty(len(words), object)
    rows[:] = [" ".join(vocabulary[int(word)] for word in row[:, 0]) for row in words]
    return rows


def rows(*, quick: bool, seed: int = 0, complexity: float = 1.0) -> ew.Rows:
    """Rows of the built-in world; test rows are said by other voices. Needs the extra `speech`."""
    utterances, test = QUICK if quick else STANDARD
    return world_rows(utterances=utterances, test=test, seed=seed, complexity=complexity)


def world_rows(
    *, utterances: int, test: int, grammar: str = GRAMMAR, seed: int = 0, complexity: float = 1.0
) -> ew.Rows:
    """`utterances` to train on and `test` in other voices, each with its phones, words and transcript."""
    from endwise.systems.speech.world import generate

    vocabulary = grammar_of(grammar).vocabulary
    parts = [
        ("test", generate(test, seed=seed, grammar=grammar, voices="test", complexity=complexity)),
        ("train", generate(utterances, seed=seed, grammar=grammar, voices="train", complexity=complexity)),
    ]
    return rows_of(parts, [audio, posteriors, signals.words(vocabulary), signals.transcript(vocabulary)])


def rows_of(parts: Sequence[tuple[str, Mapping[str, Any]]], wanted: Sequence[ew.Signal]) -> ew.Rows:
    """What the world generated, part by part, as rows of the signals `wanted`.

    The name of a part is the split of its rows. Side rows teach phones alone: they have no words and no transcript.
    """
    from endwise.systems.speech.mfcc import frame_count  # brings torch

    made = {name: [one for _, part in parts for one in part[name]] for name in parts[0][1]}
    split = [name for name, part in parts for _ in part["transcript"]]
    told = np.array([name != "side" for name in split])
    pairs = zip(made["phonemes"], made["audio"], strict=True)
    made["posteriors"] = [posteriors_of(phones, frame_count(len(samples))) for phones, samples in pairs]
    return ew.Rows.from_columns(
        wanted,
        {signal.name: made[signal.name] for signal in wanted},
        present={signal.name: told for signal in wanted if signal.name in ("words", "transcript")},
        groups=made["speaker"],
        split=split,
    )
