"""The signals of the gate system."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import endwise as ew

SIZE: Final = (96, 128)
"""Height and width of a frame in pixels: that of a small camera's picture, brought down by whoever reads it."""
CROP: Final = 48
"""Side of the picture of a face, in pixels."""
NUMBERS: Final = 64
"""Numbers in an embedding."""

frame = ew.Image("frame", size=SIZE, mirrors=True)
face_box = ew.Box("face_box", on="frame")
crop = ew.Image("crop", size=(CROP, CROP), mirrors=True)
embedding = ew.Vector("embedding", size=NUMBERS)


def person(names: Sequence[str]) -> ew.Category:
    """Whom a row shows, out of the people that an embedding is learnt from: nobody whom the gate knows."""
    return ew.Category("person", values=tuple(names))


def who(people: Sequence[str]) -> ew.Identity:
    """One of those enrolled, or a stranger."""
    return ew.Identity("who", people=tuple(people))
