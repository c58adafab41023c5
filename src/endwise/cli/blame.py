"""`endwise blame`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from endwise.cli.options import Flag, Json
from endwise.errors import StudyError, UsageError, listed

if TYPE_CHECKING:
    from rich.text import Text

    from endwise.records import Attribution, Blame, Verdict
    from endwise.report.ranking import Entry

QUIET = ("not-shown", "worse-on-truth")  # findings that nothing has to be done about


def blame(folder: Path, *, design: str | None = None, rows: Flag = False, as_json: Json = False) -> None:
    """Tell which stages of a studied design are to blame for its errors, and which interface.

    Parameters
    ----------
    folder
        The study's folder, as in runs/bone-age.
    design
        One design, as the study writes it, or its letter (default: all whose stages were held against the truth).
    rows
        List the test rows that it gets wrong, by the first seam at which the truth makes them right.
    as_json
        A list with an object a seam; with --rows, one with an object a design.
    """
    from endwise.records import to_json
    from endwise.report.attributing import of
    from endwise.report.blaming import blamed
    from endwise.report.stored import verdict_in

    verdict = verdict_in(folder)
    found = blamed(verdict)
    if not found:
        raise StudyError(
            f"The stages of the study in {folder} were to be held against the truth.",
            "No test row has true values of what its stages make."
            if verdict.done
            else "It was stopped before that was measured.",
            "Blame is what becomes of an error when a true value takes a prediction's place.",
            "Give test rows the labels of the stages (a few hundred are enough), and study again."
            if verdict.done
            else f"Give its command again, it goes on: {verdict.command}",
        )
    if design is not None:
        asked = [(entry, blames) for entry, blames in found if design in (entry.design, entry.letter)]
        if not asked:
            known = listed([f"{entry.letter} {entry.design}" for entry, _ in found])
            raise UsageError(
                f"The design '{design}' was to be looked at.",
                f"Held against the truth were: {known}.",
                "Others have no stages, or none whose truth test rows know.",
                "Name one of these, by its letter or as it is written.",
            )
        found = asked
    by_row = [(entry, one) for entry, _ in found if (one := of(verdict, entry.design)) is not None]
    if rows and not by_row:
        raise _no_rows(folder)
    if as_json:
        told = [one for _, one in by_row] if rows else [one for _, blames in found for one in blames]
        print(json.dumps(to_json(told), indent=1))
    elif rows:
        _print_rows(verdict, by_row)
    else:
        _print(verdict, found)


def _no_rows(folder: Path) -> StudyError:
    return StudyError(
        f"The rows that designs of the study in {folder} get wrong were to be listed.",
        "It holds none: too few test rows know the truth at every seam, or an earlier version of endwise studied it.",
        "A row goes to the first seam at which the truth makes it right.",
        "Give its command again: what was trained is kept. Or give more test rows the labels of all stages.",
    )


def _print(verdict: Verdict, found: list[tuple[Entry, list[Blame]]]) -> None:
    from rich.console import Console
    from rich.text import Text

    from endwise.report.attributing import of, summary
    from endwise.report.blaming import sentence, untried
    from endwise.report.terminal import prose

    out = Console(highlight=False)
    for entry, blames in found:
        out.print(_title(entry))
        for one in blames:
            out.print(Text.assemble("  ", (one.finding, "dim" if one.finding in QUIET else "yellow")))
            out.print(prose(f"    {sentence(verdict, one)}"))
        if untried(blames):
            out.print(prose(f"  {untried(blames)}"))
        by_row = of(verdict, entry.design)
        if by_row is not None:
            out.print(Text("  row by row", style="dim"))
            out.print(prose(f"    {summary(verdict, by_row)}"))
        out.print()
    out.print(Text("Blames do not add up: a stage may make up for another's mistakes.", style="dim"))


def _print_rows(verdict: Verdict, found: list[tuple[Entry, Attribution]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from endwise.report.attributing import by_step, errors, summary
    from endwise.report.terminal import prose

    out = Console(highlight=False)
    for entry, one in found:
        out.print(_title(entry))
        out.print(prose(f"  {summary(verdict, one)}"))
        for words, count, mistakes in by_step(one):
            listed = f", the worst {len(mistakes)}" if len(mistakes) < count else ""
            out.print(Text(f"  {words}: {count:,}{listed}", style="yellow"))
            lines = Table.grid(padding=(0, 3))
            for mistake in mistakes:
                lines.add_row("   ", Text(mistake.row), Text(errors(verdict, mistake)))
            out.print(lines)
        out.print()
    out.print(Text("Errors as it is, then with the truth at one seam after the other.", style="dim"))


def _title(entry: Entry) -> Text:
    from rich.text import Text

    return Text(f"{entry.letter}  {entry.design}", style="bold")
