"""A phoneme stage for other speech than it learnt from: rows with transcripts, whose phones nobody wrote down.

What was said is aligned with the chances of phones that the stage gives (forced alignment, with a lexicon); the phone
that each frame then belongs to is its label, and the stage is trained further on these:
`ew.reusing(system, "posteriors", component, "tuned")`. It is the Viterbi training of hybrid recognizers (Bourlard &
Morgan 1994, *Connectionist speech recognition*, chapter 7), begun from a stage that learnt elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log

import numpy as np

import endwise as ew
from endwise.decoding import WordLoop, align
from endwise.systems.speech import signals
from endwise.systems.speech.decoder import FLOOR, Lexicon, pronounced
from endwise.systems.speech.phones import PHONES, SILENCE

AT_ONCE = 500
"""Recordings whose chances are held in memory."""


def with_phones(
    rows: ew.Rows, stage: ew.Component, *, vocabulary: Sequence[str], pronunciations: Lexicon | None = None
) -> ew.Rows:
    """The same rows, and of each training row with a transcript the phones of its frames, as `stage` aligns them.

    Test rows get none: nobody is to be judged by a guess. Nor does a row whose words do not fit into its frames.

    Parameters
    ----------
    rows: recordings with transcripts; a column of phones that is there already is replaced.
    stage: a trained component from cepstra to chances of phones, `ew.reused(...)`.
    vocabulary, pronunciations: the words that may occur, and as of `Decoder`.

    Raises EndwiseError for a word of the vocabulary that has no pronunciation, UsageError for one in a transcript that
    is not in the vocabulary.
    """
    text = signals.transcript(vocabulary)
    at = np.flatnonzero(rows.has(signals.audio.name) & rows.has(text.name))
    if rows.split is not None:
        at = at[rows.split[at] != "test"]
    labels = np.empty(len(rows), object)
    labels[:] = [np.zeros((1, len(PHONES)), np.float32)] * len(rows)
    found = np.zeros(len(rows), bool)
    loop = _loop(vocabulary, pronunciations)
    for some in np.array_split(at, -(-len(at) // AT_ONCE) or 1):
        heard = list(_heard(stage, rows.take(signals.audio.name, some)))
        said = [str(one).split() for one in rows.take(text.name, some)]
        for row, phones in zip(some.tolist(), _aligned(loop, said, heard), strict=True):
            if len(phones):
                labels[row], found[row] = np.eye(len(PHONES), dtype=np.float32)[phones], True
    kept = {name: signal for name, signal in rows.signals.items() if name != signals.posteriors.name}
    columns: Mapping[str, tuple[np.ndarray, np.ndarray]] = {
        **{name: _whole(rows, name) for name in kept},
        signals.posteriors.name: (labels, found),
    }
    return ew.Rows.from_columns(
        [*kept.values(), signals.posteriors],
        {name: values for name, (values, _) in columns.items()},
        present={name: has for name, (_, has) in columns.items()},
        ids=rows.ids,
        groups=rows.groups,
        split=rows.split,
    )


def _whole(rows: ew.Rows, name: str) -> tuple[np.ndarray, np.ndarray]:
    """All values of a signal, that of another row where one has none, and which have one."""
    has = rows.has(name)
    place = np.where(has, np.arange(len(rows)), np.argmax(has))
    return rows.take(name, place), has


def _heard(stage: ew.Component, audio: np.ndarray) -> np.ndarray:
    from endwise.systems.speech.system import normalised  # which offers what stands here

    chances: np.ndarray = stage.using(normalised(audio))
    return chances


def _loop(vocabulary: Sequence[str], pronunciations: Lexicon | None) -> WordLoop:
    """Every word in each of its ways, all as likely; any word after any other."""
    spoken = pronounced(vocabulary, pronunciations)
    ways: dict[str, dict[Sequence[str], float]] = {
        word: {tuple(way): -log(len(said)) for way in said} for word, said in spoken.items()
    }
    return WordLoop(ways, topology="hmm", alphabet=PHONES, silence=SILENCE)


def _aligned(loop: WordLoop, texts: Sequence[Sequence[str]], chances: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The phone of each frame where these words are said; none where they do not fit in."""
    priors = np.maximum(np.concatenate(list(chances)).mean(axis=0), FLOOR)
    scores = [np.log(np.maximum(one / priors, FLOOR)).astype(np.float32) for one in chances]
    return [found.labels.astype(np.int64) for found in align(loop, texts, scores)]
