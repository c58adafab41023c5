"""`endwise report`."""

from __future__ import annotations

from pathlib import Path

from endwise.cli.options import Json


def report(folder: Path, *, as_json: Json = False) -> None:
    """Print the verdict of a finished study again, and where its report lies.

    Parameters
    ----------
    folder
        The study's folder, as in runs/bone-age.
    """
    from endwise.deliver.card import about_of, own_modules
    from endwise.report.stored import verdict_in
    from endwise.report.terminal import print_verdict

    verdict = verdict_in(folder)
    if as_json:
        print((folder / "verdict.json").read_text(encoding="utf-8"))
    else:
        winner = folder / "winner"
        allow = own_modules(about_of(winner)) if winner.exists() else []
        print_verdict(verdict, folder / "report.html", winner, allow=allow)
