"""Groups of people that errors are also told for: a gate that misses one group more often than another is no good.

Of drawn people the sex and the tone of the skin are known. Of photographs a table `people.csv` beside them tells:
a line a person, with the column `person` and any others (`sex`, `age_group`), empty where unknown. With many systems
groups differ in how often known people are missed and strangers let through (Grother, Ngan & Hanaoka 2019, NISTIR
8280).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

import endwise as ew
from endwise.systems.gate.door.naming import key, named
from endwise.systems.gate.drawing.faces import identity
from endwise.systems.gate.layouts import Found

FILE: Final = "people.csv"
MOST: Final = 20
"""Groups in a column; a column of more holds numbers or names."""
SEX: Final = ew.Category("sex", values=("female", "male"))
SKIN: Final = ew.Category("skin", values=("dark", "medium", "light"))
DRAWN: Final = (SEX, SKIN)
"""What the built-in world knows of its people."""
_TONES: Final = (0.53, 0.67)
"""Between which tones the skin is medium: about a third of the people each."""
_TAKEN: Final = frozenset({"frame", "face_box", "crop", "gradients", "embedding", "person", "who"})

Groups = dict[str, dict[str, str]]
"""Per column the group of each person, by the person's key; those unknown are left out."""


def of_drawn(people: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """The groups of the built-in world's people, (N,) numbers in: for each signal the places among its values.

    >>> {name: places.tolist() for name, places in of_drawn(np.array([0, 1]), 0).items()}
    {'sex': [0, 1], 'skin': [1, 2]}
    """
    numbers, row = np.unique(people, return_inverse=True)
    faces = [identity(seed, number) for number in numbers.tolist()]
    sex = np.array([face.male for face in faces], np.int32)
    skin = np.searchsorted(_TONES, [face.skin for face in faces]).astype(np.int32)
    return {"sex": sex[row], "skin": skin[row]}


def slices(groups: Sequence[ew.Category]) -> list[ew.Slicing]:
    """Errors told for each of the groups."""
    return [ew.Slicing(group.name.replace("_", " "), of=group) for group in groups]


def in_rows(rows: ew.Rows) -> list[ew.Category]:
    """The groups that rows tell of."""
    return [one for name, one in rows.signals.items() if isinstance(one, ew.Category) and name not in _TAKEN]


def columns(groups: Groups, people: Sequence[str]) -> dict[ew.Signal, tuple[Any, np.ndarray]]:
    """For rows of these people a column of each group: values, and which rows have one."""
    made: dict[ew.Signal, tuple[Any, np.ndarray]] = {}
    for name, of in groups.items():
        told = [of.get(key(person), "") if person else "" for person in people]
        if any(told):
            signal = ew.Category(name, values=tuple(sorted({one for one in told if one})))
            there = np.array([bool(one) for one in told])
            made[signal] = np.array([signal.values.index(one) if one else 0 for one in told], np.int32), there
    return made


def read(found: Found) -> Groups:
    """What `people.csv` in the folder says of the people; what is wrong with it goes to the problems of `found`."""
    file = found.root / FILE
    if not file.is_file():
        return {}
    try:
        lines = list(csv.reader(found.lines(file)))
    except csv.Error as error:
        found.spoil(file, f"cannot be read as a table ({error})")
        return {}
    header = [cell.strip().lower() for cell in lines[0]] if lines else []
    if "person" not in header or len(header) < 2 or len(set(header)) < len(header):
        found.spoil(file, "has to begin with a line of column names, each once: person and those of groups, as sex", 1)
        return {}
    groups: Groups = {name: {} for name in header if name != "person"}
    for name in [one for one in groups if one in _TAKEN or not one.isidentifier()]:
        found.spoil(file, f"'{name}' can be no group: it is the name of a signal, or no word", 1)
        del groups[name]
    for line, person, cells in _people(found, header, lines[1:]):
        for name, of in groups.items():
            if cells[name] and of.setdefault(person, cells[name]) != cells[name]:
                found.spoil(file, f"puts {cells['person']} into a second group, '{cells[name]}'", line, name)
    for name, of in groups.items():
        if len(set(of.values())) > MOST:
            found.spoil(
                file, f"has {len(set(of.values())):,} groups; at most {MOST} can be told apart: give bands", 1, name
            )
            of.clear()
    return groups


def _people(
    found: Found, header: Sequence[str], lines: Sequence[Sequence[str]]
) -> Iterator[tuple[int, str, Mapping[str, str]]]:
    """Of each line its number, the key of the person and the cells."""
    for number, line in enumerate(lines, 2):
        cells = dict(zip(header, map(str.strip, line), strict=False))
        if len(line) != len(header):
            if line:
                found.spoil(found.root / FILE, f"has {len(line)} cells, the header has {len(header)}", number)
            continue
        try:
            yield number, key(named(cells["person"])), cells
        except ew.EndwiseError as reason:
            found.spoil(found.root / FILE, f"is no name of a person: {reason.here}", number, "person")
