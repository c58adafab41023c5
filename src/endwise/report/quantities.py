"""Numbers as people read them: at most three significant digits, with their unit.

Words are plain ASCII ("12.9 to 15.6"), so that they survive any terminal, mail or log.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

DIGITS = 3  # significant digits; what a study of some hundred rows can support at most
MISSING = "-"
TINY, HUGE = 1e-6, 1e12  # beyond these, zeros would have to be counted


def places(values: Iterable[float], digits: int = DIGITS) -> int:
    """Decimals that show the largest of `values` with `digits` significant digits.

    >>> places([14.23, 12.94, 15.61]), places([0.0712]), places([118.0])
    (1, 4, 0)
    """
    sizes = [abs(value) for value in values if math.isfinite(value) and value != 0]
    return max(0, digits - 1 - math.floor(math.log10(max(sizes)))) if sizes else 0


def number(value: float, decimals: int | None = None) -> str:
    """`value` with at most three significant digits, and at most `decimals` decimals.

    >>> number(14.234), number(1234.5), number(0.01234), number(14.234, 0), number(float("nan"))
    ('14.2', '1,230', '0.0123', '14', '-')
    >>> number(6e-10), number(6e12)
    ('6e-10', '6e+12')
    """
    if not math.isfinite(value):
        return MISSING
    if abs(value) >= HUGE or (0 < abs(value) < TINY and (decimals is None or 10.0**-decimals < TINY)):
        return f"{value:.{DIGITS}g}"
    own = places([value])
    if abs(value) >= 10**DIGITS:
        value = round(value, DIGITS - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{own if decimals is None else min(own, decimals)}f}" if value else "0"
    return text.removeprefix("-") if not any(char in "123456789" for char in text) else text


def tick(value: float) -> str:
    """The label of a tick: exact for whole numbers, without needless zeros.

    >>> tick(40.0), tick(1250), tick(0.05)
    ('40', '1,250', '0.05')
    """
    return f"{round(value):,}" if value == round(value) else f"{value:.3g}"


def amount(value: float, unit: str, decimals: int | None = None) -> str:
    """A number with its unit.

    >>> amount(14.23, "months"), amount(0.0712, ""), amount(1.2, "points", 0)
    ('14.2 months', '0.0712', '1 point')
    """
    shown = number(value, decimals)
    return f"{shown} {'point' if (shown, unit) == ('1', 'points') else unit}".strip()


def small(value: float, unit: str, decimals: int) -> str:
    """An amount that may be too small to show with `decimals`: never a bare zero unless it is one.

    >>> small(0.04, "months", 1), small(0.24, "months", 1), small(0.0, "months", 1)
    ('under 0.1 months', '0.2 months', '0 months')
    """
    least = 10.0**-decimals
    if 0 < value < least / 2:
        return f"under {amount(least, unit, decimals)}"
    return amount(value, unit, decimals)


def span(low: float, high: float, decimals: int | None = None) -> str:
    """An interval.

    >>> span(12.94, 15.61), span(-0.3, 4.48, 1)
    ('12.9 to 15.6', '-0.3 to 4.5')
    """
    shown = places([low, high]) if decimals is None else decimals
    return f"{number(low, shown)} to {number(high, shown)}"


def percent(share: float) -> str:
    """A probability or share; a bootstrap never proves 0 or 100 %.

    >>> percent(0.934), percent(1.0), percent(0.002)
    ('93 %', 'over 99 %', 'under 1 %')
    """
    if not math.isfinite(share):
        return "unknown"
    if share > 0.99:
        return "over 99 %"
    return "under 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")


def seconds(value: float) -> str:
    """A length of time in the unit that people would use.

    >>> seconds(0.03), seconds(0.42), seconds(41), seconds(400), seconds(9000)
    ('under 0.1 s', '0.4 s', '41 s', '6 min 40 s', '2 h 30 min')
    """
    if not math.isfinite(value):
        return MISSING
    if value < 10:
        return "under 0.1 s" if 0 < value < 0.05 else f"{value:.1f} s"
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
