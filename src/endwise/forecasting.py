"""`endwise forecast`: what is to be expected beyond the largest size, from anybody's measurements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from endwise.data.curves.questions import Question, read_curves
from endwise.errors import UsageError
from endwise.evidence.forecast.curve import DataCurve
from endwise.evidence.forecast.outlook import outlook
from endwise.records import Outlook

AT = ("2x", "4x", "8x", "16x")
MOST = "16x"  # as far as the bands were measured


@dataclass(frozen=True)
class Answered:
    """One question: its curves, what was asked of them, and the outlook.

    `sizes` are the horizons in rows with the words in which they were asked for; `most` is how far crossovers are
    looked for.
    """

    curves: tuple[DataCurve, ...]
    outlook: Outlook
    sizes: Mapping[int, str]
    most: int


def forecast(
    table: str | Path | Mapping[str, Iterable[Any]],
    *,
    at: Sequence[str | int] = AT,
    targets: Sequence[float] = (),
    most: str | int = MOST,
) -> list[Outlook]:
    """What is to be expected of each design beyond its largest size: one outlook a question of the table.

    Parameters
    ----------
    table: a CSV, TSV, JSON lines or Parquet file, `-` for standard input, or columns by name (a dict, a data frame).
        A row is one measurement: `design`, `n` (training rows), `error` (any positive unit; lower is better), and
        if known `repeat`, `n_test`, `chance` (the constant predictor's error), `family` (of the model that
        learns: network, linear, trees, kernel, neighbours or bayes), `curve` (the question it belongs to).
    at: sizes (100000) and multiples of the question's largest size ("4x").
    targets: errors whose probability of being reached is wanted.
    most: how far crossovers are looked for, a size or a multiple.

    Raises RowsError for a table that cannot be used, UsageError for sizes and targets that mean nothing.

    >>> found = forecast({"n": [100, 200, 400], "error": [0.40, 0.30, 0.22], "design": ["end to end"] * 3}, at=["4x"])
    >>> found[0].designs[0].forecasts[0].n
    1600
    """
    return [one.outlook for one in answers(read_curves(table).questions, at=at, targets=targets, most=most)]


def answers(
    questions: Sequence[Question],
    *,
    at: Sequence[str | int] = AT,
    targets: Sequence[float] = (),
    most: str | int = MOST,
) -> Iterator[Answered]:
    """Each question answered, one after the other. What is asked is checked before the first is."""
    for one in (*at, most):
        size_of(one, 1)
    _check_targets(targets)
    for question in questions:
        _check_most(question, most)
    return (_answered(question, at, targets, most) for question in questions)


def _answered(question: Question, at: Sequence[str | int], targets: Sequence[float], most: str | int) -> Answered:
    curves = tuple(
        DataCurve(one.design, one.sizes, one.errors, one.n_test, None, one.chance, one.family)
        for one in question.curves
    )
    largest, smallest = (choose(curve.largest for curve in curves) for choose in (max, min))
    sizes = {size_of(one, largest): str(one) for one in at}
    beyond = dict(sorted((n, name) for n, name in sizes.items() if n > smallest))
    far = size_of(most, largest)
    found = outlook(curves, at=list(beyond), targets=targets, most=far, curve=question.curve)
    return Answered(curves, found, beyond, far)


def _check_most(question: Question, most: str | int) -> None:
    largest = max(curve.sizes[-1] for curve in question.curves)
    far = size_of(most, largest)
    if far <= largest:
        raise UsageError(
            f"Crossovers up to {far:,} rows were asked for.",
            f"The largest size{'' if question.curve is None else f' of {question.curve!r}'} is {largest:,}.",
            "What lies within the measured sizes is known and not forecast.",
            f"Give more than {largest:,}, or a multiple such as {MOST}.",
        )


def size_of(asked: str | int, largest: int) -> int:
    """The size that is meant: 100000 is itself, "4x" that many times `largest`. Raises UsageError.

    >>> size_of("4x", 2000), size_of("1e5", 2000), size_of(500, 2000)
    (8000, 100000, 500)
    """
    found = re.fullmatch(r"(\d+(?:\.\d*)?(?:e\+?\d+)?)\s*([x×]?)", str(asked).strip().casefold())
    value = 0.0 if found is None else float(found[1]) * (largest if found[2] else 1)
    if not 1 <= value < 1e18:
        raise UsageError(
            f"A size of '{asked}' was asked for.",
            "It is neither a number of rows nor a multiple.",
            "Sizes are written without separators, since a comma stands between two of them.",
            "Write for example 100000, or 4x for four times the largest size.",
        )
    return round(value)


def _check_targets(targets: Sequence[float]) -> None:
    for one in targets:
        if not 0 <= one < float("inf"):
            raise UsageError(
                f"The target {one:g} was asked for.",
                "It is not an error.",
                "A target is an error to be reached, in the unit of the column 'error': 0 or more.",
                "Write for example 0.05.",
            )
