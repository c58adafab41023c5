"""Rows from the public data sets of the field, in the layouts in which people download them (see `layouts`).

    rows = read("rsna-bone-age")            # or RHPE, the Digital Hand Atlas, Pascal VOC boxes with a table
    ew.study(system(), rows)

A row has what its source knows. RSNA's pictures come without a scale, so their rows lack `mm_per_px`, and a study lists
the designs that need lengths as not trainable. Joints that are not our 24 become the signal `keypoints`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

import endwise as ew
from endwise.systems.bone_age.anatomy import LANDMARKS
from endwise.systems.bone_age.layouts import Entry, Found, Key, Marks, atlas_of, find
from endwise.systems.bone_age.pictures import Opened, fit, open_picture
from endwise.systems.bone_age.system import age, joints, mm_per_px, sex, xray

SHOWN: Final = 10
"""Problems spelled out in an error."""
THREADS: Final = 4
"""Pillow lets go of Python's lock while it decodes; a radiograph of RSNA takes some 30 ms."""

_SCALE: Final = ew.Number(mm_per_px.name, unit=mm_per_px.unit, low=0)
"""Of the original picture: the limits of `mm_per_px` are those of the small one."""


@dataclass(frozen=True)
class _Hand:
    """One row to be: what the files say of it, before its picture is opened."""

    key: Key
    entry: Entry
    picture: Path | None
    marks: Marks | None
    assumed: bool
    """The age is that of the picture's folder."""


Values = dict[str, Any]
Read = tuple[Values, list[ew.Problem]]


def read(folder: Path | str, *, skip_bad: bool = False, progress: Callable[[int, int], None] | None = None) -> ew.Rows:
    """Rows from a folder that holds one of the public data sets, or several.

    Pictures come at 128 x 96, joints and millimetres a pixel carried along. `progress` is told (done, total).
    Where the folder names a test or validation part, that is the test split.

    Raises EndwiseError where no layout is recognised, where DICOM files need the extra `dicom`, and where rows are
    bad (no picture, an age that is no number, an unknown sex), listing them; with `skip_bad` these are left out.
    """
    root = Path(folder)
    found = find(root)
    hands = _hands(found)
    if not hands:
        raise _unknown(root, found)
    names = _usual_points(hands)
    made = list(_read_all(hands, names, found, progress or (lambda done, total: None)))
    problems = [*found.problems, *(problem for _, wrong in made for problem in wrong)]
    good = [at for at, (_, wrong) in enumerate(made) if not wrong]
    if problems and not (skip_bad and good):
        raise _refusal(root, problems, len(hands))
    rows = _rows([hands[at] for at in good], [made[at][0] for at in good], names)
    # Rows takes any record with these four fields; the library's own has no public name.
    return replace(rows, problems=tuple(problems), notes=tuple(_notes(found, hands, names)))


def _hands(found: Found) -> list[_Hand]:
    """A row for each line of a table, and for each marked or atlas picture that no table speaks of."""
    hands = [_hand(found, key, entry) for key, entry in found.rows.things.items()]
    told = {hand.picture for hand in hands}
    for key, marks in found.marks.things.items():
        at = found.pictures.find(key)
        if at is None or found.pictures.things[at] not in told:
            hands.append(_hand(found, key, Entry(marks.file)))
    told = {hand.picture for hand in hands}
    for key, picture in found.pictures.things.items():
        if picture not in told and atlas_of(picture):
            hands.append(_hand(found, key, Entry(found.name(picture))))
    return hands


def _hand(found: Found, key: Key, entry: Entry) -> _Hand:
    """What a table leaves open, the Digital Hand Atlas's folders may say."""
    at, marked = found.pictures.find(key), found.marks.find(key)
    picture = None if at is None else found.pictures.things[at]
    known = {} if picture is None else atlas_of(picture)
    said = {name: cell for name, cell in entry.cells.items() if cell}
    marks = None if marked is None else found.marks.things[marked]
    assumed = age.name in known and age.name not in said
    return _Hand(key, replace(entry, cells={**known, **said}), picture, marks, assumed)


def _usual_points(hands: Sequence[_Hand]) -> tuple[str, ...]:
    """The names of the points that most hands carry; in our order where they are our 24 joints."""
    sets = Counter(tuple(hand.marks.points) for hand in hands if hand.marks and hand.marks.points)
    if not sets:
        return ()
    names = sets.most_common(1)[0][0]
    ours = {_plain(name): name for name in names}
    wanted = [_plain(landmark) for landmark in LANDMARKS]
    return tuple(ours[one] for one in wanted) if set(wanted) <= set(ours) else names


def _plain(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _are_joints(names: Sequence[str]) -> bool:
    return [_plain(name) for name in names] == [_plain(landmark) for landmark in LANDMARKS]


def _read_all(
    hands: Sequence[_Hand], names: tuple[str, ...], found: Found, progress: Callable[[int, int], None]
) -> Iterator[Read]:
    with ThreadPoolExecutor(THREADS) as threads:
        for done, one in enumerate(threads.map(lambda hand: _read(hand, names, found), hands), 1):
            progress(done, len(hands))
            yield one


def _read(hand: _Hand, names: tuple[str, ...], found: Found) -> Read:
    """The values of one row, and everything that is wrong with it."""
    values: Values = {}
    problems: list[ew.Problem] = []

    def attempt(column: str, fill: Callable[[], Mapping[str, Any]]) -> None:
        try:
            values.update(fill())
        except ValueError as reason:
            problems.append(ew.Problem(hand.entry.file, hand.entry.line, column, str(reason)))

    for signal in (sex, age):
        attempt(signal.name, partial(_told, signal, hand.entry.cells))
    attempt("picture", lambda: _pictured(hand, names, found))
    return values, problems


def _told(signal: ew.Signal, cells: Mapping[str, str]) -> Values:
    cell = cells.get(signal.name)
    return {signal.name: signal.check(cell)} if cell else {}


def _pictured(hand: _Hand, names: tuple[str, ...], found: Found) -> Values:
    """The picture, and what is measured in its pixels. Raises ValueError with the reason."""
    if hand.picture is None:
        raise ValueError(f"no file is called {hand.key[1]}.png, .jpg or .dcm")
    try:
        opened = open_picture(hand.picture)
        fitted = fit(opened.picture, hand.marks.crop if hand.marks else None)
    except ValueError as reason:
        raise ValueError(f"{found.name(hand.picture)} {reason}") from None
    values: Values = {xray.name: fitted.xray}
    millimetres = _millimetres(hand, opened)
    if millimetres is not None:
        values[mm_per_px.name] = fitted.millimetres(millimetres)
    if hand.marks and set(hand.marks.points) == set(names) and names:
        _same_size(hand.marks, opened)
        values["points"] = fitted.moved([hand.marks.points[name] for name in names])
    return values


def _millimetres(hand: _Hand, opened: Opened) -> float | None:
    """What the table says, else what the file says."""
    cell = hand.entry.cells.get(mm_per_px.name)
    return float(_SCALE.check(cell)) if cell else opened.mm_per_px


def _same_size(marks: Marks, opened: Opened) -> None:
    if marks.size is not None and marks.size != opened.picture.size:
        was, now = (f"{size[0]} x {size[1]}" for size in (marks.size, opened.picture.size))
        raise ValueError(f"was marked at {was} pixels (in {marks.file}), but has {now}")


def _rows(hands: Sequence[_Hand], made: Sequence[Values], names: tuple[str, ...]) -> ew.Rows:
    signals: dict[str, ew.Signal] = {one.name: one for one in (xray, sex, age, mm_per_px)}
    if names:
        other = ew.Points("keypoints", count=len(names), on=xray.name, labels=names)
        signals["points"] = joints if _are_joints(names) else other
    there = {name: signal for name, signal in signals.items() if any(name in values for values in made)}
    parts = Counter(hand.key[1] for hand in hands)
    return ew.Rows.from_columns(
        list(there.values()),
        {signal.name: _column(name, signal, made) for name, signal in there.items()},
        present={signal.name: [name in values for values in made] for name, signal in there.items()},
        ids=[key[1] if parts[key[1]] == 1 else ":".join(key) for key in (hand.key for hand in hands)],
        split=_split(hands, made),
    )


def _column(name: str, signal: ew.Signal, made: Sequence[Values]) -> np.ndarray:
    """One array with the rows first; a row without a value holds zeros, which `present` says are none."""
    first = np.asarray(next(values[name] for values in made if name in values))
    column = np.zeros((len(made), *first.shape), first.dtype)
    for at, values in enumerate(made):
        if name in values:
            column[at] = values[name]
    return column


def _split(hands: Sequence[_Hand], made: Sequence[Values]) -> list[str] | None:
    """The test part where it carries ages, else the validation part, is held out; None where there is none."""
    aged = {hand.key[0] for hand, values in zip(hands, made, strict=True) if age.name in values}
    held = next((part for part in ("test", "val") if part in aged and len(aged) > 1), None)
    return None if held is None else ["test" if hand.key[0] == held else "train" for hand in hands]


def _notes(found: Found, hands: Sequence[_Hand], names: tuple[str, ...]) -> Iterator[str]:
    told = {hand.picture for hand in hands}
    unread = [found.name(one) for one in found.pictures.things.values() if one not in told]
    if unread:
        yield f"{len(unread):,} pictures are in no table and were not read, the first {unread[0]}."
    if found.ignored:
        yield f"{len(found.ignored):,} files were not used, the first {found.ignored[0]}."
    yield "Pictures were resized to 128 x 96 (height x width), with a black border where the proportions differ."
    if any(hand.assumed for hand in hands):
        yield "Digital Hand Atlas: where no table says the bone age, it is the middle of the folder's calendar year."
    if names and not _are_joints(names):
        yield f"The {len(names)} points are not the 24 joints of bone-age, so they are the signal 'keypoints'."
    others = sum(1 for hand in hands if hand.marks and set(hand.marks.points) != set(names))
    if others:
        yield f"{others:,} hands have other points marked than most; theirs are absent."


def _refusal(root: Path, problems: Sequence[ew.Problem], count: int) -> ew.EndwiseError:
    lines = [f"  {problem}" for problem in problems[:SHOWN]]
    more = [f"  and {len(problems) - SHOWN:,} more"] if len(problems) > SHOWN else []
    return ew.EndwiseError(
        f"Hand radiographs were to be read from {root}.",
        "\n".join([f"{count:,} rows were found, with {len(problems):,} problems:", *lines, *more]),
        "A bad value is never taken for a label, and no row is dropped silently.",
        "Mend them (leave a cell empty where there is no label), or leave those rows out with skip_bad=True.",
    )


def _unknown(root: Path, found: Found) -> ew.EndwiseError:
    here = f"It holds {len(found.pictures.things):,} pictures" if root.is_dir() else "There is no such folder"
    seen = [*map(str, found.problems), *found.ignored]
    return ew.EndwiseError(
        f"Hand radiographs were to be read from {root}.",
        f"{here}{''.join(f'; {one}' for one in seen[:3])}.",
        "It has none of the known layouts: RSNA 2017 (a CSV with id, boneage, male), RHPE (CSV and COCO JSON), "
        "Pascal VOC boxes (XML), Digital Hand Atlas (folders like ASIF/ASIF04).",
        "Point at the folder that holds both pictures and labels; docs/systems/bone-age.md draws each layout.",
    )
