"""How many seconds of audio the decoders read in a second, on one core, at 100 frames a second.

    OMP_NUM_THREADS=1 python bench/decoding.py

Scores are drawn: each frame of 3-second recordings favours one of 40 symbols, which lasts some frames. Words have
4 to 8 symbols. Times are the best of three.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np

from endwise.decoding import WordLoop, align, greedy, prefix_beam

RATE = 100
SECONDS = 3
RECORDINGS = 16
SYMBOLS = tuple(f"s{number}" for number in range(40))
SPACED = (*SYMBOLS, " ")


def recordings(rng: np.random.Generator, columns: int, count: int = RECORDINGS) -> list[np.ndarray]:
    """Log probabilities in which each symbol lasts 7 frames on average."""
    made = []
    for _ in range(count):
        said = np.repeat(rng.integers(0, columns, SECONDS * RATE), rng.integers(3, 12, SECONDS * RATE))[
            : SECONDS * RATE
        ]
        scores = rng.normal(0, 1, (len(said), columns))
        scores[np.arange(len(said)), said] += 4
        made.append((scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))).astype(np.float32))
    return made


def words(rng: np.random.Generator, count: int, variants: int) -> dict[str, dict[tuple[str, ...], float]]:
    """Words with random pronunciations, each of the same weight."""
    made: dict[str, dict[tuple[str, ...], float]] = {}
    for number in range(count):
        said = {tuple(rng.choice(SYMBOLS[1:], rng.integers(4, 9)).tolist()) for _ in range(variants)}
        made[f"w{number}"] = dict.fromkeys(sorted(said), -float(np.log(len(said))))
    return made


def bigram(rng: np.random.Generator, count: int) -> np.ndarray:
    """Random log probabilities from word to word, with start and end."""
    table = rng.gumbel(size=(count + 2, count + 2))
    return (table - np.log(np.exp(table).sum(axis=1, keepdims=True))).astype(np.float32)


def measure(what: str, bar: float | None, run: Callable[[], object], count: int = RECORDINGS) -> None:
    taken = []
    for _ in range(3):
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    speed = count * SECONDS / min(taken)
    told = "" if bar is None else f"  bar {bar:,.0f}: {'holds' if speed >= bar else 'MISSED'}"
    print(f"{what:44} {speed:8,.0f} x real time{told}", flush=True)


def loops(said: dict[str, dict[tuple[str, ...], float]], grammar: np.ndarray | None) -> dict[str, WordLoop]:
    """The same words as a hidden Markov model with silence, and as CTC with and without a separator."""
    return {
        "hmm": WordLoop(said, topology="hmm", alphabet=SYMBOLS, silence="s0", grammar=grammar),
        "ctc spaced": WordLoop(said, topology="ctc", alphabet=SPACED, blank="s0", separator=" ", grammar=grammar),
        "ctc": WordLoop(said, topology="ctc", alphabet=SYMBOLS, blank="s0", grammar=grammar),
    }


def main() -> None:
    rng = np.random.default_rng(0)
    plain, spaced = recordings(rng, len(SYMBOLS)), recordings(rng, len(SPACED))
    measure("greedy", None, partial(greedy, plain))
    measure("prefix beam, width 16", None, partial(prefix_beam, plain[:4], 16), 4)
    for count, variants, bar in [(46, 3, 300.0), (300, 2, 50.0), (3000, 1, 50.0), (3000, 2, None)]:
        said, table = words(rng, count, variants), bigram(rng, count)
        most = RECORDINGS if count < 300 else 3
        for name, grammar in [("uniform", None), ("bigram", table)]:
            for kind, loop in loops(said, grammar).items():
                heard = (spaced if kind == "ctc spaced" else plain)[:most]
                measure(f"{count:,} words x {variants}, {kind}, {name}", bar, partial(loop.decode, heard), most)
    few = loops(words(rng, 46, 3), None)["hmm"]
    measure("46 words x 3, hmm, one recording alone", None, partial(few.decode, plain[:1]), 1)
    texts = [found.text.split() for found in few.decode(plain)]
    measure(f"alignment of {len(texts[0])} words x 3, hmm", None, partial(align, few, texts, plain))


if __name__ == "__main__":
    main()
