"""Development: is the bone age far from the age in the calendar?"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import numpy as np

from endwise.systems.bone_age.anatomy import DEVELOPMENT_AGES, DEVELOPMENT_SPREADS

Development: TypeAlias = Literal["delayed", "normal", "advanced", "uncertain"]

BORDER: Final = 2.0
"""Standard deviations of bone age beyond which development is called delayed or advanced: the convention that goes
with the tables of Greulich & Pyle 1959 (2nd ed.). By it one healthy child in twenty-two is not 'normal'."""


def spread_at(chronological_age: float) -> float:
    """Standard deviation in months of bone age among healthy children of one age (months).

    The sexes share one rounded table (Greulich & Pyle 1959): `anatomy.DEVELOPMENT_SPREADS`.

    >>> spread_at(120)
    11.0
    """
    return float(np.interp(chronological_age, DEVELOPMENT_AGES, DEVELOPMENT_SPREADS))


def borders_at(chronological_age: float) -> tuple[float, float]:
    """The bone ages in months between which development is normal at an age (months).

    >>> borders_at(120)
    (98.0, 142.0)
    """
    reach = BORDER * spread_at(chronological_age)
    return chronological_age - reach, chronological_age + reach


def development(low: float, high: float, chronological_age: float) -> Development:
    """How far a child is for its age, from the interval `low` to `high` of its bone age, all in months.

    'uncertain' where the interval holds a border, so that either side of it may be true.

    >>> development(80, 90, 120), development(110, 130, 120), development(90, 110, 120)
    ('delayed', 'normal', 'uncertain')
    """
    least, most = borders_at(chronological_age)
    if high < least:
        return "delayed"
    if low > most:
        return "advanced"
    return "normal" if least <= low and high <= most else "uncertain"
