"""The cells of a table of data curves: names, numbers, and what is wrong with those that are none."""

from __future__ import annotations

import math
from typing import Any

from endwise.data.cells import is_absent
from endwise.errors import listed, near
from endwise.records import MODEL_FAMILIES

LARGEST = 10**15  # rows; a number beyond it is a mistake, and no longer exact as a float
FARTHEST_UNIT = (1e-100, 1e100)  # errors whose square is still a float
NO_RATES = (
    "The column 'n_test' is not used{}, where errors lie above 1 and so are no rates. If they are per cents, divide"
    " them by 100."
)
ALL_ZERO = (
    "is 0 in every repeat at n = {:,}: that needs rates from 0 to 1 and a column n_test, the number of test rows"
    " (0 of 50 is not 0 of 50,000)"
)


def is_missing(cell: Any) -> bool:
    """Whether a cell holds no name: empty, null or NaN."""
    return is_absent(cell) or cell != cell


def name_in(cell: Any) -> str:
    """The name in a cell; 3.0 is named 3.

    >>> name_in(3.0), name_in(" staged ")
    ('3', 'staged')
    """
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def natural(name: Any) -> tuple[bool, float, str]:
    """Numbers first, by their value; then names."""
    try:
        value = float(name)
    except (TypeError, ValueError):
        value = math.nan
    return (value != value, 0.0 if value != value else value, str(name))


def number_in(cell: Any) -> tuple[float | None, str]:
    """The number in a cell, or what is wrong with it."""
    if is_absent(cell):
        return None, "is empty"
    try:
        value = float(cell)
    except (TypeError, ValueError):
        return None, _not_a_number(cell)
    if isinstance(cell, bool) or not math.isfinite(value):
        return None, f"is {cell}, not a finite number"
    return value, ""


def _not_a_number(cell: Any) -> str:
    text = str(cell).strip()
    if text.endswith("%"):
        return f"is '{text}': write it without the sign, as a rate (5 % is 0.05)"
    bare = text.replace(",", "").replace(" ", "").replace("'", "").replace("\N{NO-BREAK SPACE}", "")
    try:
        float(bare)
    except ValueError:
        return f"is not a number: '{text[:40]}'"
    return f"is '{text[:40]}': write a point for decimals and nothing between thousands, as in 1200.5"


def wrong_size(value: float) -> str:
    """What is wrong with a number of rows, or nothing."""
    if value < 1 or value != int(value):
        return f"is {value:g}, not a whole number of rows from 1"
    return "" if value <= LARGEST else f"is {value:g}, more rows than there can be"


def wrong_error(value: float) -> str:
    """What is wrong with an error, or nothing."""
    if value < 0:
        return f"is {value:g}: an error is 0 or more, and less is better. Write 1 - score or the like"
    return "" if not value or FARTHEST_UNIT[0] <= value <= FARTHEST_UNIT[1] else f"is {value:g}: take another unit"


def wrong_chance(value: float) -> str:
    """What is wrong with the constant predictor's error, or nothing."""
    return "" if value > 0 else f"is {value:g}: the error of always giving the same answer is above 0"


def family_in(cell: Any) -> tuple[str | None, str]:
    """The family of models in a cell, in any case, or what is wrong with it; an empty cell says nothing of it.

    >>> family_in("Network"), family_in("")
    (('network', ''), (None, ''))
    """
    if is_missing(cell):
        return None, ""
    name = name_in(cell).casefold()
    if name in MODEL_FAMILIES:
        return name, ""
    meant = near(name, MODEL_FAMILIES)
    hint = f" {meant}" if meant.startswith("Did") else ""
    return None, f"is '{name[:40]}', none of {listed(MODEL_FAMILIES)}: leave it empty for any other model.{hint}"


def told(value: float | str) -> str:
    """A value of a cell as it is named beside another."""
    return value if isinstance(value, str) else f"{value:g}"
