"""From scores over time to sequences: CTC, word loops over hidden Markov models, forced alignment. No torch here.

A recording's scores are log probabilities, float32 (T, V): frames x symbols. Every function here takes several
recordings of different lengths as a list, and answers with a list.
"""

from endwise.decoding.alignment import align
from endwise.decoding.counted import bigram
from endwise.decoding.ctc import greedy, prefix_beam
from endwise.decoding.found import Found, FoundWord
from endwise.decoding.loop import WordLoop
from endwise.decoding.runs import NO_LABEL, collapse, spread

__all__ = [
    "NO_LABEL",
    "Found",
    "FoundWord",
    "WordLoop",
    "align",
    "bigram",
    "collapse",
    "greedy",
    "prefix_beam",
    "spread",
]
