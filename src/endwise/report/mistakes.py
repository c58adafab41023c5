"""Mistakes word by word: counted over many texts, and told in a table and a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from endwise.errors import counted
from endwise.records import Confusion, Verdict, WordError, WordErrors
from endwise.report.alignment import edits
from endwise.report.tables import Row, Table

WORST = 12  # words in the table: what is read at a glance
NAMED = 3  # confusions in the sentence


def word_errors(predicted: Sequence[str], true: Sequence[str]) -> WordErrors:
    """The words of `true` texts that `predicted` ones most often get wrong; equally frequent ones by the alphabet."""
    said: Counter[str] = Counter()
    confused: Counter[tuple[str, str]] = Counter()
    for found, known in zip((one.split() for one in predicted), (one.split() for one in true), strict=True):
        said.update(known)
        for at in edits(found, known):
            if at.kind != "same":
                sides = ("" if at.true is None else known[at.true], "" if at.found is None else found[at.found])
                confused[sides] += 1
    ordered = sorted(confused.items(), key=lambda one: (-one[1], one[0]))
    wrong: Counter[str] = Counter()
    for (word, _), times in ordered:
        wrong[word] += times
    put_in = wrong.pop("", 0)
    worst = sorted(wrong, key=lambda word: (-wrong[word], said[word], word))[:WORST]
    return WordErrors(
        rows=len(true),
        said=said.total(),
        wrong=wrong.total(),
        put_in=put_in,
        words=tuple(WordError(word, said[word], wrong[word], *_instead(word, ordered)) for word in worst),
        confusions=tuple(Confusion(*sides, times) for sides, times in ordered[:WORST]),
    )


def _instead(word: str, ordered: Sequence[tuple[tuple[str, str], int]]) -> tuple[str, int]:
    return next((found, times) for (true, found), times in ordered if true == word)


def table(found: WordErrors) -> Table:
    """The words most often wrong."""
    rows = tuple(
        Row(one.word, (f"{one.said:,}", f"{one.wrong:,}", f"{100 * one.wrong / one.said:.0f} %", _place(one)))
        for one in found.words
    )
    place = "most often in its place"
    return Table("Words most often wrong", ("word", "said", "wrong", "share", place), rows, frozenset({place}))


def _place(one: WordError) -> str:
    what = f"'{one.instead}'" if one.instead else "left out"
    return f"{what} ({counted(one.times, 'time')})"


def summary(verdict: Verdict) -> str:
    """How many words are wrong, of how many rows; empty where the wanted signal is no text."""
    found = verdict.by_word
    if found is None:
        return ""
    every = counted(verdict.test_rows, "test row")
    rows = f"the {every}" if found.rows == verdict.test_rows else f"{found.rows:,} of the {every}, taken evenly"
    put_in = f"; {found.put_in:,} more {'was' if found.put_in == 1 else 'were'} put in" if found.put_in else ""
    wrong = f"{found.wrong:,} {'was' if found.wrong == 1 else 'were'} left out or exchanged"
    return f"Of {counted(found.said, 'word')} in {rows}, {wrong}{put_in}."


def confusions(found: WordErrors) -> str:
    """The commonest confusions as one sentence; empty where there are none."""
    named = [_confusion(one) for one in found.confusions[:NAMED]]
    if not named:
        return ""
    together = f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]
    return f"Most often wrong: {together}."


def _confusion(one: Confusion) -> str:
    times = counted(one.times, "time")
    if not one.found:
        return f"'{one.true}' left out ({times})"
    if not one.true:
        return f"'{one.found}' put in ({times})"
    return f"'{one.true}' taken for '{one.found}' ({times})"
