"""`endwise plan`."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from endwise.cli.options import Json, Several, command_typed, pairs
from endwise.errors import StudyError, UsageError

if TYPE_CHECKING:
    from endwise.records import Plan, Verdict


def plan(
    folder: Path, *, price: Several = None, budget: float | None = None, target: float | None = None,
    html: Path | None = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Tell which labels to buy next, from a finished study: the least error for a budget, or a target for the least.

    What the designs do with fewer labels is measured once, if the study was not asked for it, after its cost is told.

    Parameters
    ----------
    folder
        The study's folder, as in runs/bone-age.
    price
        SIGNAL=PRICE: what one more label of a signal costs, in whatever money. Signals without a price are not bought.
    budget
        The money there is.
    target
        The error to be reached, in the study's unit.
    html
        Write a page to this file.
    as_json
        Print the plan as JSON.
    """
    from endwise.planning import plan as planned
    from endwise.records import to_json
    from endwise.report.stored import verdict_in

    prices = {name: _number(name, value) for name, value in pairs(price, "--price", "SIGNAL=PRICE").items()}
    verdict = verdict_in(folder)
    if not verdict.scarcities:
        verdict = _measured(folder, verdict)
    found = planned(verdict, prices, budget=budget, target=target)
    if html is not None:
        from endwise.report.plan.page import write

        write(verdict, found, command_typed(), html)
    if as_json:
        print(json.dumps(to_json(found), indent=1))
    else:
        _print(verdict, found)
        if html is not None:
            print(f"\npage  {html}")


def _number(name: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise UsageError(
            f"--price {name}={value} was given.",
            f"'{value}' is not a number.",
            "A price is what one more label costs, without the name of the money.",
            f"Write --price {name}=0.40.",
        ) from None


def _measured(folder: Path, verdict: Verdict) -> Verdict:
    """The verdict of the same study, asked for labels too: its own command again."""
    from endwise.cli.study import again
    from endwise.planning import not_measured, stopped
    from endwise.report.stored import verdict_in
    from endwise.systems.catalog import CATALOG

    words = shlex.split(verdict.command)
    if words[:2] != ["endwise", "study"]:
        raise not_measured(verdict)
    if not verdict.done:
        raise stopped(verdict)
    if words[2] not in CATALOG and not Path(words[2]).exists():
        raise StudyError(
            f"The study in {folder} was to be measured with fewer labels first.",
            f"Its command is given again from here: {verdict.command}",
            f"Its rows, {words[2]}, are not here.",
            "Run this from the folder in which the study was begun.",
        )
    again(verdict.command, folder)
    return verdict_in(folder)


def _print(verdict: Verdict, found: Plan) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from endwise.report.plan.sentences import answer, footing, head, line, purchases
    from endwise.report.ranking import ranked
    from endwise.report.terminal import prose

    out = Console(highlight=False)
    out.print(prose(answer(verdict, found)))
    out.print()
    letters = {entry.design: entry.letter for entry in ranked(verdict)}
    lines = Table.grid(padding=(0, 2))
    for _ in ("way", "design", head(found)[0]):
        lines.add_column()
    for _ in head(found)[1:]:
        lines.add_column(justify="right", no_wrap=True)
    lines.add_row("", *(Text(word, style="dim") for word in ("design", *head(found))))
    shown = purchases(verdict, found)
    for name, one in shown:
        cells = (letters[one.design], *line(verdict, found, one))
        lines.add_row(Text(name, style="bold" if name == "plan" else ""), *map(Text, cells))
    out.print(lines)
    out.print()
    for design in sorted({one.design for _, one in shown}, key=lambda one: letters[one]):
        out.print(Text.assemble((letters[design], "bold"), f"  {design}"))
    out.print()
    out.print(prose(footing(found)))
