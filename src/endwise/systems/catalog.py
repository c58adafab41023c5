"""The reference systems by name. Each is imported only when it is used."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from types import ModuleType

from endwise.errors import UsageError, near


@dataclass(frozen=True)
class Entry:
    """One reference system: its name, the mapping in the arrow language, and where it lives."""

    name: str
    mapping: str
    module: str

    def load(self) -> ModuleType:
        """The module with `system()` and `rows(quick=..., seed=...)`."""
        return importlib.import_module(self.module)


CATALOG = {
    entry.name: entry
    for entry in (
        Entry("bone-age", "hand radiograph -> joints -> bone lengths -> age", "endwise.systems.bone_age.system"),
        Entry("driving", "camera -> lanes and cars -> situation -> plan -> control", "endwise.systems.driving.system"),
        Entry(
            "driving-roadworks", "the same, where half-parked cars narrow the lane", "endwise.systems.driving.roadworks"
        ),
        Entry("gate", "picture -> face box -> crop -> embedding -> who may enter", "endwise.systems.gate.system"),
        Entry("speech", "audio -> cepstra -> phonemes -> words -> transcript", "endwise.systems.speech.system"),
    )
}


def find(name: str) -> Entry:
    """The system called `name`. Raises UsageError with the nearest names."""
    if name in CATALOG:
        return CATALOG[name]
    raise UsageError(
        f"'{name}' was asked for.",
        f"The systems are: {', '.join(CATALOG)}.",
        "It is none of them, and there is no folder or table of that name here.",
        f'{near(name, CATALOG)} For rows of your own: endwise study ./FOLDER --path "a -> b -> c".',
    )
