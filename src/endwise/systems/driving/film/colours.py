"""The colours of the film: told apart by people who see no red or no green (after Okabe and Ito 2008)."""

from __future__ import annotations

from typing import Final, TypeAlias

Colour: TypeAlias = tuple[int, int, int]

GROUND: Final[Colour] = (21, 25, 31)
"""Behind everything."""
TRACK: Final[Colour] = (46, 53, 63)
"""Of a bar that is not filled."""
TEXT: Final[Colour] = (236, 239, 243)
QUIET: Final[Colour] = (148, 158, 171)
"""Of what need not be read."""
OWN_LANE: Final[Colour] = (70, 160, 245)
OTHER_LANE: Final[Colour] = (205, 135, 205)
BODIES: Final[Colour] = (240, 95, 30)
PLAN: Final[Colour] = (250, 235, 90)
AMBER: Final[Colour] = (240, 170, 20)
"""The guard."""
GOOD: Final[Colour] = (30, 180, 135)
ROAD: Final[Colour] = (74, 80, 89)
MEADOW: Final[Colour] = (33, 44, 40)
