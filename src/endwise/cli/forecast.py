"""`endwise forecast`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from endwise.cli.options import Json, refuse_options
from endwise.data.piped import PIPED, STANDARD_INPUT
from endwise.errors import UsageError

if TYPE_CHECKING:
    from endwise.forecasting import Answered

OPTIONS = ("--at", "--target", "--max", "--plot", "--json")


def forecast(
    table: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    /,
    *,
    at: str = "2x,4x,8x,16x",
    target: str = "",
    most: Annotated[str, Parameter(name="--max")] = "16x",
    plot: Path | None = None,
    as_json: Json = False,
) -> None:
    """Say what more rows would bring, from errors that were measured at growing sizes. Nothing is trained.

    Parameters
    ----------
    table
        A CSV, TSV, JSON lines or Parquet file with the columns design, n, error, and if known repeat, n_test,
        chance, family, curve. A pipe is read where none is given, or -.
    at
        Sizes (100000) and multiples of the largest size (4x), with commas between them.
    target
        Errors whose probability of being reached is wanted, with commas between them.
    most
        How far crossovers are looked for: a size or a multiple.
    plot
        Also draw it: a page (.html) or a picture (.svg).
    as_json
        One JSON object a curve, on a line of its own.
    """
    from endwise.data.curves.questions import read_curves
    from endwise.forecasting import answers

    refuse_options([] if table is None else [table], OPTIONS)
    source = _source(table)
    found = read_curves(source)
    for note in found.notes:
        sys.stderr.write(f"{note}\n")
    if plot is not None:
        from endwise.report.outlook.page import check_plot

        check_plot(plot, len(found.questions))
    sizes = [one.strip() for one in at.split(",") if one.strip()]
    answered = answers(found.questions, at=sizes, targets=_targets(target), most=most)
    shown = _print(_followed(answered, len(found.questions)), as_json=as_json, keep=plot is not None)
    if plot is not None:
        from endwise.report.outlook.page import write
        from endwise.report.outlook.prospects import prospect

        views = [prospect(one.curves, one.outlook, one.most, one.sizes) for one in shown]
        write(views, PIPED if source == STANDARD_INPUT else Path(source).name, plot)
        sys.stderr.write(f"drawn in {plot}\n")


def _source(table: str | None) -> str:
    """The table that is meant: a file, or the pipe."""
    if table is not None and table != STANDARD_INPUT:
        return table
    if sys.stdin is None or (table is None and sys.stdin.isatty()):
        raise UsageError(
            "A forecast was asked for.",
            "No table was given, and nothing is piped in.",
            "A forecast starts from errors that were measured.",
            "Write: endwise forecast curves.csv (columns design, n, error), or pipe the table in.",
        )
    return STANDARD_INPUT


def _targets(text: str) -> list[float]:
    found = []
    for one in filter(None, (one.strip() for one in text.split(","))):
        try:
            found.append(float(one))
        except ValueError:
            raise UsageError(
                f"The target '{one}' was asked for.",
                "It is not a number.",
                "A target is an error to be reached, in the unit of the column 'error'.",
                "Write for example --target 0.05, or --target 0.05,0.1.",
            ) from None
    return found


def _followed(answered: Iterator[Answered], count: int) -> Iterator[Answered]:
    """The answers, with their progress on a terminal that does not show the answers themselves."""
    if count < 2 or sys.stdout.isatty() or not sys.stderr.isatty():
        yield from answered
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, redirect_stdout=False) as progress:
        yield from progress.track(answered, total=count, description="curves")


def _print(answered: Iterable[Answered], *, as_json: bool, keep: bool) -> list[Answered]:
    """Print each answer as soon as it is known; those that are drawn later are kept."""
    kept = []
    for one in answered:
        if as_json:
            from endwise.records import to_json

            print(json.dumps(to_json(one.outlook), ensure_ascii=False), flush=True)
        else:
            from endwise.report.outlook.prospects import prospect
            from endwise.report.outlook.terminal import print_outlook

            print_outlook(prospect(one.curves, one.outlook, one.most, one.sizes))
        kept += [one] if keep else []
    return kept
