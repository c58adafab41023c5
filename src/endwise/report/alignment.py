"""Two sequences laid beside each other with the fewest edits: what was put in, left out and exchanged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

Kind = Literal["same", "exchanged", "put in", "left out"]
TOLD = 3  # edits of a kind that are named; the rest is counted


@dataclass(frozen=True)
class Edit:
    """One step from the truth to what was found: both are places in their sequences, None where there is none."""

    kind: Kind
    found: int | None
    true: int | None


def edits(found: Sequence[object], true: Sequence[object]) -> list[Edit]:
    """The fewest edits that turn `true` into `found`, in order (Levenshtein 1966, as jiwer aligns words).

    >>> [edit.kind for edit in edits("call him now".split(), "call me right now".split())]
    ['same', 'exchanged', 'left out', 'same']
    """
    import jiwer  # only sequences pay for it

    numbers: dict[object, str] = {}
    said, heard = (" ".join(numbers.setdefault(one, str(len(numbers))) for one in row) for row in (true, found))
    (chunks,) = jiwer.process_words([said], [heard]).alignments
    return [
        Edit(_kind(chunk.type), at, place)
        for chunk in chunks
        for at, place in zip_longest(
            range(chunk.hyp_start_idx, chunk.hyp_end_idx), range(chunk.ref_start_idx, chunk.ref_end_idx)
        )
    ]


def _kind(name: str) -> Kind:
    kinds: dict[str, Kind] = {"equal": "same", "substitute": "exchanged", "insert": "put in", "delete": "left out"}
    return kinds[name]


def told(steps: Sequence[Edit], found: Sequence[str], true: Sequence[str]) -> str:
    """The edits in words.

    >>> told(edits(["a", "b"], ["a", "c", "d"]), ["a", "b"], ["a", "c", "d"])
    "1 exchanged ('b' for 'c'), 1 left out ('d')"
    """
    parts = [_told(kind, steps, found, true) for kind in ("exchanged", "put in", "left out")]
    return ", ".join(part for part in parts if part) or "no difference"


def _told(kind: str, steps: Sequence[Edit], found: Sequence[str], true: Sequence[str]) -> str:
    names = []
    for step in (one for one in steps if one.kind == kind):
        sides = [f"'{row[at]}'" for row, at in ((found, step.found), (true, step.true)) if at is not None]
        names.append(" for ".join(sides))
    more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
    return f"{len(names)} {kind} ({', '.join(names[:TOLD])}{more})" if names else ""
