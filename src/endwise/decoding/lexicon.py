"""What is declared of words and their sounds, checked and brought from names to columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, isclose, isfinite

from endwise.decoding.graph import Spoken, Topology
from endwise.errors import DeclarationError, UsageError, counted, near

Pronunciations = Mapping[str, Mapping[Sequence[str], float]]
"""Word -> pronunciation (symbols by name) -> log weight; the weights of a word sum to 1."""


def topology_of(
    kind: str, alphabet: tuple[str, ...], blank: str | None, silence: str | None, separator: str | None, stay: float
) -> Topology:
    """The topology with its symbols as columns.

    Raises
    ------
    UsageError: another kind than "hmm" and "ctc".
    DeclarationError: a symbol that is not in the alphabet or that the kind does not know; a `stay` of 0 or more.
    """
    if kind not in ("hmm", "ctc"):
        raise UsageError(
            f"A word loop with the topology {kind!r} was asked for.",
            "There are 2: 'hmm' and 'ctc'.",
            "The topology says how the states of a word follow each other.",
            near(kind, ["hmm", "ctc"]),
        )
    fault = _fault(kind, blank, silence, separator, stay)
    if fault:
        raise DeclarationError(
            f"A word loop with the topology {kind!r} was declared.",
            f"It has blank={blank!r}, silence={silence!r}, separator={separator!r}, stay={stay!r}.",
            fault,
            "'hmm' takes a silence and a stay below 0; 'ctc' needs a blank and takes a separator.",
        )
    return Topology(
        blank=_column(blank, alphabet),
        silence=_column(silence, alphabet),
        separator=_column(separator, alphabet),
        stay=stay if kind == "hmm" else 0.0,
    )


def _fault(kind: str, blank: str | None, silence: str | None, separator: str | None, stay: float) -> str:
    if kind == "ctc":
        if blank is None:
            return "CTC has a blank between symbols, and none is named."
        return "" if silence is None else "CTC's silence is its blank."
    if blank is not None or separator is not None:
        return "A hidden Markov model has neither blanks nor separators."
    return "" if isfinite(stay) and stay < 0 else "The log probability of staying has to be below 0."


def _column(name: str | None, alphabet: tuple[str, ...]) -> int | None:
    if name is None:
        return None
    if name not in alphabet:
        raise DeclarationError(
            f"A word loop with the symbol {name!r} was declared.",
            f"The alphabet has {counted(len(alphabet), 'symbol')}, and {name!r} is none of them.",
            "Blank, silence and separator are columns of the scores.",
            near(name, alphabet),
        )
    return alphabet.index(name)


def spoken_by(pronunciations: Pronunciations, alphabet: tuple[str, ...], topology: Topology) -> list[Spoken]:
    """Every pronunciation of every word, its symbols as columns.

    Raises
    ------
    DeclarationError: no words; a word without pronunciation; a pronunciation that is empty, or holds a symbol that is
        not in the alphabet or is the blank or the separator; weights that do not sum to 1.
    """
    if not pronunciations:
        raise DeclarationError(
            "A word loop without words was declared.",
            "The pronunciations are empty.",
            "It finds the words it knows.",
            "Give at least one word with its pronunciations.",
        )
    kept_apart = {alphabet[one] for one in (topology.blank, topology.separator) if one is not None}
    columns = {name: column for column, name in enumerate(alphabet) if name not in kept_apart}
    spoken: list[Spoken] = []
    for number, (word, variants) in enumerate(pronunciations.items()):
        _check(word, variants, columns)
        spoken += [
            Spoken(number, variant, tuple(columns[symbol] for symbol in symbols), weight)
            for variant, (symbols, weight) in enumerate(variants.items())
        ]
    return spoken


def _check(word: str, variants: Mapping[Sequence[str], float], columns: Mapping[str, int]) -> None:
    for symbols in variants:
        strange = next((symbol for symbol in symbols if symbol not in columns), None)
        if strange is not None:
            raise DeclarationError(
                f"The word {word!r} was declared with the pronunciation {' '.join(symbols)!r}.",
                f"Words are made of {counted(len(columns), 'symbol')}, and {strange!r} is none of them.",
                "A pronunciation is made of symbols that the scores have a column for.",
                near(strange, columns),
            )
    total = sum(exp(weight) for weight in variants.values())
    if not all(variants) or not isclose(total, 1, abs_tol=1e-3):
        raise DeclarationError(
            f"The word {word!r} was declared with {counted(len(variants), 'pronunciation')}.",
            f"Their weights sum to {total:.3f}; {sum(not each for each in variants)} of them are empty.",
            "A word is said in one of its pronunciations: each has a symbol or more, and their weights sum to 1.",
            "Weights are logarithms: give 0.0 to a single pronunciation, log(0.5) to each of two.",
        )
