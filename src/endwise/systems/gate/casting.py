"""Who plays which part: the enrolled, strangers who come by, others whom the stages learn from. Nobody plays two.

The rule, the same for the same people and pictures:

1.  Enrolled are those who are named, or those with the most pictures (of as many the first by name), at least three:
    by default a quarter of them, at most 20.
2.  Of the rest, those with one picture are strangers, and those who are held out by the data set or by pairs.
3.  Those in the training part of a data set are others.
4.  Everybody else is one in turn, an other first, in the order of the SHA-256 of their names: no order of the alphabet.

Of somebody enrolled the last third of the pictures is for tests, or the pictures that pairs name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import endwise as ew
from endwise.systems.gate.door.naming import key

LEAST: Final = 3
"""Pictures of somebody who is enrolled: two to learn, one to be met on."""
MOST: Final = 20
"""People enrolled where nobody says how many, as in the built-in world."""


@dataclass(frozen=True)
class Cast:
    """Names, each in one part, in alphabetical order."""

    enrolled: tuple[str, ...]
    strangers: tuple[str, ...]
    others: tuple[str, ...]


def cast(
    counts: Mapping[str, int],
    *,
    enrolled: int | Sequence[str] | None = None,
    held_out: Collection[str] = (),
    learnt: Collection[str] = (),
) -> Cast:
    """Parts for people by their names and how many pictures there are of each; `learnt` are those of a training part.

    With 0 enrolled everybody is an other. Raises RowsError for names that are not there or have too few pictures.
    """
    known = _named(counts, enrolled) if _names(enrolled) else _most_seen(counts, enrolled, learnt)
    rest = [name for name in counts if name not in known]
    if not known:
        return Cast((), (), tuple(sorted(rest)))
    kept = {name for name in rest if name not in learnt and (counts[name] == 1 or name in held_out)}
    free = sorted((name for name in rest if name not in kept and name not in learnt), key=_mixed)
    strangers, others = kept | {*free[1::2]}, {*free[::2]} | {name for name in rest if name in learnt}
    return Cast(tuple(sorted(known)), tuple(sorted(strangers)), tuple(sorted(others)))


def for_tests(pictures: Sequence[str], named: Collection[str]) -> set[str]:
    """Which pictures of somebody enrolled are for tests: those `named` where two are left, else the last third."""
    chosen = {one for one in pictures if one in named}
    if chosen and len(pictures) - len(chosen) >= LEAST - 1:
        return chosen
    return {*pictures[len(pictures) - -(-len(pictures) // 3) :]}


def _names(enrolled: int | Sequence[str] | None) -> bool:
    return enrolled is not None and not isinstance(enrolled, int)


def _mixed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _most_seen(counts: Mapping[str, int], enrolled: object, learnt: Collection[str]) -> set[str]:
    able = sorted(
        (name for name in counts if counts[name] >= LEAST and name not in learnt),
        key=lambda name: (-counts[name], name),
    )
    many = min(MOST, -(-len(able) // 4)) if enrolled is None else enrolled
    if not isinstance(many, int) or not 0 <= many <= len(able):
        raise ew.RowsError(
            f"{many} people were to be enrolled.",
            f"{len(able):,} of {len(counts):,} have {LEAST} pictures or more.",
            f"Somebody enrolled needs {LEAST - 1} pictures to learn and one to be met on.",
            f"Ask for 0 to {len(able):,}, or name them: enrolled=['Ada', 'Grace'].",
        )
    return {*able[:many]}


def _named(counts: Mapping[str, int], enrolled: object) -> set[str]:
    wanted = [enrolled] if isinstance(enrolled, str) else list(enrolled)  # type: ignore[call-overload]
    ours = {key(name): name for name in counts}
    wrong = list(_wrong(wanted, ours, counts))
    if wrong:
        raise ew.RowsError(
            f"{', '.join(wanted[:5])}{', ...' if len(wanted) > 5 else ''} were to be enrolled.",
            f"There are {len(counts):,} people. {'; '.join(wrong[:5])}.",
            f"Somebody enrolled needs {LEAST - 1} pictures to learn and one to be met on.",
            "Name people as their folders or the table do, or give a number: enrolled=20.",
        )
    return {ours[key(name)] for name in wanted}


def _wrong(wanted: Sequence[str], ours: Mapping[str, str], counts: Mapping[str, int]) -> Iterator[str]:
    for name in wanted:
        if key(name) not in ours:
            yield f"Nobody is called '{name}'"
        elif counts[ours[key(name)]] < LEAST:
            yield f"Of {name} there are {counts[ours[key(name)]]} pictures"
