"""Rows from photographs of people, in the layouts in which people download them (see `layouts`).

    rows = folders("lfw")                                    # a folder for each person: LFW, ORL, VGGFace2, one's own
    rows = ew.Rows.join([rows, wider("WIDER")])              # other people's faces with their boxes
    ew.study(system_for(rows), rows)

A row has what its source knows. Who plays which part, `casting` says; what becomes of a photograph, `framing`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypedDict, Unpack

import numpy as np

import endwise as ew
from endwise.systems.gate import groups, layouts, signals
from endwise.systems.gate.casting import Cast, cast, for_tests
from endwise.systems.gate.framing import HEIGHTS
from endwise.systems.gate.layouts import LAYOUTS, Found
from endwise.systems.gate.system import VISIT, system
from endwise.systems.gate.taking import Ready, take

SHOWN: Final = 10
"""Problems spelled out in an error."""


class How(TypedDict, total=False):
    """How photographs are read.

    Parameters
    ----------
    enrolled: who is enrolled: names, or how many of those with the most pictures; see `casting`.
    pairs: a list in the form of LFW's pairs.txt. Nobody in it is an other, and of the enrolled its pictures are tests.
    part: how much of a frame a photograph without a box fills, above 0 to 1: 0.6 for portraits cut to the face.
    skip_bad: leave bad rows out, and name them among the rows' problems, instead of raising an error.
    progress: is told (done, total) files.
    """

    enrolled: int | Sequence[str] | None
    pairs: Path | str | None
    part: float
    skip_bad: bool
    progress: Callable[[int, int], None] | None


def folders(folder: Path | str, **how: Unpack[How]) -> ew.Rows:
    """A folder for each person, at any depth. People in folders under train and test keep to these parts."""
    return _read("folders", folder, how)


def table(folder: Path | str, **how: Unpack[How]) -> ew.Rows:
    """Scenes or portraits with a table of faces: file, left, top, right, bottom and, if known, person."""
    return _read("table", folder, how)


def wider(folder: Path | str, **how: Unpack[How]) -> ew.Rows:
    """WIDER FACE: faces with boxes, of nobody known. Side rows."""
    return _read("wider", folder, how)


def read(folder: Path | str, **how: Unpack[How]) -> ew.Rows:
    """Whichever of the known layouts the folder has.

    This and all above raise ew.RowsError where the folder has not the layout, and where rows are bad (a picture that
    cannot be read, a box that is none), naming them; with `skip_bad` these are left out.
    """
    return _read(detect(folder), folder, how)


def detect(folder: Path | str) -> str:
    """Which layout a folder has, one of `LAYOUTS`. Raises ew.RowsError, which lists the known ones."""
    root = Path(folder).absolute()
    files = layouts.files_in(root)
    name = next((name for name in LAYOUTS if _found(name, root, files).faces), None)
    if name is None:
        raise _unknown(Found(root, files), LAYOUTS)
    return name


def system_for(rows: ew.Rows) -> ew.System:
    """The gate system for the people in `rows`. Raises RowsError where nobody is enrolled, or nobody an other."""
    who, person = rows.signals.get("who"), rows.signals.get("person")
    if isinstance(who, ew.Identity) and isinstance(person, ew.Category):
        return system(people=who.people, others=person.values, groups=groups.in_rows(rows))
    raise ew.RowsError(
        "A gate system was to be made for rows.",
        f"{'Somebody' if who else 'Nobody'} is enrolled, and {'somebody' if person else 'nobody'} is an other.",
        "It recognises the enrolled by an embedding that is learnt from other people.",
        "Read photographs of more people, or leave more of them out of the enrolled: enrolled=10.",
    )


def _found(name: str, root: Path, files: Sequence[Path]) -> Found:
    found = Found(root, files)
    LAYOUTS[name](found)
    return found


def _read(name: str, folder: Path | str, how: How) -> ew.Rows:
    root, part = Path(folder).absolute(), how.get("part", 1.0)
    _check_part(part)
    found = _found(name, root, layouts.files_in(root))
    pairs = how.get("pairs")
    if pairs is not None:
        layouts.pairs(found, Path(pairs).absolute())
    known = groups.read(found)
    if not found.faces and not found.problems:
        raise _unknown(found, [name])
    taken = list(take(found, part, how.get("progress") or (lambda done, total: None)))
    ready = [one for some in taken for one in some.ready]
    problems = [*found.problems, *(problem for some in taken for problem in some.problems)]
    if problems and not (how.get("skip_bad") and ready):
        raise _refusal(found, problems)
    if not ready:
        raise _nothing_fits(found)
    parts = _cast(ready, found, how.get("enrolled"))
    notes = (*found.notes, *_notes(found, parts, sum(some.passed for some in taken)))
    return replace(_rows(ready, found, parts, known), problems=tuple(problems), notes=notes)


def _cast(ready: Sequence[Ready], found: Found, enrolled: int | Sequence[str] | None) -> Cast:
    faces = [one.of for one in ready if one.of.person]
    counts = Counter(face.person for face in faces)
    held_out = {face.person for face in faces if face.part == "test" or face.file in found.pairs}
    learnt = {face.person for face in faces if face.part == "train"}
    return cast(counts, enrolled=enrolled, held_out=held_out, learnt=learnt)


def _rows(ready: Sequence[Ready], found: Found, parts: Cast, of_people: groups.Groups) -> ew.Rows:
    """Rows of people in their parts, and side rows of faces that are nobody's."""
    people = [one.of.person for one in ready]
    boxed = np.array([one.box is not None for one in ready])
    known = np.array([bool(parts.enrolled) and bool(name) for name in people])
    other = np.isin(people, parts.others)
    who, person = signals.who(parts.enrolled), signals.person(parts.others)
    columns: dict[ew.Signal, tuple[Any, np.ndarray]] = {
        signals.frame: (np.stack([one.frame for one in ready]), np.ones(len(ready), bool)),
        signals.face_box: (np.stack([np.zeros(4, np.float32) if one.box is None else one.box for one in ready]), boxed),
        person: (
            np.array([parts.others.index(name) if yes else 0 for name, yes in zip(people, other, strict=True)]),
            other,
        ),
        who: (np.stack([who.check(name or "nobody") for name in people]), known),
        **groups.columns(of_people, people),
    }
    there = {signal: column for signal, column in columns.items() if column[1].any()}
    return ew.Rows.from_columns(
        list(there),
        {signal.name: values for signal, (values, _) in there.items()},
        present={signal.name: present for signal, (_, present) in there.items()},
        ids=[one.name for one in ready],
        groups=list(_groups(ready, found)),
        split=_split(ready, found, parts),
    )


def _groups(ready: Sequence[Ready], found: Found) -> Iterator[str]:
    """A person's pictures count as visits of their own; faces on one picture that are nobody's belong together."""
    visits: Counter[str] = Counter()
    for one in ready:
        visits[one.of.person] += 1
        yield f"{one.of.person}{VISIT}{visits[one.of.person]}" if one.of.person else found.name(one.of.file)


def _split(ready: Sequence[Ready], found: Found, parts: Cast) -> list[str]:
    pictures: dict[str, list[Ready]] = {}
    for one in ready:
        pictures.setdefault(one.of.person, []).append(one)
    split = dict.fromkeys(parts.strangers, "test")
    tests: set[str] = set()
    for name in parts.enrolled:
        named = [one.name for one in pictures[name] if one.of.file in found.pairs]
        tests |= for_tests([one.name for one in pictures[name]], named)
    split |= dict.fromkeys(parts.enrolled, "train")
    return ["test" if one.name in tests else split.get(one.of.person, "side") for one in ready]


def _notes(found: Found, parts: Cast, passed: int) -> Iterator[str]:
    if passed:
        low, high = HEIGHTS
        yield f"{passed:,} faces were left out: under {low:g} px, or in no frame at {low:g} to {high:g} px alone."
    told = {face.file for face in found.faces}
    unread = [file for file in found.files if layouts.is_picture(file) and file not in told]
    if unread:
        yield f"{len(unread):,} pictures belong to no row and were not read, the first {found.name(unread[0])}."
    if any(face.person for face in found.faces):
        counts = (
            f"{len(parts.enrolled):,} are enrolled, {len(parts.strangers):,} strangers, {len(parts.others):,} others"
        )
        yield f"Of the people {counts}: by the rule in endwise.systems.gate.casting."
    yield "Photographs were brought to 96 x 128 (height x width), their border repeated where they end."


def _check_part(part: float) -> None:
    if not 0 < part <= 1:
        raise ew.RowsError(
            f"Photographs were to fill {part:g} of a frame.",
            "They fill all of it at 1, and a picture of a face alone is best at 0.6.",
            "A part is more than 0 and at most 1.",
            "Leave it out, or give part=0.6.",
        )


def _refusal(found: Found, problems: Sequence[ew.Problem]) -> ew.RowsError:
    lines = [f"  {problem}" for problem in problems[:SHOWN]]
    more = [f"  and {len(problems) - SHOWN:,} more"] if len(problems) > SHOWN else []
    return ew.RowsError(
        f"Photographs of people were to be read from {found.root}.",
        "\n".join([f"{len(found.faces):,} faces were found, with {len(problems):,} problems:", *lines, *more]),
        "A bad value is never taken for a label, and no row is dropped silently.",
        "Mend them, or leave those rows out with skip_bad=True.",
    )


def _nothing_fits(found: Found) -> ew.RowsError:
    low, high = HEIGHTS
    return ew.RowsError(
        f"Photographs of people were to be read from {found.root}.",
        f"{len(found.faces):,} faces are marked in {len({face.file for face in found.faces}):,} pictures.",
        f"None is {low:g} px high or more, and fits into a frame at {low:g} to {high:g} px without a second face.",
        "Look whether the boxes are left, top, right, bottom in pixels of the picture, or take larger pictures.",
    )


def _unknown(found: Found, wanted: Collection[str]) -> ew.RowsError:
    seen = sum(layouts.is_picture(file) for file in found.files)
    here = f"It holds {seen:,} pictures and {len(found.files) - seen:,} other files."
    drawn = [f"  {name}: {layouts.DRAWN[name]}" for name in wanted]
    return ew.RowsError(
        f"Photographs of people were to be read from {found.root}.",
        here if found.root.is_dir() else "There is no such folder.",
        "\n".join(["It has not the layout:" if len(wanted) == 1 else "It has none of the known layouts:", *drawn]),
        "Point at the folder that holds both pictures and tables, or sort the pictures into a folder for each person.",
    )
