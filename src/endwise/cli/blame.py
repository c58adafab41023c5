"""`endwise blame`."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

from endwise.cli.options import Json
from endwise.errors import StudyError, UsageError, listed

if TYPE_CHECKING:
    from endwise.records import Blame, Verdict


def blame(folder: Path, *, design: str | None = None, as_json: Json = False) -> None:
    """Tell which stages of a studied design are to blame for its errors, and which interface.

    Parameters
    ----------
    folder
        The study's folder, as in runs/bone-age.
    design
        One design, as the study writes it, or its letter (default: all whose stages were held against the truth).
    as_json
        A list with an object a seam.
    """
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
    if as_json:
        print(json.dumps([dataclasses.asdict(one) for _, blames in found for one in blames], indent=1))
    else:
        _print(verdict, [(f"{entry.letter}  {entry.design}", blames) for entry, blames in found])


def _print(verdict: Verdict, found: list[tuple[str, list[Blame]]]) -> None:
    from rich.console import Console
    from rich.text import Text

    from endwise.report.blaming import sentence
    from endwise.report.terminal import prose

    out = Console(highlight=False)
    for title, blames in found:
        out.print(Text(title, style="bold"))
        for one in blames:
            out.print(Text.assemble("  ", (one.finding, "yellow" if one.finding.endswith("to-blame") else "dim")))
            out.print(prose(f"    {sentence(verdict, one)}"))
        out.print()
    out.print(Text("Blames do not add up: a stage may make up for another's mistakes.", style="dim"))
